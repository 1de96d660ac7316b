/**
 * Times as people here read them: Asia/Ho_Chi_Minh, 24 hours, whatever zone the phone is set to.
 * Pure; instants come in as ISO 8601 text, Date or milliseconds.
 * @typedef {string | number | Date} Instant
 * @typedef {"vi" | "en"} Language
 */

const ZONE = "Asia/Ho_Chi_Minh";
const MINUTE_MS = 60_000;
const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const weekdays = {
  vi: new Intl.DateTimeFormat("vi", { timeZone: ZONE, weekday: "long" }),
  en: new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, weekday: "long" }),
};
const englishDate = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "numeric", month: "short" });

/** @param {Instant} at */
function split(at) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const { type, value } of parts.formatToParts(new Date(at))) found[type] = value;
  return found;
}

/** The day in Viet Nam as "2026-08-13". @param {Instant} at */
export function day(at) {
  const { year, month, day: dayOfMonth } = split(at);
  return `${year}-${month.padStart(2, "0")}-${dayOfMonth.padStart(2, "0")}`;
}

/** "14:42", "7:05". @param {Instant} at */
export function clock(at) {
  const { hour, minute } = split(at);
  return `${Number(hour)}:${minute}`;
}

/** "9/8" this year, "9/8/2025" otherwise; English "9 Aug", "9 Aug 2025". @param {Instant} at @param {Language} language @param {Instant} [now] */
export function date(at, language, now = Date.now()) {
  const { year, month, day: dayOfMonth } = split(at);
  const thisYear = year === split(now).year;
  if (language === "en") return thisYear ? englishDate.format(new Date(at)) : `${englishDate.format(new Date(at))} ${year}`;
  const short = `${Number(dayOfMonth)}/${Number(month)}`;
  return thisYear ? short : `${short}/${year}`;
}

/** "Hôm nay", "Hôm qua", "Chủ Nhật 9/8"; English "Today", "Sunday 9 Aug". @param {Instant} at @param {Language} language @param {Instant} [now] */
export function dayName(at, language, now = Date.now()) {
  const that = day(at);
  if (that === day(now)) return language === "en" ? "Today" : "Hôm nay";
  if (that === day(new Date(now).getTime() - 24 * 60 * MINUTE_MS)) return language === "en" ? "Yesterday" : "Hôm qua";
  return weekdayDate(at, language, now);
}

/** "Chủ Nhật 9/8"; English "Sunday 9 Aug". @param {Instant} at @param {Language} language @param {Instant} [now] */
export function weekdayDate(at, language, now = Date.now()) {
  return `${weekdays[language].format(new Date(at))} ${date(at, language, now)}`;
}

/** A running clock: "37:12", after an hour "1:02:03". Never negative. @param {number} elapsedMs */
export function running(elapsedMs) {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** "38 phút", "1 giờ 5 phút"; English "38 minutes", "1 h 5 min". Whole minutes, rounded down. @param {number} elapsedMs @param {Language} language */
export function duration(elapsedMs, language) {
  const total = Math.max(0, Math.floor(elapsedMs / MINUTE_MS));
  const [hours, minutes] = [Math.floor(total / 60), total % 60];
  if (language === "en") {
    if (!hours) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
    return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  if (!hours) return `${minutes} phút`;
  return minutes ? `${hours} giờ ${minutes} phút` : `${hours} giờ`;
}

/** The instant some days later, in milliseconds. @param {Instant} at @param {number} days */
export function plusDays(at, days) {
  return new Date(at).getTime() + days * 24 * 60 * MINUTE_MS;
}
