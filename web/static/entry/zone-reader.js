/**
 * Reads the machine-readable zone in a grey picture. Nothing leaves the page: finding, telling the signs apart and
 * proving the check digits all happen here. What has no check digit (names, states) must be clear beyond doubt.
 */
import { readZone } from "./mrz.js";
import { GLYPHS, HEIGHT, HIDDEN, SCALES, SIGNS, WIDTH } from "./zone-glyphs.js";
import { grids, smoothed } from "./zone-lines.js";

/** @typedef {import("./zone-lines.js").Grey} Grey */

const SIZES = [[3, 30], [2, 36], [2, 44]];
// Of a sign that no check digit proves, the next likely one must be this much less likely.
const CLEAR = Math.log(60);
// A check digit proves one doubtful sign, by nine to one; of several it proves little.
const DOUBT = Math.log(4);
const MOST_DOUBTFUL = 1;
// A sign, or its neighbour, with less than this share of the usual contrast lies in a reflection.
const WASHED = 0.5;
const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

const worth = (/** @type {string} */ sign) => (sign === "<" ? 0 : parseInt(sign, 36) % 10);

/** The weights, once. */
let net = null;
function weights() {
  if (net) return net;
  const raw = Uint8Array.from(atob(GLYPHS), (sign) => sign.charCodeAt(0));
  const bytes = new Int8Array(raw.buffer);
  let at = 0;
  const take = (count, scale) => {
    const part = Float32Array.from(bytes.subarray(at, at + count), (value) => value * scale);
    at += count;
    return part;
  };
  const size = WIDTH * HEIGHT;
  net = { one: take(size * HIDDEN, SCALES[0]), two: take(HIDDEN, SCALES[1]), three: take(HIDDEN * SIGNS.length, SCALES[2]), four: take(SIGNS.length, SCALES[3]) };
  return net;
}

/** How likely each sign is, as logarithms. @param {Float32Array} patch */
function judged(patch) {
  const { one, two, three, four } = weights();
  const hidden = Float32Array.from(two);
  for (let i = 0; i < patch.length; i += 1) {
    const value = patch[i];
    if (value === 0) continue;
    for (let j = 0, at = i * HIDDEN; j < HIDDEN; j += 1, at += 1) hidden[j] += value * one[at];
  }
  const out = Float32Array.from(four);
  for (let j = 0; j < HIDDEN; j += 1) {
    if (hidden[j] <= 0) continue;
    for (let k = 0, at = j * SIGNS.length; k < SIGNS.length; k += 1, at += 1) out[k] += hidden[j] * three[at];
  }
  const most = Math.max(...out);
  let sum = 0;
  for (const value of out) sum += Math.exp(value - most);
  const whole = most + Math.log(sum);
  return out.map((value) => value - whole);
}

/** One place of the grid, cut out and made even in light. @param {Grey} grey */
function patchOf({ data, width, height }, map, place, line, tall, lift) {
  const [left, right] = [map(place - 0.5, line), map(place + 0.5, line)];
  const at = map(place, line);
  const pitch = Math.hypot(right.x - left.x, right.y - left.y);
  const [ax, ay] = [(right.x - left.x) / pitch, (right.y - left.y) / pitch];
  const high = 1.3 * tall * pitch;
  const patch = new Float32Array(WIDTH * HEIGHT);
  for (let row = 0; row < HEIGHT; row += 1) {
    const down = ((row + 0.5) / HEIGHT - 0.5 + lift) * high;
    for (let column = 0; column < WIDTH; column += 1) {
      const across = ((column + 0.5) / WIDTH - 0.5) * 1.1 * pitch;
      const x = at.x + across * ax - down * ay;
      const y = at.y + across * ay + down * ax;
      const [u, v] = [Math.floor(x), Math.floor(y)];
      if (u < 0 || v < 0 || u >= width - 1 || v >= height - 1) return null;
      const [p, q] = [x - u, y - v];
      const i = v * width + u;
      patch[row * WIDTH + column] = (data[i] * (1 - p) + data[i + 1] * p) * (1 - q) + (data[i + width] * (1 - p) + data[i + width + 1] * p) * q;
    }
  }
  const sorted = Float32Array.from(patch).sort();
  const [ink, paper] = [sorted[Math.floor(sorted.length * 0.04)], sorted[Math.floor(sorted.length * 0.85)]];
  const span = Math.max(paper - ink, 4);
  for (let i = 0; i < patch.length; i += 1) patch[i] = Math.min(1.2, Math.max(-0.2, (paper - patch[i]) / span));
  return { patch, contrast: (paper - ink) / Math.max(paper, 1) };
}

// Which signs may stand where: every place that Doc 9303 gives to digits, or to letters, alone.
function allowed(lines, width, visa) {
  const kinds = Array.from({ length: lines }, () => new Array(width).fill(SIGNS));
  const put = (line, from, to, signs) => kinds[line].fill(signs, from, to);
  if (lines === 3) {
    put(0, 0, 1, "IAC");
    put(0, 1, 5, LETTERS);
    put(1, 0, 6, `${DIGITS}<`);
    put(1, 6, 7, DIGITS);
    put(1, 7, 8, "FMX<");
    put(1, 8, 15, DIGITS);
    put(1, 15, 18, LETTERS);
    put(1, 29, 30, DIGITS);
    put(2, 0, 30, LETTERS);
    return kinds;
  }
  put(0, 0, 1, visa ? "V" : width === 44 ? "P" : "IACP");
  put(0, 1, width, LETTERS);
  put(1, 9, 10, `${DIGITS}<`);
  put(1, 10, 13, LETTERS);
  put(1, 13, 19, `${DIGITS}<`);
  put(1, 19, 20, DIGITS);
  put(1, 20, 21, "FMX<");
  put(1, 21, 28, DIGITS);
  if (!visa) put(1, width - 1, width, DIGITS);
  if (!visa && width === 44) put(1, 42, 43, `${DIGITS}<`);
  return kinds;
}

