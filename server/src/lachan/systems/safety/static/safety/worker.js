/**
 * The service worker of the facility's pages: they open without a network, and what waits is sent when it is back.
 * `/safety/sw.js` imports this with the list of files. A page of another build is never kept beside them.
 */
import { sendWaiting } from "./sender.js";

const CACHE = "lachan-safety-";
const BUILD = "Lachan-Build";
const SYNC_TAG = "lachan-safety-send";
const PAGE_PATIENCE_MS = 4_000;
const OURS = /^\/safety\/([0-9a-f-]{36}\/(today|assess)\/)?$/;
const worker = /** @type {any} */ (globalThis);

/** @param {{build: string, assets: string[], home: string}} start */
export function start({ build, assets, home }) {
  const name = CACHE + build;

  /** @param {Cache} cache @param {string} address @param {Response} response */
  const keep = async (cache, address, response) => {
    if (response.ok && !response.redirected && response.headers.get(BUILD) === build) await cache.put(address, response.clone());
    // Signed in as somebody who does not help here: the page is not theirs to see.
    else if ([401, 403, 404].includes(response.status)) await cache.delete(address);
    // Signed out: nothing of the account stays.
    else if (response.redirected && response.url.includes("sign-in")) {
      const all = await cache.keys();
      await Promise.all(all.filter((kept) => OURS.test(new URL(kept.url).pathname)).map((kept) => cache.delete(kept)));
    }
    return response;
  };

  worker.addEventListener("install", (/** @type {any} */ event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(name);
      await Promise.all(assets.map(async (address) => {
        const response = await fetch(address, { cache: "reload" });
        if (response.ok) await cache.put(address, response);
      }));
      await keep(cache, home, await fetch(home, { credentials: "same-origin" }));
      await worker.skipWaiting();
    })());
  });

  worker.addEventListener("activate", (/** @type {any} */ event) => {
    event.waitUntil((async () => {
      const names = (await caches.keys()).filter((other) => other.startsWith(CACHE) && other !== name);
      // The newest of the older builds stays for a page that is open now.
      await Promise.all(names.slice(0, -1).map((other) => caches.delete(other)));
      await worker.clients.claim();
    })());
  });

  worker.addEventListener("fetch", (/** @type {any} */ event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== worker.location.origin) return;
    if (url.pathname.startsWith("/static/")) event.respondWith(caches.match(request.url).then((kept) => kept ?? fetch(request)));
    else if (request.mode === "navigate" && OURS.test(url.pathname)) event.respondWith(open(event, request, url.pathname));
  });

  worker.addEventListener("message", (/** @type {any} */ event) => {
    if (event.data?.kind !== "keep") return;
    event.waitUntil((async () => {
      const cache = await caches.open(name);
      // Signing out drops the whole cache: the files that the pages need are fetched again.
      const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
      await Promise.allSettled(assets.filter((address) => !kept.has(address)).map((address) => cache.add(address)));
      await Promise.allSettled(event.data.pages.map(async (/** @type {string} */ address) => {
        if (OURS.test(address)) await keep(cache, address, await fetch(address, { credentials: "same-origin" }));
      }));
      event.ports[0]?.postMessage("kept");
    })());
  });

  worker.addEventListener("sync", (/** @type {any} */ event) => {
    if (event.tag !== SYNC_TAG) return;
    event.waitUntil(sendWaiting({ impatient: true }).then((outcome) => {
      // Failing tells the browser to try again later.
      if (outcome.left && !outcome.signIn) throw new Error(`${outcome.left} still to send`);
    }));
  });

  /** @param {any} event @param {Request} request @param {string} address */
  async function open(event, request, address) {
    const cache = await caches.open(name);
    const kept = await cache.match(address);
    const fresh = fetch(request).then((response) => keep(cache, address, response));
    event.waitUntil(fresh.catch(() => {}));
    try {
      const first = await (kept ? Promise.race([fresh, tooLong()]) : fresh);
      return kept && [502, 503, 504].includes(first.status) ? kept : first;
    } catch {
      return kept ?? (await cache.match(home)) ?? Response.error();
    }
  }
}

function tooLong() {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("too long")), PAGE_PATIENCE_MS);
  });
}
