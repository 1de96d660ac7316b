/**
 * What the phone keeps: scans (its own history and what is still to be sent) and a few facts of the app, in IndexedDB.
 * Every change is told to the other tabs.
 * @typedef {import("./sending.js").Scan} Scan
 */
import { clear, createStore, del, get, set, values } from "../npm/idb-keyval/index.js";

const scanBase = createStore("lachan-scans", "scans");
const answerBase = createStore("lachan-answers", "answers");
const countBase = createStore("lachan-counts", "counts");
const factBase = createStore("lachan-facts", "facts");
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("lachan") : null;
/** @type {Set<() => void>} */
const listeners = new Set();

channel?.addEventListener("message", () => listeners.forEach((listener) => listener()));

/** Tell this tab and the others that something has changed. */
export function changed() {
  listeners.forEach((listener) => listener());
  channel?.postMessage("changed");
}

/** @param {() => void} listener */
export function onChange(listener) {
  listeners.add(listener);
}

export const scans = {
  /** @returns {Promise<Scan[]>} */
  all: () => values(scanBase),
  /** @param {Scan} scan */
  async put(scan) {
    await set(scan.key, scan, scanBase);
    changed();
  },
  /** @param {string[]} keys */
  async remove(keys) {
    await Promise.all(keys.map((key) => del(key, scanBase)));
    changed();
  },
  async clear() {
    await clear(scanBase);
    changed();
  },
};

/** Answers to a place's health question, by the key of the arrival's scan. */
export const answers = {
  /** @returns {Promise<import("./answers.js").HealthAnswers[]>} */
  all: () => values(answerBase),
  /** @param {import("./answers.js").HealthAnswers} given */
  async put(given) {
    await set(given.key, given, answerBase);
    changed();
  },
  /** @param {string[]} keys */
  async remove(keys) {
    await Promise.all(keys.map((key) => del(key, answerBase)));
  },
};

/** Counts of private visits that the server has still to be told. */
export const counts = {
  /** @returns {Promise<import("./counts.js").Count[]>} */
  all: () => values(countBase),
  /** @param {import("./counts.js").Count} count */
  put: (count) => set(count.key, count, countBase),
  /** @param {string[]} keys */
  async remove(keys) {
    await Promise.all(keys.map((key) => del(key, countBase)));
  },
};

export const facts = {
  /** @param {string} name @returns {Promise<any>} */
  get: (name) => get(name, factBase),
  /** @param {string} name @param {unknown} value */
  set: (name, value) => set(name, value, factBase),
  clear: () => clear(factBase),
};
