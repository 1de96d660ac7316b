/** What a gate can be shown, told apart and read. The same as systems/checkin/cards.py; a test holds them together. */

export const PASS_PREFIX = "LCP1:";
export const RECEIPT_PREFIX = "LCR1:";
const MAX_CHARS = 7089;
const MAX_NAME = 120;
const CITIZEN = /^[0-9]{12}$/;
const OLD_NUMBER = /^[0-9]{9}$/;
const INSURANCE = /^(?:[A-Z]{2}[0-9]{13}|[0-9]{10})$/;
const PASSPORT = /^[A-Z][0-9]{7,8}$/;
const COMPACT_DATE = /^([0-9]{2})([0-9]{2})([0-9]{4})$/;
const SLASH_DATE = /^([0-9]{2})\/([0-9]{2})\/([0-9]{4})$/;
const YEAR = /^[0-9]{4}$/;
const ISO_DATE = /^([0-9]{4})-([0-9]{2}|\*\*)-([0-9]{2}|\*\*)$/;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]/;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const SEX_DIGITS = new Map([["1", "male"], ["2", "female"]]);
const SEX_WORDS = new Map([["nam", "male"], ["nữ", "female"]]);

/**
 * @typedef {{kind: string, number_kind: string, number: string, name: string, born: string, sex: string, masked: boolean}} Card
 * @returns {Card}
 */
function card(kind, said = {}) {
  return { kind, number_kind: "", number: "", name: "", born: "", sex: "", masked: false, ...said };
}

/** @param {string} text @returns {Card} never throws: what fits no format is "unknown" */
export function readCard(text) {
  if ([...text].length > MAX_CHARS) return card("unknown");
  if (text.startsWith("HC1:")) return card("certificate");
  if (text.startsWith(PASS_PREFIX)) return card("pass");
  if (text.startsWith(RECEIPT_PREFIX)) return card("receipt");
  const fields = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").split("|");
  if (fields.length >= 14 && fields.at(-1) === "$") return insurance(fields);
  if ((fields.length === 7 || fields.length === 11) && CITIZEN.test(fields[0]) && COMPACT_DATE.test(fields[3])) return citizen(fields);
  if (fields.length === 6 && ISO_DATE.test(fields[2]) && (fields[3] === "0" || fields[3] === "1")) return national(fields);
  return card("unknown");
}

function insurance(fields) {
  const number = ASCII.test(fields[0]) ? fields[0].toUpperCase() : "";
  if (!INSURANCE.test(number)) return card("unknown");
  const full = SLASH_DATE.exec(fields[2]);
  const born = full ? date(full[3], full[2], full[1]) : YEAR.test(fields[2]) ? fields[2] : "";
  return card("insurance", { number_kind: "bhyt", number, name: hexName(fields[1]), born, sex: SEX_DIGITS.get(fields[3]) ?? "" });
}

function citizen(fields) {
  const [, day, month, year] = /** @type {RegExpExecArray} */ (COMPACT_DATE.exec(fields[3]));
  const born = date(year, month, day);
  if (!born) return card("unknown");
  const sex = SEX_WORDS.get(fields[4].normalize("NFC").toLowerCase()) ?? "";
  return card("citizen", { number_kind: "cccd", number: fields[0], name: cleanName(fields[2]), born, sex });
}

function national(fields) {
  const [, year, month, day] = /** @type {RegExpExecArray} */ (ISO_DATE.exec(fields[2]));
  const hidden = (month + day).includes("*");
  const born = hidden ? year : date(year, month, day);
  if (!born) return card("unknown");
  const given = ASCII.test(fields[0]) ? fields[0].toUpperCase() : "";
  const numberKind = CITIZEN.test(given) ? "cccd" : PASSPORT.test(given) ? "passport" : "";
  if (!numberKind && !OLD_NUMBER.test(given) && !given.includes("*")) return card("unknown");
  return card("national", {
    number_kind: numberKind,
    number: numberKind ? given : "",
    name: cleanName(fields[1]),
    born,
    sex: SEX_DIGITS.get(fields[5].split("<")[1]) ?? "",
    masked: hidden || given.includes("*"),
  });
}

function date(year, month, day) {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1900 || y > 2199 || m < 1 || m > 12) return "";
  return d >= 1 && d <= new Date(Date.UTC(y, m, 0)).getUTCDate() ? `${year}-${month}-${day}` : "";
}

function hexName(text) {
  if (!HEX.test(text)) return "";
  const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  try {
    return cleanName(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return "";
  }
}

function cleanName(text) {
  const name = text.normalize("NFC").replace(/[ \t\r\n\u00a0]+/g, " ").replace(/^ | $/g, "");
  return [...name].length > MAX_NAME || CONTROL.test(name) ? "" : name;
}

/** The family name and the first letters of the rest: Phan Văn Đạt is shown as “Phan V. Đ.”. @param {string} name */
export function mask(name) {
  const [first, ...rest] = name.split(" ").filter(Boolean);
  if (!first) return "";
  const letters = [...first];
  const shouting = first === first.toUpperCase() && first !== first.toLowerCase();
  const family = shouting ? letters[0].toUpperCase() + letters.slice(1).join("").toLowerCase() : first;
  return [family, ...rest.map((part) => `${[...part][0].toUpperCase()}.`)].join(" ");
}

/** 09•• ••• 418, also of +84905000418. @param {string} phone digits, as a number of this country */
export function maskPhone(phone) {
  const home = phone.replace(/^\+?84/, "0");
  return `${home.slice(0, 2)}•• ••• ${home.slice(-3)}`;
}
