"""Reading a line list: a CSV with one case a row and, where known, who infected whom. Pure: nothing is stored here."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from lachan.ground.platform.text import fold

T = TypeVar("T")
MAX_ROWS = 100_000
MAX_TEXT = 120
# For each thing we read: the column names that mean it, the best first (folded; spaces, - and _ alike).
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("case id", "id", "case", "number", "ma ca", "ma so", "stt"),
    "infector": ("infector", "infector id", "source case", "nguon lay"),
    "onset": (
        "onset", "date of onset", "onset date", "ngay khoi phat", "date of rash", "ngay phat ban", "date of prodrome",
    ),
    "sampled": ("date of sample", "sample date", "sampled", "date of test", "ngay lay mau"),
    "name": ("name", "full name", "ho ten", "ho va ten"),
    "sex": ("sex", "gender", "gioi tinh"),
    "age": ("age", "tuoi"),
    "status": ("status", "classification", "case status", "phan loai"),
}  # fmt: skip
_SEXES: Final = {
    "f": "female", "female": "female", "nu": "female", "m": "male", "male": "male", "nam": "male",
    "other": "other", "khac": "other", "": "", "u": "", "unknown": "", "khong ro": "",
}  # fmt: skip
_STATUSES: Final = {
    "": "confirmed", "confirmed": "confirmed", "xac dinh": "confirmed", "probable": "probable", "co the": "probable",
    "suspected": "suspected", "suspect": "suspected", "nghi ngo": "suspected",
}  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")


class LineListError(Exception):
    """A file that is no line list at all: `code` is one of encoding, broken, empty, no_id, no_date, too_long."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Reject:
    """One value that cannot be used: where, what it says, and (by code) what to write instead.

    Codes: empty, twice, date, future, no_date, sex, age, status, long, unknown, self, circle, lost.
    """

    row: int
    column: str
    value: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Line:
    """One good row. `row` is its line in the file, the heading being line 1."""

    row: int
    id: str
    infector: str
    onset: date | None
    sampled: date | None
    name: str
    sex: str
    age: int | None
    status: str


@dataclass
class LineList:
    """What a file holds: good rows with every infector before its infectees, rejects, and the columns nobody reads."""

    lines: list[Line] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    rows: int = 0


class _Bad(Exception):  # noqa: N818  never leaves the module
    def __init__(self, code: str) -> None:
        self.code = code


def _plain(heading: str) -> str:
    return re.sub(r"[\s_-]+", " ", fold(heading)).strip()


def _id(text: str) -> str:
    """Ids as spreadsheets leave them: 45.0 is 45."""
    whole = _WHOLE_FLOAT.fullmatch(text)
    return whole.group(1) if whole else text


def _date(text: str) -> date | None:
    if not text:
        return None
    if found := _ISO.match(text):
        parts = [int(p) for p in found.groups()]
    elif found := _DAY_FIRST.match(text):
        parts = [int(p) for p in reversed(found.groups())]
    else:
        raise _Bad("date")
    try:
        return date(*parts)
    except ValueError as error:
        raise _Bad("date") from error


def _age(text: str) -> int | None:
    if not text:
        return None
    try:
        years = float(text.replace(",", "."))
    except ValueError as error:
        raise _Bad("age") from error
    if not 0 <= years <= 125:
        raise _Bad("age")
    return int(years)


def _choice(table: dict[str, str], code: str) -> Callable[[str], str]:
    def pick(text: str) -> str:
        try:
            return table[fold(text)]
        except KeyError as error:
            raise _Bad(code) from error

    return pick


