"""The validator against a brute-force oracle, by property, and sentence by sentence."""

import itertools
from datetime import date
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.register.forms.document import Document, Group, plain
from lachan.register.forms.schema import answers_schema
from lachan.register.forms.tests.worlds import daily, form, is_yes, json_values, skipping_forms, text, yes_no
from lachan.register.forms.validate import validate

ON = date(2026, 8, 13)
DAILY = daily()
CODES = [item.code for _page, item in DAILY.items() if item.code != "score"]


def kleene(expression: Any, answers: dict[str, str]) -> Any:  # noqa: PLR0911
    """The oracle's own reading of a condition, on the raw JSON: truth is 0, ½ or 1, and = min, or = max, not = 1-x."""
    if not isinstance(expression, dict):
        return float(expression) if isinstance(expression, bool) else expression
    op, of = expression["op"], expression.get("of")
    if op == "answer":
        return answers.get(of)
    if op == "answered":
        return float(of in answers)
    if op == "and":
        return min([1.0, *(kleene(e, answers) for e in of)])
    if op == "or":
        return max([0.0, *(kleene(e, answers) for e in of)])
    if op == "not":
        return 1 - kleene(of, answers)
    if op == "if":
        when = kleene(expression["when"], answers)
        return 0.5 if when == 0.5 else kleene(expression["then" if when else "otherwise"], answers)
    left = kleene(expression["left"], answers)
    if left is None:
        return 0.5
    if op == "in":
        return float(left in expression["values"])
    right = kleene(expression["right"], answers)
    return float({"eq": left == right, "ne": left != right, "lt": left < right, "le": left <= right}[op])


def oracle(document: Document, answers: dict[str, str]) -> set[str]:
    """The shown questions as the one set that agrees with itself: every subset of the questions is tried."""
    rows = []
    for page in plain(document)["pages"]:
        for question in page.get("questions", [page]):
            holders = [page, question] if "questions" in page else [question]
            rows.append((question["code"], [h["show_if"] for h in holders if h.get("show_if") is not None]))
    found = []
    for bits in itertools.product([False, True], repeat=len(rows)):
        shown = {code for (code, _), bit in zip(rows, bits, strict=True) if bit}
        kept = {code: value for code, value in answers.items() if code in shown}
        if all((code in shown) == all(kleene(c, kept) == 1.0 for c in conditions) for code, conditions in rows):
            found.append(shown)
    assert len(found) == 1, "skip logic that looks back only has one solution"
    return found[0]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_skip_logic_equals_the_oracle(data: st.DataObject) -> None:
    document = data.draw(skipping_forms())
    codes = [item.code for _page, item in document.items()]
    answers = data.draw(st.dictionaries(st.sampled_from(codes), st.sampled_from(["yes", "no", "unknown"])))
    result = validate(document, answers, on=ON)
    shown = oracle(document, answers)
    assert set(result.shown) == shown
    assert result.values == {code: value for code, value in answers.items() if code in shown}
    required = {item.code for _p, item in document.items() if item.required}  # type: ignore[union-attr]
    assert {p.question for p in result.errors} == (required & shown) - set(answers)


answers_to_daily = st.fixed_dictionaries(
    {},
    optional={
        "well": st.sampled_from(["yes", "no", "unknown", "not_asked", "perhaps"]),
        "symptoms": st.lists(st.sampled_from(["fever", "cough", "none", "plague"])),
        "temperature": st.one_of(
            st.floats(33, 44).map(lambda t: round(t, 1)), st.floats(), st.integers(30, 50), st.text()
        ),
        "since": st.dates(date(2026, 7, 20), date(2026, 8, 20)).map(str) | st.text(),
        "people": st.integers(-5, 50) | st.booleans(),
        "help": st.sampled_from(["call", "food", "money"]),
        "note": st.text(max_size=60),
        "measured_at": st.sampled_from(
            ["2026-08-13T03:00:00Z", "2026-08-13", "2026-02-30T03:00:00Z", "0001-01-01T00:00:00Z"]
        ),
    },
)


@settings(max_examples=150, deadline=None)
@given(answers_to_daily, st.booleans())
def test_what_is_kept_is_stable_and_fits_the_schema(answers: dict[str, Any], for_another: bool) -> None:
    result = validate(DAILY, answers, on=ON, for_another=for_another)
    assert set(result.values) <= {*result.shown, "score"}
    schema = answers_schema(DAILY)
    if not {p.code for p in result.errors} and not result.not_asked:
        jsonschema_rs.validate(schema, result.values)
    again = validate(DAILY, result.values, on=ON)
    assert again.values == result.values
    assert {p.question for p in again.errors} <= {p.question for p in result.errors} | set(result.not_asked)
    backwards = validate(DAILY, dict(reversed(answers.items())), on=ON, for_another=for_another)
    assert backwards == result


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        json_values,
        st.fixed_dictionaries(
            {},
            optional=dict.fromkeys((c for c in CODES if c != "help"), json_values),
        ),
    )
)
def test_no_answers_raise(answers: Any) -> None:
    result = validate(DAILY, answers, on=ON)
    msgspec.json.encode(result.values)
    for problem in result.errors:
        assert set(problem.message) >= {"vi", "en"}
        assert not any("{" in words and "}" in words for words in problem.message.values() if "{" not in str(answers))


HUGE = {
    "int": 10**5000,
    "negative": -(10**5000),
    "inf": float("inf"),
    "nan": float("nan"),
    "list": [[[]]] * 3,
    "object": {"a": {}},
    "text": "9" * 5000,
}


