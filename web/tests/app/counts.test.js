import assert from "node:assert/strict";
import test from "node:test";
import { hourOf, sendCounts } from "../../static/app/counts.js";
import { expired, stays, together } from "../../static/app/visits.js";

const NOON = Date.parse("2026-08-13T05:21:09Z");

/** @param {(body: any, n: number) => Response} answer */
function world(answer) {
  const counts = new Map();
  const scans = new Map();
  const requests = [];
  const state = { now: NOON, counts, scans, requests };
  state.store = { all: async () => [...counts.values()], put: async (one) => void counts.set(one.key, one), remove: async (keys) => keys.forEach((key) => counts.delete(key)) };
  state.kept = { all: async () => [...scans.values()], put: async (one) => void scans.set(one.key, one) };
  state.world = {
    now: () => state.now,
    random: () => 0.5,
    fetch: async (_url, init) => {
      requests.push({ ...init, body: JSON.parse(init.body) });
      return answer(requests.at(-1).body, requests.length);
    },
  };
  state.add = (key, minutes, more = {}) => {
    const at = new Date(NOON + minutes * 60_000).toISOString();
    scans.set(key, { key, owner: "hanh", person: "hanh", code: "C".repeat(12), direction: "in", at, state: "kept", private: true, place: null });
    counts.set(`once-${key}`, { key: `once-${key}`, scan: key, code: "C".repeat(12), direction: "in", at, ...more });
  };
  return state;
}

const right = (more = {}) => Response.json({ place: { name: "Chợ Đầu Cầu", key: "p1" }, kind: "market" }, { status: 201, ...more });

test("what is sent is the code, the direction, the hour and a random id, without cookies", async () => {
  const it = world(() => right());
  it.add("a", -30);
  assert.equal(await sendCounts(it.store, it.kept, it.world), null);
  assert.deepEqual(it.requests[0].body, { once: "once-a", code: "C".repeat(12), direction: "in", hour: "2026-08-13T04:00:00.000Z" });
  assert.equal(it.requests[0].credentials, "omit");
  assert.equal(it.counts.size, 0);
  assert.deepEqual(it.scans.get("a").place, { name: "Chợ Đầu Cầu", key: "p1" });
  assert.equal(it.scans.get("a").state, "kept");
  assert.equal(hourOf("2026-08-13T04:59:59+07:00"), "2026-08-12T21:00:00.000Z");
});

test("a lost network keeps the count and its id, and what is asked to wait waits", async () => {
  let lost = true;
  const it = world(() => {
    if (lost) throw new TypeError("no network");
    return right();
  });
  it.add("a", -30);
  it.add("b", -20);
  const again = await sendCounts(it.store, it.kept, it.world);
  assert.equal(it.requests.length, 1, "the second waits behind the first");
  assert.ok(again > NOON - 1 && again < NOON + 10_000);
  lost = false;
  await sendCounts(it.store, it.kept, { ...it.world, impatient: true });
  assert.deepEqual(it.requests.map(({ body }) => body.once), ["once-a", "once-a", "once-b"]);
  const busy = world(() => Response.json({ error: { code: "flooded" } }, { status: 429, headers: { "Retry-After": "40" } }));
  busy.add("a", -30);
  assert.equal(await sendCounts(busy.store, busy.kept, busy.world), NOON + 40_000);
});

test("a captive portal's page counts nothing", async () => {
  const it = world(() => new Response("<p>Wi-Fi</p>", { status: 200 }));
  it.add("a", -30);
  assert.ok((await sendCounts(it.store, it.kept, it.world)) > NOON);
  assert.equal(it.counts.size, 1);
});

test("a place that needs a name refuses the scan; nothing is sent in its place", async () => {
  const it = world(() => Response.json({ error: { code: "named_only", message: "cần tên" } }, { status: 403 }));
  it.add("a", -30);
  assert.equal(await sendCounts(it.store, it.kept, it.world), null);
  assert.equal(it.scans.get("a").state, "refused");
  assert.equal(it.scans.get("a").refusal.message, "cần tên");
  assert.equal(it.requests.length, 1);
  assert.equal(it.counts.size, 0);
});

test("a wrong clock is put right from the answer's own date, and the right hour is told once", async () => {
  const ahead = NOON + 5 * 3_600_000;
  const it = world((body) => {
    const date = { Date: new Date(NOON).toUTCString() };
    return Date.parse(body.hour) > NOON ? Response.json({ error: { code: "time_ahead" } }, { status: 422, headers: date }) : right({ headers: date });
  });
  it.now = ahead;
  it.add("a", 5 * 60);
  assert.equal(await sendCounts(it.store, it.kept, it.world), null);
  assert.deepEqual(it.requests.map(({ body }) => body.hour), ["2026-08-13T10:00:00.000Z", "2026-08-13T05:00:00.000Z"]);
  const { at, offset } = it.scans.get("a");
  assert.ok(Math.abs(Date.parse(at) - NOON) < 2_000);
  assert.ok(Math.abs(offset + 5 * 3600) < 2);
});

test("a count too old for the server is let go; the visit stays on the phone", async () => {
  const it = world(() => Response.json({ error: { code: "count_expired" } }, { status: 422, headers: { Date: new Date(NOON).toUTCString() } }));
  it.add("a", -90 * 60);
  assert.equal(await sendCounts(it.store, it.kept, it.world), null);
  assert.equal(it.requests.length, 1);
  assert.equal(it.scans.get("a").state, "kept");
});

test("private stays are stays, also when their count was refused; they never mix with named ones; they expire", () => {
  const base = { owner: "h", code: "C".repeat(12), direction: "in", place: null, at: new Date(NOON).toISOString() };
  const scans = [
    { ...base, key: "a", person: "h", state: "kept", private: true },
    { ...base, key: "b", person: "k", state: "refused", private: true },
    { ...base, key: "c", person: "m", state: "sent" },
    { ...base, key: "d", person: "n", state: "refused" },
  ];
  const found = stays(scans, NOON + 60_000);
  assert.deepEqual(found.map(({ key }) => key).sort(), ["a", "b", "c"]);
  assert.deepEqual(together(found).map(({ all }) => all.length).sort(), [1, 2]);
  assert.equal(expired(scans, NOON + 22 * 86_400_000, 21).length, 4);
});
