/** How a stay is written in one line, the same on every page. */
import { grouped } from "./code.js";
import { say } from "./page.js";
import { clock } from "./time.js";

/** The name, or the code until the server has said the name. @param {{place: {name: string} | null, code: string}} stay */
export function placeName({ place, code }) {
  return place?.name ?? say("receipt.unknown-place", { code: grouped(code) });
}

/** @param {import("./visits.js").Stay} first */
export function times(first) {
  const [from, to] = [clock(first.start), clock(first.end)];
  if (first.ending === "open") return say("visits.from-now", { from });
  if (first.ending === "cut") return say("visits.from-only", { from });
  if (first.scans.length === 1 && first.scans[0].direction === "out") return say("visits.only-out", { to });
  return say("visits.from-to", { from, to });
}
