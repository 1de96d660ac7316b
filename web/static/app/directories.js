/** The directories of the communes this phone has been in, kept so that a code can be told genuine without a network. */
import { DirectoryError, judge, open } from "./directory.js";
import { facts } from "./store.js";

const MOST = 12;
const DAY_MS = 86_400_000;
const PATIENCE_MS = 8_000;

/** @typedef {{name: string, bytes: Uint8Array, etag: string, edition: number, fetched: number, used: number}} Kept */

/** @returns {Promise<Record<string, Kept>>} */
const kept = async () => (await facts.get("directories")) ?? {};

/** @param {string} address @param {Record<string, string>} [headers] */
const ask = (address, headers) => fetch(address, { headers, signal: AbortSignal.timeout?.(PATIENCE_MS), credentials: "omit" });

/**
 * Keep the directory of a commune one is in, or make it new when it is a day old. Without a network nothing changes.
 * @param {string} commune official code @param {string} name as shown
 */
export async function keep(commune, name) {
  const all = await kept();
  const mine = all[commune];
  if (mine && Date.now() - mine.fetched < DAY_MS) return;
  try {
    const key = await (await ask("/api/v1/places/directory/key")).json();
    const answer = await ask(`/api/v1/places/directory/${commune}`, mine ? { "If-None-Match": mine.etag } : {});
    if (answer.status === 304 && mine) {
      all[commune] = { ...mine, fetched: Date.now(), used: Date.now() };
    } else if (answer.ok) {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const { edition, commune: whose } = await open(bytes, key, mine?.edition ?? 0);
      if (whose !== commune) return;
      all[commune] = { name, bytes, etag: answer.headers.get("ETag") ?? "", edition, fetched: Date.now(), used: Date.now() };
    } else return;
    await facts.set("directory-key", key);
    const newest = Object.entries(all).sort(([, a], [, b]) => b.used - a.used).slice(0, MOST);
    await facts.set("directories", Object.fromEntries(newest));
  } catch (error) {
    // Away, or not the installation's list: what is kept stays.
    if (error instanceof DirectoryError) console.warn(`directory of ${commune}: ${error.reason}`);
  }
}

/** The name of the commune whose genuine code this is, or null when this phone can't tell. @param {string} code @returns {Promise<string | null>} */
export async function communeOf(code) {
  const key = await facts.get("directory-key");
  if (!key || !globalThis.crypto?.subtle) return null;
  for (const { name, bytes } of Object.values(await kept())) {
    try {
      const found = await judge([await open(bytes, key)], code, Date.now());
      if (found.verdict === "genuine") return name;
    } catch {
      // A list that went bad in the store says nothing.
    }
  }
  return null;
}
