import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { grouped, parse } from "../../static/app/code.js";

// Codes and verdicts made by the server's own parser (faces/app/tests/test_javascript.py writes them).
const cases = process.env.LACHAN_CODE_CASES ? JSON.parse(readFileSync(process.env.LACHAN_CODE_CASES, "utf8")) : [];

test("the phone reads every text as the server does", { skip: cases.length ? false : "run by pytest" }, () => {
  for (const { text, code } of cases) assert.equal(parse(text).code, code, JSON.stringify(text));
});

test("a wrong text says what is wrong with it", () => {
  assert.equal(parse("https://example.org/menu").fault, "foreign");
  assert.equal(parse("001093000000|NGUYEN VAN A|1987-01-18|0|1629|1<0").fault, "foreign");
  assert.deepEqual(parse("7KD2-Q4M"), { code: null, tag: null, fault: "length", length: 7 });
  assert.equal(parse("").fault, "length");
});

test("every wrong character and every swap of two is found", { skip: cases.length ? false : "run by pytest" }, () => {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const { code } = cases.find((one) => one.code);
  for (let i = 0; i < 12; i += 1) {
    for (const other of alphabet) {
      const typo = code.slice(0, i) + other + code.slice(i + 1);
      assert.equal(parse(typo).code, other === code[i] ? code : null);
    }
    for (let j = i + 1; j < 12; j += 1) {
      const letters = [...code];
      [letters[i], letters[j]] = [letters[j], letters[i]];
      const swapped = letters.join("");
      assert.equal(parse(swapped).code, swapped === code ? code : null);
    }
  }
  assert.equal(parse(grouped(code)).code, code);
});

test("the tag of a screen is told from its code", { skip: cases.length ? false : "run by pytest" }, () => {
  const { code } = cases.find((one) => one.code);
  assert.deepEqual(parse(`HTTPS://LACHAN.VN/C/${code}.ABCDEF12`), { code, tag: "ABCDEF12", fault: null });
  assert.deepEqual(parse(`${grouped(code).toLowerCase()}.abcolil2`), { code, tag: "ABC01112", fault: null });
  assert.equal(parse(`https://lachan.vn/c/${code}`).tag, null);
  assert.equal(parse(`https://lachan.vn/c/${code}.ABC`).code, null);
});
