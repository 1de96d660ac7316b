/**
 * Answers against a form: which questions are shown, which answers count, what must be mended.
 *
 * The same documents and the same result as the server's validator (register/forms/validate.py), so that a form filled
 * in without a network is refused or taken as it will be later. A test holds the two together over generated forms.
 */

import { LARGEST, before, evaluate, movedDay } from "./expressions.js";
import { say } from "./messages.js";

const NOT_ASKED = "not_asked";
const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const CHOSEN = new Set(["yes_no", "choice", "choices"]);
// What the server takes for blanks at the ends of a text.
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const ENDS = new RegExp(`^${BLANK}|${BLANK}$`, "g");

class Refused extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

/**
 * @param {object} document the version's document as the server gives it
 * @param {unknown} answers codes and values
 * @param {{on: string, forAnother?: boolean}} options the day of answering in Viet Nam, "YYYY-MM-DD"
 * @returns {{values: object, shown: string[], errors: {question: string, code: string, message: object}[],
 *   not_asked: string[]}}
 */
export function validate(document, answers, { on, forAnother = false }) {
  const result = { values: {}, shown: [], errors: [], not_asked: [] };
  if (!isObject(answers)) {
    result.errors.push(say(document, null, "not_answers", {}));
    return result;
  }
  const whole = new Pass(document, on, forAnother, result, null, new Map());
  const known = new Set();
  for (const page of document.pages) {
    if (page.type === "repeat") known.add(page.code);
    else for (const item of page.questions ?? [page]) known.add(item.code);
    if (!whole.shows(page)) continue;
    if (page.type === "repeat") whole.entries(page, own(answers, page.code));
    else whole.questions(page.questions ?? [page], answers);
  }
  whole.strangers(answers, known);
  return result;
}

/** One way through the questions: of the form, or of one entry of a repeated group. */
class Pass {
  constructor(document, on, forAnother, result, entry, seen) {
    Object.assign(this, { document, on, forAnother, result, entry, seen });
  }

  shows(part) {
    return (part.show_if ?? null) === null || evaluate(part.show_if, this.seen, this.on) === true;
  }

  keep(code, value) {
    this.result.values[code] = value;
    this.seen.set(code, value);
  }

  place(code) {
    return this.entry ? `${this.entry.repeat.code}.${this.entry.index}.${code}` : code;
  }

  refuse(item, code, facts) {
    this.result.errors.push(say(this.document, item, code, facts, this.entry));
  }

  questions(items, answers) {
    for (let item of items) {
      if (!this.shows(item)) continue;
      if (item.type === "calculation") {
        const value = evaluate(item.value, this.seen, this.on);
        if (value !== null) this.keep(item.code, value);
        continue;
      }
      if (item.type === "choice" || item.type === "choices") {
        item = { ...item, options: item.options.filter((o) => this.shows(o)) };
        if (!item.options.length) continue;
      }
      this.result.shown.push(this.place(item.code));
      const typed = own(answers, item.code);
      try {
        this.question(item, typed);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.refuse(item, error.code, { value: typed, ...error.facts });
      }
    }
  }

  question(item, given) {
    let typed = given;
    if (typed === NOT_ASKED && CHOSEN.has(item.type)) {
      if (this.forAnother) {
        this.result.not_asked.push(this.place(item.code));
        return;
      }
      typed = null;
    }
    const value = read(item, typed, this.on);
    if (value === null) return;
    const rule = item.constraint?.rule;
    if (rule !== undefined && evaluate(rule, new Map(this.seen).set(item.code, value), this.on) === false) {
      throw new Refused("constraint", { message: item.constraint.message });
    }
    this.keep(item.code, value);
  }

  entries(repeat, typed) {
    this.result.shown.push(repeat.code);
    const rows = typed ?? [];
    if (!Array.isArray(rows)) {
      this.refuse(repeat, "not_entries", { value: typed });
      return;
    }
    if (rows.length < (repeat.least ?? 0)) this.refuse(repeat, "too_few_entries", { value: rows.length });
    if (rows.length > (repeat.most ?? 20)) {
      this.refuse(repeat, "too_many_entries", { value: rows.length });
      return;
    }
    const kept = rows.map((row, index) => {
      const inside = new Pass(
        this.document,
        this.on,
        this.forAnother,
        { ...this.result, values: {} },
        { repeat, index },
        new Map(this.seen),
      );
      if (isObject(row)) {
        inside.questions(repeat.questions, row);
        inside.strangers(row, new Set(repeat.questions.map((q) => q.code)));
      } else {
        this.refuse(repeat, "not_entries", { value: row });
      }
      return inside.result.values;
    });
    if (kept.length) this.keep(repeat.code, kept);
  }

