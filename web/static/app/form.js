/**
 * A form's document on the phone: which questions are shown, which answers count, what must be mended. The same rule as the
 * server's, so that what is written down without a network is accepted later; a test holds the two together. Pure.
 *
 * @typedef {Record<string, string>} Text
 * @typedef {{code: string, label: Text, exclusive?: boolean}} Option
 * @typedef {object} Item
 * @property {string} type
 * @property {string} code
 * @property {Text} label
 * @property {Text | null} [short]
 * @property {Text | null} [hint]
 * @property {any} [show_if]
 * @property {boolean} [required]
 * @property {boolean} [unknown]
 * @property {Option[]} [options]
 * @property {Text | null} [skip]
 * @property {{text: Text, call?: string | null} | null} [caution]
 * @property {{rule: any, message: Text} | null} [constraint]
 * @property {number | null} [earliest]
 * @property {number | null} [latest]
 * @property {number} [least]
 * @property {number} [most]
 * @property {number} [places]
 * @property {number} [longest]
 * @property {any} [value]
 * @property {Item[]} [questions]
 * @typedef {{code: string, title: Text, languages: string[], look_back_days?: number | null, pages: Item[]}} Form
 * @typedef {Record<string, any>} Answers
 */

/** Typed in place of an answer for somebody who could not be asked; kept as no answer at all. */
export const NOT_ASKED = "not_asked";
const DAY_MS = 24 * 60 * 60_000;
const LARGEST = 2 ** 53;
const LONG_DAY = /^\d{4}-\d\d-\d\d$/;
/** Kinds of question that this phone can draw. */
const DRAWN = new Set(["yes_no", "choice", "choices", "date", "integer", "text", "group"]);

/** Whether every question can be asked here; otherwise nobody is asked on the phone. @param {Form} form */
export function canAsk(form) {
  return form.pages.flatMap((page) => [page, ...(page.questions ?? [])]).every(({ type }) => DRAWN.has(type));
}

