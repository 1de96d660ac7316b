import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { importKey, KeyFileError, open } from "../../static/app/key-files.js";

// A key file and its public key, made by the server's own writer (faces/app/tests/test_javascript.py writes them).
const made = process.env.LACHAN_KEY_FILE ? JSON.parse(readFileSync(process.env.LACHAN_KEY_FILE, "utf8")) : null;
const skip = made ? false : "run by pytest";
const bytes = () => Uint8Array.from(Buffer.from(made.file, "base64"));

test("the phone reads a key file as the device does", { skip }, async () => {
  const file = await open(bytes(), await importKey(made.jwk));
  assert.deepEqual([file.start, file.end], [made.start, made.end]);
  assert.deepEqual(file.keys, made.keys);
});

test("another key proves nothing", { skip }, async () => {
  await assert.rejects(async () => open(bytes(), await importKey(made.other)), KeyFileError);
});

test("no changed byte of the content is believed", { skip }, async () => {
  const key = await importKey(made.jwk), good = bytes(), keys = JSON.stringify(made.keys);
  for (let at = 0; at < good.length; at += 1) {
    const broken = good.slice();
    broken[at] ^= 0x55;
    // Bytes of the packing that change nothing of the content may change; the content never.
    const read = await open(broken, key).then((file) => JSON.stringify(file.keys), () => keys);
    assert.equal(read, keys, `byte ${at}`);
  }
});

test("what is cut off is no key file", { skip }, async () => {
  const key = await importKey(made.jwk), good = bytes();
  for (const length of [0, 10, 60, good.length - 1]) await assert.rejects(open(good.slice(0, length), key));
});
