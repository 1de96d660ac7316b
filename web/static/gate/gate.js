/** The gate's page: open a shift, then scan. Keeps itself for use without a network and sends what waits. */
import { clock } from "../app/time.js";
import { html, render, useEffect, useState } from "../npm/htm/standalone.module.js";
import { follow } from "./occupancy.js";
import { config, icon, learnKeys, say } from "./page.js";
import { reckon } from "./reckoning.js";
import { Scanning } from "./scanning.js";
import { facts, onChange, visits } from "./store.js";
import { lost, sendDue, unsent } from "./visits.js";

const KEYS_EVERY_MS = 10 * 60_000;
const SEND_EVERY_MS = 1_000;
const REDRAW_MS = 100;
let sending = false;

/** @param {boolean} [impatient] */
async function flush(impatient = false) {
  if (sending) return;
  sending = true;
  try {
    await sendDue(config.owner, { impatient });
  } finally {
    sending = false;
  }
}

/** What this phone keeps of the account, as it changes. */
export function useVisits() {
  const [all, setAll] = useState(/** @type {import("./visits.js").Visit[]} */ ([]));
  const [signIn, setSignIn] = useState(false);
  useEffect(() => {
    let asked = 0;
    const read = async () => {
      const mine = (asked += 1);
      const found = (await visits.all()).filter((visit) => visit.owner === config.owner);
      const needed = Boolean(await facts.get("sign-in-needed"));
      if (mine !== asked) return;
      setAll(found);
      setSignIn(needed);
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let soon;
    onChange(() => {
      clearTimeout(soon);
      // A queue being sent changes many times a second; eyes need fewer.
      soon = setTimeout(() => void read(), REDRAW_MS);
    });
    void read();
  }, []);
  return { all, signIn };
}

/** @param {{all: import("./visits.js").Visit[], signIn: boolean, see: () => void}} props */
function Strip({ all, signIn, see }) {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
  }, []);
  const count = all.filter(({ state }) => state === "waiting").length;
  const refused = all.filter(({ state }) => state === "refused").length;
  const away = !online || lost(all, config.owner);
  if (!away && !signIn && !refused && !count) return null;
  return html`<div class="offline" role="status" data-strip>${icon(away ? "offline" : "sync")}
    <span class="grow">${away ? html`<b>${say("offline")}</b> ` : null}${signIn && count ? say("sign-in", { count }) : count ? say(away ? "kept" : "sending", { count }) : ""}
    ${refused ? ` ${say("refused.strip", { count: refused })}` : null}</span>
    ${signIn ? html`<a href="/app/sign-in/?next=/gate/">${say("sign-in.go")}</a>` : refused ? html`<button class="link-btn" type="button" onClick=${see}>${say("refused.see")}</button>` : null}</div>`;
}

/** @param {{open: (shift: import("./page.js").Shift) => void, count: number}} props */
function Opening({ open, count }) {
  const [place, setPlace] = useState(config.places[0]);
  const [gate, setGate] = useState(place.gates[0] ?? null);
  const [fault, setFault] = useState(false);
  const [busy, setBusy] = useState(false);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    const ready = await learnKeys();
    setBusy(false);
    setFault(!ready);
    if (ready) open({ place: place.key, name: place.name, gate: gate?.name ?? "", part: gate?.part ?? null, since: new Date().toISOString() });
  };
  const choose = (/** @type {typeof place} */ chosen) => {
    setPlace(chosen);
    setGate(chosen.gates[0] ?? null);
  };
  return html`<form class="phone stack snug" onSubmit=${go} novalidate><h1>${say("start.title")}</h1>
    ${count ? html`<p class="meta">${say("start.unsent", { count })}</p>` : null}
    <fieldset class="group"><legend class="label">${say("start.place")}</legend><div class="choices">${config.places.map((one) => html`<label class="choice" key=${one.key}>
      <input type="radio" name="place" checked=${one.key === place.key} onChange=${() => choose(one)} /><span><b>${one.name}</b><span class="meta">${one.area}</span></span></label>`)}</div></fieldset>
    ${place.gates.length ? html`<fieldset class="group"><legend class="label">${say("start.gate")}</legend><div class="choices">${[...place.gates, null].map((one) => html`<label class="choice" key=${one?.part ?? 0}>
      <input type="radio" name="gate" checked=${one?.part === gate?.part} onChange=${() => setGate(one)} /><span>${one?.name ?? say("start.whole")}</span></label>`)}</div></fieldset>` : null}
    ${fault ? html`<div class="notice bad" role="alert">${icon("offline")}<p>${say("start.keys")}</p></div>` : null}
    <button class="btn hero" type="submit" aria-busy=${busy}>${say("start.go")}</button></form>`;
}

