/**
 * Place notices: one small signed list for everybody, compared on the phone with the phone's own history. Nothing is sent.
 * What is shown are one's own times; the published window itself never leaves this module.
 *
 * @typedef {object} PlaceNotice
 * @property {string} id
 * @property {string} place
 * @property {string} [who]       whose visit, when it is not the owner's
 * @property {number} start       the visit's own times, milliseconds
 * @property {number} end         only known when the departure was scanned, or the next arrival
 * @property {import("./visits.js").Stay["ending"]} ending
 * @property {"inform" | "test" | "stay-home"} advice
 * @property {number} disease     its number in the list
 * @property {number} issued      milliseconds
 * @property {number | null} seen
 * @property {boolean} dismissed
 * @property {boolean} [withdrawn]  the list no longer has it, though its time has not come
 */
import { apply, FeedError, match, open, readable } from "./feed.js";
import { placeName } from "./lines.js";
import { config } from "./page.js";
import { changed, facts, scans } from "./store.js";
import { stays } from "./visits.js";

const FEED = "/api/v1/notices/feed";
const NEWEST = "/api/v1/notices/newest";
const KEY = "/api/v1/notices/key";
const OFTEN_ENOUGH_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const PATIENCE_MS = 15_000;
const LOCK = "lachan-feed";
const ADVICE = /** @type {const} */ ({ 1: "inform", 2: "test", 3: "stay-home" });

/** @returns {Promise<PlaceNotice[]>} */
async function all() {
  return (await facts.get("place-notices")) ?? [];
}

/** Those to show, the newest first. */
export async function liveNotices() {
  return (await all()).filter((notice) => !notice.dismissed).sort((a, b) => b.issued - a.issued || b.start - a.start);
}

export async function unreadPlaceNotices() {
  return (await liveNotices()).filter((notice) => notice.seen === null && !notice.withdrawn);
}

/** @param {string} id @param {Partial<PlaceNotice>} change */
export async function amend(id, change) {
  await facts.set("place-notices", (await all()).map((notice) => (notice.id === id ? { ...notice, ...change } : notice)));
  changed();
}

/** @param {string} url @param {Record<string, string>} [headers] */
function ask(url, headers = {}) {
  // Without cookies: who fetches the list is nobody's business.
  return fetch(url, { headers, credentials: "omit", signal: AbortSignal.timeout?.(PATIENCE_MS) });
}

/** The key that signs the list: taken once, when the app is first opened, and kept. */
async function pinnedKey() {
  const kept = await facts.get("feed-key");
  if (kept) return kept;
  const response = await ask(KEY);
  if (!response.ok) throw new Error(`no key: ${response.status}`);
  const key = await response.json();
  await facts.set("feed-key", key);
  return key;
}

/** Fetch the list if it is time, and compare it with the phone's history. Never throws: the old list stays in force. */
export async function refreshNotices() {
  const work = async () => {
    const stored = (await facts.get("feed")) ?? null;
    const kept = stored && readable(stored.bytes) ? stored : null;
    if (navigator.onLine && Date.now() - (kept?.at ?? 0) > OFTEN_ENOUGH_MS) await fetchFeed(kept);
    await compare();
  };
  try {
    await (navigator.locks ? navigator.locks.request(LOCK, work) : work());
  } catch (error) {
    console.warn("place notices:", error);
  }
}

/** @typedef {{bytes: Uint8Array, at: number, edition: number, validUntil: number}} Kept */

/** @param {Kept | null} kept */
async function fetchFeed(kept) {
  /** @type {Uint8Array | null} */
  let bytes;
  let key;
  try {
    key = await pinnedKey();
    bytes = await newestBytes(kept);
  } catch {
    return;
  }
  if (!bytes) return;
  try {
    const feed = await open(bytes, key);
    // An older list under a right signature would hide what has been published since.
    if (kept && feed.edition < kept.edition) throw new FeedError("old");
    await facts.set("feed", { bytes, at: Date.now(), edition: feed.edition, validUntil: feed.validUntil });
    await facts.set("feed-fault", "");
  } catch (error) {
    const reason = error instanceof FeedError ? error.reason : "unreadable";
    await facts.set("feed-fault", reason === "signature" && (await keyHasChanged(key)) ? "key-changed" : reason);
  }
  changed();
}

/**
 * The newest edition: what is kept when nothing is newer, what is kept with the changes since, or the whole list. Null when the server has none to give.
 * @param {Kept | null} kept
 */
async function newestBytes(kept) {
  if (kept) {
    const answer = await ask(NEWEST);
    if (!answer.ok) return null;
    const { edition } = await answer.json();
    if (edition === kept.edition) return kept.bytes;
    const change = await ask(`${FEED}/${edition}/from/${kept.edition}`);
    if (change.ok) {
      try {
        const bytes = apply(kept.bytes, new Uint8Array(await change.arrayBuffer()));
        await open(bytes, await pinnedKey());
        return bytes;
      } catch {
        // The whole list, below, says what is wrong.
      }
    }
  }
  const response = await ask(FEED);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

/** @param {JsonWebKey} pinned */
async function keyHasChanged(pinned) {
  try {
    const shown = await (await ask(KEY)).json();
    return shown.x !== pinned.x || shown.y !== pinned.y;
  } catch {
    return false;
  }
}

async function compare() {
  const kept = await facts.get("feed");
  const key = await facts.get("feed-key");
  if (!kept || !key || !readable(kept.bytes)) return;
  const feed = await open(kept.bytes, key);
  const now = Date.now();
  const mine = stays((await scans.all()).filter((scan) => scan.owner === config.owner), now, config.typical);
  const before = new Map((await all()).map((notice) => [notice.id, notice]));
  /** @type {Map<string, PlaceNotice>} */
  const found = new Map();
  for (const stay of mine) {
    // The scans of one stay may carry different codes of the place: its owner may have renewed them.
    const codes = [...new Set(stay.scans.map((scan) => scan.code))];
    const windows = (await Promise.all(codes.map((code) => match(feed, code, stay.start, stay.end)))).flat();
    for (const window of windows) {
      const id = `${stay.key}.${window.disease}`;
      const old = found.get(id);
      const advice = ADVICE[/** @type {1 | 2 | 3} */ (window.grade)] ?? "inform";
      if (old && rank(old.advice) >= rank(advice)) continue;
      const known = before.get(id);
      found.set(id, {
        id, place: placeName(stay), who: stay.who, start: stay.start, end: stay.end, ending: stay.ending, advice, disease: window.disease,
        // The first list that had it on this phone: later lists repeat it.
        issued: known?.issued ?? feed.issued, seen: known?.seen ?? null, dismissed: known?.dismissed ?? false,
      });
    }
  }
  // What left the list before its time was taken back: one is told so, as long as one would have been warned.
  for (const old of before.values()) {
    const young = now - old.start < (config.retention - 1) * DAY_MS;
    if (!found.has(old.id) && young && mine.some((stay) => old.id === `${stay.key}.${old.disease}`)) found.set(old.id, { ...old, withdrawn: true });
  }
  const next = [...found.values()];
  if (JSON.stringify(next) !== JSON.stringify([...before.values()])) {
    await facts.set("place-notices", next);
    changed();
  }
}

/** @param {PlaceNotice["advice"]} advice */
function rank(advice) {
  return Object.values(ADVICE).indexOf(advice);
}
