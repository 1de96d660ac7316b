/**
 * The list of place notices: its signature, its format, and finding in it the places one has been to. Pure but for WebCrypto.
 *
 *     header      24 bytes   "LCF1", version 1, entry size 13, two zero bytes, edition, issued, valid until, number of entries
 *                            (each a big-endian u32; times are Unix seconds)
 *     entries     13 bytes   each, sorted: tag (8), body (5)
 *     signature   64 bytes   ECDSA P-256 with SHA-256 over all before it, r | s
 *
 * For code C, hour H (since 1970, UTC) and notice N (0, 1, …):
 *     tag  = SHA-256("lachan notice tag|C|H|N")[:8]
 *     body = SHA-256("lachan notice body|C|H|N")[:5] XOR (first minute, last minute, grade, disease, 0)
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
const VERSION = 1;
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

/** @param {"tag" | "body"} kind @param {string} code @param {number} hour @param {number} number */
async function digest(kind, code, hour, number) {
  const text = new TextEncoder().encode(`lachan notice ${kind}|${code}|${hour}|${number}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text));
}

/**
 * The published windows that overlap a stay at the place of that code.
 * @param {Feed} feed @param {string} code @param {number} start @param {number} end milliseconds @returns {Promise<Window[]>}
 */
export async function match(feed, code, start, end) {
  /** @type {Window[]} */
  const found = [];
  for (let hour = Math.floor(start / HOUR_MS); hour < Math.ceil(end / HOUR_MS); hour += 1) {
    for (let number = 0; ; number += 1) {
      const body = feed.entries.get(hex((await digest("tag", code, hour, number)).subarray(0, TAG_BYTES)));
      if (!body) break;
      const mask = await digest("body", code, hour, number);
      const [first, last, grade, disease, zero] = Array.from(body, (byte, n) => byte ^ mask[n]);
      // The zero byte tells a real entry from a tag hit by chance.
      if (zero !== 0 || first >= last || last > 60) continue;
      found.push({ code, start: hour * HOUR_MS + first * MINUTE_MS, end: hour * HOUR_MS + last * MINUTE_MS, grade, disease });
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
