/**
 * Forms that this phone has filled in, in IndexedDB, until the server has them; the last of each day stays to be shown.
 * @typedef {object} Form
 * @property {string} key      UUID made on the phone: the idempotency key
 * @property {string} owner    the account that filled it in
 * @property {"waiting" | "sent" | "refused"} state
 * @property {"in"} direction  what the common sender orders by
 * @property {string} at       ISO 8601, by the phone's clock
 * @property {string} day      the day in Viet Nam
 * @property {string} kind
 * @property {string} place
 * @property {object} body     what is sent beside key, at and sent_at
 * @property {{key: string, blob?: Blob, sent?: boolean, refused?: boolean} | null} photo   the form names it also where it was refused
 * @property {number} [number] of the entry in the facility's chain
 * @property {boolean | null} [complete]
 * @property {string} [receivedAt]
 * @property {{code: string, message: string}} [refusal]
 */
import { createStore, del, set, values } from "../npm/idb-keyval/index.js";

const base = createStore("lachan-safety", "forms");
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("lachan-safety") : null;
const KEPT_MS = 40 * 86_400_000;

export const forms = {
  /** @returns {Promise<Form[]>} */
  all: () => values(base),
  /** @param {Form} form */
  async put(form) {
    await set(form.key, form, base);
    channel?.postMessage("changed");
  },
  /** Forms sent long ago are of no more use here. */
  async tidy() {
    const old = (await values(base)).filter((form) => form.state !== "waiting" && Date.now() - Date.parse(form.at) > KEPT_MS);
    await Promise.all(old.map((form) => del(form.key, base)));
  },
};

/** @param {() => void} listener */
export function onChange(listener) {
  channel?.addEventListener("message", () => listener());
}

/** The day in Viet Nam, as 2026-11-24. @param {Date} [moment] */
export function dayOf(moment = new Date()) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Ho_Chi_Minh" }).format(moment);
}
