/**
 * Sends what the phone has written down. Pure: the store, the clock, the network and the lock are handed in,
 * so that the page, the service worker and the tests run the same rule.
 *
 * A scan leaves the waiting state only on an answer of the server: stored (200, 201) or refused with a reason (another 4xx).
 * Its key is made once, on the phone, so sending it twice makes one row.
 *
 * @typedef {{name: string, key: string}} Place
 * @typedef {{code: string, message: string}} Refusal
 * @typedef {object} Scan
 * @property {string} key        UUID made on the phone: the idempotency key
 * @property {string} owner      key of the person who was signed in
 * @property {string} person     key of the person who came or left (the owner or someone in their care)
 * @property {string} [who]      how the owner calls that person, when it is not the owner
 * @property {string} code       the place's code, 12 characters
 * @property {string} [tag]      the tag beside the code on a screen, 8 characters
 * @property {"in" | "out"} direction
 * @property {string} at         ISO 8601, the phone's clock at the scan
 * @property {"waiting" | "sent" | "refused" | "kept"} state   kept: private, nothing of it is sent (counts.js sends a number)
 * @property {boolean} [private]  the visit stays on this phone
 * @property {Place | null} place  null until the server has said which place it is
 * @property {string} [kind]     the kind of place, where it was known at the scan
 * @property {string} [short]    the receipt's short code, "7KD-2Q4"
 * @property {string} [id]       the event's id on the server
 * @property {number} [offset]   seconds by which the phone's clock was wrong at that moment, by the server's answer
 * @property {Refusal} [refusal]
 * @property {number} [tries]
 * @property {number} [retryAt]  milliseconds; not sent before
 * @property {"network" | "server"} [retryCause]
 *
 * @typedef {object} Scans
 * @property {() => Promise<Scan[]>} all
 * @property {(scan: Scan) => Promise<void>} put
 *
 * @typedef {object} World
 * @property {(url: string, init: object) => Promise<Response>} fetch
 * @property {() => number} now       milliseconds
 * @property {string} owner           only this person's scans are sent
 * @property {boolean} [impatient]    true when the network has just come back: forget the waits that a lost network caused
 * @property {() => number} [random]  0 ≤ r < 1
 * @property {Lane} [lane]            where the scans go and what is sent of each; a visitor's own scans unless told otherwise
 *
 * @typedef {object} Lane
 * @property {string} address
 * @property {(scan: any) => object} body      beside the key and the moment of sending
 * @property {(scan: any, answer: any) => object} stored   what a stored scan learns from the answer
 *
 * @typedef {object} Outcome
 * @property {number} sent
 * @property {number} refused
 * @property {number} left            still waiting
 * @property {number | null} retryAt  when to try again, milliseconds
 * @property {boolean} signIn         the server no longer knows this phone
 */

/** @type {Lane} */
const OWN = {
  address: "/api/v1/checkins",
  body: ({ code, tag, direction, at, person }) => ({ code: tag ? `${code}.${tag}` : code, direction, at, person }),
  // The clock corrected by the server is the time that counts from now on.
  stored: (scan, answer) => ({ id: answer.id, place: answer.place, short: answer.code, at: answer.at ?? scan.at, offset: answer.clock_offset ?? 0 }),
};
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** No answer within this time counts as no network: a phone at the edge of a cell hangs rather than fails. */
export const PATIENCE_MS = 15_000;
/** Answers about the whole service, not about one scan: stop, and wait as long as it asks. */
const BUSY = new Set([408, 425, 429, 502, 503, 504]);

/** A new key, a UUID, also where the page is not a secure context and the browser has no randomUUID. */
export function newKey() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Milliseconds to wait before the next try: twice as long each time, give or take a quarter. @param {number} tries @param {number} random */
export function backoff(tries, random) {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1));
  return Math.round(wait * (0.75 + random / 2));
}

