/**
 * How many are inside: the server's count, moved by what this phone has written since. Pure.
 *
 * @typedef {{place: string, inside: number, capacity: number | null, at: number}} Count  `at`: milliseconds, this phone's clock
 */

/** The server counts what it has stored some seconds ago. */
const LAG_MS = 4_000;
/** So old, the count is an estimate, even though the network seems to be there. */
const STALE_MS = 45_000;
const CROWDED = 0.9;

/**
 * @param {Count} count @param {import("./visits.js").Visit[]} all @param {number} now milliseconds
 * @returns {{inside: number, capacity: number | null, share: number, state: "open" | "crowded" | "full", estimate: boolean, at: number}}
 */
export function reckon(count, all, now) {
  const since = all.filter((visit) => visit.place === count.place && !visit.paper && visit.state !== "refused"
    && (visit.state !== "sent" || (visit.stored ?? visit.written) > count.at - LAG_MS));
  const moved = since.reduce((total, { direction }) => total + (direction === "in" ? 1 : -1), count.inside);
  const inside = Math.max(0, moved);
  const share = count.capacity ? inside / count.capacity : 0;
  const state = share >= 1 ? "full" : share >= CROWDED ? "crowded" : "open";
  return { inside, capacity: count.capacity, share, state, estimate: now - count.at > STALE_MS, at: count.at };
}
