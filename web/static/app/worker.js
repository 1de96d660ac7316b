/**
 * The service worker: the app opens without a network. `/app/sw.js` imports this with the list of files of its build.
 *
 * Static files: their addresses carry the build, so what is kept is right for ever. Pages: the network first, what was kept when
 * there is none. Nothing else is touched: every other address goes to the network as if this did not exist.
 */
import { sendWaiting } from "./sender.js";
import { facts } from "./store.js";

const SYNC_TAG = "lachan-send";
const STATIC = "lachan-static-";
const PAGES = "lachan-pages";
/** The header by which a page says of which build it is: its files must be in the cache with it. */
const BUILD = "Lachan-Build";
/** A page that takes longer than this is shown as it was kept, and fetched in the background. */
const PAGE_PATIENCE_MS = 4_000;
const worker = /** @type {any} */ (globalThis);

/**
 * @typedef {{build: string, assets: string[], scan: string, offline: string}} Start
 */

/** @param {Start} start */
export function start({ build, assets, scan, offline }) {
  const cacheName = STATIC + build;

  worker.addEventListener("install", (/** @type {any} */ event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(cacheName);
      // No network fails the installation, to be tried again; one file that is not there must not cost all the others.
      await Promise.all(assets.map(async (address) => {
        const response = await fetch(address, { cache: "reload" });
        if (response.ok) await cache.put(address, response);
      }));
      const pages = await caches.open(PAGES);
      await pages.add(offline);
    })());
  });

  worker.addEventListener("activate", (/** @type {any} */ event) => {
    event.waitUntil((async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith(STATIC) && name !== cacheName);
      // The newest of the older builds stays for pages that are open now.
      await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
      await worker.clients.claim();
    })());
  });

  worker.addEventListener("fetch", (/** @type {any} */ event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== worker.location.origin) return;
    if (url.pathname.startsWith("/static/")) event.respondWith(fromStatic(request, url, build, cacheName));
    else if (request.mode === "navigate" && isOurs(url)) event.respondWith(page(event, request, url, { build, scan, offline }));
  });

  worker.addEventListener("message", (/** @type {any} */ event) => {
    // An open page asks for files of its own build, which the older cache still has: no need to wait for it to close.
    if (event.data?.kind === "take-over") event.waitUntil(worker.skipWaiting());
    if (event.data?.kind === "keep") event.waitUntil(keep(event.data, { build, offline }));
    if (event.data?.kind === "forget") event.waitUntil(forget(offline).then(() => event.ports[0]?.postMessage("done")));
  });

  worker.addEventListener("sync", (/** @type {any} */ event) => {
    if (event.tag !== SYNC_TAG) return;
    event.waitUntil((async () => {
      const outcome = await sendWaiting({ impatient: true });
      // Failing tells the browser to try again later.
      if (outcome.left && !outcome.signIn) throw new Error(`${outcome.left} still to send`);
    })());
  });
}

/** @param {URL} url */
function isOurs(url) {
  return url.pathname.startsWith("/app/") || /^\/c\//i.test(url.pathname);
}

/** Pages worth keeping: those of this app that hold what one needs without a network. @param {URL} url */
function isKept(url) {
  return /^\/app\/(|scan\/|pass\/|visits\/|settings\/|notices\/(here\/|[0-9a-f-]{36}\/)?)$/.test(url.pathname);
}

/** @param {Request} request @param {URL} url @param {string} build @param {string} cacheName */
async function fromStatic(request, url, build, cacheName) {
  const kept = await caches.match(request.url);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && url.pathname.startsWith(`/static/${build}/`)) {
    const cache = await caches.open(cacheName);
    await cache.put(request.url, response.clone());
  }
  return response;
}

/** @param {any} event @param {Request} request @param {URL} url @param {{build: string, scan: string, offline: string}} known */
async function page(event, request, url, { build, scan, offline }) {
  const cache = await caches.open(PAGES);
  const address = url.origin + url.pathname;
  const kept = isKept(url) ? await cache.match(address) : undefined;
  const fresh = fetch(request).then(async (response) => {
    if (response.ok && !response.redirected && isKept(url) && response.headers.get(BUILD) === build) await cache.put(address, response.clone());
    return response;
  });
  event.waitUntil(fresh.catch(() => {}));
  try {
    const first = await (kept ? Promise.race([fresh, tooLong()]) : fresh);
    // The server behind the door is away: what was kept is of more use than its error page.
    if (kept && [502, 503, 504].includes(first.status)) return kept;
    return first;
  } catch {
    if (kept) return kept;
    // A poster's link without a network: the scan page reads the code from the address and writes the arrival down.
    const instead = /^\/c\//i.test(url.pathname) ? await cache.match(scan) : undefined;
    return instead ?? (await cache.match(offline)) ?? Response.error();
  }
}

function tooLong() {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("too long")), PAGE_PATIENCE_MS);
  });
}

/**
 * Fetch the pages to keep, when the ones that are kept belong to another build, person, language or look.
 * Pages of another build are left to the worker of that build, which has their files.
 * @param {{pages: string[], mark: string, owner: string}} wanted @param {{build: string, offline: string}} known
 */
async function keep({ pages, mark, owner }, { build, offline }) {
  const cache = await caches.open(PAGES);
  // What was kept for somebody else goes at once; otherwise the old page stays until the new one is there.
  if ((await facts.get("pages-owner")) !== owner) await forget(offline);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  if ((await facts.get("pages-mark")) === mark && pages.every((address) => kept.has(address))) return;
  const results = await Promise.allSettled([...pages, offline].map(async (address) => {
    const response = await fetch(address, { credentials: "same-origin" });
    // A redirect leads to signing in: that is not the page.
    if (!response.ok || response.redirected || response.headers.get(BUILD) !== build) throw new Error(`${address}: ${response.status}`);
    await cache.put(new URL(address, worker.location.origin).href, response);
  }));
  await facts.set("pages-owner", owner);
  if (results.every((result) => result.status === "fulfilled")) await facts.set("pages-mark", mark);
}

/** Nothing of the person stays: only the page that holds nothing of anybody. @param {string} offline */
async function forget(offline) {
  const cache = await caches.open(PAGES);
  const all = await cache.keys();
  await Promise.all(all.filter((request) => new URL(request.url).pathname !== offline).map((request) => cache.delete(request)));
  await facts.set("pages-mark", "");
  await facts.set("pages-owner", "");
}
