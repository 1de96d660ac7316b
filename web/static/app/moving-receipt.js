/** The receipt as a code that changes every half minute: a gate tells it from a picture of it, also without a network. */
import { html, useEffect, useRef, useState } from "../npm/htm/standalone.module.js";
import { drawCode } from "./code-drawing.js";
import { config, say } from "./page.js";
import { STEP_MS, base64url, bytes, makePass, newKeys } from "./pass-maker.js";
import { facts } from "./store.js";

const TICK_MS = 250;
const KEPT = 10;

/** @typedef {{owner: string, keys: CryptoKeyPair, certificates: Record<string, {certificate: string, offset: number}>}} Held */

/** @param {string} event @returns {Promise<{keys: CryptoKeyPair, certificate: string, offset: number}>} rejects without a network, the first time */
async function certified(event) {
  const before = /** @type {Held | undefined} */ (await facts.get("receipts"));
  const held = before?.owner === config.owner ? before : { owner: config.owner, keys: await newKeys(), certificates: {} };
  if (held.certificates[event]) return { keys: held.keys, ...held.certificates[event] };
  const key = base64url(new Uint8Array(await crypto.subtle.exportKey("raw", held.keys.publicKey)));
  const response = await fetch("/api/v1/me/receipt", {
    method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ event, key }),
  });
  if (!response.ok) throw new Error(String(response.status));
  const { certificate, now } = await response.json();
  const fresh = { certificate, offset: Date.parse(now) - Date.now() };
  const newest = Object.entries(held.certificates).slice(1 - KEPT);
  await facts.set("receipts", { ...held, certificates: Object.fromEntries([...newest, [event, fresh]]) });
  return { keys: held.keys, ...fresh };
}

/** @param {{event: string}} props the arrival's id on the server */
export function MovingReceipt({ event }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [state, setState] = useState(/** @type {"making" | "showing" | "failed"} */ ("making"));
  useEffect(() => {
    let shown = 0;
    let busy = false;
    let gone = false;
    const tick = async () => {
      if (busy || gone || document.visibilityState !== "visible") return;
      busy = true;
      try {
        const { keys, certificate, offset } = await certified(event);
        const now = Date.now() + offset;
        const step = Math.floor(now / STEP_MS);
        if (step !== shown && canvas.current) {
          await drawCode(canvas.current, await makePass(bytes(certificate), keys.privateKey, now, "LCR1"));
          shown = step;
          setState("showing");
        }
      } catch {
        clearInterval(timer);
        if (!gone) setState("failed");
      } finally {
        busy = false;
      }
    };
    const timer = setInterval(tick, TICK_MS);
    void tick();
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [event]);
  return html`<div class="moving" data-moving=${state}><canvas ref=${canvas} role="img" aria-label=${say("receipt.moving-image")} hidden=${state !== "showing"}></canvas>
    <p class="meta" role="status">${say(`receipt.moving-${state}`)}</p></div>`;
}
