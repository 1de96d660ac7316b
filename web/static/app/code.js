/**
 * The code of a place, as printed on its poster: 12 characters of Crockford's base 32, the last one a check.
 * The same rule as the server's register of places: Σ αⁱ·cᵢ = 0 over GF(2⁵), so one wrong character or two swapped
 * ones are found on the phone, without a network. Pure.
 */

export const LENGTH = 12;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** What people read or type instead. */
const READ_AS = /** @type {Record<string, string>} */ ({ O: "0", I: "1", L: "1" });
const POLYNOMIAL = 0b100101;
const ADDRESS = /^https?:\/\/[^/\s]+\/c\/([^/?#\s]+)\/?(?:[?#].*)?$/i;
const SEPARATORS = /[\s\-–—.]+/g;
/** A screen adds a tag that changes every half minute: CODE.TAG, with or without the address around it. */
const TAGGED = /^(.*?)([0-9a-z-]{12,14})\.([0-9a-z]{8})(\/?(?:[?#].*)?)$/is;

/** @param {number[]} values */
function remainder(values) {
  let total = 0;
  for (const value of values) {
    total <<= 1;
    if (total & 0b100000) total ^= POLYNOMIAL;
    total ^= value;
  }
  return total;
}

/**
 * The code in what was scanned or typed, or why there is none:
 * "foreign" (some other QR or text), "length" (too few or too many characters), "mistyped" (the check does not fit).
 * @param {string} text
 * `tag` is the one of a screen, null where there is none; only the server can tell whether it still holds.
 * @returns {{code: string, tag: string | null, fault: null} | {code: null, tag: null, fault: "foreign" | "length" | "mistyped", length: number}}
 */
export function parse(text) {
  const tagged = TAGGED.exec(text.trim());
  const trimmed = tagged ? tagged[1] + tagged[2] + tagged[4] : text.trim();
  const match = ADDRESS.exec(trimmed);
  if (!match && /[:/?]/.test(trimmed)) return { code: null, tag: null, fault: "foreign", length: 0 };
  const signs = (match ? match[1] : trimmed).replace(SEPARATORS, "").toUpperCase();
  const letters = [...signs].map((sign) => READ_AS[sign] ?? sign);
  const values = letters.map((letter) => ALPHABET.indexOf(letter));
  if (values.includes(-1)) return { code: null, tag: null, fault: "foreign", length: letters.length };
  if (letters.length !== LENGTH) return { code: null, tag: null, fault: "length", length: letters.length };
  if (remainder(values)) return { code: null, tag: null, fault: "mistyped", length: LENGTH };
  const tag = tagged ? [...tagged[3].toUpperCase()].map((sign) => READ_AS[sign] ?? sign).join("") : null;
  return { code: letters.join(""), tag, fault: null };
}

/** XXXX-XXXX-XXXX, as printed. @param {string} code */
export function grouped(code) {
  return code.match(/.{1,4}/g)?.join("-") ?? "";
}
