import assert from "node:assert/strict";
import test from "node:test";
import { backoff, newKey, retryAfter, send, waiting } from "../../static/app/sending.js";

const NOON = Date.parse("2026-08-13T05:00:00Z");

/** A store in memory, and a server that keeps the promise of the real one: one row a key. */
function world({ answer, owner = "hanh" } = {}) {
  const rows = new Map();
  const store = new Map();
  const requests = [];
  const state = { now: NOON, rows, store, requests };
  state.scans = { all: async () => [...store.values()], put: async (scan) => void store.set(scan.key, scan) };
  state.world = {
    owner,
    now: () => state.now,
    random: () => 0.5,
    fetch: async (_url, init) => {
      const body = JSON.parse(init.body);
      requests.push(body);
      const said = answer?.(body, requests.length);
      if (said instanceof Error) throw said;
      if (said && said.before !== true) return said;
      const first = !rows.has(body.key);
      if (first) rows.set(body.key, body);
      if (said?.before) throw new TypeError("the answer was lost");
      const receipt = { id: `e-${body.key}`, place: { name: "Chợ Đầu Cầu", key: "p1" }, at: body.at, direction: body.direction, code: "7KD-2Q4", clock_offset: null };
      return Response.json(receipt, { status: first ? 201 : 200 });
    },
  };
  return state;
}

const scan = (key, minutes, more = {}) => ({
  key, owner: "hanh", person: "hanh", code: "C".repeat(12), direction: "in", state: "waiting", place: null,
  at: new Date(NOON + minutes * 60_000).toISOString(), ...more,
});

test("scans are sent oldest first, with the time of the scan and the time of sending", async () => {
  const it = world();
  it.store.set("b", scan("b", -1, { direction: "out" }));
  it.store.set("a", scan("a", -30));
  const outcome = await send(it.scans, it.world);
  assert.deepEqual(it.requests.map((body) => body.key), ["a", "b"]);
  assert.equal(it.requests[0].at, "2026-08-13T04:30:00.000Z");
  assert.equal(it.requests[0].sent_at, "2026-08-13T05:00:00.000Z");
  assert.deepEqual({ ...outcome }, { sent: 2, refused: 0, left: 0, retryAt: null, signIn: false });
  assert.equal(it.store.get("a").state, "sent");
  assert.equal(it.store.get("a").short, "7KD-2Q4");
  assert.equal(it.store.get("a").place.name, "Chợ Đầu Cầu");
});

test("an answer lost on the way is asked for again under the same key and time, and makes one row", async () => {
  const it = world({ answer: (_body, n) => (n === 1 ? { before: true } : undefined) });
  it.store.set("a", scan("a", -30));
  const first = await send(it.scans, it.world);
  assert.equal(first.left, 1);
  it.now += 60_000;
  const second = await send(it.scans, it.world);
  assert.equal(second.sent, 1);
  assert.equal(it.rows.size, 1);
  assert.equal(it.requests[0].at, it.requests[1].at);
});

test("without a network everything is kept, and the wait grows", async () => {
  const it = world({ answer: () => new TypeError("no network") });
  for (const key of ["a", "b"]) it.store.set(key, scan(key, key === "a" ? -2 : -1));
  const outcome = await send(it.scans, it.world);
  assert.equal(it.requests.length, 1, "one try tells that there is no network");
  assert.equal(outcome.left, 2);
  assert.equal(it.store.get("a").retryAt, NOON + 5_000);
  assert.equal(outcome.retryAt, NOON + 5_000);
  it.now = NOON + 1_000;
  assert.equal((await send(it.scans, { ...it.world, impatient: true })).left, 2);
  assert.equal(it.store.get("a").tries, 2, "when the network is back it does not wait");
});

test("a refusal is kept with its reason, and does not hold up the next", async () => {
  const it = world({
    answer: (body) => body.key === "a" ? Response.json({ error: { code: "place_unknown", message: "Không có nơi này.", field: "code" } }, { status: 404 }) : undefined,
  });
  it.store.set("a", scan("a", -2));
  it.store.set("b", scan("b", -1));
  const outcome = await send(it.scans, it.world);
  assert.deepEqual([outcome.sent, outcome.refused, outcome.left], [1, 1, 0]);
  assert.deepEqual(it.store.get("a").refusal, { code: "place_unknown", message: "Không có nơi này." });
  assert.equal(it.store.get("a").state, "refused");
});

test("a busy server is left alone for as long as it asks, even when the network has just come back", async () => {
  const it = world({ answer: (_body, n) => (n === 1 ? new Response("", { status: 503, headers: { "Retry-After": "30" } }) : undefined) });
  it.store.set("a", scan("a", -2));
  it.store.set("b", scan("b", -1));
  const outcome = await send(it.scans, it.world);
  assert.equal(outcome.retryAt, NOON + 30_000);
  assert.equal(it.requests.length, 1);
  await send(it.scans, { ...it.world, impatient: true });
  assert.equal(it.requests.length, 1);
  it.now = NOON + 30_000;
  assert.equal((await send(it.scans, it.world)).sent, 2);
});

