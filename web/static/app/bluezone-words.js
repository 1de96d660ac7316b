/** The words of the page "Bluezone", which the page itself carries in the reader's language. */
import { config } from "./page.js";

export const words = /** @type {HTMLElement} */ (document.querySelector("[data-bluezone-words]")).dataset;
const moments = new Intl.DateTimeFormat(config.language === "en" ? "en-GB" : "vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh", day: "numeric", month: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
});

/** @param {string | undefined} text @param {Record<string, string>} holes */
export const fill = (text, holes) => (text ?? "").replace(/\{(\w+)\}/g, (_hole, name) => holes[name] ?? "");

/** @param {number} seconds */
export const moment = (seconds) => moments.format(seconds * 1000);
