/**
 * The facility's forms on a phone: written down first, sent when there is a network. Without this script the same form
 * goes to the server by itself.
 */
import { newKey } from "../app/sending.js";
import { sendWaiting } from "./sender.js";
import { dayOf, forms, onChange } from "./store.js";

const config = JSON.parse(document.getElementById("safety-config")?.textContent ?? "{}");
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-kind]"));
const state = document.getElementById("state");
const strip = document.getElementById("strip");
const LONGEST = 1280;
const RETRY_MS = 15_000;
const opened = Date.now();

/** @param {string} name @param {Record<string, string | number>} [holes] */
function say(name, holes = {}) {
  return String(config.words[name]).replace(/\{(\w+)\}/g, (_all, hole) => String(holes[hole] ?? ""));
}

/** @param {string} iso */
function clock(iso) {
  return new Intl.DateTimeFormat("vi-VN", { hour: "numeric", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" }).format(new Date(iso));
}

/** @param {string} kind @param {string} text */
function tell(kind, text) {
  if (!state) return;
  state.className = `notice ${kind}`;
  state.replaceChildren(Object.assign(document.createElement("div"), { textContent: text }));
  state.hidden = false;
}

/** The answers by code, and the names of those not given. @param {HTMLFormElement} from */
function read(from) {
  const data = new FormData(from);
  /** @type {Record<string, number | string>} */
  const answers = {};
  /** @type {string[]} */
  const missing = [];
  for (const group of from.querySelectorAll("[data-code]")) {
    const code = /** @type {HTMLElement} */ (group).dataset.code ?? "";
    const value = data.get(`a-${code}`);
    if (value === null) missing.push(code);
    else answers[code] = value === "na" ? "na" : Number(value);
  }
  return { answers, missing };
}

/** A smaller JPEG: what the camera wrote into the file stays here. @param {File} file */
async function smaller(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.8));
}

/** @param {HTMLFormElement} from */
async function picture(from) {
  const file = /** @type {HTMLInputElement | null} */ (from.querySelector("input[type=file]"))?.files?.[0];
  if (!file) return null;
  const blob = await smaller(file).catch(() => file);
  return { key: newKey(), blob };
}

/** @param {SubmitEvent} event */
async function submit(event) {
  if (!form) return;
  event.preventDefault();
  const { answers, missing } = read(form);
  for (const group of form.querySelectorAll("[data-code]")) {
    group.classList.toggle("error", missing.includes(/** @type {HTMLElement} */ (group).dataset.code ?? ""));
  }
  if (missing.length) {
    tell("bad", say("missing", { n: missing.length }));
    const first = /** @type {HTMLElement | null} */ (form.querySelector(".error input"));
    first?.focus();
    first?.closest("fieldset")?.scrollIntoView({ block: "center" });
    return;
  }
  const at = new Date();
  const today = dayOf(at);
  const written = {
    key: newKey(), owner: config.owner, state: "waiting", direction: "in", at: at.toISOString(), day: today,
    kind: form.dataset.kind, place: form.dataset.place,
    body: {
      place: form.dataset.place, kind: form.dataset.kind, criteria: form.dataset.criteria, number: Number(form.dataset.number), answers,
      seconds: Math.round((Date.now() - opened) / 1000),
      // The challenge on a page kept from another day is not today's.
      challenge: form.dataset.day === today ? form.dataset.challenge ?? "" : "",
    },
    photo: await picture(form),
  };
  await forms.put(/** @type {any} */ (written));
  form.hidden = true;
  document.querySelectorAll("[form=safety-form]").forEach((button) => button.toggleAttribute("hidden", true));
  tell("info", say("saving"));
  await flush(true);
  await draw();
  state?.scrollIntoView({ block: "nearest" });
}

let timer = 0;
let left = 0;

/** @param {boolean} impatient */
async function flush(impatient) {
  clearTimeout(timer);
  const outcome = await sendWaiting({ owner: config.owner, impatient }).catch(() => null);
  left = outcome?.left ?? left;
  if (outcome?.signIn) showStrip(say("sign_in", { n: outcome.left }));
  else if (left) {
    showStrip(say("waiting", { n: left }));
    await later();
    timer = window.setTimeout(() => flush(false).then(draw), Math.max(1_000, Math.min(RETRY_MS, (outcome?.retryAt ?? 0) - Date.now())));
  } else showStrip(navigator.onLine ? "" : say("offline"));
}

async function later() {
  const registration = await navigator.serviceWorker?.getRegistration("/safety/");
  await /** @type {any} */ (registration)?.sync?.register("lachan-safety-send").catch(() => {});
}

/** @param {string} text */
function showStrip(text) {
  if (!strip) return;
  strip.hidden = !text;
  strip.textContent = text;
}

/** What became of the newest form of this page today. */
async function draw() {
  const mine = (await forms.all()).filter((one) => one.owner === config.owner);
  for (const badge of document.querySelectorAll("[data-waiting-at]")) {
    const place = /** @type {HTMLElement} */ (badge).dataset.waitingAt;
    badge.toggleAttribute("hidden", !mine.some((one) => one.place === place && one.state === "waiting"));
  }
  if (!form) return;
  const here = mine
    .filter((one) => one.place === form.dataset.place && one.kind === form.dataset.kind && one.day === dayOf())
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  // What the server already says of it need not be said twice.
  if (!here || (here.state === "sent" && form.hasAttribute("data-done"))) return;
  const at = clock(here.at);
  if (here.state === "waiting") tell("warn", say("kept", { at }));
  else if (here.state === "refused") tell("bad", say("refused", { why: here.refusal?.message ?? "" }));
  else tell(here.complete === false ? "warn" : "ok", say(here.complete === false ? "open" : "sent", { at, number: here.number ?? "" }));
  const again = here.state === "refused" || here.complete === false;
  form.hidden = !again;
  document.querySelectorAll("[form=safety-form]").forEach((button) => button.toggleAttribute("hidden", form.hidden));
}

async function begin() {
  if (form) {
    form.id = "safety-form";
    form.addEventListener("submit", submit);
    if (form.dataset.day && form.dataset.day !== dayOf()) {
      const asked = document.getElementById("challenge");
      asked?.querySelector("p")?.replaceChildren(say("other_day"));
    }
  }
  onChange(draw);
  addEventListener("online", () => flush(true).then(draw));
  addEventListener("offline", () => showStrip(say("offline")));
  await forms.tidy();
  await draw();
  await flush(false);
  await draw();
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/safety/sw.js", { type: "module", scope: "/safety/", updateViaCache: "none" });
  const registration = await navigator.serviceWorker.ready;
  const answered = new MessageChannel();
  answered.port1.onmessage = () => document.documentElement.setAttribute("data-kept", "");
  registration.active?.postMessage({ kind: "keep", pages: config.pages }, [answered.port2]);
}

if (config.owner) begin();
