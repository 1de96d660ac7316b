/** "Nơi đã đến": what this phone keeps, when it erases it, and deleting it now (with eight seconds to think again). */
import { html, render, useEffect, useState } from "../npm/htm/standalone.module.js";
import { placeName, times } from "./lines.js";
import { config, icon, list, say } from "./page.js";
import { answers, onChange, scans } from "./store.js";
import { date, dayName, plusDays } from "./time.js";
import { stays, together } from "./visits.js";

const UNDO_MS = 8_000;
const root = /** @type {HTMLElement} */ (document.getElementById("local"));
const title = root.dataset.title ?? "";

function History() {
  const [all, setAll] = useState(/** @type {import("./sending.js").Scan[]} */ ([]));
  const [given, setGiven] = useState(/** @type {Map<string, import("./answers.js").HealthAnswers>} */ (new Map()));
  const [gone, setGone] = useState(/** @type {import("./sending.js").Scan[]} */ ([]));
  useEffect(() => {
    const read = () => {
      void answers.all().then((kept) => setGiven(new Map(kept.map((one) => [one.key, one]))));
      void scans.all().then((found) => setAll(found.filter((scan) => scan.owner === config.owner)));
    };
    onChange(read);
    read();
  }, []);
  useEffect(() => {
    if (!gone.length) return undefined;
    const timer = setTimeout(() => setGone([]), UNDO_MS);
    return () => clearTimeout(timer);
  }, [gone]);
  // Deleted at once and put back on second thoughts: leaving the page in between must not bring it back.
  const drop = async (/** @type {import("./sending.js").Scan[]} */ list) => {
    await scans.remove(list.map((scan) => scan.key));
    setGone([...gone, ...list]);
  };
  const undo = async () => {
    await Promise.all(gone.map((scan) => scans.put(scan)));
    setGone([]);
  };
  const groups = together(stays(all, Date.now(), config.typical));
  return html`<h2 id="local-title">${title}</h2>
    ${groups.length
      ? html`<ul class="list card tight">${groups.map(({ first, all: members }) => {
        const unsent = members.some((stay) => stay.scans.some((scan) => scan.state === "waiting"));
        const others = members.filter((stay) => stay.who).map((stay) => stay.who ?? "");
        const when = dayName(first.start, config.language);
        return html`<li key=${first.key}><div class="item visit"><span class="grow"><b>${placeName(first)}</b>
          <span class="meta">${when}, ${times(first)}${others.length ? ` · ${list(others)}` : ""}</span>
          <span class="meta">${first.private ? say("visits.private") : unsent ? say("visits.waiting") : say("visits.sent", { date: date(plusDays(first.start, config.retention + 1), config.language) })} · ${say("visits.erase", { date: date(plusDays(first.start, config.retention), config.language) })}</span>
          ${members.flatMap((stay) => stay.scans).map((scan) => given.get(scan.key)).filter(Boolean).map((one) => html`<span class="meta" data-answers=${one?.state}>${[members.find((stay) => stay.person === one?.person)?.who, one?.state === "refused" ? say("health.refused", { reason: one.refusal?.message }) : say(one?.state === "sent" ? "health.sent" : "health.waiting")].filter(Boolean).join(": ")}</span>`)}</span>
          ${unsent ? null : html`<button class="btn quiet icon-only" type="button" onClick=${() => drop(members.flatMap((stay) => stay.scans))}>${icon("trash")}<span class="vh">${say("visits.delete-named", { place: placeName(first), date: when })}</span></button>`}</div></li>`;
      })}</ul>`
      : html`<p class="empty">${say("visits.empty")}</p>`}
    ${gone.length ? html`<div class="undo" role="status"><span>${say(gone.every((scan) => scan.private) ? "visits.deleted-private" : "visits.deleted")}</span><button class="btn dense" type="button" onClick=${undo}>${say("visits.undo")}</button></div>` : null}`;
}

root.hidden = false;
render(html`<${History} />`, root);
