/**
 * Answering a warning: the paired agent brought what could be sent; the phone proves that the case's key is in a signed key
 * file, shows what would go out, and sends it when told to. Taking it back stays possible here.
 */
import { importKey, KeyFileError, open } from "./key-files.js";
import { config } from "./page.js";
import { facts } from "./store.js";
import { date } from "./time.js";
import { fill, moment, words } from "./bluezone-words.js";

/**
 * @typedef {{interval: number, certain: number, minutes: number, attenuation: number}} Note
 * @typedef {{text: string, tek: string, body: {key: string, identifier_key: string, intervals: Note[]}}} Statement
 * @typedef {{text: string, ids: string[], until: string, signed: string}} Sent  until is a day; then the server has erased it
 * @typedef {{revoked: boolean, published: number}} Known  published in unix seconds
 */

const ROOT = "/api/v1/proximity/";
const NAME = "bluezone-answers";
const KEY_BYTES = 16, HEAD_BYTES = 36, NOTE_BYTES = 3, MOST_NOTES = 144;
const PATIENCE_MS = 20_000;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What the agent packed, or null for anything else. @param {unknown} text @returns {Statement | null} */
export function unpack(text) {
  if (typeof text !== "string" || !/^[\w-]{1,700}$/.test(text)) return null;
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
  const count = (bytes.length - HEAD_BYTES) / NOTE_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > MOST_NOTES) return null;
  const first = new DataView(bytes.buffer).getUint32(2 * KEY_BYTES);
  const intervals = Array.from({ length: count }, (_none, n) => {
    const [after, both, attenuation] = bytes.subarray(HEAD_BYTES + n * NOTE_BYTES);
    return { interval: first + after, certain: both >> 4, minutes: both & 15, attenuation };
  });
  if (intervals.some((note) => note.certain > note.minutes || note.minutes > 10 || note.attenuation > 3)) return null;
  const key = bytes.slice(0, KEY_BYTES), own = bytes.slice(KEY_BYTES, 2 * KEY_BYTES);
  return { text, tek: hex(key), body: { key: base64(key), identifier_key: base64(own), intervals } };
}

/** @param {string} address */
async function bytesOf(address) {
  // Without cookies: who fetches which file is nobody's business, and everybody gets the same.
  const answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout?.(PATIENCE_MS) });
  if (!answer.ok) throw new Error(address);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Every key of every signed file; all are fetched, so that none of them tells which one matters. @returns {Promise<Map<string, Known>>} */
async function published() {
  const told = JSON.parse(new TextDecoder().decode(await bytesOf(`${ROOT}key`)));
  const key = await importKey(told.jwk);
  const listed = new TextDecoder().decode(await bytesOf(`${ROOT}keys/index.txt`)).split("\n").filter(Boolean);
  /** @type {Map<string, Known>} */
  const known = new Map();
  for (const path of listed) {
    const bytes = await bytesOf(`${ROOT}keys/${path.split("/").at(-1)}`);
    const file = await open(bytes, key).catch((wrong) => {
      // Whatever broken bytes do to the reader, they are no signed file.
      throw wrong instanceof KeyFileError ? wrong : new KeyFileError(String(wrong));
    });
    for (const each of file.keys) {
      const before = known.get(each.tek);
      known.set(each.tek, { revoked: each.revoked || Boolean(before?.revoked), published: before?.published ?? file.end });
    }
  }
  return known;
}

/** @returns {Promise<Sent[]>} */
async function sent() {
  const kept = await facts.get(NAME);
  const today = new Date().toISOString().slice(0, 10);
  return kept?.owner === config.owner ? kept.sent.filter((/** @type {Sent} */ each) => each.until >= today) : [];
}

/** @param {Sent[]} list */
const keep = (list) => facts.set(NAME, { owner: config.owner, sent: list });

/** @param {string} text @param {string} className */
function line(text, className = "") {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = className;
  return made;
}

/** @param {string} text @param {() => Promise<void>} work */
function button(text, work, className = "btn") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.addEventListener("click", async () => {
    made.disabled = true;
    await work();
    made.disabled = false;
  });
  return made;
}

