/** `HC1:` health certificates, unpacked and verified offline. The same as systems/checkin/certificates.py. */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MAX_INFLATED_BYTES = 65536;
const MAX_DEPTH = 16;
const BREAK = Symbol("break");
const BROKEN = { verdict: "broken", name: "", born: "" };

class Broken extends Error {}

/** RFC 9285; throws for what is not base45. @param {string} text */
export function base45(text) {
  const values = [...text].map((letter) => {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new Broken("base45");
    return value;
  });
  const out = [];
  for (let start = 0; start < values.length; start += 3) {
    const [a, b, c] = values.slice(start, start + 3);
    if (b === undefined) throw new Broken("base45");
    const number = a + b * 45 + (c === undefined ? 0 : c * 2025);
    if (number >= (c === undefined ? 256 : 65536)) throw new Broken("base45");
    if (c !== undefined) out.push(number >> 8);
    out.push(number & 255);
  }
  return new Uint8Array(out);
}

async function inflate(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > MAX_INFLATED_BYTES) throw new Broken("zlib");
      parts.push(part.value);
    }
  } catch {
    reader.cancel().catch(() => {});
    throw new Broken("zlib");
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

class Reader {
  constructor(data) {
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.at = 0;
  }

  take(size) {
    if (this.at + size > this.data.length) throw new Broken("cbor");
    this.at += size;
    return this.data.subarray(this.at - size, this.at);
  }

  item(depth) {
    if (depth > MAX_DEPTH) throw new Broken("cbor");
    const [head] = this.take(1);
    const major = head >> 5;
    const short = head & 31;
    if (major === 7) return this.simple(short);
    let count = short;
    if (short >= 24 && short <= 27) {
      count = this.take(1 << (short - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    } else if (short === 31 && major >= 2 && major <= 5) return this.openEnded(major, depth);
    else if (short >= 28) throw new Broken("cbor");
    if (major === 0) return count;
    if (major === 1) return -1 - count;
    if (major === 2) return this.take(count).slice();
    if (major === 3) return utf8(this.take(count));
    if (major === 6) return this.item(depth + 1);
    if (count > this.data.length - this.at) throw new Broken("cbor");
    const values = [];
    for (let i = 0; i < count * (major === 5 ? 2 : 1); i += 1) {
      const value = this.item(depth + 1);
      if (value === BREAK) throw new Broken("cbor");
      values.push(value);
    }
    return major === 4 ? values : pairs(values);
  }

  openEnded(major, depth) {
    const values = [];
    for (let value = this.item(depth + 1); value !== BREAK; value = this.item(depth + 1)) values.push(value);
    if (major === 4) return values;
    if (major === 5) return pairs(values);
    if (major === 3) {
      if (!values.every((value) => typeof value === "string")) throw new Broken("cbor");
      return values.join("");
    }
    if (!values.every((value) => value instanceof Uint8Array)) throw new Broken("cbor");
    return new Uint8Array(values.flatMap((value) => [...value]));
  }

  simple(short) {
    if (short === 31) return BREAK;
    if (short === 20 || short === 21) return short === 21;
    if (short === 22 || short === 23) return null;
    if (short < 25 || short > 27) throw new Broken("cbor");
    const at = this.at;
    this.take(1 << (short - 24));
    if (short === 26) return this.view.getFloat32(at);
    if (short === 27) return this.view.getFloat64(at);
    return half(this.view.getUint16(at));
  }
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Broken("cbor");
  }
}

function pairs(values) {
  if (values.length % 2) throw new Broken("cbor");
  const map = new Map();
  for (let i = 0; i < values.length; i += 2) {
    if (typeof values[i] !== "number" && typeof values[i] !== "string") throw new Broken("cbor");
    map.set(values[i], values[i + 1]);
  }
  return map;
}

function decode(data) {
  const reader = new Reader(data);
  const value = reader.item(0);
  if (reader.at !== data.length || value === BREAK) throw new Broken("cbor");
  return value;
}

function mapOf(value) {
  if (!(value instanceof Map)) throw new Broken("map");
  return value;
}

function head(size) {
  if (size < 24) return [0x40 | size];
  return size < 256 ? [0x58, size] : [0x59, size >> 8, size & 255];
}

async function verified(key, algorithm, signature, signed) {
  const how =
    algorithm === -7
      ? { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
      : algorithm === -37
        ? { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 }
        : null;
  if (!how) return false;
  try {
    return await crypto.subtle.verify(how, await crypto.subtle.importKey("spki", key, how, false, ["verify"]), signature, signed);
  } catch {
    return false;
  }
}

/**
 * @param {string} text
 * @param {Map<string, Uint8Array>} keys the issuers' public keys (SPKI) by key id in hex
 * @param {number} now milliseconds since 1970
 * @returns {Promise<{verdict: "valid"|"expired"|"unchecked"|"broken", name: string, born: string}>} never rejects for a text
 */
export async function readCertificate(text, keys, now) {
  try {
    if (!text.startsWith("HC1:")) throw new Broken("prefix");
    const message = decode(await inflate(base45(text.slice(4))));
    if (!Array.isArray(message) || message.length !== 4) throw new Broken("cose");
    const [guarded, open, payload, signature] = message;
    if (![guarded, payload, signature].every((part) => part instanceof Uint8Array)) throw new Broken("cose");
    const unguarded = mapOf(open);
    const header = guarded.length ? mapOf(decode(guarded)) : new Map();
    const claims = mapOf(decode(payload));
    const dcc = mapOf(mapOf(claims.get(-260)).get(1));
    const names = mapOf(dcc.get("nam"));
    const name = [names.get("fn"), names.get("gn")].filter((part) => typeof part === "string").join(" ");
    const born = typeof dcc.get("dob") === "string" ? dcc.get("dob") : "";
    const expires = claims.get(4);
    const kid = header.has(4) ? header.get(4) : unguarded.get(4);
    const hex = kid instanceof Uint8Array ? [...kid].map((byte) => byte.toString(16).padStart(2, "0")).join("") : "";
    const key = keys.get(hex);
    if (!key) return { verdict: "unchecked", name, born };
    const start = [0x84, 0x6a, ...new TextEncoder().encode("Signature1")];
    const signed = new Uint8Array([...start, ...head(guarded.length), ...guarded, 0x40, ...head(payload.length), ...payload]);
    const algorithm = header.has(1) ? header.get(1) : unguarded.get(1);
    if (!(await verified(key, algorithm, signature, signed))) return BROKEN;
    const past = typeof expires === "number" && expires < now / 1000;
    return { verdict: past ? "expired" : "valid", name, born };
  } catch (error) {
    if (error instanceof Broken) return BROKEN;
    throw error;
  }
}
