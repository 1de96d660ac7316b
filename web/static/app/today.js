/** The live parts of "Hôm nay": the receipt, what was refused, recent places, and a place notice if it is the newest warning. */
import { html, render, useEffect, useState } from "../npm/htm/standalone.module.js";
import { placeName, times } from "./lines.js";
import { config, icon, list, say } from "./page.js";
import { liveNotices } from "./place-notices.js";
import { record, sendAgain } from "./record.js";
import { onChange, scans } from "./store.js";
import { clock, date, dayName, duration, plusDays, running } from "./time.js";
import { stays, together } from "./visits.js";

const JUST_LEFT_MS = 10 * 60_000;
const SHOWN = 4;
const SECOND_MS = 1000;
/** The server corrects a wrong clock, so the same stay may differ by a little. */
const SAME_MS = 90 * SECOND_MS;

/** Now, by the server's clock as far as its last answer told. @param {import("./sending.js").Scan[]} all */
function rightNow(all) {
  const newest = all.filter((scan) => scan.state === "sent" || scan.state === "kept").sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  return Date.now() + (newest?.offset ?? 0) * SECOND_MS;
}

/** @param {{start: number, offset: number}} props  offset in seconds */
function Clock({ start, offset }) {
  const read = () => Date.now() + offset * SECOND_MS;
  const [now, setNow] = useState(read());
  useEffect(() => {
    const ticking = setInterval(() => setNow(read()), SECOND_MS);
    return () => clearInterval(ticking);
  }, [offset]);
  // Said in whole minutes: a screen reader must not hear every second.
  return html`<p class="clock" role="timer" aria-label=${say("receipt.stayed", { duration: duration(now - start, config.language) })}>${running(now - start)}</p>`;
}

/** The moving code, fetched and drawn when it is asked for. @param {{event: string}} props */
function ForTheGate({ event }) {
  const [Part, setPart] = useState(/** @type {any} */ (null));
  const toggle = async () => {
    const { MovingReceipt } = await import("./moving-receipt.js");
    setPart(Part ? null : () => MovingReceipt);
  };
  return html`<div class="for-gate"><button class="btn quiet dense" type="button" aria-expanded=${Boolean(Part)} onClick=${toggle}>${icon("scan")}${say(Part ? "receipt.hide" : "receipt.show")}</button>
    ${Part ? html`<${Part} event=${event} />` : null}</div>`;
}

/** @param {{group: ReturnType<typeof together>[number]}} props */
function Receipt({ group }) {
  const { first, all } = group;
  const isRunning = first.ending === "open";
  const unsent = all.some((stay) => stay.scans.some((scan) => scan.state === "waiting"));
  const others = all.filter((stay) => stay.who).map((stay) => stay.who ?? "");
  const mine = all.some((stay) => stay.person === config.owner);
  const offset = first.scans[0].offset ?? 0;
  const short = all.find((stay) => stay.person === config.owner)?.short ?? first.short;
  const [arrival] = (all.find((stay) => stay.person === config.owner) ?? first).scans;
  const leave = () => record({
    code: first.code, direction: "out", place: first.place, kind: first.scans[0].kind,
    people: all.map((stay) => ({ key: stay.person, name: stay.who })), private: first.private,
  });
  const waitingWords = first.ending === "scanned" && all.some((stay) => stay.scans.some((scan) => scan.state === "waiting" && scan.direction === "out"))
    ? "receipt.waiting-out" : "receipt.waiting";
  return html`<section class=${`receipt${isRunning ? "" : " ended"}`} aria-label=${placeName(first)} data-receipt=${isRunning ? "running" : "ended"}>
    ${icon("vein", "vein")}
    <p class="meta">${isRunning ? say("receipt.here", { time: clock(first.start) }) : say("receipt.left", { time: clock(first.end) })}</p>
    <h2>${placeName(first)}</h2>
    ${others.length ? html`<p class="meta">${say(mine ? "receipt.with" : "receipt.for", { names: list(others) })}</p>` : null}
    <div class="row"><div class="grow">
      ${isRunning ? html`<${Clock} start=${first.start} offset=${offset} />` : html`<p class="clock">${duration(first.end - first.start, config.language)}</p>`}
      ${short ? html`<p class="meta nowrap">${say("receipt.code", { short })}</p>` : null}
    </div>
    ${isRunning ? html`<button class="btn second" type="button" onClick=${leave}>${icon("leave")}${say("receipt.leave")}</button>` : null}</div>
    ${isRunning && arrival?.id ? html`<${ForTheGate} event=${arrival.id} />` : null}
    ${offset ? html`<p class="meta">${say("receipt.clock", { duration: duration(Math.abs(offset) * SECOND_MS, config.language) })}</p>` : null}
    <p class="meta">${first.private ? say("receipt.private", { date: date(plusDays(first.start, config.retention), config.language) }) : say("receipt.erased", { date: date(plusDays(first.start, config.retention + 1), config.language) })}</p>
    ${unsent ? html`<p class="meta unsent">${icon("offline")}<span>${say(waitingWords)}${first.place ? "" : ` ${say("receipt.name-later")}`}</span></p>` : null}
  </section>`;
}

