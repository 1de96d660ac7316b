import assert from "node:assert/strict";
import test from "node:test";
import { tables, words } from "../../static/app/words.js";

const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).filter((hole) => hole !== "you").sort();

test("Vietnamese and English have the same keys with the same holes", () => {
  assert.deepEqual(Object.keys(tables.en), Object.keys(tables.vi));
  for (const key of Object.keys(tables.vi)) assert.deepEqual(holes(tables.en[key]), holes(tables.vi[key]), key);
});
test("the tone: no begging, no shouting, no machine to blame", () => {
  for (const text of Object.values(tables.vi)) assert.doesNotMatch(text, /vui lòng|!|không hợp lệ|sai định dạng|lỗi hệ thống|chúng tôi/i);
  for (const text of Object.values(tables.en)) assert.doesNotMatch(text, /!|invalid|oops|sorry/i);
});
test("a sentence loses its subject when it is not known", () => {
  assert.equal(words("vi", "place-notice.test", { you: "cô" }), "Có thể cô đã ở gần một ca bệnh");
  assert.equal(words("vi", "place-notice.test", { you: "" }), "Có thể đã ở gần một ca bệnh");
  assert.equal(words("en", "visits.from-to", { from: "8:12", to: "8:50" }), "8:12–8:50");
});
