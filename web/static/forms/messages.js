/** What the validator says, in the words of words.js; the same sentences as the server's (validate.py, wording.py). */

import { LARGEST } from "./expressions.js";
import { localMoment } from "./validate.js";
import { HABITS, WORDS } from "./words.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LEAST_QUOTED = 1e-4;
const MOST_QUOTED = 60;

/** The sentence in that language, else in English, else in the form's first, with the look-back window said. */
export function words(document, text, language) {
  if (!text || !Object.keys(text).length) return "";
  const { languages } = document;
  const standIn = languages.includes(language) && languages.includes("en") ? text.en : "";
  const sentence = text[language] || standIn || text[languages[0]];
  const days = String(document.look_back_days);
  return sentence.replaceAll("{look_back_days}", days).replaceAll("{{ngày}}", days);
}

/** One thing to mend: where, of which kind, and the sentence in each language. */
export function say(document, item, code, facts, entry = null) {
  let message = {};
  if (code === "constraint") {
    for (const language of document.languages) message[language] = words(document, facts.message, language);
  } else {
    for (const language of new Set([...document.languages, "vi", "en"])) {
      const holes = spelled(document, item, facts, language);
      message[language] = (WORDS[code][language] ?? WORDS[code].en).replace(/\{(\w+)\}/g, (_all, hole) => holes[hole]);
    }
  }
  if (entry === null) return { question: item ? item.code : "", code, message };
  const { repeat, index } = entry;
  message = Object.fromEntries(
    Object.entries(message).map(([l, sentence]) => [l, `${words(document, repeat.entry, l)} ${index + 1}: ${sentence}`]),
  );
  return { question: item ? `${repeat.code}.${index}.${item.code}` : repeat.code, code, message };
}

function spelled(document, item, facts, language) {
  const holes = {
    name: item ? words(document, item.short ?? item.label, language) : "",
    typed: quote(Object.hasOwn(facts, "quoted") ? facts.quoted : (facts.value ?? null), language),
  };
  if ("option" in facts) holes.option = words(document, facts.option, language);
  if ("length" in facts) holes.length = number(facts.length, language, 0);
  for (const bound of ["earliest", "latest"]) if (bound in facts) holes[bound] = day(facts[bound], language);
  switch (item?.type) {
    case "integer":
    case "decimal": {
      const places = item.type === "decimal" ? (item.places ?? 1) : 0;
      const [least, most] = [item.least ?? -LARGEST, item.most ?? LARGEST];
      // Between four-figure bounds stands a year, which no language groups.
      const grouped = !(least >= 1000 && most <= 9999);
      holes.least = number(least, language, places, grouped);
      holes.most = number(most, language, places, grouped);
      holes.unit = item.unit ? ` ${words(document, item.unit, language)}` : "";
      holes.places = String(places);
      holes.example = number(least > -LARGEST ? least : Math.min(most, 1), language, places, grouped);
      break;
    }
    case "repeat":
      holes.least = String(item.least ?? 0);
      holes.most = String(item.most ?? 20);
      holes.entry = words(document, item.entry, language).toLowerCase();
      break;
    case "text":
      holes.longest = number(item.longest ?? 200, language, 0);
      break;
    case "date":
    case "datetime":
      holes.example = day("2026-08-13", language);
      holes.earliest ??= "";
      holes.latest ??= "";
      if (typeof facts.value === "string") holes.typed = spelledDay(facts.value, language) ?? holes.typed;
      break;
    default:
  }
  return holes;
}

/** A day or moment as people write it; as typed where no calendar has it, null where it does not look like one. */
function spelledDay(typed, language) {
  if (/^\d{4}-\d\d-\d\d$/.test(typed)) return isDay(typed) ? day(typed, language) : typed;
  const local = localMoment(typed);
  if (local !== null) return `${day(local.day, language)} ${local.time}`;
  return /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(typed) ? typed : null;
}

function isDay(text) {
  return localMoment(`${text}T00:00:00Z`) !== null;
}

// English and what is not listed.
const OTHERWISE = { day: "", point: ".", group: "," };

function habits(language) {
  return HABITS[language] ?? OTHERWISE;
}

function day(value, language) {
  const [year, month, dayOfMonth] = value.split("-").map(Number);
  const { day: pattern } = habits(language);
  if (!pattern) return `${dayOfMonth} ${MONTHS[month - 1]} ${year}`;
  const parts = { d: dayOfMonth, m: month, y: year };
  return pattern.replace(/\{(\w)(:02)?\}/g, (_all, part, two) => String(parts[part]).padStart(two ? 2 : 1, "0"));
}

/** 37,9 and 2.914 in Vietnamese; 37.9 and 2,914 in English. A year is not grouped. */
function number(value, language, places, grouped = true) {
  const { point, group } = habits(language);
  const [whole, fraction] = halfEven(value, places).split(".");
  const written = grouped ? whole.replace(/\B(?=(\d{3})+(?!\d))/g, group) : whole;
  return written + (fraction ? point + fraction : "");
}

/** Fixed places, a tie to the even digit as Python writes it (toFixed takes the larger). */
function halfEven(value, places) {
  const exact = Math.abs(value).toFixed(places + 40);
  const cut = exact.length - 40;
  const rest = exact.slice(cut);
  const head = exact.slice(0, cut).replace(/\.$/, "");
  const even = Number(head.at(-1)) % 2 === 0;
  const text = /^50*$/.test(rest) && even ? head : Math.abs(value).toFixed(places);
  return value < 0 ? `-${text}` : text;
}

function quote(typed, language) {
  if (typed === null) return "none";
  if (typeof typed === "boolean") return String(typed);
  if (typeof typed === "object") return Array.isArray(typed) ? "[…]" : "{…}";
  if (typeof typed === "number") {
    const size = Math.abs(typed);
    if (!(size < LARGEST) || (size > 0 && size < LEAST_QUOTED)) return "…";
    return String(typed).replace(".", habits(language).point);
  }
  const letters = [...typed];
  return letters.length <= MOST_QUOTED ? typed : `${letters.slice(0, MOST_QUOTED).join("")}…`;
}
