import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { apply, FeedError, match, open, readable } from "../../static/app/feed.js";

// Made by the server's own reference implementation.
const vectors = JSON.parse(readFileSync(new URL("../../../server/src/lachan/response/alerts/tests/feed_vectors.json", import.meta.url), "utf8"));
const bytes = new Uint8Array(Buffer.from(vectors.feed, "base64"));
const fault = (reason) => (error) => error instanceof FeedError && error.reason === reason;

test("header and number of the edition", async () => {
  const feed = await open(bytes, vectors.key);
  assert.deepEqual([feed.edition, feed.issued / 1000, feed.validUntil / 1000], [vectors.edition, vectors.issued, vectors.valid_until]);
});
for (const stay of vectors.stays) {
  test(`stay: ${stay.name}`, async () => {
    const found = await match(await open(bytes, vectors.key), stay.code, stay.start * 1000, stay.end * 1000);
    const seconds = found.map(({ start, end, grade, disease }) => ({ start: start / 1000, end: end / 1000, grade, disease }));
    assert.deepEqual(seconds, stay.matches.map(({ start, end, grade, disease }) => ({ start, end, grade, disease })));
  });
}
test("any changed byte, and another key, are refused", async () => {
  await assert.rejects(open(bytes, vectors.other_key), fault("signature"));
  for (let at = 4; at < bytes.length; at += 37) {
    const changed = Uint8Array.from(bytes);
    changed[at] ^= 1;
    await assert.rejects(open(changed, vectors.key), fault("signature"));
  }
});
test("what is no list is refused", async () => {
  await assert.rejects(open(new Uint8Array(0), vectors.key), fault("unreadable"));
  await assert.rejects(open(new TextEncoder().encode("<html>".repeat(100)), vectors.key), fault("unreadable"));
  await assert.rejects(open(bytes.subarray(0, bytes.length - 1), vectors.key), fault("signature"));
});
test("a delta makes the later edition byte for byte; a changed one does not open", async () => {
  const change = new Uint8Array(Buffer.from(vectors.delta, "base64"));
  assert.deepEqual(Buffer.from(apply(bytes, change)).toString("base64"), vectors.later);
  assert.equal((await open(apply(bytes, change), vectors.key)).edition, 9);
  for (let at = 12; at < change.length; at += 11) {
    const changed = Uint8Array.from(change);
    changed[at] ^= 1;
    await assert.rejects(async () => open(apply(bytes, changed), vectors.key), FeedError);
  }
  assert.throws(() => apply(apply(bytes, change), change), fault("unreadable"));
});
test("bytes of another format are not read", () => {
  assert.equal(readable(bytes), true);
  const old = Uint8Array.from(bytes);
  old[4] = 1;
  assert.equal(readable(old), false);
});
