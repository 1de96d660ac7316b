/** A facility's forms and pages on a phone that several people use: who sends what, and what signing out leaves. */
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

// Older Node has none; the scripts ask it for what a browser may lack.
globalThis.navigator ??= /** @type {any} */ ({});

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const SAFETY = here("../../../server/src/lachan/systems/safety/static/safety/");
const APP = here("../../static/app/");

/** The scripts beside each other as they are served, with stores in memory. */
async function served() {
  const root = await mkdtemp(join(tmpdir(), "lachan-safety-"));
  for (const folder of ["safety", "app", "npm/idb-keyval"]) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "package.json"), '{"type": "module"}');
  for (const name of ["sender.js", "worker.js"]) await cp(join(SAFETY, name), join(root, "safety", name));
  for (const name of ["sending.js", "settings.js"]) await cp(join(APP, name), join(root, "app", name));
  const write = (/** @type {string} */ path, /** @type {string} */ text) => writeFile(join(root, path), text);
  await write("safety/store.js", `export const rows = new Map();
    export const forms = { all: async () => [...rows.values()].map((row) => ({ ...row })), put: async (form) => void rows.set(form.key, form) };`);
  await write("npm/idb-keyval/index.js", `export const bases = {};
    export const createStore = (name) => (bases[name] ??= new Map());
    export const values = async (base) => [...base.values()];
    export const delMany = async (keys, base) => keys.forEach((key) => base.delete(key));`);
  await write("app/page.js", 'export const config = { owner: "hanh", account: "7", language: "vi" }; export const say = (word) => word;');
  await write("app/store.js", `export const kept = new Map();
    const rows = { all: async () => [{ key: "k", owner: "hanh", state: "sent", at: "2026-11-24" }], remove: async () => {} };
    export const scans = rows; export const answers = rows; export const counts = rows;
    export const facts = { get: async (name) => kept.get(name), set: async (name, value) => void kept.set(name, value) };
    export const onChange = () => {};`);
  await write("app/time.js", "export const date = String;");
  return (/** @type {string} */ path) => import(pathToFileURL(join(root, path)).href);
}

const form = (/** @type {object} */ more) => ({
  key: "f1", owner: "7", state: "waiting", direction: "in", at: "2026-11-24T06:40:00Z", place: "p", body: { place: "p" },
  photo: { key: "ph", blob: new Blob(["x"], { type: "image/jpeg" }) }, ...more,
});
const json = (/** @type {object} */ body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const stored = () => json({ id: "e1", number: 1, complete: true }, 201);

/** @param {(address: string, body: any) => Response} answer */
async function sending(answer) {
  const load = await served();
  const { rows } = await load("safety/store.js");
  /** @type {{address: string, body: any}[]} */
  const asked = [];
  globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ address, /** @type {any} */ init) => {
    const body = typeof init.body === "string" ? JSON.parse(init.body) : null;
    asked.push({ address, body });
    return answer(address, body);
  });
  const { sendWaiting } = await load("safety/sender.js");
  const bodies = () => asked.filter((one) => one.body).map((one) => one.body);
  return { rows, asked, bodies, sendWaiting };
}

for (const [what, refuse] of /** @type {[string, () => Response][]} */ ([
  ["no answer", () => { throw new Error("timeout"); }],
  ["429", () => json({}, 429, { "Retry-After": "60" })],
  ["503", () => json({}, 503)],
  ["500", () => json({}, 500)],
  ["a captive portal", () => new Response("<html>", { status: 200 })],
])) {
  test(`a form stays while its picture is stopped by ${what}`, async () => {
    let open = false;
    const { rows, bodies, sendWaiting } = await sending((address) => (!address.includes("/photos/") ? stored() : open ? json({ sha256: "00" }) : refuse()));
    rows.set("f1", form({}));
    const outcome = await sendWaiting({ owner: "7", impatient: true });
    assert.deepEqual([bodies(), outcome.left, rows.get("f1").state], [[], 1, "waiting"]);
    assert.ok(outcome.retryAt > Date.now());
    open = true;
    rows.get("f1").retryAt = 0;
    assert.equal((await sendWaiting({ owner: "7", impatient: true })).sent, 1);
    assert.deepEqual(bodies().map((body) => body.photos), [["ph"]]);
  });
}

test("a form goes without a picture that is refused, and names the same keys each time", async () => {
  let lost = true;
  const { rows, asked, bodies, sendWaiting } = await sending((address) => {
    if (address.includes("/photos/")) return json({}, 422);
    if (!lost) return stored();
    throw new Error("the answer is lost");
  });
  rows.set("f1", form({}));
  await sendWaiting({ owner: "7", impatient: true });
  lost = false;
  await sendWaiting({ owner: "7", impatient: true });
  assert.equal(rows.get("f1").state, "sent");
  assert.deepEqual(bodies().map((body) => body.photos), [["ph"], ["ph"]]);
  assert.equal(asked.filter((one) => one.address.includes("/photos/")).length, 1);
});

