"""Finding units by what people type: any spelling of the tone, short forms, an old name, an old ward of a district."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lachan.register.areas.models import Level
from lachan.register.areas.spelling import bare_key, query_keys
from lachan.register.areas.units import Successor, successors_of

MAX_QUERY_CHARS = 120
MAX_LIMIT = 200

# The best of a unit's names first: the whole name, its beginning, the beginning of a word in it, anywhere.
_SQL = """
WITH hit AS (
    SELECT n.area_id, n.name, n.parent_id, n.valid_from, n.listed,
        CASE
            WHEN n.bare = %(name)s OR n.folded_path LIKE %(full)s OR n.folded_path = %(name)s THEN 0
            WHEN n.bare LIKE %(starts)s THEN 1
            WHEN n.folded_path LIKE %(starts)s THEN 2
            WHEN n.bare LIKE %(word)s THEN 3
            ELSE 4
        END AS rank
    FROM areas_areaname n
    WHERE {where}
), best AS (
    SELECT DISTINCT ON (h.area_id) h.*, a.code, a.level, a.name AS area_name, a.valid_to, a.closed_before,
        coalesce(h.parent_id, a.parent_id) AS above_id
    FROM hit h JOIN areas_area a ON a.id = h.area_id
    WHERE a.level = ANY(%(levels)s)
        AND (%(day)s::date IS NULL OR (
            coalesce(a.valid_from, a.first_listed) <= %(day)s
            AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
            AND (a.closed_before IS NULL OR a.closed_before > %(day)s)))
    ORDER BY h.area_id, h.rank, coalesce(h.valid_from, h.listed) DESC
)
SELECT b.area_id, b.code, b.level, b.area_name, b.name, p.name, CASE WHEN t.level > 0 THEN t.name END,
    b.valid_to IS NULL AND b.closed_before IS NULL, b.valid_to, b.closed_before
FROM best b
LEFT JOIN areas_area p ON p.id = b.above_id AND p.level > 0
LEFT JOIN areas_area t ON t.id = p.parent_id
ORDER BY b.rank, (b.valid_to IS NOT NULL OR b.closed_before IS NOT NULL), b.level, length(b.name), b.name, b.code,
    b.area_id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One unit that was found. `matched` is the name that matched, which may be an older one than `name`.

    A closed unit has `in_force` False, the day it ended (`ended`) or the day by which it had ended (`ended_before`),
    and what it became: nothing known where `successors` is empty.
    """

    area_id: int
    code: str
    level: Level
    name: str
    matched: str
    path: str
    in_force: bool
    ended: date | None
    ended_before: date | None
    successors: tuple[Successor, ...]

    @property
    def split(self) -> bool:
        """Whether the person must be asked which of the successors is meant."""
        return len(self.successors) > 1


def search(text: str, *, on: date | None = None, levels: Collection[Level | int] = (), limit: int = 20) -> list[Found]:
    """Units whose name, past or present, fits `text`: the closest first, those in force before closed ones.

    Commas separate a unit from those above it ("Tân Phú, Đồng Nai"); where nothing fits, the words are also sought in
    the unit with all above it ("tan phu dong nai"). `on` keeps the units in force that day, `levels` the given levels
    (default: all but the country). Text is cut at 120 characters, `limit` at 200; an empty text finds nothing.
    """
    keys = query_keys(text[:MAX_QUERY_CHARS])
    if not keys:
        return []
    name, *above = keys
    # Search keys hold letters, digits and spaces only, so nothing in them can act as a LIKE pattern.
    values: dict[str, Any] = {
        "name": name,
        "full": f"{name},%",
        "starts": f"{name}%",
        "word": f"% {name}%",
        # One letter is inside nearly every name; it can only mean a beginning.
        "inside": f"%{name}%" if len(name) > 1 else f"{name}%",
        "day": on,
        "levels": [int(level) for level in levels or (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)],
        "limit": max(1, min(limit, MAX_LIMIT)),
    }
    upper = {f"above{i}": f"%, %{bare_key(part)}%" for i, part in enumerate(above)}
    conditions = ["(n.bare LIKE %(inside)s OR n.folded_path LIKE %(starts)s)", *_paths_like(upper)]
    rows = _rows(conditions, values | upper)
    first, *others = bare_key(name).split()
    if not rows and others:
        words = {f"word{i}": f"% {word}%" for i, word in enumerate(others)}
        conditions = ["n.bare LIKE %(first)s", *_paths_like(words | upper)]
        rows = _rows(conditions, values | words | upper | {"first": f"{first}%"})
    became = successors_of([row[0] for row in rows if not row[7]])
    return [
        Found(
            area_id=area,
            code=code,
            level=Level(level),
            name=area_name,
            matched=matched,
            path=", ".join(part for part in (matched if not current else area_name, upper, top) if part),
            in_force=current,
            ended=ended,
            ended_before=before,
            successors=tuple(became.get(area, ())),
        )
        for area, code, level, area_name, matched, upper, top, current, ended, before in rows
    ]


def _paths_like(values: dict[str, str]) -> list[str]:
    return [f"' ' || n.folded_path LIKE %({key})s" for key in values]


def _rows(conditions: list[str], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL.replace("{where}", " AND ".join(conditions)), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