/** @param {{place: string, all: import("./visits.js").Visit[]}} props */
function Inside({ place, all }) {
  const [count, setCount] = useState(/** @type {import("./reckoning.js").Count | null} */ (null));
  useEffect(() => follow(place, setCount), [place]);
  if (!count) return null;
  const { inside, capacity, share, state, estimate, at } = reckon(count, all, Date.now());
  const number = (/** @type {number} */ value) => value.toLocaleString(config.language);
  return html`<div class=${`inside ${state}`} data-inside=${inside} data-estimate=${String(estimate)}>
    <p><b class="num">${estimate ? "≈ " : ""}${number(inside)}${capacity ? `/${number(capacity)}` : ""}</b> <span>${estimate ? say("inside.estimate", { time: clock(new Date(at).toISOString()) }) : say("inside")}</span>${state === "open" ? null : html` <b class="end">${say(`inside.${state}`)}</b>`}</p>
    ${capacity ? html`<progress class="progress" max="1" value=${Math.min(1, share)} aria-label=${say("inside.filled")}></progress>` : null}</div>`;
}

function Gate() {
  const [shift, setShift] = useState(/** @type {import("./page.js").Shift | null | undefined} */ (undefined));
  const [panel, setPanel] = useState("");
  const { all, signIn } = useVisits();
  useEffect(() => {
    void facts.get("shift").then((kept) => setShift(kept && config.places.some(({ key }) => key === kept.place) && kept.owner === config.owner ? kept : null));
  }, []);
  const open = async (/** @type {import("./page.js").Shift} */ fresh) => {
    await facts.set("shift", { ...fresh, owner: config.owner });
    setShift(fresh);
  };
  const end = async () => {
    await facts.set("shift", null);
    // The list of names ends with the shift; what no server has yet, or refused, stays.
    await visits.remove(all.filter(({ state }) => state === "sent").map(({ key }) => key));
    setShift(null);
    setPanel("");
  };
  if (shift === undefined) return null;
  const strip = html`<${Strip} all=${all} signIn=${signIn} see=${() => setPanel("list")} />`;
  if (!shift) return html`${strip}<${Opening} open=${open} count=${unsent(all)} />`;
  return html`<header class="bar"><div class="grow"><h1>${shift.gate ? say("shift.gate", { place: shift.name, gate: shift.gate }) : shift.name}</h1>
    <p class="meta">${say("shift.since", { time: clock(shift.since) })}</p></div><button class="btn quiet dense" type="button" onClick=${end}>${say("shift.end")}</button></header>
    <${Inside} place=${shift.place} all=${all} />${strip}<${Scanning} shift=${shift} all=${all} panel=${panel} setPanel=${setPanel} flush=${flush} />`;
}

async function keepPage() {
  try {
    await navigator.serviceWorker?.register("/gate/sw.js", { scope: "/gate/", type: "module", updateViaCache: "none" });
    await navigator.serviceWorker?.ready;
    document.documentElement.dataset.worker = "ready";
  } catch {
    document.documentElement.dataset.worker = "none";
  }
}

const root = document.getElementById("gate");
if (root) {
  root.replaceChildren();
  render(html`<${Gate} />`, root);
  void keepPage();
  void navigator.storage?.persist?.();
  void learnKeys();
  setInterval(() => void learnKeys(), KEYS_EVERY_MS);
  // A second after it is due at most: held visits have no request of their own to wait for.
  setInterval(() => void flush(), SEND_EVERY_MS);
  window.addEventListener("online", () => {
    void learnKeys();
    void flush(true);
  });
  void flush(true);
}
