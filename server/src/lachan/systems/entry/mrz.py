"""The machine-readable zone of travel documents: ICAO Doc 9303 parts 4 to 7 (TD1, TD2, TD3, MRV-A, MRV-B). Pure.

Whoever types or scans two or three lines is told where they were misread: the line, the places, what stands there. A
reading without problems has every check digit proved. web/static/entry/mrz.js gives the same result.
"""

import re
from dataclasses import dataclass, field
from datetime import date

_ALLOWED = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
_WEIGHTS = (7, 3, 1)
_DIGITS = frozenset("0123456789")
# Nothing longer is looked at: three lines of 44 signs, generously spaced.
_LONGEST_TEXT = 400


@dataclass(frozen=True)
class Problem:
    """What was misread. `line` and the places count from 1; 0 is the whole.

    Kinds: "size" (no size of ICAO has such lines), "sign" (a sign no zone has), "digit" (a digit must stand there),
    "check" (the check digit of the field does not fit), "date" (no such day).
    """

    kind: str
    field: str
    line: int = 0
    first: int = 0
    last: int = 0
    found: str = ""


@dataclass(frozen=True)
class Reading:
    """`values` holds what could be read, also where something is misread; only a valid reading may be relied on.

    Names: format, kind, issuer, surname, given, number, nationality, sex ("female", "male", "other", ""), birth (ISO
    day, or the year alone where the document does not say the day), expires (ISO day), optional.
    """

    values: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def valid(self) -> bool:
        return bool(self.values) and not self.problems


@dataclass(frozen=True)
class _Field:
    line: int
    start: int
    end: int
    # Where its check digit stands on the same line; None when it has none.
    check: int | None = None


@dataclass(frozen=True)
class _Layout:
    lines: int
    width: int
    fields: dict[str, _Field]
    # The parts over which the last check digit is reckoned, and where it stands; visas have none.
    composite: tuple[_Field, ...] = ()
    composite_at: tuple[int, int] | None = None


_TD3 = {
    "kind": _Field(0, 0, 2),
    "issuer": _Field(0, 2, 5),
    "name": _Field(0, 5, 44),
    "number": _Field(1, 0, 9, 9),
    "nationality": _Field(1, 10, 13),
    "birth": _Field(1, 13, 19, 19),
    "sex": _Field(1, 20, 21),
    "expires": _Field(1, 21, 27, 27),
}
_TD2 = _TD3 | {"name": _Field(0, 5, 36)}
LAYOUTS: dict[str, _Layout] = {
    "TD1": _Layout(
        3,
        30,
        {
            "kind": _Field(0, 0, 2),
            "issuer": _Field(0, 2, 5),
            "number": _Field(0, 5, 14, 14),
            "optional": _Field(0, 15, 30),
            "birth": _Field(1, 0, 6, 6),
            "sex": _Field(1, 7, 8),
            "expires": _Field(1, 8, 14, 14),
            "nationality": _Field(1, 15, 18),
            "name": _Field(2, 0, 30),
        },
        (_Field(0, 5, 30), _Field(1, 0, 7), _Field(1, 8, 15), _Field(1, 18, 29)),
        (1, 29),
    ),
    "TD2": _Layout(
        2,
        36,
        _TD2 | {"optional": _Field(1, 28, 35)},
        (_Field(1, 0, 10), _Field(1, 13, 20), _Field(1, 21, 35)),
        (1, 35),
    ),
    "TD3": _Layout(
        2,
        44,
        _TD3 | {"optional": _Field(1, 28, 42, 42)},
        (_Field(1, 0, 10), _Field(1, 13, 20), _Field(1, 21, 43)),
        (1, 43),
    ),
    "MRVA": _Layout(2, 44, _TD3 | {"optional": _Field(1, 28, 44)}),
    "MRVB": _Layout(2, 36, _TD2 | {"optional": _Field(1, 28, 36)}),
}


def check_digit(text: str) -> str:
    """The check digit of a field: weights 7, 3, 1; A is 10, the filler 0 (Doc 9303-3, 4.9)."""
    total = sum(int(c, 36) * _WEIGHTS[i % 3] for i, c in enumerate(text) if c != "<")
    return str(total % 10)


def lines_of(text: str) -> list[str]:
    """The lines as typed or scanned: no spaces, capitals, « as two fillers. Three lines in one row are cut apart."""
    rows = [
        re.sub(r"\s", "", row).replace("«", "<<").replace("‹", "<").upper() for row in text[:_LONGEST_TEXT].splitlines()
    ]
    rows = [row for row in rows if row]
    if len(rows) == 1:
        for count, width in ((2, 44), (3, 30), (2, 36)):
            if len(rows[0]) == count * width:
                return [rows[0][i : i + width] for i in range(0, count * width, width)]
    return rows


