/**
 * Sends the forms that wait: first the picture of each, then the form that names it. One sender at a time over all tabs and
 * the service worker; the rules of trying again are those of every queue of the house.
 */
import { PATIENCE_MS, send } from "../app/sending.js";
import { forms } from "./store.js";

/** @type {import("../app/sending.js").Lane} */
const LANE = {
  address: "/api/v1/safety/forms",
  body: (form) => ({ ...form.body, at: form.at, photos: form.photo?.sent ? [form.photo.key] : [] }),
  stored: (form, answer) => ({
    id: answer.id, number: answer.number, complete: answer.complete, receivedAt: new Date().toISOString(),
    // What is on the server need not fill the phone.
    photo: form.photo ? { key: form.photo.key, sent: true } : null,
  }),
};

/** @param {{owner?: string, impatient?: boolean}} [how] without an owner: of whoever filled in the oldest form */
export async function sendWaiting({ owner, impatient = false } = {}) {
  const run = async () => {
    const waiting = (await forms.all()).filter((form) => form.state === "waiting");
    const whose = owner ?? waiting.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0]?.owner;
    if (!whose) return { sent: 0, refused: 0, left: 0, retryAt: null, signIn: false };
    for (const form of waiting) if (form.owner === whose && form.photo && !form.photo.sent) await sendPhoto(form);
    return send(/** @type {any} */ (forms), {
      fetch: (address, init) => fetch(address, init), now: () => Date.now(), owner: whose, impatient, lane: LANE,
    });
  };
  return navigator.locks ? navigator.locks.request("lachan-safety-send", run) : run();
}

/** A picture that is refused must not hold up its form: it goes without. @param {import("./store.js").Form} form */
async function sendPhoto(form) {
  try {
    const response = await fetch(`/api/v1/safety/photos/${form.photo.key}?place=${form.place}`, {
      method: "POST", credentials: "same-origin", body: form.photo.blob, headers: { "Content-Type": form.photo.blob.type },
      signal: typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(4 * PATIENCE_MS) : undefined,
    });
    if (response.ok) await forms.put({ ...form, photo: { ...form.photo, sent: true } });
    else if ([404, 413, 415, 422].includes(response.status)) await forms.put({ ...form, photo: null });
  } catch {
    // No network: the form fails the same way, and both are tried again.
  }
}
