/** Writes an arrival or a departure down on the phone, then sends it. */
import { flush } from "./app.js";
import { config } from "./page.js";
import { newKey } from "./sending.js";
import { counts, scans } from "./store.js";

/**
 * @param {object} what
 * @param {string} what.code
 * @param {"in" | "out"} what.direction
 * @param {{key: string, name?: string}[]} what.people
 * @param {import("./sending.js").Place | null} [what.place]
 * @param {string} [what.kind]
 * @param {{tag: string, at: string}} [what.screen]  the tag of a screen and when it was scanned: it is right for that moment only
 * @param {boolean} [what.private]  the visit stays on this phone, the server gets a count
 * @param {boolean} [what.send]  false when the page is about to be left: its request would be cut off, and made twice
 * @returns {Promise<import("./sending.js").Scan[]>}
 */
export async function record({ code, direction, people, place = null, kind, screen, private: hidden = false, send = true }) {
  const at = screen?.at ?? new Date().toISOString();
  /** @type {import("./sending.js").Scan[]} */
  const written = people.map(({ key, name }) => ({
    key: newKey(), owner: config.owner, person: key, who: key === config.owner ? undefined : name,
    code, tag: hidden ? undefined : screen?.tag, direction, at, state: hidden ? "kept" : "waiting", place, kind, ...(hidden ? { private: true } : {}),
  }));
  for (const scan of written) {
    await scans.put(scan);
    if (hidden) await counts.put({ key: newKey(), scan: scan.key, code, direction, at });
  }
  // The receipt must not wait for a slow network: it is written down already.
  if (send) void flush({ impatient: true });
  return written;
}

/** Try a refused scan once more; a private one that the place does not allow is sent with its name. @param {import("./sending.js").Scan} scan */
export async function sendAgain({ refusal: _refusal, retryAt: _at, retryCause: _cause, private: _private, ...scan }) {
  await scans.put({ ...scan, state: "waiting" });
  void flush({ impatient: true });
}
