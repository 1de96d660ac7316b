/**
 * The small language of skip logic, constraints and calculations; the same as expressions.py, to the last case.
 *
 * `null` is an open value: a missing answer makes a comparison neither true nor false.
 */

export const LARGEST = 2 ** 53;

/** The value of an expression over `answers` (a Map) on a day "YYYY-MM-DD". Never throws on a checked expression. */
export function evaluate(expression, answers, on) {
  if (expression === null || typeof expression !== "object") return expression;
  const value = (e) => evaluate(e, answers, on);
  const { op } = expression;
  switch (op) {
    case "answer":
      return answers.get(expression.of) ?? null;
    case "answered":
      return answers.has(expression.of);
    case "today":
      return movedDay(on, expression.days ?? 0);
    case "eq":
    case "ne":
    case "lt":
    case "le":
      return compare(op, value(expression.left), value(expression.right));
    case "in": {
      const left = value(expression.left);
      if (left === null) return null;
      return Array.isArray(left) ? left.some((v) => expression.values.includes(v)) : expression.values.includes(left);
    }
    case "and":
      return every(expression.of, (e) => truth(value(e)));
    case "or":
      return negate(every(expression.of, (e) => negate(truth(value(e)))));
    case "not":
      return negate(truth(value(expression.of)));
    case "count":
      return expression.of.filter((e) => truth(value(e)) === true).length;
    case "add":
    case "multiply":
      return arithmetic(op, expression.of.map(value));
    case "subtract":
      return arithmetic(op, [value(expression.left), value(expression.right)]);
    case "if": {
      const when = truth(value(expression.when));
      return when === null ? null : value(when ? expression.then : expression.otherwise);
    }
    case "entries": {
      const rows = entries(answers, expression.of);
      if ((expression.where ?? null) === null) return rows.length;
      return rows.filter((row) => truth(evaluate(expression.where, row, on)) === true).length;
    }
    case "sum":
      return arithmetic(op, entries(answers, expression.of).map((row) => evaluate(expression.value, row, on)));
    default:
      throw new Error(`unknown operation ${op}`);
  }
}

/** Text in the order of its characters, as the server sorts it (and not by UTF-16 halves). */
export function before(left, right) {
  const [a, b] = [[...left], [...right]];
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    if (a[i] !== b[i]) return a[i].codePointAt(0) < b[i].codePointAt(0);
  }
  return a.length < b.length;
}

/** The day `days` after that one. */
export function movedDay(day, days) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

function entries(answers, of) {
  const rows = answers.get(of);
  return Array.isArray(rows) ? rows.map((row) => new Map([...answers, ...Object.entries(row)])) : [];
}

function truth(value) {
  return typeof value === "boolean" ? value : null;
}

function negate(value) {
  return value === null ? null : !value;
}

function every(list, ask) {
  let open = false;
  for (const one of list) {
    const value = ask(one);
    if (value === false) return false;
    open ||= value === null;
  }
  return open ? null : true;
}

function same(left, right) {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((v, i) => same(v, right[i]));
  }
  return left === right;
}

function compare(op, left, right) {
  if (left === null || right === null) return null;
  if (op === "eq" || op === "ne") return same(left, right) === (op === "eq");
  const kind = typeof left;
  if (kind !== typeof right || (kind !== "string" && kind !== "number")) return null;
  const less = kind === "string" ? before(left, right) : left < right;
  return op === "lt" ? less : less || left === right;
}

function arithmetic(op, values) {
  if (values.some((v) => typeof v !== "number")) return null;
  let result = op === "multiply" ? 1 : 0;
  for (const [i, number] of values.entries()) {
    if (op === "multiply") result *= number;
    else result += op === "subtract" && i > 0 ? -number : number;
    if (!(Math.abs(result) < LARGEST)) return null;
  }
  return result;
}