/** @param {{all: import("./sending.js").Scan[]}} props */
function Refused({ all }) {
  const refused = all.filter((scan) => scan.state === "refused" && scan.owner === config.owner);
  if (!refused.length) return null;
  return html`<section class="notice bad" role="alert">${icon("stop")}<div class="stack snug"><h2 class="notice-title">${say("refused.title")}</h2>
    ${refused.map((scan) => {
      const reason = scan.refusal?.message || say("refused.no-reason", { code: scan.refusal?.code });
      return html`<div key=${scan.key}><p><b>${placeName(scan)}</b></p>
        <p>${say(scan.direction === "in" ? "refused.in" : "refused.out", { time: clock(scan.at), reason })}</p>
        <p class="row-wrap"><button class="btn second dense" type="button" onClick=${() => sendAgain(scan)}>${say(scan.private ? "refused.again-named" : "refused.again")}</button>
        <button class="btn quiet dense" type="button" onClick=${() => scans.remove([scan.key])}>${say("refused.drop")}</button></p></div>`;
    })}</div></section>`;
}

/** @param {{groups: ReturnType<typeof together>}} props */
function Recent({ groups }) {
  const past = groups.filter(({ first }) => first.ending !== "open").slice(0, SHOWN);
  if (!past.length) return null;
  return html`<div class="between"><h2 id="recent-title">${say("recent.title")}</h2><a class="nowrap" href="/app/visits/">${say("recent.all")}</a></div>
    <ul class="list">${past.map((group) => html`<li key=${group.first.key}><${Line} group=${group} /></li>`)}</ul>`;
}

/** @param {{group: ReturnType<typeof together>[number]}} props */
function Line({ group }) {
  const { first, all } = group;
  const others = all.filter((stay) => stay.who).map((stay) => stay.who ?? "");
  const unsent = all.some((stay) => stay.scans.some((scan) => scan.state === "waiting"));
  return html`<div class="item"><span class="grow"><b>${placeName(first)}</b> <span class="meta">${dayName(first.start, config.language)}, ${times(first)}${first.gate ? ` · ${say("visits.gate")}` : ""}${others.length ? ` · ${list(others)}` : ""}</span></span>
    ${unsent ? html`<span class="meta nowrap">${say("visits.waiting")}</span>` : first.private ? html`<span class="meta nowrap">${say("visits.private-short")}</span>` : null}</div>`;
}

/** @param {{notice: import("./place-notices.js").PlaceNotice}} props */
function PlaceWarning({ notice }) {
  return html`<a class="warning" href=${`/app/notices/here/#${notice.id}`}>${icon("st-late", "st-shape")}<span class="body"><b>${say(`place-notice.${notice.advice}`)}</b> <span class="meta">${notice.place}, ${dayName(notice.start, config.language)}.</span> <span class="more">${say("place-notice.see")}</span></span></a>`;
}

/** @param {string} id @param {any} content */
function fill(id, content) {
  const place = document.getElementById(id);
  if (!place) return;
  if (!place.dataset.live) {
    // What the server drew for a browser without scripts gives way to the phone's own, newer knowledge.
    place.replaceChildren();
    place.dataset.live = "yes";
  }
  place.hidden = false;
  render(content, place);
}

/** Stays that only the server knows: from another phone of the same person, or from before this one was signed in. @param {import("./visits.js").Stay[]} own */
function fromServer(own) {
  return (config.recent ?? []).flatMap((known) => {
    const start = Date.parse(known.start);
    const same = own.some((stay) => stay.person === known.person && stay.place?.key === known.place.key && Math.abs(stay.start - start) < SAME_MS);
    /** @type {import("./visits.js").Stay} */
    const stay = { key: known.key, person: known.person, who: known.who ?? undefined, code: "", place: known.place, start, end: Date.parse(known.end), ending: known.known ? "scanned" : "cut", scans: [], gate: known.gate };
    return same || (stay.ending === "cut" && config.running?.some((here) => here.person === known.person && here.place.key === known.place.key)) ? [] : [stay];
  });
}

async function draw() {
  const mine = (await scans.all()).filter((scan) => scan.owner === config.owner);
  const now = rightNow(mine);
  const own = stays(mine, now, config.typical);
  const groups = together([...own, ...fromServer(own)].sort((a, b) => b.start - a.start));
  const live = groups.filter(({ first }) => first.ending === "open");
  const [newest] = groups;
  const justLeft = !live.length && newest?.first.ending === "scanned" && now - newest.first.end < JUST_LEFT_MS ? [newest] : [];
  // A phone just signed in knows less than the server: the receipt that the server drew stays until something is scanned here.
  const newer = (config.running ?? []).filter((known) => !mine.some((scan) => Date.parse(scan.at) >= Date.parse(known.at)));
  if (!newer.length) fill("receipts", html`<${Refused} all=${mine} />${[...live, ...justLeft].map((group) => html`<${Receipt} key=${group.first.key} group=${group} />`)}`);
  if (mine.length) fill("recent", html`<${Recent} groups=${groups} />`);
  const warning = (await liveNotices()).find((notice) => !notice.withdrawn);
  const direct = document.getElementById("warning");
  const directAt = Date.parse(direct?.dataset.issued ?? "") || 0;
  if (warning && warning.issued > directAt) fill("warning", html`<${PlaceWarning} notice=${warning} />`);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let drawing;
onChange(() => {
  clearTimeout(drawing);
  drawing = setTimeout(() => void draw(), 30);
});
void draw();
