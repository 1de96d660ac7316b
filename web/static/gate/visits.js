/**
 * Visits written down at the gate. One is held for eight seconds, in which it can be taken back, and only then sent;
 * its key is made here, once, so sending it twice makes one row.
 *
 * @typedef {object} Visit
 * @property {string} key
 * @property {string} owner       the account that stood at the gate
 * @property {string} place       the place's key
 * @property {number | null} [part]  the gate of the place where the gatekeeper stands
 * @property {string} shift       when the shift began: what belongs to one list
 * @property {"in" | "out"} direction
 * @property {string} at          ISO 8601, this phone's clock; a slip's own time
 * @property {"held" | "waiting" | "sent" | "refused"} state
 * @property {object | null} holder   as it is sent: a pass's text, or what was sealed; null once it is stored
 * @property {boolean} paper
 * @property {string} who         masked name, or what stands for it
 * @property {number} written     milliseconds
 * @property {number} [stored]    milliseconds, when the server answered that it has it
 * @property {{code: string, message: string}} [refusal]
 */
import { base64url } from "../app/pass-maker.js";
import { newKey, send, waiting } from "../app/sending.js";
import { seal } from "./sealing.js";
import { changed, facts, visits } from "./store.js";

export const UNDO_MS = 8_000;
export const MOST_KEPT = 1_000;
const SIDE_BY_SIDE = 4;
const LOCK = "lachan-gate-send";
const SENT_KEPT_MS = 86_400_000;

/** @type {import("../app/sending.js").Lane} */
const GATE = {
  address: "/api/v1/gate/checkins",
  body: ({ place, part, direction, at, holder, paper }) => ({ place, part: part ?? undefined, direction, at, holder, paper }),
  // What was sealed has done its work. Of a pass only the server knows the name.
  stored: (visit, answer) => ({ holder: null, who: answer.who || visit.who, id: answer.id, stored: Date.now() }),
};

/** How many the phone keeps that no server has yet. @param {Visit[]} all */
export const unsent = (all) => all.filter(({ state }) => state === "held" || state === "waiting").length;

/**
 * Write one down. What was read or typed is sealed first: this phone can't open it again.
 * @param {object} what
 * @param {{owner: string, place: string, part?: number | null, shift: string}} what.duty
 * @param {"in" | "out"} what.direction
 * @param {string} what.who
 * @param {{text: string} | {content: object, point: Uint8Array}} what.holder  a pass's text, or what to seal to the server
 * @param {string} [what.at] @param {boolean} [what.paper]
 * @returns {Promise<Visit | null>} null when the phone keeps as many as it may
 */
export async function write({ duty, direction, who, holder, at = new Date().toISOString(), paper = false }) {
  if (unsent(await visits.all()) >= MOST_KEPT) return null;
  const key = newKey();
  const told = "text" in holder
    ? { kind: "pass", text: holder.text }
    : { kind: "sealed", sealed: base64url(await seal(holder.content, holder.point, key)) };
  /** @type {Visit} */
  const visit = { key, ...duty, direction, at, state: "held", holder: told, paper, who, written: Date.now() };
  await visits.put(visit);
  return visit;
}

/** Take a visit back while it is held. @param {string} key @returns {Promise<boolean>} false when it has gone already */
export function takeBack(key) {
  return locked(async () => {
    if ((await visits.get(key))?.state !== "held") return false;
    await visits.remove([key]);
    return true;
  });
}

/** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
function locked(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

/**
 * Send what is due: held visits whose eight seconds are over, and what waits. Old ones of earlier shifts are erased.
 * @param {string} owner @param {{impatient?: boolean}} [options]
 */
export async function sendDue(owner, { impatient = false } = {}) {
  const signIn = await locked(async () => {
    const all = await visits.all();
    const due = all.filter(({ state, written }) => state === "held" && Date.now() - written >= UNDO_MS);
    if (due.length) await visits.putAll(due.map((visit) => ({ ...visit, state: "waiting" })));
    const old = all.filter(({ state, written }) => state === "sent" && Date.now() - written > SENT_KEPT_MS);
    if (old.length) await visits.remove(old.map(({ key }) => key));
    // Read once, in a few parts side by side: a thousand may wait, and under this lock nobody else changes them.
    const queue = (await visits.all()).filter(({ state }) => state === "waiting");
    const world = { fetch: (/** @type {string} */ url, /** @type {object} */ init) => fetch(url, init), now: Date.now, owner, impatient, lane: GATE };
    const parts = Array.from({ length: Math.min(SIDE_BY_SIDE, Math.max(1, queue.length)) }, (_none, part) => {
      const mine = new Map(queue.filter((_visit, index) => index % SIDE_BY_SIDE === part).map((visit) => [visit.key, visit]));
      return send(/** @type {any} */ ({
        all: async () => [...mine.values()],
        put: async (/** @type {Visit} */ visit) => {
          await visits.put(visit);
          mine.set(visit.key, visit);
        },
      }), world);
    });
    return (await Promise.all(parts)).some(({ signIn }) => signIn);
  });
  if ((await facts.get("sign-in-needed")) !== signIn) {
    await facts.set("sign-in-needed", signIn);
    changed();
  }
}

/** Whether the newest unsent ones failed for want of a network. @param {Visit[]} all @param {string} owner */
export const lost = (all, owner) => waiting(/** @type {any} */ (all), owner).some(({ retryCause }) => retryCause === "network");
