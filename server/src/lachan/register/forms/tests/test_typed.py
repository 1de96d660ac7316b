"""What people type, and what is put back into the field."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.register.forms.document import Choices, Day, Decimal, Integer, Moment, Question
from lachan.register.forms.tests.worlds import daily
from lachan.register.forms.typed import meaning, spelled
from lachan.register.forms.validate import validate

DOCUMENT = daily()


def question(code: str) -> Question:
    found = DOCUMENT.question(code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "typed", "value"),
    [
        ("temperature", ["37,9"], 37.9),
        ("temperature", ["37.9"], 37.9),
        ("temperature", [" 38 "], 38),
        ("temperature", ["ba mươi bảy"], "ba mươi bảy"),
        ("temperature", ["1e400"], "1e400"),
        ("temperature", ["٣٧"], "٣٧"),
        ("people", ["4"], 4),
        ("people", ["4,5"], "4,5"),
        ("since", ["13/8/2026"], "2026-08-13"),
        ("since", ["2026-08-13"], "2026-08-13"),
        ("since", ["31/2/2026"], "31/2/2026"),
        ("measured_at", ["13/8/2026 14:30"], "2026-08-13T07:30:00Z"),
        ("measured_at", ["2026-08-13T14:30"], "2026-08-13T07:30:00Z"),
        ("measured_at", ["13/8/2026 14g30"], "2026-08-13T07:30:00Z"),
        ("measured_at", ["0001-01-01T00:00"], "0001-01-01T00:00"),
        ("symptoms", ["fever", "cough"], ["fever", "cough"]),
        ("symptoms", ["not_asked"], "not_asked"),
        ("symptoms", [], None),
        ("well", ["unknown"], "unknown"),
        ("note", ["  "], None),
    ],
)
def test_typed_text_is_read_as_people_mean_it(code: str, typed: list[str], value: Any) -> None:
    assert meaning(question(code), typed) == value


@given(
    st.sampled_from([item.code for _p, item in DOCUMENT.items() if item.code != "score"]),
    st.lists(st.text(), max_size=3),
)
def test_nothing_typed_raises_and_the_validator_can_speak_about_it(code: str, typed: list[str]) -> None:
    value = meaning(question(code), typed)
    validate(DOCUMENT, {code: value} if value is not None else {}, on=date(2026, 8, 13))


@given(st.sampled_from([item for _p, item in DOCUMENT.items()]), st.data(), st.sampled_from(["vi", "en"]))
def test_the_field_reads_back_as_the_value_it_shows(item: Any, data: st.DataObject, language: str) -> None:
    kinds: dict[type, st.SearchStrategy[Any]] = {
        Integer: st.integers(-(10**9), 10**9),
        Decimal: st.floats(-1e6, 1e6).map(lambda v: round(v, 2)),
        Day: st.dates().map(str),
        Moment: st.datetimes(min_value=__import__("datetime").datetime(1900, 1, 1)).map(
            lambda d: d.strftime("%Y-%m-%dT%H:%M:00Z")
        ),
    }
    if type(item) not in kinds or isinstance(item, Choices):
        return
    value = data.draw(kinds[type(item)])
    assert meaning(item, [spelled(item, value, language)]) == value
