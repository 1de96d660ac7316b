/** "Cài đặt": what this phone keeps, installing, and signing out with or without the phone's own history. */
import { createStore, delMany, values } from "../npm/idb-keyval/index.js";
import { config, say } from "./page.js";
import { waiting } from "./sending.js";
import { answers, counts, facts, onChange, scans } from "./store.js";
import { date } from "./time.js";

const count = /** @type {HTMLElement} */ (document.getElementById("local-count"));
const unsent = /** @type {HTMLElement} */ (document.getElementById("unsent"));
const choice = /** @type {HTMLFieldSetElement} */ (document.getElementById("keep-choice"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("sign-out"));
const state = /** @type {HTMLElement} */ (document.getElementById("worker-state"));
const FORGET_MS = 2_000;
/** Facts that tell where somebody has been, whom they were near, or how they choose to be written down. */
const OF_A_PERSON = ["bluezone", "bluezone-answers", "directories", "directories-wanted", "manner"];

async function draw() {
  const mine = (await scans.all()).filter((scan) => scan.owner === config.owner);
  const oldest = mine.map((scan) => scan.at).sort()[0];
  count.textContent = oldest
    ? say("settings.local-count", { count: mine.length, date: date(oldest, config.language) })
    : say("settings.local-none");
  const left = waiting(mine, config.owner).length;
  unsent.hidden = !left;
  unsent.textContent = left ? say("settings.unsent", { count: left }) : "";
  choice.hidden = choice.disabled = !mine.length;
}

function drawWorker() {
  const known = document.documentElement.dataset.worker;
  state.textContent = known ? say(known === "ready" ? "settings.worker" : "settings.no-worker") : "";
}

/** Ask the service worker to drop the pages it keeps of this person. */
async function forgetPages() {
  const active = (await navigator.serviceWorker?.getRegistration())?.active;
  if (!active) return;
  const { port1, port2 } = new MessageChannel();
  const done = new Promise((resolve) => {
    port1.onmessage = resolve;
    setTimeout(resolve, FORGET_MS);
  });
  active.postMessage({ kind: "forget" }, [port2]);
  await done;
}

/** The pages of the facilities the person helps at are kept by another service worker. */
async function forgetFacilities() {
  if (!("caches" in globalThis)) return;
  const names = (await caches.keys()).filter((name) => name.startsWith("lachan-safety-"));
  await Promise.all(names.map((name) => caches.delete(name)));
}

form.addEventListener("submit", async (event) => {
  if (form.dataset.ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (new FormData(form).get("history") === "delete") {
    const mine = (await scans.all()).filter((scan) => scan.owner === config.owner);
    await scans.remove(mine.map((scan) => scan.key));
    await answers.remove(mine.map((scan) => scan.key));
    const gone = new Set(mine.map((scan) => scan.key));
    await counts.remove((await counts.all()).filter((count) => gone.has(count.scan)).map((count) => count.key));
    await facts.set("places", {});
    await facts.set("place-notices", []);
    await Promise.all(OF_A_PERSON.map((name) => facts.set(name, null)));
    const filledIn = createStore("lachan-safety", "forms");
    const own = (await values(filledIn)).filter((kept) => kept.owner === config.account);
    await delMany(own.map((kept) => kept.key), filledIn);
  }
  await facts.set("owner", "");
  await forgetPages();
  await forgetFacilities();
  form.dataset.ready = "yes";
  form.requestSubmit();
});

/** @type {any} */
let prompt;
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
  const button = document.getElementById("install");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => prompt.prompt());
});

document.addEventListener("lachan-worker", drawWorker);
drawWorker();
onChange(() => void draw());
void draw();
