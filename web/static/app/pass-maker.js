/** Makes the text of this phone's rotating pass. Pure but for WebCrypto; the format is told in systems/checkin/passes.py. */

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
export const STEP_MS = 30_000;

/** @param {Uint8Array} data */
export function base45(data) {
  let out = "";
  for (let i = 0; i < data.length; i += 2) {
    const pair = i + 1 < data.length;
    let number = pair ? data[i] * 256 + data[i + 1] : data[i];
    for (let digit = 0; digit < (pair ? 3 : 2); digit += 1) {
      out += LETTERS[number % 45];
      number = Math.floor(number / 45);
    }
  }
  return out;
}

/** @param {string} text base64url */
export function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} data */
export function base64url(data) {
  return btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** A key that signs on this phone only: the browser keeps it and gives it to nobody. @returns {Promise<CryptoKeyPair>} */
export function newKeys() {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
}

/**
 * The pass of that moment.
 * @param {Uint8Array} certificate @param {CryptoKey} key @param {number} now milliseconds, by the server's clock
 * @param {"LCP1" | "LCR1"} [format] a pass, or a moving receipt
 */
export async function makePass(certificate, key, now, format = "LCP1") {
  const step = new Uint8Array(4);
  new DataView(step.buffer).setUint32(0, Math.floor(now / STEP_MS));
  const said = new Uint8Array([...new TextEncoder().encode(format), ...certificate, ...step]);
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, said));
  return `${format}:${base45(new Uint8Array([...certificate, ...step, ...signature]))}`;
}
