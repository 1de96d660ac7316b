/**
 * The directory of a commune: which codes are genuine there, so that a phone or a gate can tell without a network.
 * Its format and its reasons are the server's (register/places/directory.py). Pure but for WebCrypto.
 *
 *     header      36 bytes   "LCD1", version 1, digest size 8, two zero bytes, commune code (8 bytes, ASCII), edition, issued,
 *                            valid until, rounds, number of codes (each a big-endian u32; Unix seconds)
 *     digests      8 bytes   each, sorted: PBKDF2-HMAC-SHA-256(code, "lachan directory|" + commune, rounds)[:8]
 *     signature   64 bytes   ECDSA P-256 with SHA-256 over all before it, r | s
 *
 * @typedef {{commune: string, edition: number, issued: number, validUntil: number, rounds: number, digests: Uint8Array}} Directory
 *          times in milliseconds
 */

const HEADER_BYTES = 36;
const DIGEST_BYTES = 8;
const SIGNATURE_BYTES = 64;
const MAGIC = "LCD1";
const VERSION = 1;
/** More than any installation asks for: a forged header must not keep a phone busy. */
const MOST_ROUNDS = 1_000_000;

/** A directory that must not be used; `reason` is "unreadable", "signature" or "older". */
export class DirectoryError extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Verify and read a directory. Throws DirectoryError.
 * @param {Uint8Array} bytes @param {JsonWebKey} jwk the installation's public key
 * @param {number} [atLeast] the edition this phone has had: an older one is somebody's replay
 * @returns {Promise<Directory>}
 */
export async function open(bytes, jwk, atLeast = 0) {
  const unsigned = bytes.subarray(0, -SIGNATURE_BYTES);
  if (unsigned.length < HEADER_BYTES || String.fromCharCode(...unsigned.subarray(0, 4)) !== MAGIC) throw new DirectoryError("unreadable");
  const { kty, crv, x, y } = jwk;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  const right = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes.slice(-SIGNATURE_BYTES), unsigned.slice());
  if (!right) throw new DirectoryError("signature");
  const view = new DataView(unsigned.buffer, unsigned.byteOffset, unsigned.byteLength);
  const count = view.getUint32(32);
  const rounds = view.getUint32(28);
  if (view.getUint8(4) !== VERSION || view.getUint8(5) !== DIGEST_BYTES || unsigned.length !== HEADER_BYTES + count * DIGEST_BYTES || !rounds || rounds > MOST_ROUNDS) {
    throw new DirectoryError("unreadable");
  }
  const edition = view.getUint32(16);
  if (edition < atLeast) throw new DirectoryError("older");
  const commune = String.fromCharCode(...unsigned.subarray(8, 16)).replace(/\0+$/, "");
  return { commune, edition, issued: view.getUint32(20) * 1000, validUntil: view.getUint32(24) * 1000, rounds, digests: unsigned.slice(HEADER_BYTES) };
}

/** The entry of a code in the directory of a commune. @param {string} code @param {string} commune @param {number} rounds */
export async function digest(code, commune, rounds) {
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", text.encode(code), "PBKDF2", false, ["deriveBits"]);
  const salt = text.encode(`lachan directory|${commune}`);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, key, DIGEST_BYTES * 8));
}

/** Is the code (12 characters, as parsed) one of the commune? @param {Directory} directory @param {string} code */
export async function holds(directory, code) {
  const wanted = await digest(code, directory.commune, directory.rounds);
  let low = 0;
  let high = directory.digests.length / DIGEST_BYTES - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compare(directory.digests, middle * DIGEST_BYTES, wanted);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** @param {Uint8Array} all @param {number} at @param {Uint8Array} one */
function compare(all, at, one) {
  for (let n = 0; n < DIGEST_BYTES; n += 1) {
    if (all[at + n] !== one[n]) return all[at + n] - one[n];
  }
  return 0;
}

/**
 * What these directories say of a code: "genuine" (with its commune), "foreign" (every commune asked is known and none has it)
 * or "unknown" (a directory is missing or out of date, so nothing can be said).
 * @param {(Directory | null)[]} directories one for each commune it may belong to, null where there is none
 * @param {string} code @param {number} now milliseconds
 * @returns {Promise<{verdict: "genuine", commune: string} | {verdict: "foreign" | "unknown", commune: null}>}
 */
export async function judge(directories, code, now) {
  let sure = directories.length > 0;
  for (const directory of directories) {
    if (!directory) sure = false;
    else if (await holds(directory, code)) return { verdict: "genuine", commune: directory.commune };
    else if (directory.validUntil < now) sure = false;
  }
  return { verdict: sure ? "foreign" : "unknown", commune: null };
}
