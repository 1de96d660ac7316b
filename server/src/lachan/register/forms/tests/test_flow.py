"""Walking forward and back through a form, on any path."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.register.forms.document import CHECK_PAGE, Document
from lachan.register.forms.flow import State, Walk
from lachan.register.forms.tests.worlds import daily, form, is_yes, skipping_forms, yes_no
from lachan.register.forms.typed import questions_on

ON = date(2026, 8, 13)


def walk_through(walk: Walk, answers: dict[str, Any]) -> list[str]:
    visited = []
    page_code = walk.first_open()
    while page_code != CHECK_PAGE:
        visited.append(page_code)
        assert len(visited) <= 20, "the walk ends"
        page = walk.page(page_code)
        assert page is not None
        while walk.save(page, answers, {q.code for q in questions_on(page) if q.code in walk.result().shown}):
            pass
        walk.leave(page)
        page_code = walk.after(page_code)
    return visited


@settings(max_examples=150, deadline=None)
@given(skipping_forms(), st.data())
def test_every_shown_question_is_met_once_and_in_order(document: Document, data: st.DataObject) -> None:
    codes = [item.code for _page, item in document.items()]
    answers = {code: data.draw(st.sampled_from(["yes", "no", "unknown"])) for code in codes}
    walk = Walk(document, State(), ON)
    visited = walk_through(walk, answers)
    assert visited == [page.code for page in walk.pages()]
    assert walk.result().ok


def test_a_later_change_leads_to_the_new_question_and_back_to_the_summary() -> None:
    walk = Walk(form(yes_no("contact"), yes_no("close", show_if=is_yes("contact")), yes_no("fever")), State(), ON)
    assert walk_through(walk, {"contact": "no", "fever": "no"}) == ["contact", "fever"]
    walk.state.seen.append(CHECK_PAGE)
    contact = walk.page("contact")
    assert contact is not None
    walk.save(contact, {"contact": "yes"}, {"contact"})
    assert walk.after("contact") == "close"
    assert walk.position("close") == (2, 3)
    close = walk.page("close")
    assert close is not None
    walk.leave(close)
    assert walk.after("close") == CHECK_PAGE
    assert walk.before(CHECK_PAGE) == "fever"
    assert walk.before("contact") is None


def test_what_must_be_mended_is_kept_as_typed() -> None:
    walk = Walk(daily(), State({"well": "no", "symptoms": ["fever"]}), ON)
    page = walk.page("measured")
    assert page is not None
    walk.save(page, {"temperature": 379, "since": None}, {"temperature", "since"})
    assert walk.state.answers["temperature"] == 379
    assert [p.question for p in walk.result().errors] == ["temperature", "since"]


def test_a_question_that_appears_on_the_same_page_is_shown_before_going_on() -> None:
    page = {
        "type": "group",
        "code": "g",
        "label": {"vi": "g", "en": "g"},
        "questions": [yes_no("a"), yes_no("b", required=True, show_if=is_yes("a"))],
    }
    walk = Walk(form(page), State(), ON)
    group = walk.page("g")
    assert group is not None
    assert walk.save(group, {"a": "yes"}, {"a"})
    assert not walk.save(group, {"a": "yes", "b": "no"}, {"a", "b"})
    assert walk.result().values == {"a": "yes", "b": "no"}


def test_answers_to_questions_of_an_older_version_are_left_out() -> None:
    walk = Walk(form(yes_no("a")), State({"a": "yes", "gone": "yes"}), ON)
    assert walk.result().ok
