/** What every part of the gate's page shares: the facts the server drew into it, its words, its icons, its keys. */
import { bytes } from "../app/pass-maker.js";
import { html } from "../npm/htm/standalone.module.js";
import { facts } from "./store.js";
import { words } from "./words.js";

/**
 * @type {{owner: string, language: "vi" | "en", retention: number, places: {key: string, name: string, area: string, gates: {part: number, name: string}[]}[]}}
 */
export const config = JSON.parse(document.getElementById("gate-config")?.textContent ?? "{}");
const SPRITE = new URL("../face/sprite.svg", import.meta.url).href;
const PATIENCE_MS = 8_000;

/** @param {keyof typeof import("./words.js").tables.vi} key @param {Record<string, string | number | undefined>} [holes] */
export const say = (key, holes = {}) => words(config.language, key, holes);

/** A line icon of the house; write a word beside it. @param {string} name @param {string} [kind] */
export const icon = (name, kind = "icon") => html`<svg class=${kind} aria-hidden="true"><use href=${`${SPRITE}#${name}`} /></svg>`;

/** @typedef {{place: string, name: string, gate: string, part?: number | null, since: string}} Shift */

/** Fetch the server's public keys and its clock; without a network what is kept stays. @returns {Promise<boolean>} whether there are keys */
export async function learnKeys() {
  try {
    const signal = AbortSignal.timeout?.(PATIENCE_MS);
    const answer = await fetch("/api/v1/gate/keys", { signal });
    if (answer.ok) await facts.set("keys", await answer.json());
    const told = Date.parse((await fetch("/healthz", { cache: "no-store", signal })).headers.get("Date") ?? "");
    // The header counts whole seconds.
    if (!Number.isNaN(told)) await facts.set("offset", told + 500 - Date.now());
  } catch {
    // Away: the keys that are kept go on being right.
  }
  return Boolean(await facts.get("keys"));
}

/** @returns {Promise<{keys: import("./judging.js").Keys, now: number}>} the kept keys, and now by the server's clock */
export async function known() {
  const kept = await facts.get("keys");
  const certificates = new Map(Object.entries(kept.certificates ?? {}).map(([id, key]) => [id, bytes(String(key))]));
  return {
    keys: { pass: bytes(kept.pass_key), sealing: bytes(kept.sealing_key), certificates },
    now: Date.now() + ((await facts.get("offset")) ?? 0),
  };
}
