/**
 * The service worker of a page that stands alone, the gate's or the border desk's: that one page opens without a network,
 * with the files of its own build. `/gate/sw.js` imports this with the list of files. A page of another build is never
 * kept beside them.
 */
const BUILD = "Lachan-Build";
const PAGE_PATIENCE_MS = 4_000;
const worker = /** @type {any} */ (globalThis);

/** @param {{build: string, assets: string[], page: string, cache?: string}} start `cache` begins the name of the page's own cache */
export function start({ build, assets, page, cache: own = "lachan-gate-" }) {
  const name = own + build;

  /** @param {Cache} cache @param {Response} response */
  const keep = async (cache, response) => {
    const right = response.ok && !response.redirected && response.headers.get(BUILD) === build;
    if (right) await cache.put(page, response.clone());
    // Signed out: nothing of the account stays.
    else if (response.redirected) await cache.delete(page);
    return response;
  };

  worker.addEventListener("install", (/** @type {any} */ event) => {
    event.waitUntil((async () => {
      const cache = await caches.open(name);
      await Promise.all(assets.map(async (address) => {
        const response = await fetch(address, { cache: "reload" });
        if (response.ok) await cache.put(address, response);
      }));
      await keep(cache, await fetch(page, { credentials: "same-origin" }));
      await worker.skipWaiting();
    })());
  });

  worker.addEventListener("activate", (/** @type {any} */ event) => {
    event.waitUntil((async () => {
      const names = (await caches.keys()).filter((other) => other.startsWith(own) && other !== name);
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
    else if (request.mode === "navigate" && url.pathname === page) event.respondWith(open(event, request));
  });

  /** @param {any} event @param {Request} request */
  async function open(event, request) {
    const cache = await caches.open(name);
    const kept = await cache.match(page);
    const fresh = fetch(request).then((response) => keep(cache, response));
    event.waitUntil(fresh.catch(() => {}));
    if (!kept) return fresh;
    const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PAGE_PATIENCE_MS); });
    return Promise.race([fresh.then((response) => (response.status >= 502 ? kept : response)), late]).catch(() => kept);
  }
}
