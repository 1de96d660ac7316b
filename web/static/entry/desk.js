/**
 * The border desk on a phone: scans a declaration, proves its signature here, and keeps decisions until the server has
 * them. Nothing of a person's health is stored in this device: a decision waits as a code, a number and a word. One that
 * the server refused stays on the page, with its reason, until the officer has dealt with it.
 */
import { Camera } from "../app/camera.js";
import { PREFIX, readDeclaration } from "./signed.js";

const STORE = "lachan-entry-decisions";
const part = (/** @type {string} */ id) => document.getElementById(id);
const scan = part("entry-scan");
const form = /** @type {HTMLFormElement} */ (part("entry-form"));
const rules = JSON.parse(part("entry-rules").textContent);
const serverKey = Uint8Array.from(atob(scan.dataset.serverKey), (sign) => sign.charCodeAt(0));

/** @returns {Record<string, string>[]} */
const kept = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");
/** Sent only while the officer who decided is the one whose page this is: the server writes down who sends. */
const owner = scan.dataset.owner;
const mine = (/** @type {Record<string, string>} */ one) => !one.owner || one.owner === owner;
const waiting = () => kept().filter((one) => !one.refused && mine(one));
const others = () => kept().filter((one) => !mine(one)).length;
const keep = (decisions) => localStorage.setItem(STORE, JSON.stringify(decisions));

const drop = (/** @type {string} */ key) => keep(kept().filter((one) => one.key !== key));
const copy = (/** @type {string} */ id) =>
  /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (part(id)).content.firstElementChild.cloneNode(true));

function tell(words) {
  const count = waiting().length;
  part("entry-offline").hidden = navigator.onLine;
  const away = others();
  const said = [count ? words.replace("$n", String(count)) : "", away ? part("entry-queue").dataset.others.replace("$n", String(away)) : ""];
  part("entry-queue").textContent = said.filter(Boolean).join(". ");
  part("entry-refused").replaceChildren(...kept().filter((one) => one.refused && mine(one)).map(refusal));
}

function refusal({ key, code, number, kind, refused }) {
  const card = copy("entry-refusal");
  const word = /** @type {HTMLTemplateElement} */ (part("entry-person")).content.querySelector(`button[value="${kind}"]`).textContent;
  card.querySelector("p").textContent = `${part("entry-queue").dataset.refused}${code.match(/.{4}/g).join("-")} · ${number} · ${word}. ${refused}`;
  const [again, away] = card.querySelectorAll("button");
  again.addEventListener("click", () => judge(code));
  away.addEventListener("click", () => {
    drop(key);
    card.remove();
  });
  return card;
}

/** One tab at a time sends, where the browser can tell them apart; the server takes a key once in any case. */
async function flush() {
  if (!navigator.locks) return send();
  await navigator.locks.request("lachan-entry-send", { ifAvailable: true }, (lock) => (lock ? send() : undefined));
}

let sending = false;
async function send() {
  const { words, signin, gone } = part("entry-queue").dataset;
  if (sending) return;
  sending = true;
  let said = words;
  try {
    for (let next = waiting()[0]; next; next = waiting()[0]) {
      const body = new FormData(form);
      body.delete("code");
      for (const [name, value] of Object.entries(next)) body.set(name, value);
      const answer = await fetch(scan.dataset.decide, { method: "POST", body, headers: { Accept: "application/json" } });
      const json = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
      if (answer.redirected || answer.status === 403 || answer.status >= 500) {
        said = signin;
        break;
      }
      // A refusal is final for that decision: it is not sent again, and stays for whoever decides. The others go on.
      const refused = answer.ok ? "" : json ? (await answer.json()).message : gone;
      if (refused) keep(kept().map((one) => (one.key === next.key ? { ...one, refused } : one)));
      else drop(next.key);
    }
  } catch {
    said = words;
  }
  sending = false;
  tell(said);
}

function person(body, [number, name, tail, nation, seat, verdict, hits]) {
  const card = copy("entry-person");
  card.querySelector("h2").textContent = name;
  card.querySelector(".facts").textContent = [`…${tail}`, nation, seat, body[6]].filter(Boolean).join(" · ");
  const word = /** @type {HTMLTemplateElement} */ (part("entry-words")).content.querySelector(`[data-state="${verdict}"]`);
  card.querySelector(".st").replaceWith(word.firstElementChild.cloneNode(true));
  for (const hit of hits) {
    const item = document.createElement("li");
    item.textContent = rules[hit] ?? hit;
    card.querySelector(".why").append(item);
  }
  const read = { code: body[0], revision: String(body[4]), number: String(number), owner };
  const same = (one) => !one.refused && one.code === read.code && one.number === read.number && mine(one);
  const told = card.querySelector(".said");
  for (const button of card.querySelectorAll("button")) {
    // Scanned again before it was sent: what was decided stands, and another decision takes its place.
    if (kept().some((one) => same(one) && one.kind === button.value)) told.textContent = scan.dataset.kept + button.textContent;
    button.addEventListener("click", () => {
      if (!kept().some((one) => same(one) && one.kind === button.value)) {
        const left = kept().filter((one) => !same(one));
        keep([...left, { key: crypto.randomUUID(), ...read, kind: button.value, at: new Date().toISOString() }]);
      }
      told.textContent = scan.dataset.kept + button.textContent;
      flush();
    });
  }
  return card;
}

/** @param {string} text */
export async function judge(text) {
  const panel = part("entry-verdict");
  if (!text.startsWith(PREFIX)) {
    form.elements.namedItem("code").value = text;
    form.requestSubmit();
    return;
  }
  const { state, body } = await readDeclaration(text, serverKey, Date.now());
  const heading = document.createElement("h2");
  heading.textContent = scan.dataset[state];
  const facts = document.createElement("p");
  facts.textContent = body ? `${body[2].split("-").reverse().join("/")} · ${body[5]}` : "";
  panel.className = `entry-verdict ${state}`;
  panel.replaceChildren(heading, facts, ...(body ? body[7].map((one) => person(body, one)) : []));
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
}

const video = /** @type {HTMLVideoElement} */ (part("entry-video"));
const camera = new Camera(video, {
  state: (state) => {
    video.hidden = state !== "looking" && state !== "starting";
    if (["denied", "none", "insecure", "failed"].includes(state)) part("entry-queue").textContent = scan.dataset.camera;
  },
  text: (text) => {
    camera.stop();
    video.hidden = true;
    judge(text);
  },
});
part("entry-start").addEventListener("click", () => camera.start());
// A scanner that types, or a code pasted while the network is gone, is judged here too.
form.addEventListener("submit", (event) => {
  const typed = form.elements.namedItem("code").value.trim();
  if (typed.startsWith(PREFIX)) {
    event.preventDefault();
    judge(typed);
  } else if (!navigator.onLine) {
    // Short codes and passports are looked up on the server; a signed code needs nobody.
    event.preventDefault();
    part("entry-offline").scrollIntoView({ block: "nearest" });
    form.querySelector("#entry-away").hidden = false;
  }
});
addEventListener("online", flush);
addEventListener("offline", () => tell(part("entry-queue").dataset.words));
scan.hidden = false;
tell(part("entry-queue").dataset.words);
flush();
navigator.serviceWorker?.register(scan.dataset.worker, { scope: location.pathname, type: "module", updateViaCache: "none" }).catch(() => {
  // Without it the desk works as before, with a network.
});
