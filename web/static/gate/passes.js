/** Verifies a rotating pass without a network. The same as systems/checkin/passes.py, which tells the format. */
import { PASS_PREFIX, RECEIPT_PREFIX } from "./cards.js";
import { base45 } from "./certificates.js";

const STEP_S = 30;
const MAX_AGE_S = 60;
const MAX_AHEAD_S = 30;
/** A receipt tells of an arrival at most this long ago. */
const RECEIPT_S = 12 * 3600;
const BODY = 53;
const CERTIFICATE = 117;
const PASS = 185;
const HOW = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** WebCrypto takes no compressed point: find y of y² = x³ − 3x + b. @param {Uint8Array} point @returns {Uint8Array | null} */
function uncompressed(point) {
  const x = BigInt(`0x${hex(point.subarray(1))}`);
  if ((point[0] !== 2 && point[0] !== 3) || x >= P) return null;
  const square = (((x * x * x - 3n * x + B) % P) + P) % P;
  let y = power(square, (P + 1n) / 4n);
  if ((y * y) % P !== square) return null;
  if ((y & 1n) !== BigInt(point[0] & 1)) y = P - y;
  const pairs = y.toString(16).padStart(64, "0").match(/../g) ?? [];
  return new Uint8Array([4, ...point.subarray(1), ...pairs.map((pair) => parseInt(pair, 16))]);
}

function power(base, exponent) {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n, square = (square * square) % P) {
    if (exponent & 1n) result = (result * square) % P;
  }
  return result;
}

/** @param {Uint8Array} data */
export function hex(data) {
  return [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function signed(rawKey, signature, words, ...parts) {
  const content = new Uint8Array([...new TextEncoder().encode(words), ...parts.flatMap((part) => [...part])]);
  const key = await crypto.subtle.importKey("raw", rawKey, HOW, false, ["verify"]);
  return crypto.subtle.verify(HOW, key, signature, content);
}

/**
 * The parts of a code whose certificate and moment are signed; null for anything else.
 * @param {string} text @param {string} prefix @param {string} context what the server signs the certificate under
 * @param {Uint8Array} serverKey uncompressed point
 */
async function genuine(text, prefix, context, serverKey) {
  let data;
  try {
    data = base45(text.startsWith(prefix) ? text.slice(prefix.length) : "");
  } catch {
    return null;
  }
  if (data.length !== PASS) return null;
  const certificate = data.subarray(0, CERTIFICATE);
  const body = data.subarray(0, BODY);
  const step = data.subarray(CERTIFICATE, CERTIFICATE + 4);
  if (!(await signed(serverKey, certificate.subarray(BODY), context, body))) return null;
  const phoneKey = uncompressed(body.subarray(16, 49));
  if (!phoneKey || !(await signed(phoneKey, data.subarray(CERTIFICATE + 4), prefix.slice(0, -1), certificate, step))) return null;
  const numbers = new DataView(data.buffer, data.byteOffset);
  return { id: hex(body.subarray(0, 16)), until: numbers.getUint32(BODY - 4), shown: numbers.getUint32(CERTIFICATE) * STEP_S };
}

/** @param {{shown: number}} code @param {number} now milliseconds */
function fresh({ shown }, now) {
  const age = now / 1000 - shown;
  return age >= -MAX_AHEAD_S && age <= MAX_AGE_S;
}

/**
 * @param {string} text @param {Uint8Array} serverKey uncompressed point @param {number} now milliseconds, the gate's corrected clock
 * @returns {Promise<{state: "valid" | "expired" | "forged", pseudonym: string}>} never rejects for what the text says
 */
export async function readPass(text, serverKey, now) {
  const code = await genuine(text, PASS_PREFIX, "LCC1", serverKey);
  if (!code) return { state: "forged", pseudonym: "" };
  return { state: now / 1000 > code.until || !fresh(code, now) ? "expired" : "valid", pseudonym: code.id };
}

/**
 * A visitor's moving receipt: the same code, certified for an arrival instead of a person.
 * @param {string} text @param {Uint8Array} serverKey @param {number} now
 * @returns {Promise<{state: "valid" | "expired" | "forged", place: string, at: number}>} `place` in hex, `at` milliseconds
 */
export async function readReceipt(text, serverKey, now) {
  const code = await genuine(text, RECEIPT_PREFIX, "LCC2", serverKey);
  if (!code) return { state: "forged", place: "", at: 0 };
  const over = now / 1000 > code.until + RECEIPT_S;
  return { state: over || !fresh(code, now) ? "expired" : "valid", place: code.id, at: code.until * 1000 };
}
