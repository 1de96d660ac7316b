"""What a person types into a page, as the JSON value it means; other text is kept, to be quoted back. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import msgspec

from lachan.ground.platform import languages
from lachan.register.forms.document import (
    NOT_ASKED,
    Calculation,
    Choices,
    Day,
    Decimal,
    Group,
    Integer,
    Item,
    Line,
    Moment,
    Page,
    Question,
    Repeat,
    path,
)
from lachan.register.forms.expressions import LARGEST
from lachan.register.forms.validate import VIETNAM

_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
# As Chinese, Korean and Japanese write a day: 2026年8月13日, 2026. 8. 13., 2026/8/13.
_YEAR_FIRST = re.compile(r"(\d{4}) ?[/.\-年년] ?(\d{1,2}) ?[/.\-月월] ?(\d{1,2}) ?[.日일]?")
_TIME = re.compile(r"(\d{1,2})[:hg](\d{2})")


class Entry(msgspec.Struct, frozen=True):
    """The page of one entry of a repeated group; the group's own page, behind them, lists the entries."""

    repeat: Repeat
    index: int

    @property
    def code(self) -> str:
        """Its place in an address. A question's code has no hyphen, so that none is taken for it."""
        return f"{self.repeat.code}-{self.index}"


Screen: TypeAlias = Page | Entry


def questions_on(page: Screen) -> tuple[Question, ...]:
    """The questions a page may ask, shown or not."""
    match page:
        case Repeat():
            return ()
        case Entry():
            items: tuple[Item, ...] = page.repeat.questions
        case Group():
            items = page.questions
        case _:
            items = (page,)
    return tuple(q for q in items if not isinstance(q, Calculation))


def place(page: Screen, code: str) -> str:
    """Where the answer to a question of this page stands in the result."""
    return path(page.repeat.code, page.index, code) if isinstance(page, Entry) else code


def meaning(question: Question, typed: list[str]) -> Any:  # noqa: PLR0911  one return a kind of question
    """The JSON value of one question's fields, None for nothing typed. Never raises."""
    given = [t for t in typed if t.strip()]
    if not given:
        return None
    first = given[0].strip()
    match question:
        case Choices():
            return NOT_ASKED if given == [NOT_ASKED] else [t for t in given if t != NOT_ASKED]
        case Integer():
            return _number(first, whole=True)
        case Decimal():
            return _number(first, whole=False)
        case Line():
            return given[0]
        case Day():
            return day_typed(first) or first
        case Moment():
            return _moment(first) or first
        case _:
            return first


def spelled(question: Question, value: Any, language: str) -> str:
    """What stands in the question's field for a kept value (the inverse of `meaning`)."""
    if value is None or isinstance(value, list):
        return ""
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", languages.habits(language).point)
    if isinstance(question, Moment) and isinstance(value, str) and _iso(value):
        return datetime.fromisoformat(value).astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def take(questions: Iterable[Question], get: Callable[[str], list[str]]) -> dict[str, Any]:
    """The answers typed on one page: None where a question was left empty."""
    return {q.code: meaning(q, get(q.code)) for q in questions}


def _number(text: str, *, whole: bool) -> int | float | str:
    plain = text.replace(" ", "").replace("\u00a0", "").replace(",", ".").replace("\u2212", "-")
    if re.fullmatch(r"[+-]?\d{1,15}", plain, re.ASCII):
        return int(plain)
    if not whole and re.fullmatch(r"[+-]?\d{1,15}\.\d{1,15}", plain, re.ASCII):
        value = float(plain)
        return value if abs(value) <= LARGEST else text
    return text


def day_typed(text: str) -> str | None:
    """A day as typed (13/8/2026) or as a browser's own field gives it, as "2026-08-13"; None for anything else."""
    try:
        if found := _DAY_MONTH_YEAR.fullmatch(text):
            day, month, year = (int(n) for n in found.groups())
            return date(year, month, day).isoformat()
        if found := _YEAR_FIRST.fullmatch(text):
            return date(*(int(n) for n in found.groups())).isoformat()
        return None
    except ValueError:
        return None


def _moment(text: str) -> str | None:
    """A day and a time as typed or as a browser's own field gives them, in Viet Nam's time."""
    if _iso(text):
        return text
    day_part, _sep, time_part = text.replace("T", " ", 1).rpartition(" ")
    found = _TIME.match(time_part)
    day = day_typed(day_part.strip().rstrip(","))
    if day is None or found is None:
        return None
    try:
        local = datetime.fromisoformat(f"{day}T{int(found[1]):02d}:{found[2]}:00").replace(tzinfo=VIETNAM)
        return local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.ASCII):
        return False
    try:
        datetime.fromisoformat(text).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return False
    return True