def _short(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise _Bad("long")
    return text


def decode(content: bytes) -> str:
    """The text of the file. Raises LineListError("encoding") when it is not UTF-8 (or UTF-16 with its mark)."""
    try:
        return content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise LineListError("encoding") from error


def parse(text: str, *, known: dict[str, str] | None = None, today: date) -> LineList:
    """Read the line list. `known` are ids already stored, each with its infector's id: rows may name them as infector.

    Raises LineListError when no row can be read at all.
    """
    table = _cells(text)
    headings = next(table, [])
    at = _columns(headings)
    result = LineList(ignored=[h for n, h in enumerate(headings) if n not in at.values() and h.strip()])
    stored = known or {}
    seen: dict[str, Line] = {}
    for number, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        result.rows += 1
        if result.rows > MAX_ROWS:
            raise LineListError("too_long", str(MAX_ROWS))
        line = _line(_Row(number, cells, headings, at, result.rejects), today)
        if line is None:
            continue
        if line.id in seen:
            result.rejects.append(Reject(number, headings[at["id"]], line.id, "twice", str(seen[line.id].row)))
            continue
        seen[line.id] = line
    if not result.rows:
        raise LineListError("empty")
    _link(result, seen, stored, headings[at["infector"]] if "infector" in at else "")
    return result


def _cells(text: str) -> Iterator[list[str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    first_line = lines.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(lines), delimiter=max(",;\t", key=first_line.count))
    try:
        yield from reader
    except csv.Error as error:
        raise LineListError("broken", str(reader.line_num)) from error


def _columns(headings: list[str]) -> dict[str, int]:
    plain = [_plain(h) for h in headings]
    at = {}
    for thing, names in COLUMNS.items():
        for name in names:
            if name in plain:
                at[thing] = plain.index(name)
                break
    if "id" not in at:
        raise LineListError("no_id", ", ".join(headings[:8]))
    if "onset" not in at and "sampled" not in at:
        raise LineListError("no_date", ", ".join(headings[:8]))
    return at


@dataclass(frozen=True)
class _Row:
    """One row being read: its cells by what they mean, and where its rejects go."""

    number: int
    cells: list[str]
    headings: list[str]
    at: dict[str, int]
    rejects: list[Reject]

    def cell(self, thing: str) -> str:
        place = self.at.get(thing)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def read(self, thing: str, how: Callable[[str], T], default: T) -> T:
        try:
            return how(self.cell(thing))
        except _Bad as bad:
            self.reject(thing, bad.code)
            return default

    def reject(self, thing: str, code: str) -> None:
        value = self.cell(thing)[:MAX_TEXT]
        self.rejects.append(Reject(self.number, self.headings[self.at[thing]], value, code))


def _line(row: _Row, today: date) -> Line | None:
    before = len(row.rejects)
    line = Line(
        row=row.number,
        id=_id(row.read("id", _short, "")),
        infector=_id(row.cell("infector")),
        onset=row.read("onset", _date, None),
        sampled=row.read("sampled", _date, None),
        name=row.read("name", _short, ""),
        sex=row.read("sex", _choice(_SEXES, "sex"), ""),
        age=row.read("age", _age, None),
        status=row.read("status", _choice(_STATUSES, "status"), "confirmed"),
    )
    if not row.cell("id"):
        row.reject("id", "empty")
    for thing, day in (("onset", line.onset), ("sampled", line.sampled)):
        if day is not None and day > today:
            row.reject(thing, "future")
    if len(row.rejects) == before and line.onset is None and line.sampled is None:
        row.reject("onset" if "onset" in row.at else "sampled", "no_date")
    return line if len(row.rejects) == before else None


def _link(result: LineList, seen: dict[str, Line], stored: dict[str, str], column: str) -> None:
    """Reject impossible infectors, and whoever depends on a rejected row; then put infectors first."""
    lost = {r.row for r in result.rejects}
    infector_of = stored | {line.id: line.infector for line in seen.values()}
    state: dict[str, str] = {}
    for line in seen.values():
        _judge(line.id, infector_of, state)
    good: list[Line] = []
    for line in seen.values():
        verdict = state[line.id]
        if verdict == "good":
            good.append(line)
        elif line.row not in lost:
            result.rejects.append(Reject(line.row, column, line.infector, verdict, line.infector))
    result.rejects.sort(key=lambda r: (r.row, r.column))
    depth: dict[str, int] = {}
    for line in good:
        trail = []
        one = line.id
        while one and one not in depth:
            trail.append(one)
            one = infector_of.get(one, "")
        base = depth.get(one, -1)
        for steps, passed in enumerate(reversed(trail), start=1):
            depth[passed] = base + steps
    result.lines = sorted(good, key=lambda line: (depth[line.id], line.row))


def _judge(start: str, infector_of: dict[str, str], state: dict[str, str]) -> None:
    """Follow the infectors upwards from `start`; settle the state of every id on the way."""
    trail: list[str] = []
    one = start
    while one not in state and one in infector_of and one not in trail:
        trail.append(one)
        above = infector_of[one]
        if not above:
            break
        one = above
    else:
        if one in trail:
            at = trail.index(one)
            for member in trail[at:]:
                state[member] = "self" if infector_of[member] == member else "circle"
        elif one not in state:
            # The last of the trail names someone who is in no row.
            state[trail[-1]] = "unknown"
    for member in reversed(trail):
        if member not in state:
            above = infector_of[member]
            state[member] = "good" if not above or state.get(above) == "good" else "lost"
