"""Documents that must be refused, with a reason that names the question; the way to JSON and back."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from lachan.register.forms.document import Document, DocumentError, plain, read
from lachan.register.forms.tests.worlds import daily, form, is_yes, json_values, skipping_forms, text, yes_no


def answer(code: str) -> dict[str, str]:
    return {"op": "answer", "of": code}


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([], "no question"),
        ([yes_no("a"), yes_no("a")], "a: used twice"),
        ([yes_no("check")], "check: used twice or reserved"),
        ([yes_no("a", show_if=is_yes("b")), yes_no("b")], "'b', which does not stand before it"),
        ([yes_no("a", show_if=is_yes("a"))], "'a', which does not stand before it"),
        ([yes_no("a", label={"vi": "chỉ tiếng Việt"})], "a: no words in en"),
        ([yes_no("a", label=text("{name}"))], "nothing fills a placeholder"),
        ([yes_no("a", label=text("{look_back_days} days"))], "nothing fills a placeholder"),
        (
            [yes_no("a"), yes_no("b", show_if={"op": "lt", "left": answer("a"), "right": 3})],
            "compares a text with a number",
        ),
        ([yes_no("a"), yes_no("b", show_if={"op": "add", "of": [1, 2]})], "gives a number where a condition is needed"),
        ([yes_no("a"), yes_no("b", show_if={"op": "and", "of": [answer("a")]})], "text used as a condition"),
        ([{"type": "integer", "code": "n", "label": text("n"), "least": 3, "most": 2}], "bounds leave no number"),
        ([{"type": "date", "code": "d", "label": text("d"), "earliest": 3, "latest": 2}], "bounds leave no day"),
        ([{"type": "choice", "code": "c", "label": text("c"), "options": []}], "fewer than 2 options"),
        (
            [
                {
                    "type": "choices",
                    "code": "c",
                    "label": text("c"),
                    "options": [{"code": "not_asked", "label": text("x")}],
                }
            ],
            "not_asked: used twice or reserved",
        ),
        ([{"type": "group", "code": "g", "label": text("g"), "questions": []}], "a group without a question"),
        ([{"type": "telepathy", "code": "t", "label": text("t")}], "telepathy"),
        ([yes_no("a", colour="red")], "colour"),
        ([yes_no("A")], "regex"),
    ],
)
def test_a_document_that_cannot_work_is_refused_with_the_reason(pages: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        form(*pages)


def test_all_reasons_are_told_at_once() -> None:
    with pytest.raises(DocumentError) as caught:
        form(yes_no("a", label={"vi": "x"}), yes_no("a"), yes_no("b", show_if=is_yes("z")))
    assert len(caught.value.problems) == 3


def test_an_expression_nested_without_end_is_refused() -> None:
    deep: Any = True
    for _ in range(3000):
        deep = {"op": "not", "of": deep}
    with pytest.raises(DocumentError):
        form(yes_no("a"), yes_no("b", show_if=deep))


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_no_json_is_read_as_a_form_by_accident(data: Any) -> None:
    with pytest.raises(DocumentError):
        read(data)


@settings(max_examples=100, deadline=None)
@given(skipping_forms())
def test_a_document_comes_back_from_json_as_it_was(document: Document) -> None:
    assert read(msgspec.json.decode(msgspec.json.encode(document))) == document
    assert plain(document)["languages"] == ("vi", "en")


def test_words_fall_back_to_the_first_language_and_fill_the_look_back_window() -> None:
    document = form(yes_no("a", label=text("last {look_back_days} days")), look_back_days=14)
    assert document.words(document.pages[0].label, "en") == "last 14 days en"
    assert document.words(document.pages[0].label, "km") == "last 14 days vi"


def test_every_kind_of_question_is_in_the_sample() -> None:
    kinds = {p["type"] for page in plain(daily())["pages"] for p in (page, *page.get("questions", ()))}
    assert kinds == {
        "yes_no",
        "choices",
        "group",
        "decimal",
        "date",
        "integer",
        "choice",
        "text",
        "datetime",
        "calculation",
    }
