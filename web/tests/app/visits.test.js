import assert from "node:assert/strict";
import test from "node:test";
import { expired, stays, together } from "../../static/app/visits.js";

const SEVEN = Date.parse("2026-08-13T00:00:00Z");
const MINUTE = 60_000;
let next = 0;
const scan = (minutes, direction, code = "A", more = {}) => ({
  key: `k${(next += 1)}`, owner: "hanh", person: "hanh", code, direction, state: "sent", kind: "market",
  place: { name: code, key: `p${code}` }, at: new Date(SEVEN + minutes * MINUTE).toISOString(), ...more,
});
const read = (scans, minutes = 24 * 60) =>
  stays(scans, SEVEN + minutes * MINUTE, { market: 30 }).map((stay) => [stay.code, (stay.start - SEVEN) / MINUTE, (stay.end - SEVEN) / MINUTE, stay.ending]).reverse();

test("in and out make a stay", () => {
  assert.deepEqual(read([scan(0, "in"), scan(38, "out")]), [["A", 0, 38, "scanned"]]);
});
test("one place after another closes the first, or its usual time does", () => {
  assert.deepEqual(read([scan(0, "in"), scan(20, "in", "B")], 25), [["A", 0, 20, "next"], ["B", 20, 50, "open"]]);
  assert.deepEqual(read([scan(0, "in"), scan(90, "in", "B")], 95), [["A", 0, 30, "cut"], ["B", 90, 120, "open"]]);
});
test("scanning again at one place prolongs the stay, never doubles it", () => {
  assert.deepEqual(read([scan(0, "in"), scan(20, "in"), scan(45, "out")]), [["A", 0, 45, "scanned"]]);
  assert.deepEqual(read([scan(0, "in"), scan(20, "in")], 21), [["A", 0, 50, "open"]]);
});
test("a renewed code is still the same place", () => {
  const renewed = scan(20, "out", "B", { place: { name: "A", key: "pA" } });
  assert.deepEqual(read([scan(0, "in"), renewed]), [["A", 0, 20, "scanned"]]);
});
test("a departure alone began a usual stay earlier, not before the scan before it", () => {
  assert.deepEqual(read([scan(40, "out")]), [["A", 10, 40, "scanned"]]);
  assert.deepEqual(read([scan(25, "out", "B"), scan(40, "out")]), [["B", -5, 25, "scanned"], ["A", 25, 40, "scanned"]]);
});
test("a forgotten departure stops the receipt after twelve hours", () => {
  assert.equal(read([scan(0, "in")], 719)[0][3], "open");
  assert.equal(read([scan(0, "in")], 721)[0][3], "cut");
});
test("refused scans are no visits", () => {
  assert.deepEqual(read([scan(0, "in", "A", { state: "refused" })]), []);
});
test("the order in which scans were written does not matter", () => {
  const scans = [scan(0, "in"), scan(20, "in"), scan(38, "out"), scan(50, "in", "B"), scan(60, "out", "B"), scan(61, "in", "C")];
  const expected = read(scans, 62);
  for (let round = 0; round < 50; round += 1) {
    assert.deepEqual(read([...scans].sort(() => Math.random() - 0.5), 62), expected);
  }
});
test("people who come and go together share a line", () => {
  const khoi = { person: "khoi", who: "Khôi" };
  const scans = [scan(0, "in"), scan(0, "in", "A", khoi), scan(30, "out"), scan(30, "out", "A", khoi)];
  const groups = together(stays(scans, SEVEN + 60 * MINUTE, { market: 30 }));
  assert.equal(groups.length, 1);
  assert.deepEqual(groups[0].all.map((stay) => stay.who).sort(), ["Khôi", undefined].sort());
});
test("what is past its date goes, what still waits is first offered to the server", () => {
  const old = scan(-22 * 24 * 60, "in");
  const unsent = scan(-22 * 24 * 60, "in", "A", { state: "waiting" });
  assert.deepEqual(expired([old, unsent, scan(0, "in")], SEVEN, 21), [old]);
});
