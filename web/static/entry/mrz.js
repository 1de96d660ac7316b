/** The machine-readable zone of travel documents (ICAO Doc 9303). The same as systems/entry/mrz.py, which says more. */

const DIGITS = /^[0-9]$/;
const ALLOWED = /^[0-9A-Z<]$/;
const LONGEST_TEXT = 400;

// [line, start, end, place of the check digit]
const TD3 = {
  kind: [0, 0, 2],
  issuer: [0, 2, 5],
  name: [0, 5, 44],
  number: [1, 0, 9, 9],
  nationality: [1, 10, 13],
  birth: [1, 13, 19, 19],
  sex: [1, 20, 21],
  expires: [1, 21, 27, 27],
};
const TD2 = { ...TD3, name: [0, 5, 36] };
const LAYOUTS = {
  TD1: {
    fields: {
      kind: [0, 0, 2],
      issuer: [0, 2, 5],
      number: [0, 5, 14, 14],
      optional: [0, 15, 30],
      birth: [1, 0, 6, 6],
      sex: [1, 7, 8],
      expires: [1, 8, 14, 14],
      nationality: [1, 15, 18],
      name: [2, 0, 30],
    },
    composite: [[0, 5, 30], [1, 0, 7], [1, 8, 15], [1, 18, 29]],
    compositeAt: [1, 29],
  },
  TD2: {
    fields: { ...TD2, optional: [1, 28, 35] },
    composite: [[1, 0, 10], [1, 13, 20], [1, 21, 35]],
    compositeAt: [1, 35],
  },
  TD3: {
    fields: { ...TD3, optional: [1, 28, 42, 42] },
    composite: [[1, 0, 10], [1, 13, 20], [1, 21, 43]],
    compositeAt: [1, 43],
  },
  MRVA: { fields: { ...TD3, optional: [1, 28, 44] } },
  MRVB: { fields: { ...TD2, optional: [1, 28, 36] } },
};

/** @param {string} text */
export function checkDigit(text) {
  let total = 0;
  [...text].forEach((sign, i) => {
    if (sign !== "<") total += parseInt(sign, 36) * [7, 3, 1][i % 3];
  });
  return String(total % 10);
}

/** @param {string} text */
export function linesOf(text) {
  const rows = [...text]
    .slice(0, LONGEST_TEXT)
    .join("")
    .split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
    .map((row) => row.replace(/[\s\x1c-\x1f\x85]/g, "").replaceAll("«", "<<").replaceAll("‹", "<").toUpperCase())
    .filter((row) => row);
  if (rows.length === 1) {
    for (const [count, width] of [[2, 44], [3, 30], [2, 36]]) {
      if ([...rows[0]].length === count * width) {
        const signs = [...rows[0]];
        return Array.from({ length: count }, (_, i) => signs.slice(i * width, (i + 1) * width).join(""));
      }
    }
  }
  return rows;
}

function problem(kind, field, line = 0, first = 0, last = 0, found = "") {
  return { kind, field, line, first, last, found };
}

function formatOf(lines) {
  const widths = new Set(lines.map((line) => [...line].length));
  if (widths.size !== 1) return null;
  const [width] = widths;
  const visa = lines[0].startsWith("V");
  if (lines.length === 3 && width === 30) return "TD1";
  if (lines.length === 2 && width === 36) return visa ? "MRVB" : "TD2";
  if (lines.length === 2 && width === 44) return visa ? "MRVA" : "TD3";
  return null;
}

function sizeProblem(lines) {
  for (const [count, width] of [[2, 44], [2, 36], [3, 30]]) {
    const wrong = lines.flatMap((line, n) => ([...line].length === width ? [] : [n + 1]));
    if (lines.length === count && wrong.length === 1) {
      return problem("size", "", wrong[0], 1, [...lines[wrong[0] - 1]].length, String(width));
    }
  }
  return problem("size", "");
}

function strip(text) {
  return text.replace(/^<+|<+$/g, "");
}

function end(text) {
  return text.replace(/<+$/, "");
}

function spaced(text) {
  return text.split("<").filter((part) => part).join(" ");
}