/** @param {string} path @param {unknown} body @returns {Promise<{ok: boolean, told: any}>} */
async function post(path, body) {
  try {
    const answer = await fetch(ROOT + path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      signal: AbortSignal.timeout?.(PATIENCE_MS),
      body: JSON.stringify(body),
    });
    return { ok: answer.ok, told: await answer.json().catch(() => null) };
  } catch {
    return { ok: false, told: { error: { message: words.offline } } };
  }
}

/** @param {Statement} statement @param {HTMLElement} row */
function sendButton(statement, row) {
  return button(words.send ?? "", async () => {
    const { ok, told } = await post("statements", statement.body);
    if (!ok) {
      say(row, told?.error?.message ?? words.offline ?? "");
      return;
    }
    const ids = told.encounters.map((/** @type {{id: string}} */ each) => each.id);
    const until = told.encounters.map((/** @type {{erased_on: string}} */ each) => each.erased_on).sort().at(-1);
    await keep([...(await sent()), { text: statement.text, ids, until, signed: told.signed }]);
    await drawSent();
    row.remove();
  });
}

/** @param {HTMLElement} row @param {string} text */
function say(row, text) {
  row.querySelector("[role=alert]")?.remove();
  const made = line(text, "error-text");
  made.setAttribute("role", "alert");
  row.append(made);
}

async function drawSent() {
  const list = await sent();
  element("sent").replaceChildren(...list.map((each) => {
    const row = document.createElement("li");
    row.className = "stack snug";
    row.append(line(fill(words.sent, { n: String(each.ids.length), day: date(`${each.until}T00:00:00Z`, config.language) })));
    row.append(button(words.withdraw ?? "", async () => {
      const answers = await Promise.all(each.ids.map((id) => post(`statements/${id}/withdraw`, {})));
      const failed = answers.find(({ ok, told }) => !ok && told?.error?.code !== "encounter_unknown");
      if (failed) {
        say(row, failed.told?.error?.message ?? words.offline ?? "");
        return;
      }
      await keep((await sent()).filter((other) => other.text !== each.text));
      element("answer-state").textContent = words.withdrawn ?? "";
      await drawSent();
    }, "btn second"));
    return row;
  }));
  element("sent").hidden = !list.length;
  if (list.length) element("answer").hidden = false;
}

/** Show what can be answered. @param {unknown[]} answers what the agent packed, empty without a warning */
export async function offerAnswers(answers) {
  const rows = element("answers"), state = element("answer-state");
  const done = new Set((await sent()).map((each) => each.text));
  const statements = answers.map(unpack).filter((each) => each !== null && !done.has(each.text));
  rows.replaceChildren();
  element("answer").hidden = !statements.length;
  await drawSent();
  if (!statements.length) return;
  if (!globalThis.crypto?.subtle || typeof DecompressionStream !== "function") {
    state.textContent = words.unproved ?? "";
    return;
  }
  state.textContent = words.checking ?? "";
  let known;
  try {
    known = await published();
  } catch (wrong) {
    // A file that no one signed is worse than no network, and said as such.
    state.textContent = (wrong instanceof KeyFileError ? words.unsigned : words.offline) ?? "";
    return;
  }
  state.textContent = "";
  for (const statement of /** @type {Statement[]} */ (statements)) {
    const found = known.get(statement.tek), notes = statement.body.intervals;
    const row = document.createElement("li");
    row.className = "stack snug";
    if (!found || found.revoked) row.append(line((found ? words.revoked : words.missing) ?? ""));
    else {
      const minutes = notes.reduce((sum, note) => sum + note.minutes, 0);
      const day = date(new Date(notes[0].interval * 600_000).toISOString(), config.language);
      row.append(line(fill(words.proved, { at: moment(found.published) })));
      row.append(line(fill(words.what, { day, minutes: String(minutes), n: String(notes.length) })), sendButton(statement, row));
    }
    rows.append(row);
  }
}
