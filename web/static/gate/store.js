/**
 * What the gate keeps in IndexedDB: the queue of visits (also this shift's list) and a few facts.
 * @typedef {import("./visits.js").Visit} Visit
 */
import { createStore, del, get, set, setMany, values } from "../npm/idb-keyval/index.js";

const visitBase = createStore("lachan-gate-visits", "visits");
const factBase = createStore("lachan-gate-facts", "facts");
/** @type {Set<() => void>} */
const listeners = new Set();

export function changed() {
  listeners.forEach((listener) => listener());
}

/** @param {() => void} listener */
export function onChange(listener) {
  listeners.add(listener);
}

export const visits = {
  /** @returns {Promise<Visit[]>} */
  all: () => values(visitBase),
  /** @param {Visit} visit */
  async put(visit) {
    await set(visit.key, visit, visitBase);
    changed();
  },
  /** @param {Visit[]} list */
  async putAll(list) {
    await setMany(list.map((visit) => [visit.key, visit]), visitBase);
    changed();
  },
  /** @param {string} key @returns {Promise<Visit | undefined>} */
  get: (key) => get(key, visitBase),
  /** @param {string[]} keys */
  async remove(keys) {
    await Promise.all(keys.map((key) => del(key, visitBase)));
    changed();
  },
};

export const facts = {
  /** @param {string} name @returns {Promise<any>} */
  get: (name) => get(name, factBase),
  /** @param {string} name @param {unknown} value */
  set: (name, value) => set(name, value, factBase),
};
