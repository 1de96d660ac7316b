/** "Quét mã": the camera or the typed code, then who arrives, then the receipt on "Hôm nay". */
import { html, render, useEffect, useRef, useState } from "../npm/htm/standalone.module.js";
import { Camera } from "./camera.js";
import { grouped, parse } from "./code.js";
import { asksHealth, Health } from "./health.js";
import { communeOf, keep } from "./directories.js";
import { config, icon, say } from "./page.js";
import { record } from "./record.js";
import { facts, scans } from "./store.js";
import { clock, date, plusDays } from "./time.js";
import { stays } from "./visits.js";

const PLACE_PATIENCE_MS = 3_000;
const CACHED_PLACES = 200;

/**
 * @typedef {{name: string, key?: string, kind?: string, area?: string}} Known
 * @typedef {{state: "known", place: Known} | {state: "offline", place: Known | null, commune: string | null} | {state: "refused", message: string}} Answer
 */

/** What was read from screens, by code: the tag is right for the moment of the scan, not of the press. @type {Map<string, {tag: string, at: string}>} */
const screens = new Map();

/** @param {string} code @param {string | null} tag */
function noteScreen(code, tag) {
  if (tag) screens.set(code, { tag, at: new Date().toISOString() });
  else screens.delete(code);
}

/** What the server (or this phone, from an earlier visit) knows of the code. @param {string} code @returns {Promise<Answer>} */
async function lookUp(code) {
  if (config.arriving?.code === code) return { state: "known", place: config.arriving.place };
  /** @type {Record<string, Known>} */
  const cache = (await facts.get("places")) ?? {};
  try {
    // Without cookies: who looks at which place is nobody's business before something is sent.
    const response = await fetch(`/api/v1/places/${code}`, { credentials: "omit", signal: AbortSignal.timeout?.(PLACE_PATIENCE_MS), headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (response.ok) {
      const place = { name: answer.name, key: answer.key, kind: answer.kind, area: answer.commune };
      const kept = Object.entries(cache).filter(([other]) => other !== code).slice(-CACHED_PLACES + 1);
      await facts.set("places", Object.fromEntries([...kept, [code, place]]));
      if (answer.commune_code) void keep(answer.commune_code, answer.commune);
      return { state: "known", place };
    }
    if (response.status === 404 || response.status === 410) {
      return { state: "refused", message: answer.error?.message ?? say("refused.no-reason", { code: response.status }) };
    }
  } catch {
    // No network, or too slow: the arrival is written down all the same.
  }
  return { state: "offline", place: cache[code] ?? null, commune: await communeOf(code) };
}

/** With a name or not, as chosen last on this phone. */
function Manner({ chosen, choose, unknown }) {
  const erased = (/** @type {number} */ days) => date(plusDays(Date.now(), days), config.language);
  const ways = /** @type {const} */ ([["named", "arrive.named", "arrive.named-more", config.retention + 1], ["private", "arrive.private", "arrive.private-more", config.retention]]);
  return html`<fieldset class="group"><legend class="label">${say("arrive.manner")}</legend><div class="choices">${ways.map(([way, name, more, days]) => html`<label class="choice" key=${way}>
    <input type="radio" name="manner" value=${way} checked=${chosen === way} onChange=${() => choose(way)} /><span><b>${say(name)}</b><span class="meta">${say(more, { date: erased(days) })}</span></span></label>`)}</div></fieldset>
    <p class="meta" role="status">${say(chosen === "private" ? "arrive.private-means" : "arrive.named-means")}${chosen === "private" && unknown ? ` ${say("arrive.private-unknown")}` : ""}</p>`;
}

/** The main button stays where the thumb has just been: above the tabs. @param {{children: any}} props */
function InDock({ children }) {
  const dock = document.getElementById("action");
  useEffect(() => {
    if (dock) render(children, dock);
  });
  useEffect(() => () => dock && render(null, dock), []);
  return null;
}

/** @param {{code: string, back: () => void}} props */
function Arrive({ code, back }) {
  const [answer, setAnswer] = useState(/** @type {Answer | null} */ (null));
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([config.owner]));
  const [here, setHere] = useState(/** @type {import("./visits.js").Stay[]} */ ([]));
  const [busy, setBusy] = useState(false);
  const [nobody, setNobody] = useState(false);
  const [more, setMore] = useState(false);
  const [staying, setStaying] = useState(/** @type {string[]} */ ([]));
  const [manner, setManner] = useState(/** @type {"named" | "private"} */ ("named"));
  const [asking, setAsking] = useState(/** @type {import("./sending.js").Scan[]} */ ([]));
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => {
    void lookUp(code).then(setAnswer);
    void facts.get("manner").then((last) => last === "private" && setManner("private"));
    void scans.all().then((all) => setHere(stays(all.filter((scan) => scan.owner === config.owner), Date.now(), config.typical).filter((stay) => stay.ending === "open")));
  }, [code]);
  useEffect(() => heading.current?.focus(), [Boolean(answer)]);
  const family = [{ key: config.owner, name: say("arrive.me") }, ...config.wards];
  const place = answer && "place" in answer ? answer.place : null;
  const name = place?.name ?? say("arrive.unknown", { code: grouped(code) });
  const inside = here.filter((stay) => stay.code === code || (place?.key && stay.place?.key === place.key));
  const isInside = (/** @type {string} */ key) => inside.some((stay) => stay.person === key);
  // Whoever is here leaves; the others may still come in.
  const leaving = inside.length > 0 && !more;
  const people = family.filter(({ key }) => isInside(key) === leaving);
  const picked = people.filter(({ key }) => (leaving ? !staying.includes(key) : chosen.includes(key))).map(({ key }) => key);
  // Where the kind of place is not known yet, the phone may promise: the server says later if it can't be kept.
  const mayHide = !place || config.private.includes(place.kind ?? "");
  const hiddenIn = (/** @type {string} */ key) => inside.some((stay) => stay.person === key && stay.private);
  const choose = (/** @type {"named" | "private"} */ way) => {
    setManner(way);
    void facts.set("manner", way);
  };
  const elsewhere = here.find((stay) => picked.includes(stay.person) && !inside.includes(stay));

  /** @param {"in" | "out"} direction @param {string[]} keys */
  const write = async (direction, keys) => {
    if (!keys.length) {
      setNobody(true);
      return;
    }
    setBusy(true);
    const known = place?.key ? { name: place.name, key: place.key } : place ? { name: place.name, key: "" } : null;
    /** @type {import("./sending.js").Scan[]} */
    const written = [];
    for (const hidden of [false, true]) {
      // One leaves as one came.
      const some = family.filter(({ key }) => keys.includes(key) && (direction === "out" ? hiddenIn(key) : mayHide && manner === "private") === hidden);
      written.push(...(await record({ code, direction, people: some, place: known, kind: place?.kind, screen: screens.get(code), private: hidden, send: false })));
    }
    // The arrival is on the phone before the question is: whoever walks on now has come in all the same.
    if (direction === "in" && asksHealth(place?.kind) && written.some((scan) => !scan.private)) setAsking(written);
    else location.assign("/app/");
  };
  if (asking.length) return html`<${Health} scans=${asking} place=${name} done=${() => location.assign("/app/")} dock=${InDock} />`;

  if (!answer) return html`<p role="status">${say("arrive.looking")}</p>`;
  if (answer.state === "refused") {
    return html`<div class="notice bad" role="alert">${icon("stop")}<div><p>${answer.message}</p></div></div>
      <p><button class="btn second" type="button" onClick=${back}>${icon("scan")}${say("arrive.back")}</button></p>`;
  }
  /** @param {string} key */
  const toggle = (key) => {
    const flip = (/** @type {string[]} */ keys) => (keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]);
    setNobody(false);
    if (leaving) setStaying(flip(staying));
    else setChosen(flip(chosen));
  };
  return html`<div class="stack snug" data-arrive=${code}>
    <div><h1 tabindex="-1" ref=${heading}>${name}</h1>${place?.area ? html`<p class="meta">${place.area}</p>` : null}</div>
    ${answer.state === "offline" ? html`<div class="notice">${icon("offline")}<div>${say("arrive.offline")}${answer.commune ? html`<br />${say("arrive.genuine", { commune: answer.commune })}` : null}</div></div>` : null}
    ${inside.length ? html`<div class="notice ok">${icon("clock")}<div>${say("arrive.already", { time: clock(inside[0].start) })}</div></div>` : null}
    ${people.length > 1 || (config.wards.length && !leaving) ? html`<fieldset class="group"><legend class="label">${say(leaving ? "arrive.who-leaves" : "arrive.who")}</legend>
      ${nobody ? html`<p class="error-text" role="alert">${icon("warning")}<span>${say("arrive.nobody")}</span></p>` : null}
      <div class="choices">${people.map(({ key, name: label }) => html`<label class="choice" key=${key}><input type="checkbox" checked=${picked.includes(key)} onChange=${() => toggle(key)} /><span>${label}</span></label>`)}</div></fieldset>` : null}
    ${elsewhere && !leaving ? html`<p class="meta">${say("arrive.closes", { place: elsewhere.place?.name ?? grouped(elsewhere.code) })}</p>` : null}
    ${leaving ? html`<p class="meta">${say(inside.every((stay) => stay.private) ? "arrive.leave-private" : "arrive.leave-named", { date: date(plusDays(Date.now(), config.retention + 1), config.language) })}</p>`
      : mayHide ? html`<${Manner} chosen=${manner} choose=${choose} unknown=${!place} />`
      : html`<p class="meta">${say("arrive.kept", { date: date(plusDays(Date.now(), config.retention + 1), config.language) })}</p>`}
    <p class="row-wrap">${inside.length ? html`<a class="btn quiet" href="/app/">${say("receipt.still")}</a>` : null}${leaving && inside.length < family.length ? html`<button class="btn quiet" type="button" onClick=${() => setMore(true)}>${say("arrive.others")}</button>` : null}<button class="btn quiet" type="button" onClick=${back}>${say("arrive.back")}</button>${config.arriving?.code === code ? null : html`<a class="btn quiet" href=${`/places/report/?code=${code}`}>${say("arrive.report")}</a>`}</p>
    <${InDock}>${leaving
      ? html`<button class="btn hero" type="button" aria-busy=${busy} onClick=${() => write("out", picked)}>${icon("leave")}${say("arrive.leave")}</button>`
      : html`<button class="btn hero" type="button" aria-busy=${busy} onClick=${() => write("in", picked)}>${icon("enter")}${say("arrive.go")}</button>`}<//>
  </div>`;
}

