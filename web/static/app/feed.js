/**
 * The list of place notices: its signature, its format, and finding in it the places one has been to. Pure but for WebCrypto.
 *
 *     header      24 bytes   "LCF1", version 2, entry size 13, two zero bytes, edition, issued, valid until, number of entries
 *                            (each a big-endian u32; times are Unix seconds)
 *     entries     13 bytes   each, sorted: tag (8), body (5); one entry holds up to four hours
 *     signature   64 bytes   ECDSA P-256 with SHA-256 over all before it, r | s
 *
 * For code C, hour H (since 1970, UTC) in which an entry begins and notice N (0, 1, …):
 *     tag  = SHA-256("lachan notice 2 tag|C|H|N")[:8]
 *     body = SHA-256("lachan notice 2 body|C|H|N")[:5] XOR (first minute, minutes, grade, disease, 0)
 * A delta: "LCD1", zero, base edition, later header (24), number of tags that go, those tags, entries that come, later signature.
 * Only who has stood at the place knows C, so nobody else can read its entries.
 *
 * @typedef {{edition: number, issued: number, validUntil: number, entries: Map<string, Uint8Array>}} Feed  times in milliseconds
 * @typedef {{code: string, start: number, end: number, grade: number, disease: number}} Window  times in milliseconds
 */

const HEADER_BYTES = 24;
const TAG_BYTES = 8;
const BODY_BYTES = 5;
const ENTRY_BYTES = TAG_BYTES + BODY_BYTES;
const SIGNATURE_BYTES = 64;
const MAGIC = "LCF1";
const VERSION = 2;
const DELTA_MAGIC = "LCD1";
const DELTA_HEADER_BYTES = 40;
// An entry is that long at most, so one that reaches into a stay began at most that many hours before.
const ENTRY_MINUTES = 240;
const HOURS_BACK = 4;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A list that must not be used; `reason` is "signature", "unreadable" or "old". */
export class FeedError extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Verify and read a list. Throws FeedError.
 * @param {Uint8Array} bytes @param {JsonWebKey} jwk the signer's public key @returns {Promise<Feed>}
 */
export async function open(bytes, jwk) {
  const unsigned = bytes.subarray(0, -SIGNATURE_BYTES);
  if (unsigned.length < HEADER_BYTES || String.fromCharCode(...unsigned.subarray(0, 4)) !== MAGIC) throw new FeedError("unreadable");
  const { kty, crv, x, y } = jwk;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  const right = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes.subarray(-SIGNATURE_BYTES), unsigned);
  if (!right) throw new FeedError("signature");
  const view = new DataView(unsigned.buffer, unsigned.byteOffset, unsigned.byteLength);
  const count = view.getUint32(20);
  if (view.getUint8(4) !== VERSION || view.getUint8(5) !== ENTRY_BYTES || unsigned.length !== HEADER_BYTES + count * ENTRY_BYTES) {
    throw new FeedError("unreadable");
  }
  /** @type {Map<string, Uint8Array>} */
  const entries = new Map();
  for (let at = HEADER_BYTES; at < unsigned.length; at += ENTRY_BYTES) {
    entries.set(hex(unsigned.subarray(at, at + TAG_BYTES)), unsigned.subarray(at + TAG_BYTES, at + ENTRY_BYTES));
  }
  return { edition: view.getUint32(8), issued: view.getUint32(12) * 1000, validUntil: view.getUint32(16) * 1000, entries };
}

/** Whether kept bytes are of the format this reader knows. @param {Uint8Array} bytes */
export function readable(bytes) {
  return String.fromCharCode(...bytes.subarray(0, 4)) === MAGIC && bytes[4] === VERSION;
}

/**
 * The later edition that a delta makes of a kept one; open() still has to prove it. Throws FeedError.
 * @param {Uint8Array} base @param {Uint8Array} change @returns {Uint8Array}
 */