test("each form names who filled it in; those of another account wait and hold up nobody", async () => {
  const { rows, bodies, sendWaiting } = await sending((_address, body) => (body.owner === "8" ? stored() : json({}, 401)));
  rows.set("f1", form({ photo: null }));
  rows.set("f2", form({ key: "f2", owner: "8", at: "2026-11-24T06:50:00Z", photo: null }));
  const outcome = await sendWaiting({ impatient: true });
  assert.deepEqual(bodies().map((body) => [body.key, body.owner]), [["f1", "7"], ["f2", "8"]]);
  assert.deepEqual([rows.get("f1").state, rows.get("f2").state, outcome.sent, outcome.left], ["waiting", "sent", 1, 0]);
});

/** The browser's caches, in memory. */
function cachesOf() {
  /** @type {Map<string, Map<string, Response>>} */
  const all = new Map();
  const open = async (/** @type {string} */ name) => {
    const rows = all.get(name) ?? all.set(name, new Map()).get(name);
    return {
      keys: async () => [...rows.keys()].map((address) => ({ url: `https://x${address}` })),
      put: async (address, response) => void rows.set(address, response),
      match: async (address) => rows.get(address),
      delete: async (address) => rows.delete(address),
      add: async (address) => void rows.set(address, new Response("")),
    };
  };
  return { all, open, keys: async () => [...all.keys()], delete: async (/** @type {string} */ name) => all.delete(name) };
}

for (const status of [401, 403, 404]) {
  test(`a kept page goes on ${status}, and the files that were dropped come back`, async () => {
    const load = await served();
    const caches = cachesOf();
    /** @type {Record<string, Function>} */
    const on = {};
    const page = `/safety/${"a".repeat(36)}/today/`;
    Object.assign(globalThis, { caches, addEventListener: (/** @type {string} */ name, /** @type {Function} */ run) => (on[name] = run) });
    globalThis.fetch = /** @type {any} */ (async () => new Response("", { status }));
    (await load("safety/worker.js")).start({ build: "b", assets: ["/static/b/a.js"], home: "/safety/" });
    await (await caches.open("lachan-safety-b")).put(page, new Response("somebody's"));
    let work = Promise.resolve();
    on.message({ data: { kind: "keep", pages: [page] }, ports: [], waitUntil: (/** @type {Promise<void>} */ done) => (work = done) });
    await work;
    assert.deepEqual([...caches.all.get("lachan-safety-b").keys()], ["/static/b/a.js"]);
  });
}

for (const history of ["keep", "delete"]) {
  test(`signing out with "${history}" leaves no facility's page`, async () => {
    const load = await served();
    const caches = cachesOf();
    for (const name of ["lachan-safety-b", "lachan-safety-c", "lachan-static-b"]) await caches.open(name);
    const element = () => ({ dataset: {}, addEventListener() {}, requestSubmit() {} });
    /** @type {any} */
    let submit;
    let left = () => {};
    const gone = new Promise((resolve) => (left = () => resolve(undefined)));
    const signOut = { ...element(), addEventListener: (/** @type {string} */ _name, /** @type {any} */ run) => (submit = run), requestSubmit: left };
    const elements = /** @type {any} */ ({ "sign-out": signOut });
    Object.assign(globalThis, {
      caches, window: element(), FormData: class { get() { return history; } },
      document: { ...element(), documentElement: element(), getElementById: (/** @type {string} */ id) => elements[id] ?? element() },
    });
    await load("app/settings.js");
    const { kept } = await load("app/store.js");
    const { createStore } = await load("npm/idb-keyval/index.js");
    const facts = ["bluezone", "bluezone-answers", "directories", "directories-wanted", "manner"];
    for (const name of facts) kept.set(name, "told");
    const filledIn = createStore("lachan-safety");
    filledIn.set("f1", form({})).set("f2", form({ key: "f2", owner: "8" }));
    submit({ preventDefault() {}, stopImmediatePropagation() {} });
    await gone;
    assert.deepEqual([...caches.all.keys()], ["lachan-static-b"]);
    const stays = history === "keep";
    assert.deepEqual(facts.filter((name) => kept.get(name)), stays ? facts : []);
    assert.deepEqual([...filledIn.keys()], stays ? ["f1", "f2"] : ["f2"]);
  });
}