/** @param {{found: (code: string) => void, off: boolean}} props */
function Finder({ found, off }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const camera = useRef(/** @type {Camera | null} */ (null));
  const [state, setState] = useState(/** @type {import("./camera.js").CameraState} */ ("starting"));
  const [foreign, setForeign] = useState(false);
  const [lit, setLit] = useState(false);
  useEffect(() => {
    if (!video.current) return undefined;
    const eye = new Camera(video.current, {
      state: setState,
      text: (text) => {
        const { code, tag } = parse(text);
        setForeign(!code);
        if (code) {
          noteScreen(code, tag);
          navigator.vibrate?.(60);
          found(code);
        }
      },
    });
    camera.current = eye;
    void eye.start();
    // The light on the phone must not stay on in a pocket.
    const look = () => (document.visibilityState === "visible" ? void eye.start() : eye.stop());
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      eye.stop();
    };
  }, []);
  useEffect(() => camera.current?.pause(off), [off]);
  const problem = state === "denied" || state === "none" || state === "insecure" || state === "failed";
  const toggle = async () => {
    await camera.current?.torch(!lit);
    setLit(!lit);
  };
  return html`<div class=${`finder${problem ? " shut" : ""}`} data-camera=${state}>
    <video ref=${video} playsinline muted aria-hidden="true"></video>
    ${problem ? null : html`<svg class="aim" viewBox="0 0 100 100" aria-hidden="true"><path d="M30 2H8a6 6 0 0 0-6 6v22M70 2h22a6 6 0 0 1 6 6v22M98 70v22a6 6 0 0 1-6 6H70M30 98H8a6 6 0 0 1-6-6V70" /></svg>`}
    ${state === "looking" && camera.current?.hasTorch ? html`<button class="btn second dense torch" type="button" aria-pressed=${lit} onClick=${toggle}>${icon("torch")}${say(lit ? "scan.torch-off" : "scan.torch-on")}</button>` : null}
  </div>
  <p class="aim-words" role="status">${say(problem ? `scan.${state}` : state === "starting" ? "scan.starting" : foreign ? "scan.foreign" : "scan.aim")}
    ${state === "failed" || state === "denied" ? html` <button class="btn quiet dense" type="button" onClick=${() => camera.current?.start()}>${say("try-again")}</button>` : null}</p>`;
}

