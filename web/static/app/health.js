/** The place's health question on the phone, asked of each who has just arrived; drawn from the form the page carries. */
import { html, render, useEffect, useRef, useState } from "../npm/htm/standalone.module.js";
import { canAsk, moved, NOT_ASKED, read } from "./form.js";
import { config, icon, say } from "./page.js";
import { answers } from "./store.js";
import { date, day, plusDays } from "./time.js";

/** Whether this kind of place asks, and this phone can. @param {string | undefined} kind */
export function asksHealth(kind) {
  return Boolean(config.health && kind && config.health.kinds.includes(kind) && canAsk(config.health.document));
}

/** @param {import("./form.js").Text | null | undefined} text */
function words(text) {
  const form = /** @type {NonNullable<typeof config.health>} */ (config.health).document;
  return (text?.[config.language] ?? text?.[form.languages[0]] ?? "").replaceAll("{look_back_days}", String(form.look_back_days ?? ""));
}

/** @param {{item: import("./form.js").Item, value: any, change: (value: any) => void, fault: string, another: boolean}} props */
function Question({ item, value, change, fault, another }) {
  const id = `q_${item.code}`;
  const said = [item.hint ? `${id}_hint` : "", fault ? `${id}_error` : ""].filter(Boolean).join(" ");
  const told = html`${item.hint ? html`<p class="hint" id=${`${id}_hint`}>${words(item.hint)}</p>` : null}
    ${fault ? html`<p class="error-text" id=${`${id}_error`}>${icon("warning")}<span><span class="vh">${say("scan.error")} </span>${fault}</span></p>` : null}`;
  const caution = item.caution ? html`<div class="notice">${icon("info")}<div>${words(item.caution.text)}${item.caution.call ? html` <a href=${`tel:${item.caution.call}`}><b>${say("health.call", { number: item.caution.call })}</b></a>` : null}</div></div>` : null;
  if (item.type === "yes_no" || item.options) {
    const several = item.type === "choices";
    const options = item.options ?? [{ code: "yes", label: null }, { code: "no", label: null }];
    /** @type {{code: string, label: string, dashed?: boolean}[]} */
    const rows = options.filter((one) => !one.exclusive).map((one) => ({ code: one.code, label: one.label ? words(one.label) : say(one.code === "yes" ? "health.yes" : "health.no") }));
    /** @type {{code: string, label: string, dashed?: boolean}[]} */
    const apart = options.filter((one) => one.exclusive).map((one) => ({ code: one.code, label: words(one.label) }));
    if (item.type === "yes_no" && item.unknown !== false) apart.push({ code: "unknown", label: say("health.unknown"), dashed: true });
    if (another) apart.push({ code: NOT_ASKED, label: say("health.not-asked"), dashed: true });
    const alone = new Set(apart.map(({ code }) => code));
    const chosen = Array.isArray(value) ? value : value === undefined ? [] : [value];
    const pick = (/** @type {string} */ code) => {
      if (!several || code === NOT_ASKED) change(several && chosen.includes(code) ? [] : code);
      else if (chosen.includes(code)) change(chosen.filter((one) => one !== code));
      else change(alone.has(code) ? [code] : [...chosen.filter((one) => !alone.has(one)), code]);
    };
    const row = (/** @type {{code: string, label: string, dashed?: boolean}} */ one, /** @type {number} */ n) => html`<label class=${`choice${one.dashed ? " unasked" : ""}`} key=${one.code}><input type=${several ? "checkbox" : "radio"} name=${item.code} id=${n ? undefined : id} value=${one.code} checked=${chosen.includes(one.code)} onChange=${() => pick(one.code)} /><span>${one.label}</span></label>`;
    return html`<fieldset class=${`group${fault ? " error" : ""}`} aria-describedby=${said || undefined}><legend class="label">${words(item.label)}</legend>${told}
      <div class="choices">${rows.map(row)}${apart.length ? html`<p class="or">${say("health.or")}</p>` : null}${apart.map((one) => row(one, 1))}</div></fieldset>${caution}`;
  }
  const today = day(Date.now());
  const kind = item.type === "date" ? { type: "date", min: typeof item.earliest === "number" ? moved(today, item.earliest) : undefined, max: typeof item.latest === "number" ? moved(today, item.latest) : undefined } : item.type === "integer" ? { type: "text", inputmode: "numeric" } : { type: "text", maxlength: item.longest };
  const typed = (/** @type {any} */ event) => {
    const text = event.currentTarget.value.trim();
    change(item.type === "integer" && /^-?\d+$/.test(text) ? Number(text) : text);
  };
  return html`<div class=${`field${fault ? " error" : ""}`}><label class="label" for=${id}>${words(item.label)}${item.required ? null : html` <span class="optional">(${say("health.optional")})</span>`}</label>${told}
    <input class="input" id=${id} ...${kind} value=${value ?? ""} autocomplete="off" aria-describedby=${said || undefined} aria-invalid=${fault ? "true" : undefined} onChange=${typed} /></div>${caution}`;
}