@pytest.mark.parametrize("huge", HUGE.values(), ids=HUGE.keys())
def test_a_number_without_end_is_refused_and_not_written_out(huge: Any) -> None:
    for question in ("people", "temperature"):
        sick = {"well": "no", "symptoms": ["fever"], "since": "2026-08-12", question: huge}
        (problem,) = validate(DAILY, sick, on=ON).errors
        assert problem.question == question
        assert len(problem.message["vi"]) < 200


def test_yes_no_unknown_and_not_asked_stay_four_different_things() -> None:
    document = form(yes_no("fever"), yes_no("cough"), yes_no("breath"), yes_no("contact"))
    result = validate(document, {"fever": "yes", "cough": "no", "breath": "unknown"}, on=ON)
    assert result.values == {"fever": "yes", "cough": "no", "breath": "unknown"}
    assert result.ok
    assert "contact" in result.shown


def test_unknown_is_refused_where_it_is_not_offered() -> None:
    document = form(yes_no("fever", unknown=False))
    assert [p.code for p in validate(document, {"fever": "unknown"}, on=ON).errors] == ["not_a_choice"]


def test_a_hidden_required_question_is_no_error_and_its_answer_is_dropped() -> None:
    document = form(yes_no("contact"), yes_no("close", required=True, show_if=is_yes("contact")))
    assert validate(document, {"contact": "no", "close": "yes"}, on=ON).values == {"contact": "no"}
    assert validate(document, {"contact": "no"}, on=ON).ok
    assert [p.question for p in validate(document, {"contact": "yes"}, on=ON).errors] == ["close"]


def test_not_asked_satisfies_a_required_question_only_for_another() -> None:
    document = form(yes_no("fever", required=True))
    other = validate(document, {"fever": "not_asked"}, on=ON, for_another=True)
    assert (other.ok, other.values, other.not_asked) == (True, {}, ("fever",))
    assert [p.code for p in validate(document, {"fever": "not_asked"}, on=ON).errors] == ["required_choice"]


@pytest.mark.parametrize(
    ("answers", "question", "vi", "en"),
    [
        (
            {"temperature": 379},
            "temperature",
            "Nhiệt độ phải từ 34,0 đến 43,0 °C. Ô đang ghi 379",
            "Temperature must be from 34.0 to 43.0 °C. You entered 379",
        ),
        (
            {"temperature": 37.55},
            "temperature",
            "Nhiệt độ: ghi nhiều nhất 1 số lẻ, ví dụ 34,0. Ô đang ghi 37,55",
            "Temperature: use at most 1 decimal places, for example 34.0. You entered 37.55",
        ),
        (
            {"temperature": "nóng"},
            "temperature",
            "Nhiệt độ: ghi một số, ví dụ 34,0. Ô đang ghi nóng",
            "Temperature: enter a number, for example 34.0. You entered nóng",
        ),
        (
            {"since": "2026-07-01"},
            "since",
            "Sốt từ ngày nào? phải từ ngày 30/7/2026 trở đi. Ô đang ghi 1/7/2026",
            "Fever since must be 30 Jul 2026 or later. You entered 1 Jul 2026",
        ),
    ],
)
def test_a_message_says_the_limit_and_quotes_what_was_typed(
    answers: dict[str, Any], question: str, vi: str, en: str
) -> None:
    sick = {"well": "no", "symptoms": ["fever"], "since": "2026-08-12", **answers}
    (problem,) = validate(DAILY, sick, on=ON).errors
    assert problem.question == question
    assert problem.message["vi"] == vi
    assert problem.message["en"] == en


def test_an_exclusive_choice_stands_alone() -> None:
    (problem,) = validate(DAILY, {"well": "no", "symptoms": ["none", "cough"]}, on=ON).errors
    assert (problem.question, problem.code) == ("symptoms", "exclusive")


def test_an_unknown_question_is_named() -> None:
    (problem,) = validate(DAILY, {"well": "yes", "fevre": "yes"}, on=ON).errors
    assert (problem.code, problem.message["en"]) == ("unknown_question", "This form has no question “fevre”")


def test_a_constraint_is_broken_only_when_it_is_false() -> None:
    rule = {"op": "le", "left": {"op": "answer", "of": "sick"}, "right": {"op": "answer", "of": "people"}}
    document = form(
        {"type": "integer", "code": "people", "label": text("People")},
        {
            "type": "integer",
            "code": "sick",
            "label": text("Sick"),
            "constraint": {"rule": rule, "message": text("more sick than people")},
        },
    )
    assert validate(document, {"sick": 3}, on=ON).ok
    assert validate(document, {"people": 3, "sick": 3}, on=ON).ok
    (problem,) = validate(document, {"people": 2, "sick": 3}, on=ON).errors
    assert problem.message == {"vi": "more sick than people vi", "en": "more sick than people en"}


def test_a_calculation_is_worked_out_and_never_taken_from_the_client() -> None:
    assert validate(DAILY, {"well": "yes", "score": 99}, on=ON).values["score"] == 1


def test_the_day_is_the_day_in_viet_nam() -> None:
    document = form({"type": "datetime", "code": "at", "label": text("At"), "latest": 0})
    assert validate(document, {"at": "2026-08-13T16:59:00Z"}, on=ON).ok
    assert [p.code for p in validate(document, {"at": "2026-08-13T17:00:00Z"}, on=ON).errors] == ["too_late"]


def test_groups_hide_as_a_whole() -> None:
    assert isinstance(DAILY.pages[2], Group)
    result = validate(DAILY, {"well": "no", "symptoms": ["cough"], "temperature": 38.0, "since": "2026-08-12"}, on=ON)
    assert result.ok
    assert "temperature" not in result.values
