/** Keeps the count of a place's page fresh: its section is taken anew from the page itself. Without a network it says how old it is. */

const EVERY_MS = 10_000;
const PATIENCE_MS = 8_000;

async function look() {
  const section = document.getElementById("now");
  if (!section || document.visibilityState !== "visible") return;
  try {
    const response = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE_MS) });
    // Signed out, or no longer of this place: what stands here stays until the reader goes on.
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("now");
    // Whoever stands on a link in it must not lose their place.
    if (fresh && !section.contains(document.activeElement)) section.replaceWith(document.importNode(fresh, true));
  } catch {
    section.querySelector("[data-old]")?.removeAttribute("hidden");
  }
}

setInterval(() => void look(), EVERY_MS);
document.addEventListener("visibilitychange", () => void look());
window.addEventListener("offline", () => document.querySelector("#now [data-old]")?.removeAttribute("hidden"));
window.addEventListener("online", () => void look());