/** @param {string} kind @param {import("./form.js").Item} item @param {any} given */
function explain(kind, item, given) {
  const today = day(Date.now());
  if (kind === "constraint") return words(item.constraint?.message);
  const from = date(`${moved(today, item.earliest ?? 0)}T12:00:00+07:00`, config.language);
  const to = date(`${moved(today, item.latest ?? 0)}T12:00:00+07:00`, config.language);
  if (kind === "early" || kind === "late") return say(kind === "early" ? "health.early" : "health.late", { from, to });
  if (kind === "range") return say("health.range", { least: item.least, most: item.most, typed: given });
  if (kind === "required") return say(item.type === "choices" ? "health.choose-some" : "health.choose");
  return say(kind === "exclusive" ? "health.exclusive" : kind === "number" ? "health.number" : kind === "date" ? "health.date" : "health.choose", { typed: given });
}

/**
 * @param {{scans: import("./sending.js").Scan[], place: string, done: () => void, dock: any}} props  the arrivals just written down; `dock` holds the main button
 */
export function Health({ scans, place, done, dock: Dock }) {
  const [turn, setTurn] = useState(0);
  const [typed, setTyped] = useState(/** @type {Record<string, any>} */ ({}));
  const [tried, setTried] = useState(false);
  const summary = useRef(/** @type {HTMLElement | null} */ (null));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const { document: form, number } = /** @type {NonNullable<typeof config.health>} */ (config.health);
  const scan = scans[turn];
  const another = scan.person !== config.owner;
  const { shown, values, faults } = read(form, typed, day(Date.now()), another);
  const wrong = tried ? shown.filter(({ code }) => faults[code]) : [];
  useEffect(() => heading.current?.focus(), [turn]);
  useEffect(() => summary.current?.focus(), [tried && wrong.length > 0]);
  const next = () => {
    setTyped({});
    setTried(false);
    if (turn + 1 < scans.length) setTurn(turn + 1);
    else done();
  };
  const send = async () => {
    if (Object.keys(faults).length) {
      setTried(true);
      summary.current?.focus();
      return;
    }
    // Left open on purpose is sent as such: the server keeps it apart from "no", and from nobody having asked.
    const given = { ...values, ...Object.fromEntries(shown.filter(({ code }) => another && typed[code] === NOT_ASKED).map(({ code }) => [code, NOT_ASKED])) };
    await answers.put({ key: scan.key, owner: config.owner, person: scan.person, version: number, answers: given, at: new Date().toISOString(), state: "waiting" });
    next();
  };
  return html`<div class="stack snug" data-health=${scan.person} key=${scan.key}>
    <div><h1 tabindex="-1" ref=${heading}>${words(form.title)}</h1><p class="meta">${another ? say("health.about", { place, name: scan.who }) : place}</p></div>
    <div class="notice ok">${icon("check")}<div>${say("health.recorded")}</div></div>
    ${wrong.length ? html`<div class="error-summary" role="alert" tabindex="-1" ref=${summary}><h2>${say("health.mend", { count: wrong.length })}</h2><ul>${wrong.map((item) => html`<li><a href=${`#q_${item.code}`}>${item.short ? `${words(item.short)}: ` : ""}${explain(faults[item.code], item, typed[item.code])}</a></li>`)}</ul></div>` : null}
    ${shown.map((item) => html`<${Question} key=${item.code} item=${item} value=${typed[item.code]} another=${another} fault=${tried && faults[item.code] ? explain(faults[item.code], item, typed[item.code]) : ""} change=${(/** @type {any} */ value) => setTyped({ ...typed, [item.code]: value })} />`)}
    <p class="meta">${say("health.kept", { date: date(plusDays(Date.now(), config.retention + 1), config.language) })}</p>
    <p><button class="btn quiet" type="button" onClick=${next}>${say("health.decline")}</button></p>
    <${Dock}><button class="btn hero" type="button" onClick=${send}>${icon("upload")}${say("health.send")}</button><//>
  </div>`;
}
