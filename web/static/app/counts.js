/**
 * Tells the server that somebody came or left, and nothing of who: the visit itself stays on the phone. Pure: the stores, the
 * clock and the network are handed in, as in sending.js.
 *
 * Each count has a random id of its own, forgotten as soon as it is told, and goes without cookies and with the hour only.
 *
 * @typedef {object} Count
 * @property {string} key        UUID, made for this count alone
 * @property {string} scan       key of the visit's scan on this phone; never sent
 * @property {string} code
 * @property {"in" | "out"} direction
 * @property {string} at         ISO 8601, the phone's clock; only its hour is sent
 * @property {boolean} [corrected]  the clock was wrong and has been put right once
 * @property {number} [tries]
 * @property {number} [retryAt]  milliseconds; not sent before
 *
 * @typedef {{all: () => Promise<Count[]>, put: (count: Count) => Promise<void>, remove: (keys: string[]) => Promise<void>}} Store
 * @typedef {object} World
 * @property {(url: string, init: object) => Promise<Response>} fetch
 * @property {() => number} now
 * @property {boolean} [impatient]
 * @property {() => number} [random]
 */
import { backoff, PATIENCE_MS, retryAfter } from "./sending.js";

export const ADDRESS = "/api/v1/checkins/private";
const HOUR_MS = 60 * 60_000;
const TOLERANCE_MS = 90_000;
const BUSY = new Set([408, 425, 429]);

/** The beginning of the hour, which is all that is told of the time. @param {string} at */
export function hourOf(at) {
  return new Date(Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS).toISOString();
}

/**
 * Tell every due count, oldest first.
 * @param {Store} store @param {import("./sending.js").Scans} scans @param {World} world
 * @returns {Promise<number | null>} when to try again, milliseconds; null when nothing waits
 */
export async function sendCounts(store, scans, world) {
  const all = (await store.all()).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const count of all) {
    if (!world.impatient && (count.retryAt ?? 0) > world.now()) continue;
    if (!(await sendOne(store, scans, count, world))) break;
  }
  const left = await store.all();
  return left.length ? Math.max(world.now(), Math.min(...left.map((count) => count.retryAt ?? world.now()))) : null;
}

/** @param {Store} store @param {import("./sending.js").Scans} scans @param {Count} count @param {World} world @returns {Promise<boolean>} whether to go on */
async function sendOne(store, scans, count, world) {
  const tries = (count.tries ?? 0) + 1;
  const later = (/** @type {number | null} */ wait) => store.put({ ...count, tries, retryAt: world.now() + (wait ?? backoff(tries, (world.random ?? Math.random)())) });
  let response;
  try {
    response = await world.fetch(ADDRESS, {
      method: "POST",
      // Whose phone this is, is nobody's business.
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json" },
      signal: typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(PATIENCE_MS) : undefined,
      body: JSON.stringify({ once: count.key, code: count.code, direction: count.direction, hour: hourOf(count.at) }),
    });
  } catch {
    await later(null);
    return false;
  }
  const answer = await response.json().catch(() => null);
  if (response.status >= 500 || BUSY.has(response.status) || (response.ok && !answer?.place)) {
    await later(retryAfter(response.headers.get("Retry-After"), world.now()));
    return false;
  }
  const scan = (await scans.all()).find((one) => one.key === count.scan);
  const offset = clockOffset(response.headers.get("Date"), world.now());
  const right = offset && scan ? new Date(Date.parse(scan.at) + offset).toISOString() : scan?.at;
  if (scan && right && !count.corrected) {
    const known = response.ok ? { place: answer.place, kind: answer.kind } : {};
    const refused = answer?.error?.code === "named_only" ? { state: /** @type {const} */ ("refused"), refusal: { code: "named_only", message: answer.error.message } } : {};
    await scans.put({ ...scan, ...known, ...refused, at: right, ...(offset ? { offset: Math.round(offset / 1000) } : {}) });
  }
  if (!response.ok && offset && right && !count.corrected && answer?.error?.code !== "named_only") {
    // Refused for an hour that was only this phone's: once more with the right one.
    await store.put({ ...count, at: right, corrected: true });
    return sendOne(store, scans, { ...count, at: right, corrected: true }, world);
  }
  await store.remove([count.key]);
  return true;
}

/** Milliseconds by which this phone's clock is behind the server's, 0 when it is about right. @param {string | null} header @param {number} now */
function clockOffset(header, now) {
  const theirs = header ? Date.parse(header) : NaN;
  return Number.isNaN(theirs) || Math.abs(theirs - now) <= TOLERANCE_MS ? 0 : theirs - now;
}
