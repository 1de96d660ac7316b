/** "Nơi đã đến": what this phone keeps, when it erases it, and deleting it now (with eight seconds to think again). */
import { html, render, useEffect, useState } from "../npm/htm/standalone.module.js";
import { placeName, times } from "./lines.js";
import { config, icon, list, say } from "./page.js";
import { onChange, scans } from "./store.js";
import { date, dayName, plusDays } from "./time.js";
import { stays, together } from "./visits.js";

const UNDO_MS = 8_000;
const root = /** @type {HTMLElement} */ (document.getElementById("local"));
const title = root.dataset.title ?? "";

function History() {
  const [all, setAll] = useState(/** @type {import("./sending.js").Scan[]} */ ([]));
  const [hidden, setHidden] = useState(/** @type {string[]} */ ([]));
  useEffect(() => {
    const read = () => void scans.all().then((found) => setAll(found.filter((scan) => scan.owner === config.owner)));
    onChange(read);
    read();
  }, []);
  useEffect(() => {
    if (!hidden.length) return undefined;
    const timer = setTimeout(() => {
      void scans.remove(hidden);
      setHidden([]);
    }, UNDO_MS);
    return () => clearTimeout(timer);
  }, [hidden]);
  // Leaving the page in those seconds deletes too: what was asked for must not come back.
  useEffect(() => {
    const leave = () => hidden.length && void scans.remove(hidden);
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [hidden]);
  const groups = together(stays(all.filter((scan) => !hidden.includes(scan.key)), Date.now(), config.typical));
  return html`<h2 id="local-title">${title}</h2>
    ${groups.length
      ? html`<ul class="list card tight">${groups.map(({ first, all: members }) => {
        const unsent = members.some((stay) => stay.scans.some((scan) => scan.state === "waiting"));
        const others = members.filter((stay) => stay.who).map((stay) => stay.who ?? "");
        const when = dayName(first.start, config.language);
        const drop = () => setHidden([...hidden, ...members.flatMap((stay) => stay.scans.map((scan) => scan.key))]);
        return html`<li key=${first.key}><div class="item visit"><span class="grow"><b>${placeName(first)}</b>
          <span class="meta">${when}, ${times(first)}${others.length ? ` · ${list(others)}` : ""}</span>
          <span class="meta">${say(unsent ? "visits.waiting" : "visits.sent")} · ${say("visits.erase", { date: date(plusDays(first.start, config.retention), config.language) })}</span></span>
          ${unsent ? null : html`<button class="btn quiet icon-only" type="button" onClick=${drop}>${icon("trash")}<span class="vh">${say("visits.delete-named", { place: placeName(first), date: when })}</span></button>`}</div></li>`;
      })}</ul>`
      : html`<p class="empty">${say("visits.empty")}</p>`}
    ${hidden.length ? html`<div class="undo" role="status"><span>${say("visits.deleted")}</span><button class="btn dense" type="button" onClick=${() => setHidden([])}>${say("visits.undo")}</button></div>` : null}`;
}

root.hidden = false;
render(html`<${History} />`, root);
