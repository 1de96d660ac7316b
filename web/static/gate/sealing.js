/**
 * Seals what was read from a card to the server's public key, at once: this phone can't open it again.
 * The format is told in systems/checkin/sealed_cards.py.
 */

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const VERSION = 1;
const INFO = new TextEncoder().encode("lachan gate card 1");

/** @param {string} uuid */
function uuidBytes(uuid) {
  return Uint8Array.from(uuid.replaceAll("-", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * @param {object} content a card, or what was spoken: phone, name, birth_year
 * @param {Uint8Array} serverPoint uncompressed point of the server's key
 * @param {string} visitKey the UUID under which this check-in is sent
 * @returns {Promise<Uint8Array>}
 */
export async function seal(content, serverPoint, visitKey) {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const server = await crypto.subtle.importKey("raw", serverPoint, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, pair.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: new Uint8Array([...INFO, ...serverPoint]) },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: uuidBytes(visitKey) }, key, plain);
  return new Uint8Array([VERSION, ...point, ...nonce, ...new Uint8Array(sealed)]);
}
