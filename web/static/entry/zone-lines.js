/**
 * Finds the lines of a machine-readable zone in a grey picture: dark blobs, chained into straight rows of equal steps.
 * OCR-B stands at a fixed pitch, so a row's places follow from a projective map, also where single signs are lost.
 */

/** @typedef {{data: Uint8Array | Float32Array, width: number, height: number}} Grey */
/** @typedef {{x: number, y: number, w: number, h: number}} Blob its middle and its size, in pixels */

const LEAST_SIGNS = 12;

/** @param {{data: Uint8ClampedArray, width: number, height: number}} image of a canvas @returns {Grey} */
export function greyOf({ data, width, height }) {
  const grey = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i += 1, at += 4) grey[i] = (data[at] * 77 + data[at + 1] * 151 + data[at + 2] * 28) >> 8;
  return { data: grey, width, height };
}

/** Three by three, twice: takes the grain off a picture taken in low light. @param {Grey} grey @returns {Grey} */
export function smoothed({ data, width, height }) {
  let from = Float32Array.from(data);
  for (let turn = 0; turn < 2; turn += 1) {
    const across = new Float32Array(from.length);
    for (let i = 1; i < from.length - 1; i += 1) across[i] = (from[i - 1] + 2 * from[i] + from[i + 1]) / 4;
    const down = new Float32Array(from.length);
    for (let i = width; i < from.length - width; i += 1) down[i] = (across[i - width] + 2 * across[i] + across[i + width]) / 4;
    from = down;
  }
  return { data: from, width, height };
}

/** Where a pixel is darker than its surroundings by that share of them. @param {Grey} grey @param {number} radius @param {number} share */
function inked({ data, width, height }, radius, share) {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      row += data[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  const dark = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      const sum = sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right] - sums[bottom * (width + 1) + left] + sums[top * (width + 1) + left];
      const mean = sum / ((bottom - top) * (right - left));
      if (data[y * width + x] < mean * (1 - share) - 1) dark[y * width + x] = 1;
    }
  }
  return dark;
}

/** The connected dark spots that could be a sign. @param {Uint8Array} dark @param {number} width @param {number} height @returns {Blob[]} */
function blobs(dark, width, height) {
  const found = [];
  const stack = new Int32Array(dark.length);
  for (let start = 0; start < dark.length; start += 1) {
    if (!dark[start]) continue;
    dark[start] = 0;
    let [size, area, left, right, top, bottom] = [1, 0, width, 0, height, 0];
    stack[0] = start;
    while (size) {
      const at = stack[(size -= 1)];
      const [x, y] = [at % width, (at / width) | 0];
      area += 1;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          const [u, v] = [x + dx, y + dy];
          if (u < 0 || v < 0 || u >= width || v >= height || !dark[v * width + u]) continue;
          dark[v * width + u] = 0;
          stack[size] = v * width + u;
          size += 1;
        }
      }
    }
    const [w, h] = [right - left + 1, bottom - top + 1];
    const sign = h >= 8 && h <= height / 8 && w >= 2 && w <= 1.4 * h && area >= 0.08 * w * h && area >= 10;
    if (sign) found.push({ x: (left + right) / 2, y: (top + bottom) / 2, w, h });
  }
  return found;
}

/** Each blob leads to the nearest one right of it that may be the same row's. @param {Blob[]} every @returns {Blob[][]} */
function chains(every) {
  const sorted = [...every].sort((a, b) => a.x - b.x);
  const next = new Map();
  const before = new Map();
  sorted.forEach((one, i) => {
    let best = null;
    let least = Infinity;
    for (let j = i + 1; j < sorted.length; j += 1) {
      const other = sorted[j];
      const [dx, dy] = [other.x - one.x, Math.abs(other.y - one.y)];
      const tall = Math.max(one.h, other.h);
      if (dx > 5 * tall) break;
      if (dx < 0.35 * tall || dy > 0.25 * tall + 0.12 * dx || tall > 1.9 * Math.min(one.h, other.h)) continue;
      const far = dx + 4 * dy;
      if (far < least) [best, least] = [other, far];
    }
    if (best && (!before.has(best) || before.get(best)[1] > least)) {
      if (before.has(best)) next.delete(before.get(best)[0]);
      before.set(best, [one, least]);
      next.set(one, best);
    }
  });
  const rows = [];
  for (const one of sorted) {
    if (before.has(one)) continue;
    const row = [];
    for (let at = one; at; at = next.get(at)) row.push(at);
    if (row.length >= LEAST_SIGNS) rows.push(row);
  }
  return rows;
}

const middle = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** A straight line through most of the row: slope, height at 0. @param {Blob[]} row */
function straight(row) {
  let kept = row;
  let [slope, base] = [0, 0];
  for (let turn = 0; turn < 3; turn += 1) {
    const n = kept.length;
    const [mx, my] = [kept.reduce((s, b) => s + b.x, 0) / n, kept.reduce((s, b) => s + b.y, 0) / n];
    const square = kept.reduce((s, b) => s + (b.x - mx) ** 2, 0);
    slope = kept.reduce((s, b) => s + (b.x - mx) * (b.y - my), 0) / (square || 1);
    base = my - slope * mx;
    const close = row.filter((b) => Math.abs(b.y - base - slope * b.x) < 0.22 * b.h);
    if (close.length < LEAST_SIGNS) break;
    kept = close;
  }
  return { slope, base, kept };
}

