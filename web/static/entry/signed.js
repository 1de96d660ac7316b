/** Verifies a declaration's QR without a network. The same as systems/entry/signed.py, which tells the format. */
import { base45 } from "../gate/certificates.js";

export const PREFIX = "LCE2:";
const SIGNATURE_BYTES = 64;
const HOW = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * @param {string} text @param {Uint8Array} serverKey uncompressed point @param {number} now milliseconds
 * @returns {Promise<{state: "valid" | "expired" | "forged", body: any}>} never rejects for what the text says
 */
export async function readDeclaration(text, serverKey, now) {
  const forged = /** @type {const} */ ({ state: "forged", body: null });
  let data;
  try {
    data = base45(text.startsWith(PREFIX) ? text.slice(PREFIX.length) : "");
  } catch {
    return forged;
  }
  if (data.length <= SIGNATURE_BYTES) return forged;
  const plain = data.slice(0, -SIGNATURE_BYTES);
  const key = await crypto.subtle.importKey("raw", serverKey, HOW, false, ["verify"]);
  const signed = new Uint8Array([...new TextEncoder().encode(PREFIX.slice(0, -1)), ...plain]);
  if (!(await crypto.subtle.verify(HOW, key, data.slice(-SIGNATURE_BYTES), signed))) return forged;
  const body = JSON.parse(new TextDecoder().decode(plain));
  return { state: now / 1000 > body[3] ? "expired" : "valid", body };
}
