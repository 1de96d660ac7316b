/** The directory of codes: the server's bytes read here, what is not the installation's refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { DirectoryError, digest, holds, judge, open } from "../../static/app/directory.js";

const path = process.env.LACHAN_DIRECTORY_CASES ?? new URL("directory.json", import.meta.url);
/** @type {{key: JsonWebKey, file: string, commune: string, rounds: number, held: string[], strange: string[], digests: Record<string, string>}} */
const given = JSON.parse(readFileSync(path, "utf8"));
const bytes = new Uint8Array(Buffer.from(given.file, "base64"));

/** @param {Promise<unknown>} what @param {string} reason */
const refused = (what, reason) => assert.rejects(what, (error) => error instanceof DirectoryError && error.reason === reason);

test("every code of the commune is held, no other", async () => {
  const directory = await open(bytes, given.key);
  assert.equal(directory.commune, given.commune);
  assert.equal(directory.digests.length, given.held.length * 8);
  for (const code of given.held) assert.equal(await holds(directory, code), true, code);
  for (const code of given.strange) assert.equal(await holds(directory, code), false, code);
});

test("digests are the server's", async () => {
  for (const [code, wanted] of Object.entries(given.digests)) {
    assert.equal(Buffer.from(await digest(code, given.commune, given.rounds)).toString("hex"), wanted);
  }
});

test("a changed byte anywhere is refused", async () => {
  for (const at of [0, 4, 9, 17, 25, 30, 35, 40, bytes.length - 70, bytes.length - 1]) {
    const changed = bytes.slice();
    changed[at] ^= 1;
    await assert.rejects(open(changed, given.key), DirectoryError, String(at));
  }
  await refused(open(bytes.slice(0, -9), given.key), "signature");
  await refused(open(bytes.slice(0, 20), given.key), "unreadable");
});

test("an older edition is somebody's replay", async () => {
  const { edition } = await open(bytes, given.key);
  await open(bytes, given.key, edition);
  await refused(open(bytes, given.key, edition + 1), "older");
});

test("nothing is said of a code when a list is missing or out of date", async () => {
  const directory = await open(bytes, given.key);
  const fresh = directory.issued;
  const late = directory.validUntil + 1;
  assert.deepEqual(await judge([directory], given.held[0], late), { verdict: "genuine", commune: given.commune });
  assert.equal((await judge([directory], given.strange[0], fresh)).verdict, "foreign");
  assert.equal((await judge([directory], given.strange[0], late)).verdict, "unknown");
  assert.equal((await judge([directory, null], given.strange[0], fresh)).verdict, "unknown");
  assert.equal((await judge([], given.strange[0], fresh)).verdict, "unknown");
});
