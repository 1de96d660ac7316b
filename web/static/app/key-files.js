/**
 * Key files as the phone reads them: the zip of Exposure Notification, its signature checked before anything in it is
 * believed. Pure: bytes and the public key are handed in.
 *
 * @typedef {{tek: string, start: number, period: number, report: number, revoked: boolean}} Key  tek in hex, start and period in intervals of ten minutes
 * @typedef {{start: number, end: number, keys: Key[]}} KeyFile  start and end in unix seconds
 */

const HEADER = "EK Export v1    ";
const MOST_BYTES = 64 * 2 ** 20;
const REVOKED = 5;
const WHOLE_DAY = 144;
const HALF_BYTES = 32;

export class KeyFileError extends Error {}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The named entries of a zip, by its central directory. Throws KeyFileError.
 * @param {Uint8Array} bytes @returns {Promise<Map<string, Uint8Array>>}
 */
async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new KeyFileError("no zip");
  /** @type {Map<string, Uint8Array>} */
  const entries = new Map();
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n -= 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new KeyFileError("directory");
    const [method, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    if (view.getUint32(local, true) !== 0x04034b50 || size > MOST_BYTES) throw new KeyFileError("entry");
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = bytes.subarray(from, from + packed);
    if (method !== 0 && method !== 8) throw new KeyFileError("packing");
    entries.set(name, method === 0 ? content : await inflated(content, size));
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** @param {Uint8Array} content @param {number} size */
async function inflated(content, size) {
  const stream = new Blob([/** @type {BlobPart} */ (content)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const whole = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    // What says less than it unpacks to is no key file, and must not fill the phone.
    if (at + value.length > size) throw new KeyFileError("size");
    whole.set(value, at);
    at += value.length;
  }
  if (at !== size) throw new KeyFileError("size");
  return whole;
}

/**
 * Fields of a protobuf message: [number, value], whole numbers as numbers, the rest as bytes. Throws KeyFileError.
 * @param {Uint8Array} bytes @returns {Generator<[number, number | Uint8Array]>}
 */
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0, factor = 1;
    for (;;) {
      if (at >= bytes.length || factor > 2 ** 63) throw new KeyFileError("number");
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === 0) yield [number, varint()];
    else {
      const length = kind === 1 ? 8 : kind === 5 ? 4 : kind === 2 ? varint() : -1;
      if (length < 0 || at + length > bytes.length) throw new KeyFileError("length");
      yield [number, bytes.subarray(at, at + length)];
      at += length;
    }
  }
}

/** @param {number | Uint8Array} value */
function fixed(value) {
  if (typeof value === "number" || value.length !== 8) throw new KeyFileError("time");
  return Number(new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0, true));
}

/** @param {number | Uint8Array} value @param {boolean} revised @returns {Key} */
function keyOf(value, revised) {
  const key = { tek: "", start: 0, period: WHOLE_DAY, report: 0, revoked: false };
  for (const [number, part] of fields(/** @type {Uint8Array} */ (value))) {
    if (number === 1) key.tek = hex(/** @type {Uint8Array} */ (part));
    else if (number === 3) key.start = Number(part);
    else if (number === 4) key.period = Number(part);
    else if (number === 5) key.report = Number(part);
  }
  if (key.tek.length !== 32) throw new KeyFileError("key");
  return { ...key, revoked: revised && key.report === REVOKED };
}

/** DER's two numbers as WebCrypto wants them: 32 bytes each. @param {Uint8Array} der */
function plain(der) {
  const out = new Uint8Array(2 * HALF_BYTES);
  let at = 2;
  for (let half = 1; half <= 2; half += 1) {
    const length = der[at + 1];
    if (der[0] !== 0x30 || der[at] !== 2 || at + 2 + length > der.length) throw new KeyFileError("signature");
    let number = der.subarray(at + 2, at + 2 + length);
    while (number.length > HALF_BYTES && number[0] === 0) number = number.subarray(1);
    if (number.length > HALF_BYTES) throw new KeyFileError("signature");
    out.set(number, half * HALF_BYTES - number.length);
    at += 2 + length;
  }
  return out;
}

/**
 * What a key file says, once its signature is proved. Throws KeyFileError.
 * @param {Uint8Array} bytes @param {CryptoKey} key @returns {Promise<KeyFile>}
 */
export async function open(bytes, key) {
  const entries = await unzip(bytes);
  const content = entries.get("export.bin"), signed = entries.get("export.sig");
  if (!content || !signed) throw new KeyFileError("entries");
  let right = false;
  for (const [number, listed] of fields(signed)) {
    if (number !== 1) continue;
    for (const [inner, value] of fields(/** @type {Uint8Array} */ (listed))) {
      if (inner !== 4) continue;
      right ||= await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, plain(/** @type {Uint8Array} */ (value)), content.slice());
    }
  }
  if (!right) throw new KeyFileError("signature");
  if (String.fromCharCode(...content.subarray(0, HEADER.length)) !== HEADER) throw new KeyFileError("header");
  const file = { start: 0, end: 0, keys: /** @type {Key[]} */ ([]) };
  for (const [number, value] of fields(content.subarray(HEADER.length))) {
    if (number === 1) file.start = fixed(value);
    else if (number === 2) file.end = fixed(value);
    else if (number === 7 || number === 8) file.keys.push(keyOf(value, number === 8));
  }
  return file;
}

/** @param {JsonWebKey} jwk */
export function importKey({ kty, crv, x, y }) {
  return crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
}