def read(text: str, on: date) -> Reading:
    """Read the zone on that day, which tells the century of a two-digit year. Never raises."""
    lines = lines_of(text)
    name = _format(lines)
    if name is None:
        return Reading({}, (_size(lines),))
    layout = LAYOUTS[name]
    problems = [
        Problem("sign", "", number, place, place, sign)
        for number, line in enumerate(lines, 1)
        for place, sign in enumerate(line, 1)
        if sign not in _ALLOWED
    ]
    if problems:
        return Reading({}, tuple(problems))
    raw = {code: lines[f.line][f.start : f.end] for code, f in layout.fields.items()}
    number, optional, checked = _number(name, lines, raw)
    for code, place in layout.fields.items():
        if place.check is None or (code == "number" and checked is not None):
            continue
        problems += _checked(code, place, lines)
    if checked is False:
        place = layout.fields["number"]
        problems.append(Problem("check", "number", place.line + 1, place.start + 1, place.end, raw["number"]))
    values = {
        "format": name,
        "kind": raw["kind"].rstrip("<"),
        "issuer": raw["issuer"].rstrip("<"),
        "number": number,
        "nationality": raw["nationality"].rstrip("<"),
        "sex": {"F": "female", "M": "male", "X": "other"}.get(raw["sex"], ""),
        "optional": optional.strip("<").replace("<", " "),
    }
    surname, _sep, given = raw["name"].rstrip("<").partition("<<")
    values |= {"surname": _spaced(surname), "given": _spaced(given)}
    for code in ("birth", "expires"):
        day, wrong = _day(code, raw[code], layout.fields[code], on)
        problems += wrong
        values[code] = day
    if layout.composite_at is not None:
        line, at = layout.composite_at
        whole = "".join(lines[f.line][f.start : f.end] for f in layout.composite)
        if check_digit(whole) != lines[line][at] and not any(p.kind == "check" for p in problems):
            problems.append(Problem("check", "composite", line + 1, at + 1, at + 1, lines[line][at]))
    return Reading(values, tuple(problems))


def _format(lines: list[str]) -> str | None:
    widths = {len(line) for line in lines}
    visa = bool(lines) and lines[0].startswith("V")
    by_shape = {(3, 30): "TD1", (2, 36): "MRVB" if visa else "TD2", (2, 44): "MRVA" if visa else "TD3"}
    return by_shape.get((len(lines), widths.pop())) if len(widths) == 1 else None


def _size(lines: list[str]) -> Problem:
    """The line that is too short or too long, where the others tell which size is meant."""
    for count, width in ((2, 44), (2, 36), (3, 30)):
        wrong = [n for n, line in enumerate(lines, 1) if len(line) != width]
        if len(lines) == count and len(wrong) == 1:
            line = lines[wrong[0] - 1]
            return Problem("size", "", wrong[0], 1, len(line), str(width))
    return Problem("size", "")


def _checked(code: str, place: _Field, lines: list[str]) -> list[Problem]:
    line = lines[place.line]
    given, value = line[place.check or 0], line[place.start : place.end]
    # An empty optional field may bear a filler for its check digit.
    if check_digit(value) == given or (code == "optional" and given == "<" and not value.strip("<")):
        return []
    return [Problem("check", code, place.line + 1, place.start + 1, (place.check or 0) + 1, value + given)]


def _number(name: str, lines: list[str], raw: dict[str, str]) -> tuple[str, str, bool | None]:
    """The number, what is left of the optional field, and whether a long number's check fits (None: not long).

    A number of more than nine signs goes on in the optional field, with its check digit at the end and a filler where
    the check digit would be (Doc 9303-5, 4.2.2.1; 9303-6, 4.2.2.1).
    """
    place = LAYOUTS[name].fields["number"]
    if name not in ("TD1", "TD2") or lines[place.line][place.end] != "<" or not raw["number"].strip("<"):
        return raw["number"].rstrip("<"), raw["optional"], None
    rest, _sep, optional = raw["optional"].partition("<")
    if len(rest) < 2:
        return raw["number"].rstrip("<"), raw["optional"], False
    number = raw["number"] + rest[:-1]
    return number.rstrip("<"), optional, check_digit(number) == rest[-1]


def _day(code: str, text: str, place: _Field, on: date) -> tuple[str, list[Problem]]:
    """The ISO day, or the year alone for a birth without a known day."""
    where = (place.line + 1, place.start + 1, place.end)
    for offset, sign in enumerate(text):
        if sign not in _DIGITS and not (code == "birth" and offset >= 2 and sign == "<"):
            if code == "birth" and not text.strip("<"):
                return "", []
            at = place.start + 1 + offset
            return "", [Problem("digit", code, place.line + 1, at, at, sign)]
    year = _century(code, int(text[:2]), on)
    if "<" in text:
        return str(year), []
    try:
        return date(year, int(text[2:4]), int(text[4:])).isoformat(), []
    except ValueError:
        return "", [Problem("date", code, *where, text)]


def _century(code: str, two: int, on: date) -> int:
    year = on.year - on.year % 100 + two
    if code == "birth":
        return year - 100 if year > on.year else year
    # A document runs ten years or so: one of "99" in 2026 ended in 1999.
    return year - 100 if year > on.year + 50 else year


def _spaced(text: str) -> str:
    return " ".join(part for part in text.split("<") if part)
