/** The gate at work: camera above, the result that fills the screen, direction and keys under the thumb. */
import { Camera } from "../app/camera.js";
import { clock } from "../app/time.js";
import { html, useEffect, useRef, useState } from "../npm/htm/standalone.module.js";
import { mask } from "./cards.js";
import { judge } from "./judging.js";
import { config, icon, known, say } from "./page.js";
import { Declare, List, ByPhone } from "./panels.js";
import { signal } from "./signals.js";
import { visits } from "./store.js";
import { MOST_KEPT, UNDO_MS, takeBack, write } from "./visits.js";

/** The same code before the camera is not asked again so soon: whoever holds it has not put it away yet. */
const SAME_MS = 10_000;
/** Nor at once after a visit was taken back, while a frame that still shows it may be under way. */
const AFTER_UNDO_MS = 3_000;
/**
 * @typedef {{state: "safe" | "late" | "due" | "none", word: string, who?: string, line?: string, why?: string, key?: string, declare?: {name: string, born: string}}} Result
 */

/** @param {{found: (text: string) => void, off: boolean}} props */
function Finder({ found, off }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const camera = useRef(/** @type {Camera | null} */ (null));
  const latest = useRef(found);
  latest.current = found;
  const [state, setState] = useState(/** @type {import("../app/camera.js").CameraState} */ ("starting"));
  const [lit, setLit] = useState(false);
  useEffect(() => {
    if (!video.current) return undefined;
    const eye = new Camera(video.current, { state: setState, text: (text) => latest.current(text) });
    camera.current = eye;
    void eye.start();
    const look = () => (document.visibilityState === "visible" ? void eye.start() : eye.stop());
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      eye.stop();
    };
  }, []);
  useEffect(() => camera.current?.pause(off), [off]);
  const toggle = async () => {
    await camera.current?.torch(!lit);
    setLit(!lit);
  };
  const words = state === "looking" ? say("aim") : say(state);
  return html`<section class="view" data-camera=${state} aria-label=${say("camera")} hidden=${off}>
    <video ref=${video} playsinline muted aria-hidden="true"></video>
    ${state === "looking" ? html`<svg class="aim" viewBox="0 0 100 100" aria-hidden="true"><path d="M30 2H8a6 6 0 0 0-6 6v22M70 2h22a6 6 0 0 1 6 6v22M98 70v22a6 6 0 0 1-6 6H70M30 98H8a6 6 0 0 1-6-6V70" /></svg>` : null}
    <p class="view-words" role="status">${words}</p>
    ${state === "failed" || state === "denied" ? html`<button class="btn second dense" type="button" onClick=${() => camera.current?.start()}>${say("try-again")}</button>` : null}
    ${state === "looking" && camera.current?.hasTorch ? html`<button class="btn second dense torch" type="button" aria-pressed=${lit} onClick=${toggle}>${icon("torch")}${say(lit ? "torch-off" : "torch-on")}</button>` : null}
  </section>`;
}

/** @param {{result: Result | null, undo: (key: string) => void, declare: (given: {name: string, born: string}) => void, undone: boolean}} props */
function Shown({ result, undo, declare, undone }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    setOpen(Boolean(result?.key));
    const timer = setTimeout(() => setOpen(false), UNDO_MS - 500);
    return () => clearTimeout(timer);
  }, [result]);
  if (!result) {
    return html`<section class="result idle" data-result="none-yet"><div role="status"><p class="say">${say("ready")}</p><p class="why">${undone ? say("undone") : say("ready.hint")}</p></div></section>`;
  }
  const { state, word, who, line, why, key, declare: given } = result;
  return html`<section class=${`result ${state}`} data-result=${state}><div role="status">${icon(`st-${state}`, "st-shape")}
    <p class="say">${word}</p>${who ? html`<p class="who">${who}</p>` : null}${why ? html`<p class="why">${why}</p>` : null}${line ? html`<p class="meta">${line}</p>` : null}</div>
    ${key && open ? html`<button class="btn dense" type="button" onClick=${() => undo(key)}>${say("undo")}</button>` : null}
    ${given ? html`<button class="btn dense" type="button" onClick=${() => declare(given)}>${say("certificate.declare")}</button>` : null}</section>`;
}

const VERDICTS = /** @type {const} */ ({ valid: ["safe", "genuine"], expired: ["due", "lapsed"], unchecked: ["none", "unchecked"], broken: ["late", "broken"] });

/**
 * @param {{shift: import("./page.js").Shift, all: import("./visits.js").Visit[], panel: string, setPanel: (panel: string) => void, flush: (impatient?: boolean) => Promise<void>}} props
 */
