/** The directories of the communes this phone has been in, kept so that a code can be told genuine without a network. */
import { DirectoryError, judge, open } from "./directory.js";
import { facts } from "./store.js";

const MOST = 12;
const DAY_MS = 86_400_000;
const PATIENCE_MS = 8_000;
const LOCK = "lachan-directories";

/** @typedef {{name: string, bytes: Uint8Array, etag: string, edition: number, fetched: number, used: number}} Kept */

/** @returns {Promise<Record<string, Kept>>} */
const kept = async () => (await facts.get("directories")) ?? {};

/** @param {string} address @param {Record<string, string>} [headers] */
const ask = (address, headers) => fetch(address, { headers, signal: AbortSignal.timeout?.(PATIENCE_MS), credentials: "omit" });

/** Communes whose directory is still to be fetched, with their names. @returns {Promise<Record<string, string>>} */
const wanted = async () => (await facts.get("directories-wanted")) ?? {};

/** One reader and writer at a time, over all tabs. @param {() => Promise<void>} work */
const alone = (work) => (navigator.locks ? navigator.locks.request(LOCK, work) : work());

/**
 * Keep the directory of a commune one is in, or make it new when it is a day old. Without a network nothing changes.
 *
 * Whoever scans is off to the next page within a second, which cuts this page's requests off: what is wanted is written down
 * first, and every page of the app goes on with it (keepWanted).
 * @param {string} commune official code @param {string} name as shown
 */
export async function keep(commune, name) {
  await alone(async () => {
    const mine = (await kept())[commune];
    if (mine && Date.now() - mine.fetched < DAY_MS) return;
    const newest = Object.entries({ ...(await wanted()), [commune]: name }).slice(-MOST);
    await facts.set("directories-wanted", Object.fromEntries(newest));
  });
  await keepWanted();
}

/** Fetch what is still wanted; what finds no network stays wanted. */
export async function keepWanted() {
  await alone(async () => {
    for (const [commune, name] of Object.entries(await wanted())) {
      if (!(await fetchOne(commune, name))) return;
      const { [commune]: _done, ...rest } = await wanted();
      await facts.set("directories-wanted", rest);
    }
  });
}

/** @param {string} commune @param {string} name @returns {Promise<boolean>} whether it is settled, one way or the other */
async function fetchOne(commune, name) {
  const all = await kept();
  const mine = all[commune];
  try {
    const key = await (await ask("/api/v1/places/directory/key")).json();
    const answer = await ask(`/api/v1/places/directory/${commune}`, mine ? { "If-None-Match": mine.etag } : {});
    if (answer.status === 304 && mine) {
      all[commune] = { ...mine, fetched: Date.now(), used: Date.now() };
    } else if (answer.ok) {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const { edition, commune: whose } = await open(bytes, key, mine?.edition ?? 0);
      if (whose !== commune) return true;
      all[commune] = { name, bytes, etag: answer.headers.get("ETag") ?? "", edition, fetched: Date.now(), used: Date.now() };
    } else return answer.status < 500;
    await facts.set("directory-key", key);
    const newest = Object.entries(all).sort(([, a], [, b]) => b.used - a.used).slice(0, MOST);
    await facts.set("directories", Object.fromEntries(newest));
    return true;
  } catch (error) {
    // Away, or not the installation's list: what is kept stays.
    if (!(error instanceof DirectoryError)) return false;
    console.warn(`directory of ${commune}: ${error.reason}`);
    return true;
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
