/** The one place that sends: page and service worker both call it, under one lock, so that two tabs never send twice. */
import { send } from "./sending.js";
import { changed, facts, scans } from "./store.js";

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
