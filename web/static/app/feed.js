/** The list of place notices: its format, its signature, and finding one's own places in it. Pure but for WebCrypto. */

const HOUR_MS = 3_600_000;

/** A list that must not be used; `reason` is "signature", "unreadable" or "old". */
export class FeedError extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The hours (since 1970, UTC) that a stay touches. @param {number} start @param {number} end milliseconds */
export function hoursOf(start, end) {
  const hours = [];
  for (let hour = Math.floor(start / HOUR_MS); hour * HOUR_MS < end; hour += 1) hours.push(hour);
  return hours;
}

export async function open() {
  throw new FeedError("unreadable");
}

export async function match() {
  return [];
}