function numberOf(name, lines, raw) {
  const [line, , until] = LAYOUTS[name].fields.number;
  if ((name !== "TD1" && name !== "TD2") || lines[line][until] !== "<" || !strip(raw.number)) {
    return [end(raw.number), raw.optional, null];
  }
  const cut = raw.optional.indexOf("<");
  const rest = cut < 0 ? raw.optional : raw.optional.slice(0, cut);
  if (rest.length < 2) return [end(raw.number), raw.optional, false];
  const number = raw.number + rest.slice(0, -1);
  return [end(number), cut < 0 ? "" : raw.optional.slice(cut + 1), checkDigit(number) === rest.at(-1)];
}

function century(code, two, year) {
  const found = year - (year % 100) + two;
  if (code === "birth") return found > year ? found - 100 : found;
  return found > year + 50 ? found - 100 : found;
}

function dayOf(code, text, [line, start, until], thisYear) {
  for (const [offset, sign] of [...text].entries()) {
    if (!DIGITS.test(sign) && !(code === "birth" && offset >= 2 && sign === "<")) {
      if (code === "birth" && !strip(text)) return ["", []];
      const at = start + 1 + offset;
      return ["", [problem("digit", code, line + 1, at, at, sign)]];
    }
  }
  const year = century(code, Number(text.slice(0, 2)), thisYear);
  if (text.includes("<")) return [String(year), []];
  const [month, day] = [Number(text.slice(2, 4)), Number(text.slice(4))];
  const made = new Date(Date.UTC(year, month - 1, day));
  if (made.getUTCMonth() !== month - 1 || made.getUTCDate() !== day) {
    return ["", [problem("date", code, line + 1, start + 1, until, text)]];
  }
  return [`${year}-${text.slice(2, 4)}-${text.slice(4)}`, []];
}

/**
 * @param {string} text @param {number} year the year of today
 * @returns {{values: Record<string, string>, problems: {kind: string, field: string, line: number, first: number, last: number, found: string}[]}}
 */
export function readZone(text, year) {
  const lines = linesOf(text);
  const name = formatOf(lines);
  if (name === null) return { values: {}, problems: [sizeProblem(lines)] };
  const { fields, composite, compositeAt } = LAYOUTS[name];
  const signs = lines.flatMap((line, n) =>
    [...line].flatMap((sign, at) => (ALLOWED.test(sign) ? [] : [problem("sign", "", n + 1, at + 1, at + 1, sign)])),
  );
  if (signs.length) return { values: {}, problems: signs };
  const problems = [];
  const raw = Object.fromEntries(Object.entries(fields).map(([code, [line, start, until]]) => [code, lines[line].slice(start, until)]));
  const [number, optional, checked] = numberOf(name, lines, raw);
  for (const [code, [line, start, until, check]] of Object.entries(fields)) {
    if (check === undefined || (code === "number" && checked !== null)) continue;
    const [given, value] = [lines[line][check], lines[line].slice(start, until)];
    if (checkDigit(value) === given || (code === "optional" && given === "<" && !strip(value))) continue;
    problems.push(problem("check", code, line + 1, start + 1, check + 1, value + given));
  }
  if (checked === false) {
    const [line, start, until] = fields.number;
    problems.push(problem("check", "number", line + 1, start + 1, until, raw.number));
  }
  const names = end(raw.name);
  const cut = names.indexOf("<<");
  const values = {
    format: name,
    kind: end(raw.kind),
    issuer: end(raw.issuer),
    number,
    nationality: end(raw.nationality),
    sex: { F: "female", M: "male", X: "other" }[raw.sex] ?? "",
    optional: strip(optional).replaceAll("<", " "),
    surname: spaced(cut < 0 ? names : names.slice(0, cut)),
    given: spaced(cut < 0 ? "" : names.slice(cut + 2)),
  };
  for (const code of ["birth", "expires"]) {
    const [day, wrong] = dayOf(code, raw[code], fields[code], year);
    problems.push(...wrong);
    values[code] = day;
  }
  if (compositeAt) {
    const [line, at] = compositeAt;
    const whole = composite.map(([l, start, until]) => lines[l].slice(start, until)).join("");
    if (checkDigit(whole) !== lines[line][at] && !problems.some((p) => p.kind === "check")) {
      problems.push(problem("check", "composite", line + 1, at + 1, at + 1, lines[line][at]));
    }
  }
  return { values, problems };
}
