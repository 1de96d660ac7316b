"""How each language that a traveller may read writes days and numbers. Pure.

Sources: Unicode CLDR's short patterns and symbols, the year always with four digits. Vietnamese and English follow the
product's own rules (wording.py).
"""

from dataclasses import dataclass
from datetime import date

_NO_BREAK, _NARROW = "\u00a0", "\u202f"


@dataclass(frozen=True, slots=True)
class Habits:
    """`day` and `day_of_year` are str.format patterns of d, m, y; `point` parts the decimals, `group` the thousands."""

    day: str
    day_of_year: str
    point: str = ","
    group: str = "."


_SLASHES = Habits("{d}/{m}/{y}", "{d}/{m}")
HABITS: dict[str, Habits] = {
    "vi": _SLASHES,
    "zh": Habits("{y}年{m}月{d}日", "{m}月{d}日", ".", ","),
    "ko": Habits("{y}년 {m}월 {d}일", "{m}월 {d}일", ".", ","),
    "ja": Habits("{y}年{m}月{d}日", "{m}月{d}日", ".", ","),
    "lo": _SLASHES,
    "km": _SLASHES,
    "ru": Habits("{d:02}.{m:02}.{y}", "{d:02}.{m:02}", ",", _NO_BREAK),
    "fr": Habits("{d}/{m}/{y}", "{d}/{m}", ",", _NARROW),
    "es": _SLASHES,
    "it": _SLASHES,
}
# English and what is not listed: 37.9 and 2,914; its days are written with the name of the month.
OTHERWISE = Habits("", "", ".", ",")


def habits(language: str) -> Habits:
    return HABITS.get(language, OTHERWISE)


def day(value: date, language: str, *, with_year: bool = True) -> str:
    """The day as that language writes it, "" where it has no pattern (English)."""
    pattern = habits(language)
    return (pattern.day if with_year else pattern.day_of_year).format(d=value.day, m=value.month, y=value.year)


def separated(text: str, language: str) -> str:
    """A number written as 2,914.5, with that language's signs."""
    signs = habits(language)
    return text.translate(str.maketrans(",.", signs.group + signs.point))