export function apply(base, change) {
  if (change.length < DELTA_HEADER_BYTES + SIGNATURE_BYTES || String.fromCharCode(...change.subarray(0, 4)) !== DELTA_MAGIC) throw new FeedError("unreadable");
  const view = new DataView(change.buffer, change.byteOffset, change.byteLength);
  const from = DELTA_HEADER_BYTES + view.getUint32(36) * TAG_BYTES;
  const to = change.length - SIGNATURE_BYTES;
  const edition = new DataView(base.buffer, base.byteOffset, base.byteLength).getUint32(8);
  if (view.getUint32(8) !== edition || from > to || (to - from) % ENTRY_BYTES) throw new FeedError("unreadable");
  const gone = new Set();
  for (let at = DELTA_HEADER_BYTES; at < from; at += TAG_BYTES) gone.add(hex(change.subarray(at, at + TAG_BYTES)));
  /** @type {Map<string, Uint8Array>} */
  const rows = new Map();
  for (let at = HEADER_BYTES; at < base.length - SIGNATURE_BYTES; at += ENTRY_BYTES) {
    if (!gone.has(hex(base.subarray(at, at + TAG_BYTES)))) rows.set(hex(base.subarray(at, at + ENTRY_BYTES)), base.subarray(at, at + ENTRY_BYTES));
  }
  for (let at = from; at < to; at += ENTRY_BYTES) rows.set(hex(change.subarray(at, at + ENTRY_BYTES)), change.subarray(at, at + ENTRY_BYTES));
  const later = new Uint8Array(HEADER_BYTES + rows.size * ENTRY_BYTES + SIGNATURE_BYTES);
  later.set(change.subarray(12, 12 + HEADER_BYTES));
  [...rows.keys()].sort().forEach((key, n) => later.set(/** @type {Uint8Array} */ (rows.get(key)), HEADER_BYTES + n * ENTRY_BYTES));
  later.set(change.subarray(to), later.length - SIGNATURE_BYTES);
  return later;
}

/** @param {"tag" | "body"} kind @param {string} code @param {number} hour @param {number} number */
async function digest(kind, code, hour, number) {
  const text = new TextEncoder().encode(`lachan notice 2 ${kind}|${code}|${hour}|${number}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text));
}

/**
 * The published windows that overlap a stay at the place of that code.
 * @param {Feed} feed @param {string} code @param {number} start @param {number} end milliseconds @returns {Promise<Window[]>}
 */
export async function match(feed, code, start, end) {
  /** @type {Window[]} */
  const found = [];
  const hours = [];
  for (let hour = Math.floor(start / HOUR_MS) - HOURS_BACK; hour < Math.ceil(end / HOUR_MS); hour += 1) hours.push(hour);
  // Most hours have nothing: all of them are asked at once, and only a hit goes on.
  const firsts = await Promise.all(hours.map((hour) => digest("tag", code, hour, 0)));
  for (const [n, hour] of hours.entries()) {
    let tag = firsts[n];
    for (let number = 0; ; tag = await digest("tag", code, hour, (number += 1))) {
      const body = feed.entries.get(hex(tag.subarray(0, TAG_BYTES)));
      if (!body) break;
      const mask = await digest("body", code, hour, number);
      const [first, minutes, grade, disease, zero] = Array.from(body, (byte, at) => byte ^ mask[at]);
      // The zero byte tells a real entry from a tag hit by chance.
      if (zero !== 0 || first >= 60 || minutes < 1 || minutes > ENTRY_MINUTES) continue;
      const begins = hour * HOUR_MS + first * MINUTE_MS;
      found.push({ code, start: begins, end: begins + minutes * MINUTE_MS, grade, disease });
    }
  }
  return joined(found).filter((window) => window.start < end && window.end > start);
}

/** Windows over several hours as one. @param {Window[]} windows */
function joined(windows) {
  /** @type {Window[]} */
  const whole = [];
  for (const window of [...windows].sort((a, b) => a.disease - b.disease || a.grade - b.grade || a.start - b.start || a.end - b.end)) {
    const last = whole[whole.length - 1];
    if (last && last.disease === window.disease && last.grade === window.grade && window.start <= last.end) last.end = Math.max(last.end, window.end);
    else whole.push({ ...window });
  }
  return whole.sort((a, b) => a.start - b.start || a.end - b.end || a.disease - b.disease || a.grade - b.grade);
}