export function Scanning({ shift, all, panel, setPanel, flush }) {
  const [direction, setDirection] = useState(/** @type {"in" | "out"} */ ("in"));
  const [result, setResult] = useState(/** @type {Result | null} */ (null));
  const [undone, setUndone] = useState(false);
  const [given, setGiven] = useState({ name: "", born: "" });
  const last = useRef({ id: "", at: 0 });
  const busy = useRef(false);

  /** @param {Result} shown */
  const show = (shown) => {
    setUndone(false);
    setResult(shown);
    signal(shown.state);
  };

  /** @param {Omit<Parameters<typeof write>[0], "duty" | "direction">} what @param {string} [detail] */
  const record = async (what, detail) => {
    const duty = { owner: config.owner, place: shift.place, part: shift.part, shift: shift.since };
    try {
      const visit = await write({ ...what, duty, direction });
      if (!visit) {
        show({ state: "late", word: say("wait"), why: say("why.full", { count: MOST_KEPT.toLocaleString(config.language) }) });
        return;
      }
      const who = [what.who, detail].filter(Boolean).join(", ");
      // Of what is kept, not of what is drawn: the next visitor may be quicker than the redrawing.
      const count = (await visits.all()).filter(({ owner, shift: of }) => owner === config.owner && of === shift.since).length;
      show({ state: "safe", word: say(direction === "in" ? "welcome" : "bye"), who, line: say("nth", { time: clock(visit.at), count }), key: visit.key });
    } catch {
      show({ state: "late", word: say("wait"), why: say("why.store") });
    }
  };

  /** @param {string} text */
  const seen = async (text) => {
    if (busy.current || (text === last.current.id && Date.now() - last.current.at < SAME_MS)) return;
    busy.current = true;
    try {
      const { keys, now } = await known();
      const found = await judge(text, keys, now, shift.place);
      // A pass turns every half minute: its holder is told by what does not change in it.
      const id = found.kind === "pass" ? found.id : text;
      const again = id === last.current.id && Date.now() - last.current.at < SAME_MS;
      last.current = { id: found.kind === "pass" ? id : text, at: Date.now() };
      if (again) return;
      if (found.kind === "pass") await record({ holder: { text }, who: say("who.pass") });
      else if (found.kind === "card") {
        const { number_kind, number, name, born, sex } = found.card;
        const content = { number_kind, number, name, born, sex };
        await record({ holder: { content, point: keys.sealing }, who: mask(name) || say("list.person") }, sex === "male" || sex === "female" ? say(sex) : "");
      } else if (found.kind === "receipt") show({ state: "safe", word: say("welcome"), who: say("who.receipt", { time: clock(found.at) }) });
      else if (found.kind === "certificate") {
        const [state, word] = VERDICTS[found.verdict];
        const declare = found.verdict === "broken" ? undefined : { name: found.name, born: found.born.slice(0, 4) };
        show({ state, word: say(word), who: mask(found.name), why: say(`certificate.${found.verdict}`), declare });
      } else if (found.why === "expired") show({ state: "due", word: say("expired"), why: say("why.expired") });
      else if (found.why === "masked" || found.why === "elsewhere") show({ state: "late", word: say("wait"), why: say(`why.${found.why}`) });
      else show({ state: "none", word: say("unread"), why: say(`why.${found.why}`) });
    } finally {
      busy.current = false;
    }
  };

  /** @param {{content: object, who: string, at?: string, paper?: boolean}} spoken */
  const spoke = async ({ content, who, at, paper }) => {
    setPanel("");
    const { keys } = await known();
    await record({ holder: { content, point: keys.sealing }, who, at, paper }, paper ? say("paper.mark") : "");
  };
  const undo = async (/** @type {string} */ key) => {
    if (!(await takeBack(key))) return;
    last.current = { id: last.current.id, at: Date.now() - SAME_MS + AFTER_UNDO_MS };
    setResult(null);
    setUndone(true);
  };
  const declare = (/** @type {{name: string, born: string}} */ read) => {
    setGiven(read);
    setPanel("declare");
  };
  const back = () => setPanel("");
  return html`<${Finder} found=${seen} off=${Boolean(panel)} />
    ${panel === "phone" ? html`<${ByPhone} write=${spoke} back=${back} />`
      : panel === "declare" ? html`<${Declare} write=${spoke} back=${back} given=${given} />`
      : panel === "list" ? html`<${List} all=${all} shift=${shift} back=${back} flush=${flush} />`
      : html`<${Shown} result=${result} undo=${undo} declare=${declare} undone=${undone} />
    <footer class="hand"><fieldset class="dir"><legend class="vh">${say("direction")}</legend>${/** @type {const} */ (["in", "out"]).map((way) => html`<label key=${way}>
      <input type="radio" name="direction" checked=${direction === way} onChange=${() => setDirection(way)} />${icon(way === "in" ? "enter" : "leave")}${say(way)}</label>`)}</fieldset>
    <div class="keys"><button class="btn second key" type="button" onClick=${() => setPanel("phone")}>${icon("keyboard")}${say("phone")}</button>
    <button class="btn second key" type="button" onClick=${() => declare({ name: "", born: "" })}>${icon("edit")}${say("declare")}</button>
    <button class="btn second key" type="button" onClick=${() => setPanel("list")}>${icon("list")}${say("list")}</button></div></footer>`}`;
}
