/** The one place that sends: page and service worker both call it, under one lock, so that two tabs never send twice. */
import { sendAnswers } from "./answers.js";
import { sendCounts } from "./counts.js";
import { send } from "./sending.js";
import { answers, changed, counts, facts, scans } from "./store.js";

/** Answers that found no network are tried again after this. */
const ANSWERS_WAIT_MS = 30_000;
const LOCK = "lachan-send";

/**
 * Send what waits, for the person this phone is signed in as.
 * @param {{impatient?: boolean}} [options]
 * @returns {Promise<import("./sending.js").Outcome>}
 */
export async function sendWaiting({ impatient = false } = {}) {
  const work = async () => {
    const owner = await facts.get("owner");
    if (!owner) return { sent: 0, refused: 0, left: 0, retryAt: null, signIn: true };
    const outcome = await send(scans, { fetch: (url, init) => fetch(url, init), now: Date.now, owner, impatient });
    // An arrival first: its answers belong to it.
    const unanswered = outcome.signIn ? 0 : await sendAnswers(answers, await scans.all(), { fetch: (url, init) => fetch(url, init), owner });
    const counting = await sendCounts(counts, scans, { fetch: (url, init) => fetch(url, init), now: Date.now, impatient });
    if (counting !== null) outcome.retryAt = Math.min(outcome.retryAt ?? Infinity, counting);
    if (unanswered) outcome.retryAt = Math.min(outcome.retryAt ?? Infinity, Date.now() + ANSWERS_WAIT_MS);
    if ((await facts.get("sign-in-needed")) !== outcome.signIn) {
      await facts.set("sign-in-needed", outcome.signIn);
      changed();
    }
    return outcome;
  };
  const locks = globalThis.navigator?.locks;
  // Without locks (an old phone) two tabs may send one scan twice; its key still makes one row.
  return locks ? locks.request(LOCK, work) : work();
}
