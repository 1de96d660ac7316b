import assert from "node:assert/strict";
import test from "node:test";
import { clock, date, day, dayName, duration, running, weekdayDate } from "../../static/app/time.js";

const now = "2026-08-13T07:42:00Z";
test("times are Viet Nam's, whatever the phone's zone", () => {
  assert.equal(clock(now), "14:42");
  assert.equal(clock("2026-08-13T22:05:00Z"), "5:05");
  assert.equal(day("2026-08-13T17:30:00Z"), "2026-08-14");
});
test("dates as people write them", () => {
  assert.equal(date("2026-08-09T03:00:00Z", "vi", now), "9/8");
  assert.equal(date("2025-08-09T03:00:00Z", "vi", now), "9/8/2025");
  assert.equal(date("2025-08-09T03:00:00Z", "en", now), "9 Aug 2025");
  assert.equal(weekdayDate("2026-08-09T03:00:00Z", "vi", now), "Chủ Nhật 9/8");
  assert.equal(weekdayDate("2026-08-09T03:00:00Z", "en", now), "Sunday 9 Aug");
  assert.equal(dayName(now, "vi", now), "Hôm nay");
  assert.equal(dayName("2026-08-12T16:59:00Z", "en", now), "Yesterday");
});
test("lengths of time", () => {
  assert.equal(running(37 * 60_000 + 12_000), "37:12");
  assert.equal(running(3_723_000), "1:02:03");
  assert.equal(running(-5), "0:00");
  assert.equal(duration(38 * 60_000, "vi"), "38 phút");
  assert.equal(duration(65 * 60_000, "vi"), "1 giờ 5 phút");
  assert.equal(duration(60_000, "en"), "1 minute");
});
