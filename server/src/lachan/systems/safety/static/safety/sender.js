/**
 * Sends the forms that wait: first the picture of each, then the form that names it. One sender at a time over all tabs and
 * the service worker; the rules of trying again are those of every queue of the house.
 */
import { PATIENCE_MS, send } from "../app/sending.js";
import { forms } from "./store.js";

/** @type {import("../app/sending.js").Lane} */
const LANE = {
  address: "/api/v1/safety/forms",
  // The same words each time it is sent, or the server takes it for another form under the same key.
  body: (form) => ({ ...form.body, owner: form.owner, at: form.at, photos: form.photo ? [form.photo.key] : [] }),
  stored: (form, answer) => ({
    id: answer.id, number: answer.number, complete: answer.complete, receivedAt: new Date().toISOString(),
    // What is on the server need not fill the phone.
    photo: form.photo ? { key: form.photo.key, sent: Boolean(form.photo.sent) } : null,
  }),
};
/** Answers after which the same picture may still be taken. */
const NOT_NOW = new Set([401, 408, 425, 429]);

/** @param {{owner?: string, impatient?: boolean}} [how] without an owner: of everybody who filled in a form on this phone */
export async function sendWaiting({ owner, impatient = false } = {}) {
  const run = async () => {
    if (owner) return sendOf(owner, impatient);
    const waiting = (await forms.all()).filter((form) => form.state === "waiting");
    const total = { sent: 0, refused: 0, left: 0, retryAt: /** @type {number | null} */ (null), signIn: false };
    for (const whose of new Set(waiting.map((form) => form.owner))) {
      const outcome = await sendOf(whose, impatient);
      total.sent += outcome.sent;
      total.refused += outcome.refused;
      // Those of whoever is not signed in wait for them, not for a later try.
      if (outcome.signIn) continue;
      total.left += outcome.left;
      if (outcome.retryAt) total.retryAt = Math.min(total.retryAt ?? Infinity, outcome.retryAt);
    }
    return total;
  };
  return navigator.locks ? navigator.locks.request("lachan-safety-send", run) : run();
}

/** @param {string} owner @param {boolean} impatient */
function sendOf(owner, impatient) {
  /** @type {import("./store.js").Form | undefined} */
  let going;
  const lane = { ...LANE, body: (/** @type {any} */ form) => LANE.body((going = form)) };
  /** @param {string} address @param {any} init */
  const fetchBoth = async (address, init) => {
    if (going?.photo?.blob && !going.photo.sent) {
      // What stops the picture stops its form in the same way: both are tried again.
      const stopped = await sendPhoto(going);
      if (stopped) return stopped;
    }
    // The picture may have used up the patience for the form.
    return fetch(address, { ...init, signal: patience(PATIENCE_MS) });
  };
  return send(/** @type {any} */ (forms), { fetch: fetchBoth, now: () => Date.now(), owner, impatient, lane });
}

/** @param {number} ms */
function patience(ms) {
  return typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(ms) : undefined;
}

/**
 * A picture that is refused must not hold up its form: it goes without. Anything else is answered with what stopped it.
 * @param {import("./store.js").Form} form @returns {Promise<Response | null>}
 */
async function sendPhoto(form) {
  const { key, blob } = /** @type {{key: string, blob: Blob}} */ (form.photo);
  const response = await fetch(`/api/v1/safety/photos/${key}?place=${form.place}&owner=${form.owner}`, {
    method: "POST", credentials: "same-origin", body: blob, headers: { "Content-Type": blob.type }, signal: patience(4 * PATIENCE_MS),
  });
  if (response.status >= 400 && (response.status >= 500 || NOT_NOW.has(response.status))) return response;
  // A captive portal answers 200 with its own page: nothing was kept.
  if (response.ok && !(await response.clone().json().catch(() => null))?.sha256) {
    return new Response("", { status: 200 });
  }
  form.photo = response.ok ? { key, blob, sent: true } : { key, refused: true };
  await forms.put(form);
  return null;
}
