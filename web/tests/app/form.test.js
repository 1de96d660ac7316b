import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { sendAnswers } from "../../static/app/answers.js";
import { canAsk, read } from "../../static/app/form.js";

/** Documents and answers that the server has judged: made by test_form_rule.py. */
const cases = process.env.LACHAN_FORM_CASES ? JSON.parse(readFileSync(process.env.LACHAN_FORM_CASES, "utf8")) : null;

test("the phone and the server judge the same answers alike", { skip: cases ? false : "no cases" }, () => {
  assert.ok(cases.length > 100);
  for (const { document, answers, today, another, shown, values, wrong } of cases) {
    const found = read(document, answers, today, another);
    const told = JSON.stringify({ answers, another });
    assert.deepEqual(found.shown.map(({ code }) => code), shown, told);
    assert.deepEqual(Object.keys(found.faults).sort(), wrong, told);
    assert.deepEqual(found.values, values, told);
  }
});

test("a form with a question this phone cannot draw is not asked", () => {
  assert.equal(canAsk({ pages: [{ type: "yes_no", code: "a" }] }), true);
  assert.equal(canAsk({ pages: [{ type: "group", code: "g", questions: [{ type: "calculation", code: "a" }] }] }), false);
});

/** @param {any[]} given @param {(body: any) => any} answer */
function world(given, answer) {
  const kept = new Map(given.map((one) => [one.key, one]));
  const sent = [];
  const store = { all: async () => [...kept.values()], put: async (one) => void kept.set(one.key, one), remove: async (keys) => keys.forEach((key) => kept.delete(key)) };
  const fetch = async (_url, init) => {
    const body = JSON.parse(init.body);
    sent.push(body);
    const said = answer(body);
    if (said instanceof Error) throw said;
    return said;
  };
  return { kept, sent, store, fetch };
}
const given = (key, more = {}) => ({ key, owner: "hanh", person: "hanh", version: 1, answers: { contact: "no" }, at: "2026-08-13T05:00:00.000Z", state: "waiting", ...more });

test("answers wait for their arrival, are sent once, and go with it when it is deleted", async () => {
  const it = world([given("a"), given("b"), given("c"), given("d", { owner: "tin" })], () => Response.json({ version: 1 }));
  const scans = [{ key: "a", state: "sent" }, { key: "b", state: "waiting" }, { key: "d", state: "sent" }];
  assert.equal(await sendAnswers(it.store, scans, { fetch: it.fetch, owner: "hanh" }), 0);
  assert.deepEqual(it.sent, [{ checkin: "a", version: 1, answers: { contact: "no" }, answered_at: "2026-08-13T05:00:00.000Z" }]);
  assert.deepEqual([...it.kept].map(([key, { state }]) => [key, state]), [["a", "sent"], ["b", "waiting"], ["d", "waiting"]]);
  await sendAnswers(it.store, scans, { fetch: it.fetch, owner: "hanh" });
  assert.equal(it.sent.length, 1);
});

test("a lost network, a busy server and a portal's page keep them; a reason ends it", async () => {
  const scans = [{ key: "a", state: "sent" }];
  for (const said of [new TypeError("offline"), new Response("busy", { status: 503 }), new Response("<p>portal</p>", { status: 200 }), new Response("{}", { status: 429 })]) {
    const it = world([given("a")], () => said);
    assert.equal(await sendAnswers(it.store, scans, { fetch: it.fetch, owner: "hanh" }), 1);
    assert.equal(it.kept.get("a").state, "waiting");
  }
  const it = world([given("a")], () => Response.json({ error: { code: "not_asked", message: "Nơi này không hỏi." } }, { status: 422 }));
  assert.equal(await sendAnswers(it.store, scans, { fetch: it.fetch, owner: "hanh" }), 0);
  assert.deepEqual(it.kept.get("a").refusal, { code: "not_asked", message: "Nơi này không hỏi." });
});