/** Milliseconds asked for by a Retry-After header (seconds or a date), or null. @param {string | null} header @param {number} now */
export function retryAfter(header, now) {
  if (!header) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The waiting scans of this owner, oldest first: an arrival goes before its departure. @param {Scan[]} all @param {string} owner */
export function waiting(all, owner) {
  return all
    .filter((scan) => scan.state === "waiting" && scan.owner === owner)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.direction === b.direction ? 0 : a.direction === "in" ? -1 : 1));
}

/** Until when the service has asked to be left alone, milliseconds; 0 when it has not. @param {Scan[]} queue */
export function busyUntil(queue) {
  return Math.max(0, ...queue.map((scan) => (scan.retryCause === "server" ? scan.retryAt ?? 0 : 0)));
}

/**
 * Send every due scan. Call it under one lock for all tabs and the service worker.
 * @param {Scans} scans @param {World} world @returns {Promise<Outcome>}
 */
export async function send(scans, world) {
  const random = world.random ?? Math.random;
  /** @type {Outcome} */
  const outcome = { sent: 0, refused: 0, left: 0, retryAt: null, signIn: false };
  /** @type {Set<string>} */
  const tried = new Set();
  for (;;) {
    // Read again each time: another tab may have added one while this one was on its way.
    const queue = waiting(await scans.all(), world.owner);
    if (busyUntil(queue) > world.now()) break;
    const scan = queue.find((one) => !tried.has(one.key) && (world.impatient || (one.retryAt ?? 0) <= world.now()));
    if (!scan) break;
    tried.add(scan.key);
    const goOn = await sendOne(scan, scans, world, random, outcome);
    if (!goOn) break;
  }
  const rest = waiting(await scans.all(), world.owner);
  outcome.left = rest.length;
  if (rest.length && !outcome.signIn) {
    const soonest = Math.min(...rest.map((scan) => scan.retryAt ?? world.now() + FIRST_WAIT_MS));
    outcome.retryAt = Math.max(world.now(), soonest, busyUntil(rest));
  }
  return outcome;
}

/** @param {Scan} scan @param {Scans} scans @param {World} world @param {() => number} random @param {Outcome} outcome */
async function sendOne(scan, scans, world, random, outcome) {
  const tries = (scan.tries ?? 0) + 1;
  const lane = world.lane ?? OWN;
  let response;
  try {
    response = await world.fetch(lane.address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      signal: typeof AbortSignal.timeout === "function" ? AbortSignal.timeout(PATIENCE_MS) : undefined,
      body: JSON.stringify({ key: scan.key, ...lane.body(scan), sent_at: new Date(world.now()).toISOString() }),
    });
  } catch {
    await scans.put({ ...scan, tries, retryAt: world.now() + backoff(tries, random()), retryCause: "network" });
    return false;
  }
  const { retryAt: _at, retryCause: _cause, ...kept } = scan;
  if (response.status === 200 || response.status === 201) {
    const answer = await response.json().catch(() => null);
    if (answer?.id) {
      await scans.put({ ...kept, tries, state: "sent", ...lane.stored(scan, answer) });
      outcome.sent += 1;
      return true;
    }
    // A captive portal answers 200 with its own page: nothing was stored.
    await scans.put({ ...scan, tries, retryAt: world.now() + backoff(tries, random()), retryCause: "network" });
    return false;
  }
  if (response.status === 401) {
    outcome.signIn = true;
    return false;
  }
  if (response.status >= 400 && response.status < 500 && !BUSY.has(response.status)) {
    const answer = await response.json().catch(() => null);
    const refusal = { code: answer?.error?.code ?? String(response.status), message: answer?.error?.message ?? "" };
    await scans.put({ ...kept, tries, state: "refused", refusal });
    outcome.refused += 1;
    return true;
  }
  const asked = BUSY.has(response.status) ? retryAfter(response.headers.get("Retry-After"), world.now()) : null;
  await scans.put({
    ...scan,
    tries,
    retryAt: world.now() + (asked ?? backoff(tries, random())),
    retryCause: BUSY.has(response.status) ? "server" : "network",
  });
  // An error about this one scan must not hold up the others behind it.
  return !BUSY.has(response.status);
}
