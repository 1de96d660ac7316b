/**
 * What every page of the app shares: the facts the server drew into it, its words, its icons.
 * @typedef {object} Config
 * @property {string} owner            key of the signed-in person, "" on pages without one
 * @property {string} name
 * @property {string} you              how the person is called ("cô"), "" before it is known and in English
 * @property {"vi" | "en"} language
 * @property {{key: string, name: string}[]} wards   people in their care
 * @property {number} retention        days until a visit is erased, on the server and here
 * @property {Record<string, number>} typical   kind of place → minutes people usually stay
 * @property {{number: number, document: import("./form.js").Form, kinds: string[]} | null} [health]   what places of these kinds ask on arrival
 * @property {string[]} private         kinds of place where a visit may stay on the phone
 * @property {string[]} pages          pages to keep for use without a network
 * @property {string} mark             changes when kept pages are out of date: build, person, language, look
 * @property {{[index: string]: {name: string, days: number}}} diseases   number in the feed → its name, days to watch one's health
 * @property {{person: string, place: {key: string}, at: string}[]} [running]   what the server knows to be running
 * @property {{key: string, person: string, who: string | null, place: {name: string, key: string}, start: string, end: string, known: boolean, gate: boolean}[]} [recent]   stays that the server knows
 * @property {{code: string, place: {name: string, key: string, kind: string, area: string}}} [arriving]
 */
import { html } from "../npm/htm/standalone.module.js";
import { words } from "./words.js";

/** @type {Config} */
export const config = JSON.parse(document.getElementById("app-config")?.textContent ?? "{}");

const SPRITE = new URL("../face/sprite.svg", import.meta.url).href;

/** @param {keyof typeof import("./words.js").tables.vi} key @param {Record<string, string | number | undefined>} [holes] */
export function say(key, holes = {}) {
  return words(config.language, key, { you: config.you, ...holes });
}

/** A line icon of the house; write a word beside it. @param {string} name @param {string} [kind] */
export function icon(name, kind = "icon") {
  return html`<svg class=${kind} aria-hidden="true"><use href=${`${SPRITE}#${name}`} /></svg>`;
}

/** Names joined as one reads them. @param {string[]} names */
export function list(names) {
  return new Intl.ListFormat(config.language, { type: "conjunction" }).format(names);
}
