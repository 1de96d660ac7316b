/** "Tin báo": place notices of this phone, and how fresh the list is that they come from. */
import { html, render } from "../npm/htm/standalone.module.js";
import { config, say } from "./page.js";
import { liveNotices } from "./place-notices.js";
import { facts, onChange } from "./store.js";
import { clock, date, day, dayName } from "./time.js";

const FAULTS = /** @type {const} */ ({ signature: "feed.bad-signature", "key-changed": "feed.key-changed", old: "feed.unreadable", unreadable: "feed.unreadable" });
/** The server drew letters to this person: asked before this module draws a list of the same look. */
const hasDirect = document.querySelector(".letters") !== null;

async function draw() {
  const notices = await liveNotices();
  const place = /** @type {HTMLElement} */ (document.getElementById("place-notices"));
  const empty = /** @type {HTMLElement} */ (document.getElementById("no-notices"));
  place.hidden = !notices.length;
  empty.hidden = notices.length > 0 || hasDirect;
  render(html`<h2>${say("place-notice.list")}</h2><ul class="letters stack snug">${notices.map((notice) => html`<li key=${notice.id}>
    <a class="card letter" href=${`/app/notices/here/#${notice.id}`}>${notice.seen === null && !notice.withdrawn ? html`<span class="tag solid">${say("place-notice.new")}</span>` : null}
    <b>${say(notice.withdrawn ? "place-notice.withdrawn" : `place-notice.${notice.advice}`)}</b><span class="meta">${notice.place}, ${dayName(notice.start, config.language)}${notice.who ? ` · ${notice.who}` : ""}</span></a></li>`)}</ul>`, place);
  const line = /** @type {HTMLElement} */ (document.getElementById("feed-state"));
  const fault = /** @type {keyof typeof FAULTS | ""} */ ((await facts.get("feed-fault")) ?? "");
  const feed = await facts.get("feed");
  line.classList.toggle("trouble", Boolean(fault));
  if (fault) line.textContent = say(FAULTS[fault] ?? "feed.unreadable");
  else if (!feed) line.textContent = say("feed.never");
  else if (Date.now() > feed.validUntil) line.textContent = say("feed.old", { when: `${clock(feed.at)}, ${date(feed.at, config.language)}` });
  else line.textContent = say("feed.checked", { time: day(feed.at) === day(Date.now()) ? clock(feed.at) : `${clock(feed.at)}, ${date(feed.at, config.language)}` });
}

onChange(() => void draw());
void draw();
