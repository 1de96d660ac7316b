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
 * @property {number} end          milliseconds: scanned, or how long people usually stay there
 * @property {"open" | "scanned" | "next" | "cut"} ending  open: still there; next: closed by a scan elsewhere; cut: nobody scanned out
 * @property {string} [short]
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

/**
 * Stays, newest first. Refused scans are none: the server did not take them.
 * @param {Scan[]} scans @param {number} now
 * @param {Record<string, number>} [typical] kind of place → minutes that stand in for a departure never scanned
 * @returns {Stay[]}
 */
export function stays(scans, now, typical = {}) {
  /** @type {Map<string, Stay>} the stay each person is in */
  const open = new Map();
  /** @type {Stay[]} */
  const found = [];
  const ordered = scans
    .filter((scan) => scan.state !== "refused")
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.direction === "in" ? -1 : 1));
  for (const scan of ordered) {
    const at = Date.parse(scan.at);
    const current = open.get(scan.person);
    const there = current && samePlace(current, scan) && at - current.start <= LONGEST_STAY_MS;
    if (there) {
      current.scans.push(scan);
      current.place ??= scan.place;
      if (scan.direction === "out") {
        Object.assign(current, { end: at, ending: "scanned" });
        open.delete(scan.person);
      }
      continue;
    }
    if (current && at - current.start <= LONGEST_STAY_MS && scan.direction === "in") {
      Object.assign(current, { end: at, ending: "next" });
    }
    if (scan.direction === "in") {
      const stay = begin(scan, at);
      open.set(scan.person, stay);
      found.push(stay);
    } else {
      // A departure whose arrival was never scanned: it says only that the person was there at that minute.
      found.push({ ...begin(scan, at), end: at, ending: "scanned" });
    }
  }
  for (const stay of found) {
    if (stay.ending === "open" && now - stay.start > LONGEST_RUN_MS) {
      const last = Math.max(...stay.scans.map((scan) => Date.parse(scan.at)));
      const usual = stay.start + (typical[stay.scans[0].kind ?? "other"] ?? USUAL_MINUTES) * MINUTE_MS;
      Object.assign(stay, { ending: "cut", end: Math.min(Math.max(last, usual), stay.start + LONGEST_STAY_MS) });
    }
    if (stay.ending === "open") stay.end = Math.max(now, stay.start);
  }
  return found.sort((a, b) => b.start - a.start);
}

/** @param {Scan} scan @param {number} at @returns {Stay} */
function begin(scan, at) {
  return {
    key: scan.key, person: scan.person, who: scan.who, code: scan.code, place: scan.place, start: at,
    end: at + LONGEST_STAY_MS, ending: "open", short: scan.short, scans: [scan],
  };
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
    const group = groups.find(({ first }) => first.start === stay.start && first.ending === stay.ending && samePlace(first, stay)
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
