"""The validator of the browser and the one of the server: one result for every form and all answers."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.register.forms import wording
from lachan.register.forms.document import Document, plain
from lachan.register.forms.tests.generated import answers_to, documents
from lachan.register.forms.tests.worlds import daily, party
from lachan.register.forms.validate import validate

BROWSER = Path(__file__).parents[6] / "web" / "static" / "forms"
NODE = shutil.which("node")
# Each example holds this many answers; 300 examples are 1,500 cases.
ANSWERS, EXAMPLES = 5, 300

SCRIPT = """
const { validate } = await import(process.argv[1]);
const { createInterface } = await import("node:readline");
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { document, cases } = JSON.parse(line);
  const results = cases.map(({ answers, on, forAnother }) => {
    try { return validate(document, answers, { on, forAnother }); } catch (error) { return String(error.stack); }
  });
  process.stdout.write(JSON.stringify(results) + "\\n");
}
"""


class Browser:
    """One process of node that answers for every example."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def results(self, document: Document, cases: list[dict[str, Any]]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        # ASCII only: a lone surrogate must reach the other side as it was typed.
        stored = json.loads(msgspec.json.encode(plain(document)))
        self.process.stdin.write(json.dumps({"document": stored, "cases": cases}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if NODE is None:
        pytest.skip("node is not installed")
    command = [NODE, "--input-type=module", "-e", SCRIPT, (BROWSER / "validate.js").as_uri()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield Browser(process)
        process.terminate()


def expected(document: Document, case: dict[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(case["on"])
    result = validate(document, case["answers"], on=on, for_another=case["forAnother"])
    return {
        "values": result.values,
        "shown": list(result.shown),
        "errors": [{"question": p.question, "code": p.code, "message": p.message} for p in result.errors],
        "not_asked": list(result.not_asked),
    }


def compare(browser: Browser, document: Document, cases: list[dict[str, Any]]) -> None:
    for case, got in zip(cases, browser.results(document, cases), strict=True):
        assert got == expected(document, case), case


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_both_validators_give_one_result(browser: Browser, data: st.DataObject) -> None:
    document = data.draw(st.one_of(documents(), documents(), st.just(daily()), st.just(party())))
    case = st.fixed_dictionaries(
        {
            "answers": answers_to(document),
            "on": st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str),
            "forAnother": st.booleans(),
        }
    )
    compare(browser, document, data.draw(st.lists(case, min_size=ANSWERS, max_size=ANSWERS)))


ODD = [
    {"people": 5.0},
    {"people": 2**53},
    {"people": 2**53 + 1},
    {"people": 10**40},
    {"people": True},
    {"note": "\u0085 a \u2003"},
    {"note": "\ud800"},
    {"note": "\x00"},
    {"note": "🦠" * 41},
    {"note": "🦠" * 70},
    {"measured_at": "2026-08-13T24:00:00Z"},
    {"measured_at": "9999-12-31T23:00:00Z"},
    {"measured_at": "2026-02-29T03:00:00Z"},
    {"measured_at": "٢٠٢٦-08-13T03:00:00Z"},
    {"measured_at": "0000-01-01T00:00:00Z"},
    {"toString": 1},
    {"help": "constructor"},
    {"b": 1, "10": 1, "a": 1, "9": 1},
    {"help": None},
    {"help": {}},
    {"well": []},
    [],
    None,
    "x",
    {"well": "no", "symptoms": ["fever", "none"], "since": "0000-00-00", "temperature": 37.25},
    {"well": "no", "symptoms": ["fever", None], "temperature": 1e-7},
    {"well": "no", "symptoms": ["fever"], "temperature": 1e300, "since": "2026-13-01"},
]


@pytest.mark.parametrize("answers", ODD, ids=lambda a: json.dumps(a)[:60])
def test_both_agree_where_the_two_languages_differ(browser: Browser, answers: Any) -> None:
    compare(browser, daily(), [{"answers": answers, "on": "2026-08-13", "forAnother": False}])


def test_the_browser_has_the_words_of_the_server() -> None:
    found = (BROWSER / "words.js").read_text(encoding="utf-8")
    assert found == wording.for_browser(), "write it again: python -m lachan.register.forms.wording"