// The places that no check digit covers.
function unproved(lines, width, visa) {
  const bare = Array.from({ length: lines }, () => new Array(width).fill(false));
  const put = (line, from, to) => bare[line].fill(true, from, to);
  if (lines === 3) {
    put(0, 0, 5);
    put(1, 7, 8);
    put(1, 15, 18);
    put(2, 0, 30);
    return bare;
  }
  put(0, 0, width);
  put(1, 10, 13);
  put(1, 20, 21);
  if (visa) put(1, 28, width);
  return bare;
}

/** The likeliest text under the rules of places, and how doubtful its least clear unproved sign is. */
function decoded(likely, lines, width, visa) {
  const kinds = allowed(lines, width, visa);
  const bare = unproved(lines, width, visa);
  const contrasts = likely.flatMap((row) => row.map(({ contrast }) => contrast)).sort((a, b) => a - b);
  const usual = contrasts[contrasts.length >> 1];
  // A reflection washes out part of a sign, and what is left may be another: U is L without its right side.
  const washed = (line, place) => [place - 1, place, place + 1].some((at) => likely[line][at]?.contrast < WASHED * usual);
  let [text, total, clear, doubtful] = ["", 0, Infinity, 0];
  for (let line = 0; line < lines; line += 1) {
    for (let place = 0; place < width; place += 1) {
      const logs = likely[line][place];
      let [best, first, second] = ["<", -Infinity, -Infinity];
      for (const sign of kinds[line][place]) {
        const log = logs[SIGNS.indexOf(sign)];
        if (log > first) [best, first, second] = [sign, log, first];
        else if (log > second) second = log;
      }
      text += best;
      total += Math.max(first, -8);
      // A blot is likest to something that may not stand there, so the sign itself must be likely too.
      if (bare[line][place]) clear = washed(line, place) ? -Infinity : Math.min(clear, first - second, first + CLEAR + 2);
      else {
        // A check digit takes signs of one value modulo ten (8 and S) for the same.
        const twin = Math.max(...[...kinds[line][place]].map((sign) => (sign !== best && worth(sign) === worth(best) ? logs[SIGNS.indexOf(sign)] : -Infinity)));
        clear = Math.min(clear, first - twin);
        if (first - second < DOUBT || first < -DOUBT) doubtful += 1;
      }
    }
    text += "\n";
  }
  return { text: text.trimEnd(), total, clear: doubtful > MOST_DOUBTFUL ? -Infinity : clear };
}

/** @returns {{text: string, clear: number}[]} */
function tries(grey, { map, first, count, lines, tall }, year) {
  const found = [];
  for (const [rows, width] of SIZES) {
    if (rows !== lines || Math.abs(width - count) > 3) continue;
    // Nothing at the end of a visa's lines proves where they end, so both ends must have been seen.
    const visas = rows === 2 && width === count ? [false, true] : [false];
    const seen = new Map();
    const at = (place, line, lift) => {
      const key = `${place} ${line} ${lift}`;
      if (!seen.has(key)) {
        const cut = patchOf(grey, map, place, line, tall, lift);
        seen.set(key, cut && Object.assign(judged(cut.patch), { contrast: cut.contrast }));
      }
      return seen.get(key);
    };
    const slack = Math.abs(width - count) + 1;
    for (let begin = first - slack; begin <= first + slack; begin += 1) {
      for (const lift of [0, 0.05, -0.05]) {
        const likely = Array.from({ length: lines }, (_l, line) => Array.from({ length: width }, (_p, place) => at(begin + place, line, lift)));
        if (likely.some((row) => row.some((one) => !one))) continue;
        for (const visa of visas) {
          const read = decoded(likely, lines, width, visa);
          found.push({ ...read, mean: read.total / (lines * width) });
        }
      }
    }
  }
  return found.sort((a, b) => b.mean - a.mean).slice(0, 8).filter(({ text, mean }) => mean > -1.2 && !readZone(text, year).problems.length);
}

/**
 * @param {Grey} grey @param {number} year the year of today
 * @returns {{text: string, values: Record<string, string>} | null} null where it is not read beyond doubt
 */
export function readPicture(grey, year) {
  const soft = smoothed(grey);
  for (const [picture, share] of [[soft, 0.14], [soft, 0.07], [grey, 0.22]]) {
    for (const one of grids(picture, share)) {
      const found = tries(soft, one, year);
      // Two readings that both prove themselves but differ prove nothing.
      const texts = new Set(found.filter(({ clear }) => clear > CLEAR / 2).map(({ text }) => text));
      const good = found.find(({ clear }) => clear >= CLEAR);
      if (good && texts.size === 1) return { text: good.text, values: readZone(good.text, year).values };
    }
  }
  return null;
}
