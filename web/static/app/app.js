/**
 * Runs on every page of the app: keeps the app usable without a network, sends what waits, erases what is due,
 * and says what it is doing in the strip under the bar.
 */
import { keepWanted } from "./directories.js";
import { config, say } from "./page.js";
import { refreshNotices, unreadPlaceNotices } from "./place-notices.js";
import { sendWaiting } from "./sender.js";
import { busyUntil, waiting } from "./sending.js";
import { answers, changed, facts, onChange, scans } from "./store.js";
import { clock } from "./time.js";
import { expired } from "./visits.js";

export const SYNC_TAG = "lachan-send";
const SHORTEST_PAUSE_MS = 1_000;
const LIST_EVERY_MS = 10 * 60_000;
const TAKE_OVER_EVERY_MS = 1_500;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let lost = false;

/** Send now, then again when it makes sense. @param {{impatient?: boolean}} [options] */
export async function flush(options = {}) {
  clearTimeout(timer);
  const outcome = await sendWaiting(options);
  const queue = waiting(await scans.all(), config.owner);
  lost = queue.some((scan) => scan.retryCause === "network");
  if (outcome.retryAt !== null) {
    timer = setTimeout(() => flush(), Math.max(SHORTEST_PAUSE_MS, outcome.retryAt - Date.now()));
    await askForSync();
  }
  await drawStrip();
  return outcome;
}

/** Let the browser send when the network is back, even if the app is closed by then. */
async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration || !("sync" in registration)) return;
  try {
    await /** @type {any} */ (registration).sync.register(SYNC_TAG);
  } catch {
    // Not allowed in a private window: the page sends when it is opened again.
  }
}

async function drawStrip() {
  const strip = document.getElementById("strip");
  const line = strip?.querySelector("[data-line]");
  if (!strip || !line) return;
  const all = await scans.all();
  const queue = waiting(all, config.owner);
  const others = all.filter((scan) => scan.state === "waiting" && scan.owner !== config.owner).length;
  const busy = busyUntil(queue);
  const signIn = queue.length > 0 && (await facts.get("sign-in-needed"));
  const offline = !navigator.onLine || lost;
  let text = "";
  if (signIn) text = say("waiting.sign-in", { count: queue.length });
  else if (queue.length && offline) text = say("waiting.offline", { count: queue.length });
  else if (queue.length && busy > Date.now()) text = say("waiting.later", { count: queue.length, time: clock(busy) });
  else if (queue.length) text = say("waiting.online", { count: queue.length });
  else if (!navigator.onLine) text = say("offline");
  else if (others) text = say("waiting.other", { count: others });
  if (line.textContent !== text) line.textContent = text;
  strip.hidden = !text;
  const link = /** @type {HTMLAnchorElement | null} */ (strip.querySelector("a"));
  if (link) link.hidden = !signIn && !(others && !queue.length);
}

async function drawNoticeCount() {
  const badge = document.getElementById("notice-count");
  if (!badge) return;
  badge.dataset.direct ??= (badge.textContent?.match(/\d+/) ?? ["0"])[0];
  const count = Number(badge.dataset.direct) + (await unreadPlaceNotices()).length;
  badge.hidden = count === 0;
  for (const node of [...badge.childNodes]) if (node.nodeType === Node.TEXT_NODE) node.remove();
  if (count) badge.firstElementChild?.after(String(count));
}

async function keepPages() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/app/sw.js", { scope: "/", type: "module", updateViaCache: "none" });
    const registration = await navigator.serviceWorker.ready;
    const ask = () => registration.active?.postMessage({ kind: "keep", pages: config.pages, mark: config.mark, owner: config.owner });
    // A new build's worker takes over while this page is open: it has to keep its own pages.
    navigator.serviceWorker.addEventListener("controllerchange", ask);
    ask();
    takeOver(registration);
    awaitInstalled(registration);
    registration.addEventListener("updatefound", () => awaitInstalled(registration));
    document.documentElement.dataset.worker = "ready";
  } catch {
    document.documentElement.dataset.worker = "none";
  }
  document.dispatchEvent(new Event("lachan-worker"));
}

/** @param {ServiceWorkerRegistration} registration */
function awaitInstalled(registration) {
  const coming = registration.installing;
  coming?.addEventListener("statechange", () => coming.state === "installed" && takeOver(registration));
}

/**
 * Let a new build's worker replace the old one while the page is quiet, and say so again until it has: Chromium gives up when
 * a request wakes the old worker in the same moment, and from then on answers nothing until it is asked again.
 * @param {ServiceWorkerRegistration} registration
 */
function takeOver(registration) {
  if (!registration.waiting || !registration.active) return;
  registration.waiting.postMessage({ kind: "take-over" });
  setTimeout(() => takeOver(registration), TAKE_OVER_EVERY_MS);
}

async function eraseExpired() {
  const due = expired(await scans.all(), Date.now(), config.retention);
  if (due.length) await scans.remove(due.map((scan) => scan.key));
  // Answers live no longer than their arrival; those of one just deleted by hand may still be undone with it.
  const kept = new Set((await scans.all()).map((scan) => scan.key));
  await answers.remove((await answers.all()).filter((given) => !kept.has(given.key)).map((given) => given.key));
}

async function start() {
  if (!config.owner) return;
  if ((await facts.get("owner")) !== config.owner) await facts.set("owner", config.owner);
  onChange(() => {
    void drawStrip();
    void drawNoticeCount();
  });
  window.addEventListener("online", () => {
    void flush({ impatient: true });
    void keepWanted();
  });
  window.addEventListener("offline", () => void drawStrip());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    void flush({ impatient: true });
    void refreshNotices();
  });
  setInterval(() => document.visibilityState === "visible" && void refreshNotices(), LIST_EVERY_MS);
  await eraseExpired();
  await Promise.all([flush({ impatient: true }), keepPages(), drawNoticeCount(), keepWanted()]);
  await refreshNotices();
  changed();
}

void start();