  strangers(answers, known) {
    const inOrder = (a, b) => (before(a, b) ? -1 : 1);
    for (const code of Object.keys(answers).sort(inOrder)) {
      if (!known.has(code)) this.refuse(null, "unknown_question", { value: code });
    }
  }
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function own(answers, code) {
  return Object.hasOwn(answers, code) ? answers[code] : null;
}

function read(item, typed, on) {
  if (typed === null || typed === "" || (Array.isArray(typed) && !typed.length)) {
    if (!item.required) return null;
    const kind = item.type === "choices" ? "choices" : CHOSEN.has(item.type) ? "choice" : "entry";
    throw new Refused(`required_${kind}`);
  }
  switch (item.type) {
    case "yes_no":
      return oneOf(typed, (item.unknown ?? true) ? ["yes", "no", "unknown"] : ["yes", "no"]);
    case "choice":
      return oneOf(typed, item.options.map((o) => o.code));
    case "choices":
      return severalOf(item, typed);
    case "integer":
      if (typeof typed !== "number" || !(Math.abs(typed) < LARGEST) || !Number.isInteger(typed)) {
        throw new Refused("not_an_integer");
      }
      return within(item, typed);
    case "decimal":
      return decimal(item, typed);
    case "text":
      return line(item, typed);
    case "date":
      return day(item, typed, on);
    case "datetime":
      return moment(item, typed, on);
    default:
      throw new Error(`unknown kind of question ${item.type}`);
  }
}

function oneOf(typed, codes) {
  if (typeof typed !== "string" || !codes.includes(typed)) throw new Refused("not_a_choice");
  return typed;
}

function severalOf(item, typed) {
  if (!Array.isArray(typed)) throw new Refused("not_a_choice");
  const codes = item.options.map((o) => o.code);
  for (const one of typed) {
    if (typeof one !== "string" || !codes.includes(one)) throw new Refused("not_a_choice", { quoted: one });
  }
  for (const option of item.options) {
    if (option.exclusive && typed.includes(option.code) && new Set(typed).size > 1) {
      throw new Refused("exclusive", { option: option.label });
    }
  }
  return codes.filter((code) => typed.includes(code));
}

function decimal(item, typed) {
  if (typeof typed !== "number" || !(Math.abs(typed) < LARGEST)) throw new Refused("not_a_number");
  const value = within(item, typed);
  const places = item.places ?? 1;
  if (Number(value.toFixed(places)) !== value) throw new Refused(places ? "places" : "places_0");
  return value;
}

function within(item, value) {
  const [least, most] = [item.least ?? -LARGEST, item.most ?? LARGEST];
  if (least <= value && value <= most) return value;
  const [low, high] = [least > -LARGEST, most < LARGEST];
  throw new Refused(low === high ? "between" : low ? "at_least" : "at_most");
}

function line(item, typed) {
  if (typeof typed !== "string" || typed.includes("\0") || /\p{Cs}/u.test(typed)) throw new Refused("not_text");
  const text = typed.replaceAll("\r\n", "\n").replace(ENDS, "");
  const { length } = [...text];
  if (length > (item.longest ?? 200)) throw new Refused("too_long", { length });
  if (!text && item.required) throw new Refused("required_entry");
  return text || null;
}

/** The day, null for one no calendar has. */
function realDay(text) {
  const [year, month, dayOfMonth] = text.split("-").map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  const real = year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
  return real ? text : null;
}

function day(item, typed, on) {
  if (typeof typed !== "string" || !DAY.test(typed) || realDay(typed) === null) throw new Refused("not_a_day");
  notOutside(item, typed, on);
  return typed;
}

/** The day in Viet Nam of a moment, and its time of day; null for a moment no calendar has. */
export function localMoment(text) {
  if (!MOMENT.test(text) || realDay(text.slice(0, 10)) === null) return null;
  const local = new Date(Date.parse(text) + 7 * 3600 * 1000);
  if (local.getUTCFullYear() > 9999) return null;
  const iso = local.toISOString();
  return { day: iso.slice(0, 10), time: iso.slice(11, 16) };
}

function moment(item, typed, on) {
  const local = typeof typed === "string" ? localMoment(typed) : null;
  if (local === null) throw new Refused("not_a_moment");
  notOutside(item, local.day, on);
  return typed;
}

function notOutside(item, value, on) {
  for (const [bound, code] of [["earliest", "too_early"], ["latest", "too_late"]]) {
    const days = item[bound] ?? null;
    if (days === null) continue;
    const limit = movedDay(on, days);
    if (bound === "earliest" ? value < limit : value > limit) throw new Refused(code, { [bound]: limit });
  }
}
