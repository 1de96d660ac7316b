"""What a change over many rooms' tables did, row by row, so that it can be taken back without knowing any of the rooms.

The rows that lead to one of two persons are read before and after, with the rows hanging on those that go. What differs
is the journal: rows that changed (with their former values), that went (whole), and that are new.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from lachan.register.people import holdings

Row = dict[str, Any]
# (table, its key as JSON) → the row
Rows = dict[tuple[str, str], Row]

_KEY_COLUMNS = """
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY a.attnum
"""
_WRITABLE = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
# Columns by which other tables hang on this one, single-column foreign keys (Django's only kind).
_CHILDREN = """
SELECT con.conrelid::regclass::text, mine.attname, theirs.attname
FROM pg_constraint con
JOIN pg_attribute mine ON mine.attrelid = con.conrelid AND mine.attnum = con.conkey[1]
JOIN pg_attribute theirs ON theirs.attrelid = con.confrelid AND theirs.attnum = con.confkey[1]
WHERE con.contype = 'f' AND con.confrelid = %s::regclass AND con.conparentid = 0
"""


@dataclass
class Journal:
    """Lists of {table, key, …}: `changed` with `before` and `after` of the columns that differ, `gone` with `row`."""

    changed: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)

    def dump(self) -> str:
        return json.dumps({"changed": self.changed, "gone": self.gone, "new": self.new}, ensure_ascii=False)

    @staticmethod
    def load(text: str) -> "Journal":
        return Journal(**json.loads(text))

    def __len__(self) -> int:
        return len(self.changed) + len(self.gone) + len(self.new)


def record(persons: Iterable[int], change: Callable[[], object]) -> Journal:
    """Make the change and tell what it did to what leads to the persons. Inside a transaction.

    The change runs twice, once on trial: only then is it known which rows go, and what hangs on them goes with them.
    """
    ids = list(persons)
    keys: dict[str, list[str]] = {}
    before = _leading_to(ids, keys)
    trial = transaction.savepoint()
    change()
    still_there = _again(before, keys)
    transaction.savepoint_rollback(trial)
    before |= _hanging_on({place: row for place, row in before.items() if place not in still_there}, before, keys)
    change()
    after = _again(before, keys) | _leading_to(ids, keys)
    journal = Journal()
    for (table, key), row in before.items():
        now = after.get((table, key))
        if now is None:
            journal.gone.append({"table": table, "row": row})
        elif now != row:
            columns = [name for name in row if row[name] != now.get(name)]
            journal.changed.append(
                {
                    "table": table,
                    "key": json.loads(key),
                    "before": {name: row[name] for name in columns},
                    "after": {name: now[name] for name in columns},
                }
            )
    journal.new = [{"table": table, "key": json.loads(key)} for table, key in after.keys() - before.keys()]
    return journal


def take_back(journal: Journal) -> tuple[int, int]:
    """Undo what the journal tells; (rows put back, rows that are not there any more).

    A column that was changed again since keeps what it was changed to. Raises django.db.IntegrityError when what is put
    back would stand against what has come since.
    """
    keys: dict[str, list[str]] = {}
    back = lost = 0
    for entry in journal.changed:
        if _restore(entry, keys):
            back += 1
        else:
            lost += 1
    for entry in journal.new:
        _delete(entry["table"], entry["key"])
    for entry in journal.gone:
        _insert(entry["table"], entry["row"])
        back += 1
    with connection.cursor() as cursor:
        # Whatever does not fit is to be said now, not when the transaction ends.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return back, lost


def _columns() -> dict[str, list[str]]:
    """table → its columns that lead to a person, save what a room remembers by itself."""
    found: dict[str, list[str]] = {}
    for holding in holdings.all_holdings():
        if holding.remember is None:
            found.setdefault(holding.table, []).append(holding.column)
    return found


def _key_columns(table: str, keys: dict[str, list[str]]) -> list[str]:
    if table not in keys:
        with connection.cursor() as cursor:
            cursor.execute(_KEY_COLUMNS, [table])
            keys[table] = [row[0] for row in cursor.fetchall()]
        if not keys[table]:
            raise LookupError(f"{table} has no primary key")
    return keys[table]


def _named(table: str, rows: Iterable[Row], keys: dict[str, list[str]]) -> Rows:
    columns = _key_columns(table, keys)
    return {(table, json.dumps({name: row[name] for name in columns}, sort_keys=True)): row for row in rows}


def _fetch(statement: str, values: list[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]


def _leading_to(ids: list[int], keys: dict[str, list[str]]) -> Rows:
    found: Rows = {}
    for table, columns in _columns().items():
        where = " OR ".join(f"{_q(column)} = ANY (%s)" for column in columns)
        statement = f"SELECT to_jsonb(t) FROM {_q(table)} t WHERE {where}"  # noqa: S608  names from the catalogue, quoted
        found |= _named(table, _fetch(statement, [ids] * len(columns)), keys)
    return found


def _again(rows: Rows, keys: dict[str, list[str]]) -> Rows:
    """The same rows as they are now; those that are gone are left out."""
    wanted: dict[str, list[Row]] = {}
    for table, key in rows:
        wanted.setdefault(table, []).append(json.loads(key))
    found: Rows = {}
    for table, named in wanted.items():
        on = " AND ".join(f"t.{_q(c)} = k.{_q(c)}" for c in _key_columns(table, keys))
        statement = (
            f"SELECT to_jsonb(t) FROM {_q(table)} t JOIN "  # noqa: S608  names from the catalogue, quoted
            f"jsonb_populate_recordset(NULL::{_q(table)}, %s::jsonb) k ON {on}"
        )
        found |= _named(table, _fetch(statement, [json.dumps(named)]), keys)
    return found


def _hanging_on(roots: Rows, known: Rows, keys: dict[str, list[str]]) -> Rows:
    """The rows of any table that hang on the roots, and those that hang on them."""
    found: Rows = {}
    edge = roots
    while edge:
        below: Rows = {}
        by_table: dict[str, list[Row]] = {}
        for (table, _key), row in edge.items():
            by_table.setdefault(table, []).append(row)
        for table, rows in by_table.items():
            for child, column, parent in _children(table):
                statement = (
                    f"SELECT to_jsonb(t) FROM {_q(child)} t WHERE t.{_q(column)} IN "  # noqa: S608  quoted
                    f"(SELECT {_q(parent)} FROM jsonb_populate_recordset(NULL::{_q(table)}, %s::jsonb))"
                )
                below |= _named(child, _fetch(statement, [json.dumps(rows)]), keys)
        edge = {place: row for place, row in below.items() if place not in known and place not in found}
        found |= edge
    return found


def _children(table: str) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_CHILDREN, [table])
        return [(str(child), str(column), str(parent)) for child, column, parent in cursor.fetchall()]


def _where(table: str, key: Row) -> tuple[str, list[Any]]:
    parts = [f"t.{_q(name)} = (jsonb_populate_record(NULL::{_q(table)}, %s::jsonb)).{_q(name)}" for name in key]
    return " AND ".join(parts), [json.dumps(key)] * len(parts)


def _restore(entry: Row, keys: dict[str, list[str]]) -> bool:
    table, before, after = entry["table"], entry["before"], entry["after"]
    where, values = _where(table, entry["key"])
    found = _fetch(f"SELECT to_jsonb(t) FROM {_q(table)} t WHERE {where}", values)  # noqa: S608  quoted
    if not found:
        return False
    now = found[0]
    patch = {name: before[name] for name in before if now.get(name) == after[name]}
    if not patch:
        return True
    columns = ", ".join(_q(name) for name in patch)
    news = ", ".join(f"n.{_q(name)}" for name in patch)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_q(table)} t SET ({columns}) = (SELECT {news} FROM jsonb_populate_record(t, %s::jsonb) n)"  # noqa: S608
            f" WHERE {where}",
            [json.dumps(patch), *values],
        )
    return True


def _delete(table: str, key: Row) -> None:
    where, values = _where(table, key)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_q(table)} t WHERE {where}", values)  # noqa: S608  quoted


def _insert(table: str, row: Row) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITABLE, [table])
        columns = [name for (name,) in cursor.fetchall() if name in row]
        listed = ", ".join(_q(name) for name in columns)
        cursor.execute(
            f"INSERT INTO {_q(table)} ({listed}) SELECT {listed} FROM jsonb_populate_record(NULL::{_q(table)}, %s::jsonb)",  # noqa: S608, E501
            [json.dumps(row)],
        )


def _q(name: str) -> str:
    return connection.ops.quote_name(name)
