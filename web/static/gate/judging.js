/**
 * What a code that was held up means at this gate. Pure but for WebCrypto: keys and clock are handed in.
 *
 * @typedef {object} Keys
 * @property {Uint8Array} pass      verifies passes and receipts
 * @property {Uint8Array} sealing   cards are sealed to it
 * @property {Map<string, Uint8Array>} certificates   issuers of HC1 certificates, by key id
 *
 * @typedef {{kind: "pass", text: string, id: string} | {kind: "card", card: import("./cards.js").Card}
 *   | {kind: "receipt", at: number} | {kind: "certificate", verdict: "valid" | "expired" | "unchecked" | "broken", name: string, born: string}
 *   | {kind: "refused", why: "expired" | "forged" | "unknown" | "masked" | "elsewhere"}} Judgement
 */
import { readCard } from "./cards.js";
import { readCertificate } from "./certificates.js";
import { readPass, readReceipt } from "./passes.js";

/** @param {string} text @param {Keys} keys @param {number} now milliseconds, the corrected clock @param {string} place this gate's place @returns {Promise<Judgement>} */
export async function judge(text, keys, now, place) {
  const card = readCard(text);
  if (card.kind === "pass") {
    const { state, pseudonym } = await readPass(text, keys.pass, now);
    return state === "valid" ? { kind: "pass", text, id: pseudonym } : { kind: "refused", why: state };
  }
  if (card.kind === "receipt") {
    const receipt = await readReceipt(text, keys.pass, now);
    if (receipt.state !== "valid") return { kind: "refused", why: receipt.state };
    return receipt.place === place.replaceAll("-", "") ? { kind: "receipt", at: receipt.at } : { kind: "refused", why: "elsewhere" };
  }
  if (card.kind === "certificate") return { kind: "certificate", ...(await readCertificate(text, keys.certificates, now)) };
  if (card.kind === "unknown") return { kind: "refused", why: "unknown" };
  return card.number ? { kind: "card", card } : { kind: "refused", why: "masked" };
}
