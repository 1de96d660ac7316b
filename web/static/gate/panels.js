/** What replaces the camera: a phone number, a declaration (also from a slip), and the list of this shift. */
import { clock } from "../app/time.js";
import { html, useEffect, useRef, useState } from "../npm/htm/standalone.module.js";
import { mask, maskPhone } from "./cards.js";
import { config, icon, say } from "./page.js";
import { visits } from "./store.js";

const PHONE = /^(?:\+?84|0)[0-9]{9}$/;
const OLDEST = 125;
const DAY_MS = 86_400_000;
/** Slips are written by the wall clock of the whole country. */
const ZONE = "+07:00";

/** @typedef {(spoken: {content: object, who: string, at?: string, paper?: boolean}) => Promise<void>} Write */

/** @param {string} typed */
const digits = (typed) => typed.replace(/[\s.\-]/g, "");

/**
 * @param {{id: string, label: string, value: string, set: (value: string) => void, fault?: string, hint?: string, optional?: boolean, width?: string, [more: string]: any}} props
 */
function Field({ id, label, value, set, fault, hint, optional, width = "", ...more }) {
  const described = [fault ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ") || undefined;
  return html`<div class=${`field${fault ? " error" : ""}`}><label class="label" for=${id}>${label}${optional ? html` <span class="optional">(${say("optional")})</span>` : null}</label>
    ${hint ? html`<span class="hint" id=${`${id}-hint`}>${hint}</span>` : null}
    ${fault ? html`<p class="error-text" id=${`${id}-error`} role="alert">${icon("warning")}<span><span class="vh">${say("error")} </span>${fault}</span></p>` : null}
    <input class=${`input ${width}`} id=${id} value=${value} aria-describedby=${described} aria-invalid=${fault ? "true" : undefined} onInput=${(/** @type {any} */ event) => set(event.target.value)} ...${more} /></div>`;
}

/** @param {{title: string, back: () => void, children: any}} props */
function Panel({ title, back, children }) {
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => heading.current?.focus(), []);
  return html`<section class="panel phone stack snug"><button class="btn quiet dense" type="button" onClick=${back}>${icon("back")}${say("back")}</button><h2 tabindex="-1" ref=${heading}>${title}</h2>${children}</section>`;
}

/** @param {{write: Write, back: () => void}} props */
export function ByPhone({ write, back }) {
  const [phone, setPhone] = useState("");
  const [fault, setFault] = useState("");
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    const number = digits(phone);
    if (PHONE.test(number)) void write({ content: { phone: number }, who: say("who.phone", { phone: maskPhone(number) }) });
    else setFault(say("phone.fault", { typed: phone }));
  };
  return html`<${Panel} title=${say("phone.title")} back=${back}><form class="stack snug" onSubmit=${send} novalidate>
    <${Field} id="gate-phone" label=${say("phone.label")} hint=${say("phone.hint")} value=${phone} set=${setPhone} fault=${fault} inputmode="tel" autocomplete="off" maxlength="40" />
    <button class="btn hero" type="submit">${say("phone.go")}</button></form><//>`;
}

/** @param {{write: Write, back: () => void, given: {name: string, born: string}}} props */
export function Declare({ write, back, given }) {
  const [name, setName] = useState(given.name);
  const [born, setBorn] = useState(given.born);
  const [phone, setPhone] = useState("");
  const [paper, setPaper] = useState(false);
  const [when, setWhen] = useState("");
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  const thisYear = new Date().getFullYear();
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    /** @type {Record<string, string>} */
    const found = {};
    const whole = name.replace(/\s+/g, " ").trim();
    const number = digits(phone);
    if (!whole) found.name = say("name.fault");
    if (born && !(/^[0-9]{4}$/.test(born) && Number(born) >= thisYear - OLDEST && Number(born) <= thisYear)) {
      found.born = say("birth.fault", { first: thisYear - OLDEST, last: thisYear, typed: born });
    }
    if (number && !PHONE.test(number)) found.phone = say("phone.fault", { typed: phone });
    const moment = paper ? Date.parse(`${when}${ZONE}`) : NaN;
    if (paper && !(moment <= Date.now() && moment > Date.now() - config.retention * DAY_MS)) found.when = say("paper.fault", { days: config.retention });
    setFaults(found);
    if (Object.keys(found).length) return;
    const content = { name: whole, ...(born ? { birth_year: Number(born) } : {}), ...(number ? { phone: number } : {}) };
    void write({ content, who: mask(whole), ...(paper ? { at: new Date(moment).toISOString(), paper } : {}) });
  };
  return html`<${Panel} title=${say("declare.title")} back=${back}><form class="stack snug" onSubmit=${send} novalidate>
    <${Field} id="gate-name" label=${say("name.label")} value=${name} set=${setName} fault=${faults.name} autocomplete="off" maxlength="120" />
    <${Field} id="gate-born" label=${say("birth.label")} value=${born} set=${setBorn} fault=${faults.born} optional=${true} width="w-short" inputmode="numeric" autocomplete="off" maxlength="4" />
    <${Field} id="gate-tel" label=${say("phone")} value=${phone} set=${setPhone} fault=${faults.phone} optional=${true} inputmode="tel" autocomplete="off" maxlength="40" />
    <label class="choice"><input type="checkbox" checked=${paper} onChange=${() => setPaper(!paper)} /><span>${say("paper.label")}</span></label>
    ${paper ? html`<${Field} id="gate-when" label=${say("paper.when")} value=${when} set=${setWhen} fault=${faults.when} type="datetime-local" width="w-mid" />` : null}
    <button class="btn hero" type="submit">${say("phone.go")}</button></form><//>`;
}

/** @param {{all: import("./visits.js").Visit[], shift: import("./page.js").Shift, back: () => void, flush: (impatient?: boolean) => Promise<void>}} props */
export function List({ all, shift, back, flush }) {
  const refused = all.filter(({ state }) => state === "refused");
  const mine = all.filter((visit) => visit.shift === shift.since && visit.state !== "refused").sort((a, b) => b.written - a.written);
  const again = async (/** @type {import("./visits.js").Visit} */ { refusal: _refusal, ...visit }) => {
    await visits.put({ ...visit, state: "waiting" });
    await flush(true);
  };
  return html`<${Panel} title=${say("list.title")} back=${back}>
    ${refused.length ? html`<section class="notice bad">${icon("stop")}<div class="stack snug"><h3>${say("list.refused")}</h3>${refused.map((visit) => html`<div key=${visit.key}><p><b>${visit.who}</b>, ${say(visit.direction)} ${clock(visit.at)}</p>
      <p>${visit.refusal?.message || say("refused", { code: visit.refusal?.code })}</p>
      <p class="row-wrap"><button class="btn second dense" type="button" onClick=${() => again(visit)}>${say("list.again")}</button><button class="btn quiet dense" type="button" onClick=${() => visits.remove([visit.key])}>${say("list.drop")}</button></p></div>`)}</div></section>` : null}
    <p class="meta">${say("list.privacy")}</p>
    ${mine.length ? html`<ul class="list card tight">${mine.map((visit) => html`<li key=${visit.key}><div class="item"><span class="grow"><b>${visit.who}</b> <span class="meta">${say(visit.direction)} ${clock(visit.at)}${visit.paper ? `, ${say("paper.mark")}` : ""}</span></span><span class="meta nowrap">${say(/** @type {"held" | "waiting" | "sent"} */ (visit.state))}</span></div></li>`)}</ul>`
      : html`<p class="empty">${say("list.empty")}</p>`}<//>`;
}
