/** "Bluezone": a paired agent's state, which came in the address after # and stays on this phone; and the key files there are. */
import { offerAnswers, unpack } from "./bluezone-answer.js";
import { fill, moment, words } from "./bluezone-words.js";
import { config } from "./page.js";
import { facts } from "./store.js";
import { date } from "./time.js";

const NAME = "bluezone";
const MAX_TEXT = 4_000;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const numbers = new Intl.NumberFormat(config.language === "en" ? "en-GB" : "vi-VN");

/** @typedef {{at: number, kept: number, days: number, coverage: [number, number][], risk: string, day: number, minutes: number, answers?: string[]}} Told */

/** @param {unknown} value @param {number} most */
const whole = (value, most) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;

/** What the agent told, or null: numbers and known words only, so that no link can put words in its mouth. @param {string} hash @returns {Told | null} */
function read(hash) {
  const text = hash.replace(/^#bz=/, "");
  if (text === hash || text.length > MAX_TEXT) return null;
  try {
    const told = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    const good = told.v === 1 && whole(told.at, 4e9) && whole(told.kept, 1e9) && whole(told.days, 30)
      && Array.isArray(told.coverage) && told.coverage.length <= 7
      && told.coverage.every((/** @type {unknown} */ each) => Array.isArray(each) && whole(each[0], 4e9) && whole(each[1], 100))
      && ["unknown", "none", "low", "high"].includes(told.risk) && whole(told.day, 4e9) && whole(told.minutes, 1440)
      && (told.answers === undefined || (Array.isArray(told.answers) && told.answers.length <= 3 && told.answers.every(unpack)));
    return good ? told : null;
  } catch {
    return null;
  }
}

/** @param {Told | undefined} told */
function draw(told) {
  void offerAnswers(told && ["low", "high"].includes(told.risk) ? told.answers ?? [] : []);
  element("forget-row").hidden = !told;
  const why = element("why"), covered = element("covered");
  why.hidden = covered.hidden = !told;
  element("calls").hidden = told?.risk !== "high";
  if (!told) {
    element("state").textContent = words.none ?? "";
    return;
  }
  element("state").textContent = fill(words.paired, { kept: numbers.format(told.kept), days: String(told.days), at: moment(told.at) });
  const sentence = { unknown: words.unknown, none: words.calm, low: words.low, high: words.high }[told.risk];
  why.textContent = fill(sentence, { day: date(new Date(told.day * 1000).toISOString(), config.language), minutes: String(told.minutes) });
  covered.replaceChildren(...told.coverage.map(([day, share]) => {
    const row = document.createElement("li"), name = document.createElement("span"), said = document.createElement("span");
    row.className = "item";
    name.className = "grow";
    name.textContent = date(new Date(day * 1000).toISOString(), config.language);
    said.textContent = fill(words.heard, { share: `${share}%` });
    row.append(name, said);
    return row;
  }));
  covered.hidden = !told.coverage.length;
}

async function start() {
  const kept = await facts.get(NAME);
  draw(kept?.owner === config.owner ? kept.told : undefined);
  if (!location.hash) return;
  const offered = read(location.hash);
  // Gone from the address at once: neither history nor a shared link keeps it.
  history.replaceState(null, "", location.pathname);
  if (!offered) {
    element("state").textContent = words.broken ?? "";
    return;
  }
  element("offer-what").textContent = fill(words.offered, { kept: numbers.format(offered.kept), at: moment(offered.at) });
  element("offer").hidden = false;
  // Properties, not listeners: a second link in the same page replaces the first.
  element("pair").onclick = async () => {
    await facts.set(NAME, { owner: config.owner, told: offered });
    element("offer").hidden = true;
    draw(offered);
  };
  element("refuse").onclick = () => { element("offer").hidden = true; };
}

element("forget").addEventListener("click", async () => {
  await facts.set(NAME, null);
  draw(undefined);
});

async function files() {
  const answer = await fetch("/api/v1/proximity/keys/index.txt");
  if (!answer.ok) return;
  const names = (await answer.text()).split("\n").filter(Boolean);
  const ends = names.map((name) => Number(name.split("/").at(-1)?.split("-")[1]));
  const newest = Math.max(...ends);
  element("files").textContent = names.length ? fill(words.files, { n: numbers.format(names.length), at: moment(newest) }) : words.nofiles ?? "";
}

window.addEventListener("hashchange", start);
void start();
// Without a network the sentence that stands there stays.
files().catch(() => {});
