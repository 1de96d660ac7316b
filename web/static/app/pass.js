/** "Thẻ qua cổng": this phone's rotating pass. Its key stays in the browser; the certificate is renewed when there is a network. */
import { drawCode } from "./code-drawing.js";
import { config } from "./page.js";
import { STEP_MS, base64url, bytes, makePass, newKeys } from "./pass-maker.js";
import { facts } from "./store.js";

const RENEW_MS = 7 * 86_400_000;
const TICK_MS = 250;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const canvas = /** @type {HTMLCanvasElement} */ (element("pass-code"));
const left = /** @type {HTMLProgressElement} */ (element("pass-left"));
const state = element("pass-state");
const again = element("pass-again");
const words = /** @type {HTMLElement} */ (document.querySelector("[data-pass-words]")).dataset;

/** @typedef {{owner: string, keys: CryptoKeyPair, certificate: string, expires: number, offset: number}} Held */

/** @param {string | undefined} text */
function tell(text) {
  if (state.textContent !== text) state.textContent = text ?? "";
}

/** @returns {Promise<Held | null>} this person's pass as the phone keeps it, if it still runs */
async function held() {
  const kept = /** @type {Held | undefined} */ (await facts.get("pass"));
  return kept && kept.owner === config.owner && kept.expires > Date.now() + kept.offset ? kept : null;
}

/** @param {Held | null} before @returns {Promise<Held>} */
async function renew(before) {
  const keys = before?.keys ?? (await newKeys());
  const key = base64url(new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)));
  const response = await fetch("/api/v1/me/pass", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key }),
  });
  if (!response.ok) throw new Error(response.status === 401 ? "signed-out" : "refused");
  const { certificate, expires_at: expires, now } = await response.json();
  const made = { owner: config.owner, keys, certificate, expires: Date.parse(expires), offset: Date.parse(now) - Date.now() };
  await facts.set("pass", made);
  return made;
}

/** The phone's clock may have been set since: ask the server for its own, if it answers. @param {Held} pass */
async function setClock(pass) {
  const told = Date.parse((await fetch("/healthz", { cache: "no-store" })).headers.get("Date") ?? "");
  // The header counts whole seconds.
  if (!Number.isNaN(told)) pass.offset = told + 500 - Date.now();
  await facts.set("pass", pass);
}

/** @param {Held} pass */
function run(pass) {
  let shown = 0;
  let busy = false;
  const tick = async () => {
    const now = Date.now() + pass.offset;
    const step = Math.floor(now / STEP_MS);
    left.value = (STEP_MS - (now % STEP_MS)) / 1000;
    if (busy || step === shown || document.visibilityState !== "visible") return;
    busy = true;
    try {
      await drawCode(canvas, await makePass(bytes(pass.certificate), pass.keys.privateKey, now));
      shown = step;
      canvas.hidden = left.hidden = false;
      tell(words.showing);
    } catch {
      clearInterval(timer);
      canvas.hidden = left.hidden = true;
      again.hidden = false;
      tell(words.failed);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(tick, TICK_MS);
  tick();
}

async function start() {
  again.hidden = true;
  tell(words.making);
  let pass = await held();
  try {
    if (!pass || pass.expires - Date.now() < RENEW_MS) pass = await renew(pass);
    else await setClock(pass);
  } catch (error) {
    if (error instanceof Error && error.message === "signed-out") pass = null;
    if (!pass) {
      tell(error instanceof Error && error.message === "signed-out" ? words.signedOut : words.offline);
      again.hidden = false;
      return;
    }
  }
  run(pass);
}

again.addEventListener("click", start);
start();
