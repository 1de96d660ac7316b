"""Facts in words, against the examples of the writing rules."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from lachan.ground.platform import wording

NOW = datetime(2026, 8, 13, 7, 42, tzinfo=UTC)  # 14:42 in Việt Nam


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with translation.override("vi"):
        yield


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> Any:
    with translation.override(request.param):
        yield request.param


def both(vietnamese: str, english: str) -> dict[str, str]:
    return {"vi": vietnamese, "en": english}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW, both("14:42", "14:42")),
        (datetime(2026, 8, 12, 17, 5, tzinfo=UTC), both("0:05", "0:05")),  # past midnight here, yesterday in UTC
        (datetime(2026, 8, 12, 16, 59, tzinfo=UTC), both("12/8", "12 Aug")),
        (datetime(2025, 8, 9, 1, 0, tzinfo=UTC), both("9/8/2025", "9 Aug 2025")),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), both("1/1", "1 Jan")),  # already 2026 here
        (None, both("", "")),
    ],
)
def test_time(language: str, moment: datetime | None, expected: dict[str, str]) -> None:
    assert wording.viet_time(moment) == expected[language]


def test_dates_and_moments(language: str) -> None:
    sunday = date(2026, 8, 9)
    assert wording.viet_date(sunday) == both("9/8", "9 Aug")[language]
    assert wording.viet_date(sunday, "long") == both("9/8/2026", "9 Aug 2026")[language]
    assert wording.viet_day(sunday) == both("Chủ Nhật 9/8", "Sunday 9 Aug")[language]
    assert wording.viet_moment(datetime(2026, 8, 9, 1, 50, tzinfo=UTC)) == both("9/8 8:50", "9 Aug 8:50")[language]
    assert wording.viet_moment(NOW) == "14:42"
    assert wording.viet_clock(time(8, 5)) == "8:05"


def test_ranges(language: str) -> None:
    assert wording.viet_range(time(7, 30), time(17, 0)) == "7:30–17:00"
    assert wording.viet_range(date(2026, 8, 5), date(2026, 8, 11)) == both("5/8–11/8", "5 Aug–11 Aug")[language]
    start = datetime(2026, 8, 9, 1, 12, tzinfo=UTC)
    assert wording.viet_range(start, start + timedelta(minutes=38)) == "8:12–8:50"
    late = datetime(2026, 8, 9, 16, 10, tzinfo=UTC)
    expected = both("9/8 23:10–10/8 0:20", "9 Aug 23:10–10 Aug 0:20")[language]
    assert wording.viet_range(late, late + timedelta(minutes=70)) == expected
    assert wording.viet_range(time(7, 30), None) == "7:30–…"
    assert wording.viet_range(None, None) == ""


@pytest.mark.parametrize(
    ("number", "places", "expected"),
    [
        (2914, "", both("2.914", "2,914")),
        (37.9, "", both("37,9", "37.9")),
        (Decimal("37.90"), 1, both("37,9", "37.9")),
        (1234567.5, 1, both("1.234.567,5", "1,234,567.5")),
        (0, "", both("0", "0")),
        (1e-7, "", both("0,0000001", "0.0000001")),
        ("nhiều", "", both("nhiều", "nhiều")),
    ],
)
def test_numbers(language: str, number: Any, places: int | str, expected: dict[str, str]) -> None:
    assert wording.viet_number(number, places) == expected[language]


def test_an_unknown_number_is_never_zero() -> None:
    for unknown in (None, "", float("nan"), float("inf")):
        assert wording.viet_number(unknown) == "Chưa có số liệu"


@given(st.integers(-(10**15), 10**15))
def test_a_number_reads_back(number: int) -> None:
    assert int(wording.viet_number(number).replace(".", "")) == number


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (38, "38 phút"),
        (64, "64 phút"),
        (timedelta(minutes=4, seconds=31), "5 phút"),
        (540, "9 giờ"),
        (135, "2 giờ 15 phút"),
    ],
)
def test_minutes(length: Any, expected: str) -> None:
    assert wording.minutes(length) == expected


@pytest.mark.parametrize(
    ("number", "shown", "masked"),
    [
        ("0905000418", "0905 000 418", "09•• ••• 418"),
        ("+84905000418", "0905 000 418", "09•• ••• 418"),
        ("+84 905 000 418", "0905 000 418", "09•• ••• 418"),
        ("+819012345678", "+81 90-1234-5678", "+81 ••••••• 678"),
        ("không có số", "không có số", "•••"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_phones(number: str | None, shown: str, masked: str) -> None:
    assert wording.phone(number) == shown
    assert wording.masked_phone(number) == masked


@given(st.text(alphabet="0123456789+ ", max_size=16))
def test_a_masked_phone_shows_five_digits_at_most(number: str) -> None:
    masked = wording.masked_phone(number)
    national = masked.split(" ", 1)[1] if masked.startswith("+") else masked
    assert sum(c.isdigit() for c in national) <= 5


def test_words_of_days_and_errors() -> None:
    assert wording.day_words(["ok", "ok", "ok", "miss", "ok", "now"] + [""] * 8) == "Ngày 6/14, sót 1"
    assert wording.day_words(["ok", "now", ""]) == "Ngày 2/3"
    assert wording.things_to_mend(2) == "Còn hai chỗ cần sửa"
    assert wording.things_to_mend(12) == "Còn 12 chỗ cần sửa"
