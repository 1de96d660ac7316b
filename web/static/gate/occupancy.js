/** The server's count of the people inside, kept on the phone and asked for anew while the page is seen. */
import { facts } from "./store.js";

/** @typedef {import("./reckoning.js").Count} Count */

const EVERY_MS = 10_000;
const PATIENCE_MS = 8_000;

/** Ask the server once; what was kept stays when it can't be reached. @param {string} place */
export async function learn(place) {
  try {
    const answer = await fetch(`/api/v1/gate/places/${place}/inside`, { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE_MS) });
    if (!answer.ok) return;
    const { inside, capacity } = await answer.json();
    await facts.set("inside", { place, inside, capacity, at: Date.now() });
  } catch {
    // Away: the count that is kept is moved by what is written here.
  }
}

/** Keep the count of the place fresh while the page is seen; tell of each change. @param {string} place @param {(count: Count | null) => void} tell */
export function follow(place, tell) {
  let over = false;
  const look = async () => {
    if (document.visibilityState === "visible") await learn(place);
    const kept = /** @type {Count | undefined} */ (await facts.get("inside"));
    if (!over) tell(kept && kept.place === place ? { ...kept } : null);
  };
  const seen = () => void look();
  const timer = setInterval(seen, EVERY_MS);
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", seen);
  void look();
  return () => {
    over = true;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("online", seen);
  };
}
