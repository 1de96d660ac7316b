/**
 * Stays from scans, on the phone: the same reading of arrivals and departures as the server's, for this phone's own scans.
 * Pure.
 * @typedef {import("./sending.js").Scan} Scan
 *
 * @typedef {object} Stay
 * @property {string} key          key of the scan that began it
 * @property {string} person
 * @property {string} [who]
 * @property {string} code
 * @property {import("./sending.js").Place | null} place
 * @property {number} start        milliseconds
 * @property {number} end          milliseconds: scanned, else the next scan elsewhere or the time people usually stay
 * @property {"open" | "scanned" | "next" | "cut"} ending  open: still there; next: closed by a scan elsewhere; cut: no departure was scanned
 * @property {string} [short]
 * @property {boolean} [gate]      written down by a gatekeeper
 * @property {boolean} [private]   known to this phone alone
 * @property {Scan[]} scans        every scan of the stay
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** When the kind of place is not known. */
const USUAL_MINUTES = 60;
/** The longest a stay without a departure may last, as on the server. */
export const LONGEST_STAY_MS = 24 * HOUR_MS;
/** A receipt stops running after this: by then the departure was forgotten. */
export const LONGEST_RUN_MS = 12 * HOUR_MS;

/** Whether two scans are of one place: its codes may differ, since an owner may renew them. @param {Pick<Scan, "code" | "place">} a @param {Pick<Scan, "code" | "place">} b */
function samePlace(a, b) {
  return a.code === b.code || Boolean(a.place && b.place && a.place.key === b.place.key);
}

/** @param {Scan} scan */
const at = (scan) => Date.parse(scan.at);

/** In order of time; who leaves one place and enters another in one instant leaves first. @param {Scan} a @param {Scan} b */
function order(a, b) {
  return at(a) - at(b) || (a.direction === b.direction ? 0 : a.direction === "out" ? -1 : 1);
}

/**
 * Stays, newest first. Refused scans are none: the server did not take them. Private ones never needed it to.
 * @param {Scan[]} scans @param {number} now
 * @param {Record<string, number>} [typical] kind of place → minutes that stand in for a departure never scanned
 * @returns {Stay[]}
 */
export function stays(scans, now, typical = {}) {
  const usual = (/** @type {Scan} */ scan) => (typical[scan.kind ?? "other"] ?? USUAL_MINUTES) * MINUTE_MS;
  const inferredEnd = (/** @type {Stay} */ stay) => {
    const last = stay.scans[stay.scans.length - 1];
    return Math.min(at(last) + usual(stay.scans[0]), stay.start + LONGEST_STAY_MS);
  };
  /** @type {Map<string, Stay>} the stay each person may still be in */
  const present = new Map();
  /** @type {Map<string, Scan>} */
  const previous = new Map();
  /** @type {Stay[]} */
  const found = [];
  for (const scan of scans.filter((one) => one.state !== "refused" || one.private).sort(order)) {
    const moment = at(scan);
    const stay = present.get(scan.person);
    const before = previous.get(scan.person);
    previous.set(scan.person, scan);
    if (stay && samePlace(stay, scan)) {
      if (scan.direction === "out" ? moment <= stay.start + LONGEST_STAY_MS : moment <= inferredEnd(stay)) {
        stay.scans.push(scan);
        stay.place ??= scan.place;
        if (scan.direction === "out") {
          Object.assign(stay, { end: moment, ending: "scanned" });
          present.delete(scan.person);
        }
        continue;
      }
    }
    if (stay) {
      const end = inferredEnd(stay);
      Object.assign(stay, moment <= end ? { end: moment, ending: "next" } : { end, ending: "cut" });
      present.delete(scan.person);
    }
    /** @type {Stay} */
    const fresh = {
      key: scan.key, person: scan.person, who: scan.who, code: scan.code, place: scan.place, start: moment, end: moment,
      ending: "open", short: scan.short, private: scan.private, scans: [scan],
    };
    if (scan.direction === "in") present.set(scan.person, fresh);
    // A departure whose arrival was never scanned: it may have begun a usual stay earlier, not before the scan before it.
    else Object.assign(fresh, { start: Math.max(moment - usual(scan), before ? at(before) : 0), ending: "scanned" });
    found.push(fresh);
  }
  for (const stay of present.values()) {
    // The end counts for comparing with what is published; the receipt goes on running for as long as one may have forgotten.
    stay.end = inferredEnd(stay);
    if (now - stay.start > LONGEST_RUN_MS) stay.ending = "cut";
  }
  return found.sort((a, b) => b.start - a.start);
}

/**
 * Stays of several people who came and left together, as one line of the history.
 * @param {Stay[]} list newest first
 * @returns {{first: Stay, all: Stay[]}[]}
 */
export function together(list) {
  /** @type {{first: Stay, all: Stay[]}[]} */
  const groups = [];
  for (const stay of list) {
    const group = groups.find(({ first }) => first.start === stay.start && first.ending === stay.ending && samePlace(first, stay) && Boolean(first.private) === Boolean(stay.private)
      && (stay.ending === "open" || first.end === stay.end));
    if (group) group.all.push(stay);
    else groups.push({ first: stay, all: [stay] });
  }
  return groups;
}

/** Scans past their erase date. One that still waits is first offered to the server, whose answer says why it is too old. @param {Scan[]} scans @param {number} now @param {number} days */
export function expired(scans, now, days) {
  return scans.filter((scan) => scan.state !== "waiting" && Date.parse(scan.at) < now - days * 24 * HOUR_MS);
}