/** A calendar day some days on. @param {string} day @param {number} days */
export function moved(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** @param {any} value @returns {boolean | null} */
const truth = (value) => (typeof value === "boolean" ? value : null);
/** @param {boolean | null} value */
const negate = (value) => (value === null ? null : !value);
/** @param {(boolean | null)[]} values Kleene's "and" */
const every = (values) => (values.includes(false) ? false : values.includes(null) ? null : true);

/** The value of an expression tree; null where a missing answer leaves it open. @param {any} tree @param {Answers} answers @param {string} today @returns {any} */
export function evaluate(tree, answers, today) {
  if (tree === null || typeof tree !== "object") return tree;
  const value = (/** @type {any} */ part) => evaluate(part, answers, today);
  switch (tree.op) {
    case "answer": return answers[tree.of] ?? null;
    case "answered": return tree.of in answers;
    case "today": return moved(today, tree.days ?? 0);
    case "eq": case "ne": case "lt": case "le": return compare(tree.op, value(tree.left), value(tree.right));
    case "in": {
      const left = value(tree.left);
      if (left === null) return null;
      return Array.isArray(left) ? left.some((one) => tree.values.includes(one)) : tree.values.includes(left);
    }
    case "and": return every(tree.of.map((/** @type {any} */ part) => truth(value(part))));
    case "or": return negate(every(tree.of.map((/** @type {any} */ part) => negate(truth(value(part))))));
    case "not": return negate(truth(value(tree.of)));
    case "count": return tree.of.filter((/** @type {any} */ part) => truth(value(part)) === true).length;
    case "add": return arithmetic(tree.of.map(value), (sum, one) => sum + one);
    case "multiply": return arithmetic(tree.of.map(value), (product, one) => product * one);
    case "subtract": return arithmetic([value(tree.left), value(tree.right)], (left, right) => left - right);
    case "if": {
      const condition = truth(value(tree.when));
      return condition === null ? null : value(condition ? tree.then : tree.otherwise);
    }
    default: throw new Error(`no such operation: ${tree.op}`);
  }
}

/** @param {string} op @param {any} left @param {any} right */
function compare(op, left, right) {
  if (left === null || right === null) return null;
  if (op === "eq" || op === "ne") return (JSON.stringify(left) === JSON.stringify(right)) === (op === "eq");
  if (typeof left !== typeof right || !["string", "number"].includes(typeof left)) return null;
  return op === "lt" ? left < right : left <= right;
}

/** @param {any[]} values @param {(left: number, right: number) => number} step */
function arithmetic(values, step) {
  if (!values.every((one) => typeof one === "number")) return null;
  const result = values.reduce(step);
  return Math.abs(result) <= LARGEST ? result : null;
}

/** Every question with the group it stands in, in order. @param {Form} form @returns {{group: Item | null, item: Item}[]} */
function items(form) {
  return form.pages.flatMap((page) => (page.type === "group" ? (page.questions ?? []).map((item) => ({ group: page, item })) : [{ group: null, item: page }]));
}

/**
 * The questions shown under these answers, the answers that count, and why one does not.
 * @param {Form} form @param {Answers} typed @param {string} today  the day in Viet Nam @param {boolean} forAnother
 * @returns {{shown: Item[], values: Answers, faults: Record<string, string>}} faults: question → kind of fault
 */
export function read(form, typed, today, forAnother = false) {
  /** @type {Answers} */
  const values = {};
  /** @type {Record<string, string>} */
  const faults = {};
  /** @type {Item[]} */
  const shown = [];
  for (const { group, item } of items(form)) {
    const conditions = [group?.show_if, item.show_if].filter((tree) => tree !== undefined && tree !== null);
    if (!conditions.every((tree) => evaluate(tree, values, today) === true)) continue;
    shown.push(item);
    const given = typed[item.code];
    if (forAnother && given === NOT_ASKED && item.options) continue;
    if (forAnother && given === NOT_ASKED && item.type === "yes_no") continue;
    const empty = given === undefined || given === null || given === "" || given === NOT_ASKED || (Array.isArray(given) && !given.length);
    const fault = empty ? (item.required ? "required" : "") : faultOf(item, given, today);
    if (fault) faults[item.code] = fault;
    else if (!empty && item.constraint && evaluate(item.constraint.rule, { ...values, [item.code]: given }, today) === false) faults[item.code] = "constraint";
    else if (!empty) values[item.code] = given;
  }
  return { shown, values, faults };
}

/** @param {Item} item @param {any} given @param {string} today */
function faultOf(item, given, today) {
  const codes = (item.options ?? []).map(({ code }) => code);
  switch (item.type) {
    case "yes_no": return ["yes", "no", ...(item.unknown === false ? [] : ["unknown"])].includes(given) ? "" : "choice";
    case "choice": return codes.includes(given) ? "" : "choice";
    case "choices": {
      const alone = (item.options ?? []).some(({ code, exclusive }) => exclusive && given.includes(code));
      if (!given.every((/** @type {string} */ one) => codes.includes(one)) || new Set(given).size !== given.length) return "choice";
      return alone && given.length > 1 ? "exclusive" : "";
    }
    case "date": {
      if (!LONG_DAY.test(given) || Number.isNaN(Date.parse(`${given}T00:00:00Z`)) || moved(given, 0) !== given) return "date";
      if (typeof item.earliest === "number" && given < moved(today, item.earliest)) return "early";
      return typeof item.latest === "number" && given > moved(today, item.latest) ? "late" : "";
    }
    case "integer":
      if (!Number.isInteger(given)) return "number";
      return given < (item.least ?? -LARGEST) || given > (item.most ?? LARGEST) ? "range" : "";
    case "text": return [...given].length > (item.longest ?? 200) ? "long" : "";
    default: return "choice";
  }
}