/** The code in this page's address: a poster's link opened without a network is answered with this page. */
function codeInAddress() {
  const match = /^\/c\/([^/]+)\/?$/i.exec(location.pathname);
  if (!match) return null;
  const { code, tag } = parse(decodeURIComponent(match[1]));
  if (code) noteScreen(code, tag);
  return code;
}

function Screen() {
  const [code, setCode] = useState(codeInAddress());
  useEffect(() => {
    const form = /** @type {HTMLElement | null} */ (document.getElementById("type"));
    if (form) form.hidden = Boolean(code);
    const heading = document.getElementById("scan-title");
    if (heading) heading.hidden = Boolean(code);
  }, [code]);
  typed = setCode;
  return html`${code ? html`<${Arrive} code=${code} back=${() => setCode(null)} />` : null}
    <div hidden=${Boolean(code)}><${Finder} found=${setCode} off=${Boolean(code)} /></div>`;
}

/** @type {(code: string) => void} */
let typed = () => {};

/** @param {string} value @returns {string | null} */
function faultIn(value) {
  if (!value.trim()) return say("scan.empty");
  const read = parse(value);
  if (read.fault === "length") return say("scan.length", { length: read.length });
  if (read.fault === "mistyped") return say("scan.mistyped", { typed: value.trim() });
  return read.fault ? say("scan.foreign") : null;
}

function listenToForm() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#type form"));
  const input = /** @type {HTMLInputElement | null} */ (form?.querySelector("input[name=code]"));
  const field = input?.closest(".field");
  if (!form || !input || !field) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    field.querySelector(".error-text")?.remove();
    const fault = faultIn(input.value);
    field.classList.toggle("error", Boolean(fault));
    input.toggleAttribute("aria-invalid", Boolean(fault));
    if (fault) {
      const holder = document.createElement("div");
      render(html`<p class="error-text" id="code-error" role="alert">${icon("warning")}<span><span class="vh">${say("scan.error")} </span>${fault}</span></p>`, holder);
      input.before(...holder.childNodes);
      input.setAttribute("aria-describedby", "code-error code-hint");
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    const { code, tag } = parse(input.value);
    if (!code) return;
    noteScreen(code, tag);
    typed(code);
  });
}

const root = document.getElementById("scan");
if (root) {
  root.replaceChildren();
  document.getElementById("action")?.replaceChildren();
  render(html`<${Screen} />`, root);
  listenToForm();
}