test("a gate that has looked up too many keeps the visit, leaves the server alone and sends it later", async () => {
  const lane = { address: "/api/v1/gate/checkins", body: ({ holder }) => ({ holder }), stored: (_visit, { id }) => ({ id, holder: null }) };
  const limited = () => Response.json({ error: { code: "limited", message: "…" } }, { status: 429, headers: { "Retry-After": "9" } });
  const it = world({ answer: (_body, n) => (n === 2 ? limited() : undefined) });
  for (const [n, key] of ["a", "b", "c"].entries()) it.store.set(key, scan(key, n - 5, { holder: { kind: "sealed", sealed: key } }));
  const outcome = await send(it.scans, { ...it.world, lane });
  assert.deepEqual([outcome.sent, outcome.refused, outcome.left, outcome.retryAt], [1, 0, 2, NOON + 9_000]);
  const { state, holder, retryCause } = it.store.get("b");
  assert.deepEqual([state, holder.sealed, retryCause], ["waiting", "b", "server"]);
  it.now = NOON + 8_999;
  assert.equal((await send(it.scans, { ...it.world, lane, impatient: true })).sent, 0);
  it.now = NOON + 9_000;
  assert.equal((await send(it.scans, { ...it.world, lane })).sent, 2);
  assert.deepEqual(it.requests.map(({ key }) => key), ["a", "b", "b", "c"]);
});

test("a key is a UUID, also without randomUUID", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const own = Object.getOwnPropertyDescriptor(crypto, "randomUUID");
  assert.match(newKey(), form);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  try {
    const keys = Array.from({ length: 100 }, newKey);
    keys.forEach((key) => assert.match(key, form));
    assert.equal(new Set(keys).size, 100);
  } finally {
    if (own) Object.defineProperty(crypto, "randomUUID", own);
    else delete (/** @type {any} */ (crypto)).randomUUID;
  }
});

test("a signed-out phone keeps everything and says so", async () => {
  const it = world({ answer: () => Response.json({ error: { code: "signed_out", message: "…" } }, { status: 401 }) });
  it.store.set("a", scan("a", -2));
  const outcome = await send(it.scans, it.world);
  assert.equal(outcome.signIn, true);
  assert.equal(it.store.get("a").state, "waiting");
});

test("an error about one scan does not hold up the others, nor loses it", async () => {
  const it = world({ answer: (body) => (body.key === "a" ? new Response("", { status: 500 }) : undefined) });
  it.store.set("a", scan("a", -2));
  it.store.set("b", scan("b", -1));
  const outcome = await send(it.scans, it.world);
  assert.deepEqual([outcome.sent, outcome.left], [1, 1]);
});

test("a page of a captive portal is no receipt", async () => {
  const it = world({ answer: () => new Response("<html>Wi-Fi</html>", { status: 200, headers: { "Content-Type": "text/html" } }) });
  it.store.set("a", scan("a", -2));
  await send(it.scans, it.world);
  assert.equal(it.store.get("a").state, "waiting");
});

test("nobody's scans are sent under another person's name", async () => {
  const it = world({ owner: "tin" });
  it.store.set("a", scan("a", -2));
  await send(it.scans, it.world);
  assert.equal(it.requests.length, 0);
  assert.equal(waiting([...it.store.values()], "hanh").length, 1);
});

test("whatever the network does, each scan ends as one row with its own time (1,000 random histories)", async () => {
  let seed = 20260813;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  for (let round = 0; round < 1_000; round += 1) {
    const it = world({
      answer: () => {
        const luck = random();
        if (luck < 0.2) return new TypeError("no network");
        if (luck < 0.35) return { before: true };
        if (luck < 0.45) return new Response("", { status: 503, headers: { "Retry-After": "7" } });
        if (luck < 0.5) return new Response("", { status: 500 });
        return undefined;
      },
    });
    const times = new Map();
    const count = 1 + Math.floor(random() * 5);
    for (let n = 0; n < count; n += 1) {
      const one = scan(`k${n}`, -n * 3);
      times.set(one.key, one.at);
      it.store.set(one.key, one);
    }
    for (let tries = 0; waiting([...it.store.values()], "hanh").length; tries += 1) {
      assert.ok(tries < 200, "it comes to an end");
      await send(it.scans, { ...it.world, impatient: random() < 0.5 });
      it.now += 60_000 + Math.floor(random() * 600_000);
    }
    assert.equal(it.rows.size, count);
    for (const [key, body] of it.rows) assert.equal(body.at, times.get(key));
  }
});

test("waits double up to ten minutes; Retry-After is seconds or a date", () => {
  assert.deepEqual([1, 2, 3, 20].map((n) => backoff(n, 0.5)), [5_000, 10_000, 20_000, 600_000]);
  assert.equal(retryAfter("120", NOON), 120_000);
  assert.equal(retryAfter("Thu, 13 Aug 2026 05:00:30 GMT", NOON), 30_000);
  assert.equal(retryAfter(null, NOON), null);
  assert.equal(retryAfter("soon", NOON), null);
});

test("what was read from a screen is sent with its tag and the moment of the scan", async () => {
  const it = world();
  await it.scans.put(scan("k1", -3, { tag: "ABCDEF12" }));
  await send(it.scans, it.world);
  assert.equal(it.requests[0].code, `${"C".repeat(12)}.ABCDEF12`);
  assert.equal(it.requests[0].at, new Date(NOON - 3 * 60_000).toISOString());
});
