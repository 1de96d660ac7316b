/** The screen at an entrance: fetches the picture of each half minute, and hides it when it is no longer good. */

const RETRY_MS = 2_000;
const frame = /** @type {HTMLElement} */ (document.getElementById("screen"));
const image = /** @type {HTMLImageElement} */ (frame.querySelector("img"));
const left = /** @type {HTMLProgressElement} */ (document.getElementById("left"));
const lost = /** @type {HTMLElement} */ (document.getElementById("screen-lost"));
const address = /** @type {string} */ (frame.dataset.picture);
let until = 0;
let shown = "";

async function draw() {
  let wait = RETRY_MS;
  try {
    const response = await fetch(address, { cache: "no-store", credentials: "same-origin" });
    const seconds = Number(response.headers.get("X-Seconds-Left"));
    if (!response.ok || !(seconds > 0)) throw new Error(String(response.status));
    // As data, not as an object's address: the policy of the page allows images from here and as data only.
    const next = `data:image/svg+xml;base64,${btoa(await response.text())}`;
    if (next !== shown) image.src = next;
    shown = next;
    until = performance.now() + seconds * 1000;
    wait = seconds * 1000 + 50;
  } catch {
    // Tried again below; the picture goes when its time is over.
  }
  setTimeout(() => void draw(), wait);
}

function tick() {
  const rest = until - performance.now();
  const stale = until > 0 && rest < -1_000;
  frame.toggleAttribute("data-stale", stale);
  lost.hidden = !stale;
  left.hidden = stale || until === 0;
  left.value = Math.max(0, rest / 1000);
  setTimeout(tick, 250);
}

// A screen that dims is no screen; where the browser can't, the shopkeeper sets it.
async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Asked again when the page is seen again.
  }
}

document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && stayAwake()));
void stayAwake();
void draw();
tick();
