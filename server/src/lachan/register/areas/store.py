"""Writes the rows of the register by COPY into temporary tables, then brings the real tables to the same state.

Rows that are already right are not touched, so a second load changes nothing and ids never move.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from lachan.ground.platform.text import fold
from lachan.register.areas.assemble import AreaRow, Register

_LOCK = 0x6C61_6368_616E_0001  # "lachan", 1: only one load at a time

_KEY = "code, level, valid_from"
_VALUES = "name, folded, valid_to, first_listed, closed_before, legal_basis, latitude, longitude"
_TABLES = """
CREATE TEMPORARY TABLE load_area (n integer PRIMARY KEY, parent_n integer, code text, level smallint, valid_from date,
    name text, folded text, valid_to date, first_listed date, closed_before date, legal_basis text,
    latitude double precision, longitude double precision) ON COMMIT DROP;
CREATE TEMPORARY TABLE load_name (area_n integer, parent_n integer, name text, folded text, bare text, folded_path text,
    valid_from date, valid_to date, listed date, legal_basis text) ON COMMIT DROP;
CREATE TEMPORARY TABLE load_link (old_n integer, new_n integer, kind text, legal_basis text) ON COMMIT DROP;
CREATE TEMPORARY TABLE load_cover (holder_n integer, area_n integer) ON COMMIT DROP;
CREATE TEMPORARY TABLE load_id (n integer PRIMARY KEY, id bigint UNIQUE) ON COMMIT DROP;
"""


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in columns.split(","))


_AREAS = f"""
INSERT INTO areas_area ({_KEY}, {_VALUES}) SELECT {_KEY}, {_VALUES} FROM load_area ORDER BY n
ON CONFLICT ({_KEY}) DO UPDATE SET ({_VALUES}) = ({_of("EXCLUDED", _VALUES)})
WHERE ({_of("areas_area", _VALUES)}) IS DISTINCT FROM ({_of("EXCLUDED", _VALUES)})
"""  # noqa: S608  our own columns
_IDS = """
INSERT INTO load_id SELECT l.n, a.id FROM load_area l
JOIN areas_area a ON a.code = l.code AND a.level = l.level AND a.valid_from IS NOT DISTINCT FROM l.valid_from
"""
_PARENTS = """
UPDATE areas_area a SET parent_id = p.id
FROM load_area l JOIN load_id i USING (n) LEFT JOIN load_id p ON p.n = l.parent_n
WHERE a.id = i.id AND a.parent_id IS DISTINCT FROM p.id
"""
# Each derived table: its columns, and the rows it should have. Rows of units that the lists do not know are left alone.
_DERIVED = {
    "areas_areaname": (
        "area_id, parent_id, name, folded, bare, folded_path, valid_from, valid_to, listed, legal_basis",
        "SELECT a.id, p.id, l.name, l.folded, l.bare, l.folded_path, l.valid_from, l.valid_to, l.listed, l.legal_basis "
        "FROM load_name l JOIN load_id a ON a.n = l.area_n LEFT JOIN load_id p ON p.n = l.parent_n",
        "area_id",
    ),
    "areas_arealink": (
        "old_id, new_id, kind, legal_basis",
        "SELECT o.id, n.id, l.kind, l.legal_basis FROM load_link l "
        "JOIN load_id o ON o.n = l.old_n JOIN load_id n ON n.n = l.new_n",
        "old_id",
    ),
    "areas_areacover": (
        "holder_id, area_id",
        "SELECT h.id, a.id FROM load_cover l JOIN load_id h ON h.n = l.holder_n JOIN load_id a ON a.n = l.area_n",
        "area_id",
    ),
}


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows the register has, and how many writes this load needed (0: everything was already right)."""

    areas: int
    names: int
    links: int
    covers: int
    changed: int


def write(register: Register) -> Written:
    """Bring the tables to the state of the register, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_TABLES)
        _copy_all(cursor, register)
        cursor.execute("ANALYZE load_area; ANALYZE load_name; ANALYZE load_link; ANALYZE load_cover")
        changed = 0
        for statement in (_AREAS, _IDS, _PARENTS):
            cursor.execute(statement)
            changed += 0 if statement is _IDS else cursor.rowcount
        for table, (columns, rows, unit) in _DERIVED.items():
            changed += _synchronise(cursor, table, columns, rows, unit)
        if changed:
            cursor.execute(
                "ANALYZE areas_area; ANALYZE areas_areaname; ANALYZE areas_arealink; ANALYZE areas_areacover"
            )
        cursor.execute("DROP TABLE load_area, load_name, load_link, load_cover, load_id")
    return Written(len(register.areas), len(register.names), len(register.links), len(register.covers), changed)


def _synchronise(cursor: CursorWrapper, table: str, columns: str, rows: str, unit: str) -> int:
    have = f"SELECT {columns} FROM {table} WHERE {unit} IN (SELECT id FROM load_id)"  # noqa: S608  our own names
    cursor.execute(f"CREATE TEMPORARY TABLE load_want ({columns}) ON COMMIT DROP AS {rows}")
    cursor.execute(
        f"DELETE FROM {table} t USING ({have} EXCEPT SELECT {columns} FROM load_want) w "  # noqa: S608  our own names
        f"WHERE t.{unit} = w.{unit} AND ({_of('t', columns)}) IS NOT DISTINCT FROM ({_of('w', columns)})"
    )
    changed = cursor.rowcount
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM load_want EXCEPT {have}")  # noqa: S608  our own names
    changed += cursor.rowcount
    cursor.execute("DROP TABLE load_want")
    return int(changed)


def _copy_all(cursor: CursorWrapper, register: Register) -> None:
    _copy(
        cursor,
        f"load_area (n, parent_n, {_KEY}, {_VALUES})",
        (
            (n, a.parent, a.code, a.level, a.valid_from, a.name, fold(a.name), a.valid_to, a.first_listed, *_rest(a))
            for n, a in enumerate(register.areas)
        ),
    )
    _copy(
        cursor,
        "load_name (area_n, parent_n, name, folded, bare, folded_path, valid_from, valid_to, listed, legal_basis)",
        (
            (
                n.area,
                n.parent,
                n.name,
                n.folded,
                n.bare,
                n.folded_path,
                n.valid_from,
                n.valid_to,
                n.listed,
                n.legal_basis,
            )
            for n in register.names
        ),
    )
    _copy(
        cursor,
        "load_link (old_n, new_n, kind, legal_basis)",
        ((link.old, link.new, link.kind.value, link.legal_basis) for link in register.links),
    )
    _copy(cursor, "load_cover (holder_n, area_n)", register.covers)


def _rest(area: AreaRow) -> tuple[Any, ...]:
    return (area.closed_before, area.legal_basis, *(area.point or (None, None)))


def _copy(cursor: CursorWrapper, target: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