/** Counts along the row in steps of its pitch. @param {Blob[]} row @returns {{blob: Blob, place: number}[] | null} */
function counted(row) {
  const steps = row.slice(1).map((blob, i) => blob.x - row[i].x);
  let pitch = middle(steps);
  const singles = steps.filter((step) => Math.abs(step - pitch) < 0.25 * pitch);
  if (singles.length < steps.length / 2) return null;
  pitch = middle(singles);
  let place = 0;
  const found = [{ blob: row[0], place }];
  row.slice(1).forEach((blob, i) => {
    const step = (blob.x - row[i].x) / pitch;
    const whole = Math.round(step);
    place += whole;
    if (whole < 1) return;
    found.push({ blob, place });
    if (whole === 1) pitch = 0.8 * pitch + 0.2 * (blob.x - row[i].x);
  });
  return found;
}

/** Solves the square system by elimination. @param {number[][]} a @param {number[]} b */
function solve(a, b) {
  const n = b.length;
  for (let i = 0; i < n; i += 1) {
    let pivot = i;
    for (let r = i + 1; r < n; r += 1) if (Math.abs(a[r][i]) > Math.abs(a[pivot][i])) pivot = r;
    [a[i], a[pivot]] = [a[pivot], a[i]];
    [b[i], b[pivot]] = [b[pivot], b[i]];
    if (Math.abs(a[i][i]) < 1e-12) return null;
    for (let r = i + 1; r < n; r += 1) {
      const factor = a[r][i] / a[i][i];
      for (let c = i; c < n; c += 1) a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let c = i + 1; c < n; c += 1) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

/** The projective map from (place, line) to the picture, by least squares. @param {{u: number, v: number, x: number, y: number}[]} pairs */
function projection(pairs) {
  const size = Array.from({ length: 8 }, () => new Array(8).fill(0));
  const right = new Array(8).fill(0);
  for (const { u, v, x, y } of pairs) {
    const p = u / 44;
    for (const [row, value] of [[[p, v, 1, 0, 0, 0, -p * x, -v * x], x], [[0, 0, 0, p, v, 1, -p * y, -v * y], y]]) {
      for (let i = 0; i < 8; i += 1) {
        right[i] += row[i] * value;
        for (let j = 0; j < 8; j += 1) size[i][j] += row[i] * row[j];
      }
    }
  }
  const h = solve(size, right);
  if (!h) return null;
  return (/** @type {number} */ u, /** @type {number} */ v) => {
    const p = u / 44;
    const depth = h[6] * p + h[7] * v + 1;
    return { x: (h[0] * p + h[1] * v + h[2]) / depth, y: (h[3] * p + h[4] * v + h[5]) / depth };
  };
}

/** Two or three rows as one grid. `map(place, line)` leads into the picture. @param {{row: {blob: Blob, place: number}[], slope: number}[]} rows */
function grid(rows) {
  const [lead] = [...rows].sort((a, b) => b.row.length - a.row.length);
  const start = lead.row[0].blob;
  const last = lead.row.at(-1);
  const pitch = (last.blob.x - start.x) / last.place;
  const pairs = [];
  rows.forEach((one, line) => {
    // The grid's left edge stands square to the rows; where it is not quite, the fit below mends it.
    const votes = one.row.map(({ blob, place }) => {
      const along = blob.x - start.x + lead.slope * (blob.y - start.y);
      return along / (pitch * (1 + lead.slope ** 2)) - place;
    });
    const nearest = one.row[0].blob.x - start.x < one.row.length * pitch ? middle(votes.slice(0, 8)) : middle(votes);
    const shift = one === lead ? 0 : Math.round(nearest);
    for (const { blob, place } of one.row) pairs.push({ u: place + shift, v: line, x: blob.x, y: blob.y, h: blob.h });
  });
  let kept = pairs;
  let map = null;
  for (let turn = 0; turn < 4; turn += 1) {
    map = projection(kept);
    if (!map) return null;
    const fits = pairs.filter(({ u, v, x, y }) => {
      const at = map(u, v);
      return Math.abs(at.x - x) < 0.3 * pitch && Math.abs(at.y - y) < 0.3 * pitch;
    });
    if (fits.length < 0.6 * pairs.length) return null;
    kept = fits;
  }
  const first = Math.min(...kept.map(({ u }) => u));
  const count = Math.max(...kept.map(({ u }) => u)) - first + 1;
  const tall = kept.map(({ h }) => h).sort((a, b) => a - b)[Math.floor(kept.length * 0.8)];
  return { map, first, count, lines: rows.length, tall: tall / pitch };
}

/** Every group of two or three rows that may be a zone, the lowest first. @param {Grey} grey */
export function grids(grey, share = 0.14) {
  const found = [];
  const dark = inked(grey, Math.round(grey.width / 48), share);
  const rows = [];
  for (const chain of chains(blobs(dark, grey.width, grey.height))) {
    const { slope, base, kept } = straight(chain);
    const row = kept.length >= LEAST_SIGNS ? counted(kept) : null;
    if (!row) continue;
    const pitch = (row.at(-1).blob.x - row[0].blob.x) / row.at(-1).place;
    rows.push({ row, slope, base, pitch, middle: base + (slope * grey.width) / 2 });
  }
  rows.sort((a, b) => b.middle - a.middle);
  for (let i = 0; i < rows.length; i += 1) {
    const group = [rows[i]];
    for (let j = i + 1; j < rows.length && group.length < 3; j += 1) {
      const apart = group.at(-1).middle - rows[j].middle;
      const same = Math.abs(rows[j].pitch / rows[i].pitch - 1) < 0.2 && Math.abs(rows[j].slope - rows[i].slope) < 0.08;
      if (!same || apart < 1.2 * rows[i].pitch) continue;
      if (apart > 4 * rows[i].pitch) break;
      group.push(rows[j]);
    }
    for (const lines of [3, 2]) {
      if (group.length < lines) continue;
      const made = grid(group.slice(0, lines).reverse());
      if (made) found.push(made);
    }
  }
  return found;
}
