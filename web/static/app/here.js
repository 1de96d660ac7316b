/** One place notice, in the order of every warning: what may have happened, what to do, whom to call, why, how sure, who knows. */
import { html, render } from "../npm/htm/standalone.module.js";
import { config, icon, say } from "./page.js";
import { amend, liveNotices } from "./place-notices.js";
import { clock, date, duration, plusDays, weekdayDate } from "./time.js";

const root = /** @type {HTMLElement} */ (document.getElementById("place-notice"));

/** @typedef {keyof typeof import("./words.js").tables.vi} Key */

/** What to do, by how strongly the health authority advises. @type {Record<string, Key[]>} */
const THINGS = {
  inform: ["place-notice.do-watch", "place-notice.do-mask"],
  test: ["place-notice.do-test", "place-notice.do-mask", "place-notice.do-watch"],
  "stay-home": ["place-notice.do-home", "place-notice.do-test", "place-notice.do-watch"],
};

/** @param {{notice: import("./place-notices.js").PlaceNotice}} props */
function Notice({ notice }) {
  const { language } = config;
  const disease = config.diseases[notice.disease]?.name ?? "";
  const known = notice.ending === "scanned" || notice.ending === "next";
  const times = { day: weekdayDate(notice.start, language), from: clock(notice.start), to: clock(notice.end) };
  const when = say(known ? "place-notice.when" : notice.ending === "open" ? "place-notice.when-open" : "place-notice.when-cut", times);
  const chip = known ? say("place-notice.why-chip", { duration: duration(notice.end - notice.start, language) }) : say("place-notice.why-chip-open");
  const until = date(plusDays(notice.start, config.diseases[notice.disease]?.days ?? 14), language);
  const gone = async () => {
    await amend(notice.id, { dismissed: true });
    location.assign("/app/notices/");
  };
  const call = (/** @type {string} */ number, /** @type {Key} */ title, /** @type {Key} */ more, kind = "second") =>
    html`<a class=${`btn ${kind} wide call-button`} href=${`tel:${number}`}>${icon("phone")}<span>${say(title)}<small>${say(more)}</small></span></a>`;
  if (notice.withdrawn) {
    return html`<div class="stack snug"><h1>${say("place-notice.withdrawn")}</h1><p class="lead">${say("place-notice.withdrawn-more", { place: notice.place, when })}</p>
      <p><button class="btn second" type="button" onClick=${gone}>${say("place-notice.clear")}</button></p></div>`;
  }
  return html`<div class="stack snug"><h1>${say(`place-notice.${notice.advice}`)}</h1>
    ${notice.who ? html`<p class="meta">${say("place-notice.for", { who: notice.who })}</p>` : null}
    <p class="lead">${say("place-notice.lead", { disease })}</p>
    <div class="card when">${icon("pin")}<b>${notice.place}</b>${icon("clock")}<span>${when}</span></div></div>
  <section aria-labelledby="do"><h2 id="do">${say("place-notice.do")}</h2>
    <ol class="todo card">${THINGS[notice.advice].map((key) => html`<li key=${key}><div><b>${say(key, { date: until })}</b><p>${say(/** @type {Key} */ (`${key}-more`))}</p></div></li>`)}</ol></section>
  <section aria-labelledby="call"><h2 id="call">${say("place-notice.call")}</h2><div class="stack tight">
    <a class="btn second wide call-button" href="/app/help/">${icon("bell")}<span>${say("place-notice.ask")}<small>${say("place-notice.ask-more")}</small></span></a>
    ${call("19009095", "place-notice.call-health", "place-notice.call-health-more")}${call("115", "place-notice.call-115", "place-notice.call-115-more", "danger")}</div></section>
  <section aria-labelledby="why"><h2 id="why">${say("place-notice.why")}</h2><div class="card">
    <span class="ev place">${icon("pin")}<span>${chip}</span></span><p>${say("place-notice.why-more")}</p></div></section>
  <section aria-labelledby="sure"><h2 id="sure">${say("place-notice.sure")}</h2>
    <ol class="sure" aria-label=${say("place-notice.sure-label")}><li aria-current="true">${say("place-notice.sure-1")}</li><li>${say("place-notice.sure-2")}</li><li>${say("place-notice.sure-3")}</li></ol>
    <p>${say("place-notice.sure-more")}</p></section>
  <section aria-labelledby="who"><h2 id="who">${say("place-notice.knows")}</h2><div class="notice">${icon("lock")}<div>${say("place-notice.knows-more")}</div></div></section>
  <section aria-labelledby="help"><h2 id="help">${say("place-notice.help")}</h2><p>${say("place-notice.help-more")}</p></section>
  <section aria-labelledby="object"><h2 id="object">${say("place-notice.object")}</h2><p>${say("place-notice.object-more")}</p>
    <p class="after"><button class="btn second" type="button" onClick=${gone}>${say("place-notice.dismiss")}</button></p></section>
  <p class="meta">${say("place-notice.foot", { time: clock(notice.issued), date: date(notice.issued, language), disease, erase: date(plusDays(notice.start, config.retention), language) })}</p>`;
}

async function draw() {
  const id = decodeURIComponent(location.hash.slice(1));
  const notice = (await liveNotices()).find((one) => one.id === id);
  root.replaceChildren();
  if (!notice) {
    render(html`<h1>${document.title.split(" · ")[0]}</h1><p>${say("place-notice.gone")}</p>`, root);
    return;
  }
  render(html`<${Notice} notice=${notice} />`, root);
  document.title = `${say(`place-notice.${notice.advice}`)} · Lá Chắn`;
  if (notice.seen === null) await amend(id, { seen: Date.now() });
}

window.addEventListener("hashchange", () => void draw());
void draw();
