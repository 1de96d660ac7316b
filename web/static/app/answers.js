/**
 * Sends the answers to a place's health question, once the arrival they belong to is with the server. Pure: the stores, the
 * clock and the network are handed in, as in sending.js.
 *
 * @typedef {object} HealthAnswers
 * @property {string} key       key of the arrival's scan
 * @property {string} owner
 * @property {string} person
 * @property {number} version   number of the form that was shown
 * @property {Record<string, any>} answers
 * @property {string} at        ISO 8601, the phone's clock
 * @property {"waiting" | "sent" | "refused"} state
 * @property {{code: string, message: string}} [refusal]
 *
 * @typedef {{all: () => Promise<HealthAnswers[]>, put: (answers: HealthAnswers) => Promise<void>, remove: (keys: string[]) => Promise<void>}} Store
 */
import { PATIENCE_MS } from "./sending.js";

const ADDRESS = "/api/v1/checkin-answers";
const BUSY = new Set([401, 408, 425, 429]);

/**
 * @param {Store} store @param {import("./sending.js").Scan[]} scans
 * @param {{fetch: (url: string, init: object) => Promise<Response>, owner: string}} world
 * @returns {Promise<number>} how many still wait although their arrival is there
 */
export async function sendAnswers(store, scans, { fetch, owner }) {
  const byKey = new Map(scans.map((scan) => [scan.key, scan]));
  let left = 0;
  for (const kept of await store.all()) {
    if (kept.owner !== owner) continue;
    const scan = byKey.get(kept.key);
    if (kept.state !== "waiting" || scan?.state === "waiting") continue;
    if (!scan || scan.state === "refused") {
      // Deleted from the phone, or not accepted: answers without their arrival are nobody's.
      if (!scan) await store.remove([kept.key]);
      continue;
    }
    if (left) {
      left += 1;
      continue;
    }
    if (!(await sendOne(store, kept, fetch))) left += 1;
  }
  return left;
}

/** @param {Store} store @param {HealthAnswers} kept @param {(url: string, init: object) => Promise<Response>} fetch @returns {Promise<boolean>} whether it is settled */
async function sendOne(store, kept, fetch) {
  try {
    const response = await fetch(ADDRESS, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      signal: typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(PATIENCE_MS) : undefined,
      body: JSON.stringify({ checkin: kept.key, version: kept.version, answers: kept.answers, answered_at: kept.at }),
    });
    const answer = await response.json().catch(() => null);
    if (response.ok && answer?.version) {
      await store.put({ ...kept, state: "sent" });
      return true;
    }
    if (response.status < 400 || response.status >= 500 || BUSY.has(response.status)) return false;
    await store.put({ ...kept, state: "refused", refusal: { code: answer?.error?.code ?? String(response.status), message: answer?.error?.message ?? "" } });
    return true;
  } catch {
    return false;
  }
}
