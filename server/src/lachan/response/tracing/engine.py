"""trace(): who may have been infected, hop by hop, respecting time.

The rule. An index case is a person with an infectious window. A meeting of contact c with person p counts at a hop
when it
overlaps p's window there for the profile's minimum minutes. A chain is index → c1 → c2 …, each exposure beginning no
earlier than the one before it plus the latent hours. A contact's level is the fewest hops of any chain to it; an
index person is
never a contact; an excluded person is found but never passes on. A person's window at hop k begins at the earliest
exposure over
chains of at most k hops, plus the latent hours: when a deeper hop finds an earlier exposure, the person is expanded
again.

Every hop is materialised: one statement over all hops is far slower (docs/adr has the figures).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from lachan.response.tracing.rule import IndexCase, Rule
from lachan.response.tracing.sources import MEETING_COLUMNS, ContactSource

# Without indexes: they are read whole, and building indexes would cost a small trace more than all the rest.
_TABLES = (
    """CREATE TEMP TABLE IF NOT EXISTS tracing_frontier (
        person_id bigint NOT NULL, case_id bigint NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS tracing_meeting (
        source smallint NOT NULL, hop smallint NOT NULL, via_id bigint NOT NULL, contact_id bigint NOT NULL,
        case_id bigint NOT NULL, where_id bigint, via_since timestamptz NOT NULL, contact_since timestamptz NOT NULL,
        starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL
    ) ON COMMIT DELETE ROWS""",
    # improved: the last hop that made `earliest` earlier; only then must the person be expanded (again).
    """CREATE TEMP TABLE IF NOT EXISTS tracing_person (
        person_id bigint NOT NULL, case_id bigint NOT NULL, level smallint NOT NULL, improved smallint NOT NULL,
        earliest timestamptz NOT NULL
    ) ON COMMIT DELETE ROWS""",
)
_COLUMNS = ", ".join(MEETING_COLUMNS)
_FRONTIER = """
INSERT INTO tracing_frontier (person_id, case_id, starts_at, ends_at)
SELECT person_id, case_id, earliest + %(latent)s, %(horizon)s FROM tracing_person
WHERE improved = %(hop)s AND earliest + %(latent)s < %(horizon)s AND person_id <> ALL (%(excluded)s::bigint[])
"""
# The person's earliest exposure of this hop and the case at the root of that chain (the older case on a tie).
_EARLIEST = """
SELECT DISTINCT ON (contact_id) contact_id, case_id, starts_at FROM tracing_meeting WHERE hop = %(hop)s
ORDER BY contact_id, starts_at, case_id
"""
# Nobody is expanded after the last hop, so whose chain it was need not be sorted out.
_EARLIEST_OF_LAST = """
SELECT contact_id, min(case_id) AS case_id, min(starts_at) AS starts_at FROM tracing_meeting WHERE hop = %(hop)s
GROUP BY contact_id
"""
_FIRST = """
INSERT INTO tracing_person (person_id, case_id, level, improved, earliest)
SELECT contact_id, case_id, %(hop)s, %(hop)s, starts_at FROM ({earliest}) found
"""
_ADVANCE = """
WITH found AS MATERIALIZED ({earliest}),
better AS (
    UPDATE tracing_person p SET case_id = f.case_id, improved = %(hop)s, earliest = f.starts_at
    FROM found f WHERE f.contact_id = p.person_id AND f.starts_at < p.earliest RETURNING 1
),
fresh AS (
    INSERT INTO tracing_person (person_id, case_id, level, improved, earliest)
    SELECT contact_id, case_id, %(hop)s, %(hop)s, starts_at FROM found f
    WHERE NOT EXISTS (SELECT FROM tracing_person p WHERE p.person_id = f.contact_id) RETURNING 1
)
SELECT (SELECT count(*) FROM better) + (SELECT count(*) FROM fresh)
"""


@dataclass(frozen=True)
class Hop:
    """What one hop did: people expanded, meetings found, people new or with an earlier exposure."""

    number: int
    expanded: int
    meetings: int
    advanced: int


def run_hops(
    *,
    index: Sequence[IndexCase],
    sources: Sequence[ContactSource],
    rule: Rule,
    horizon: datetime,
    depth: int,
    excluded: Collection[int] = (),
) -> list[Hop]:
    """Fill tracing_person and tracing_meeting for the rest of this transaction; return what each hop did.

    Raises RuntimeError outside a transaction (the tables empty themselves at its end) and ValueError when two index
    cases
    are of one person.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("run_hops() outside a transaction")
    parameters = rule.parameters() | {
        "horizon": horizon,
        "never": [case.person_id for case in index],
        "excluded": sorted(set(excluded)),
    }
    hops: list[Hop] = []
    with connection.cursor() as cursor:
        _prepare(cursor)
        expanded = _start(cursor, index, horizon)
        for number in range(1, depth + 1):
            parameters["hop"] = number
            if number > 1:
                expanded = _expand(cursor, parameters)
            if not expanded:
                break
            meetings = _meet(cursor, sources, parameters)
            hops.append(Hop(number, expanded, meetings, _advance(cursor, parameters, last=number == depth)))
    return hops


def load_frontier(index: Sequence[IndexCase], horizon: datetime) -> None:
    """Put the index cases' windows into tracing_frontier, for a source's place_windows()."""
    with connection.cursor() as cursor:
        _prepare(cursor)
        _start(cursor, index, horizon)


def _prepare(cursor: CursorWrapper) -> None:
    # Compiling and large sorts on disk cost more than the trace itself.
    cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; " + "; ".join(_TABLES))
    # Empty unless this transaction has traced before; looking is cheaper than truncating.
    cursor.execute("SELECT EXISTS (SELECT FROM tracing_frontier) OR EXISTS (SELECT FROM tracing_person)")
    if cursor.fetchone()[0]:
        cursor.execute("TRUNCATE tracing_frontier, tracing_meeting, tracing_person")


def _start(cursor: CursorWrapper, index: Sequence[IndexCase], horizon: datetime) -> int:
    people = [case.person_id for case in index]
    if len(set(people)) != len(people):
        raise ValueError("two index cases of one person")
    cursor.execute(
        """INSERT INTO tracing_frontier (person_id, case_id, starts_at, ends_at)
        SELECT person, root, start, least(finish, %s)
        FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS t (person, root, start, finish)
        WHERE start < least(finish, %s)""",
        [horizon, people, [c.case_id for c in index], [c.start for c in index], [c.end for c in index], horizon],
    )
    expanded = int(cursor.rowcount)
    cursor.execute("ANALYZE tracing_frontier")
    return expanded


def _expand(cursor: CursorWrapper, parameters: dict[str, Any]) -> int:
    cursor.execute("TRUNCATE tracing_frontier")
    cursor.execute(_FRONTIER, parameters | {"hop": parameters["hop"] - 1})
    expanded = int(cursor.rowcount)
    cursor.execute("ANALYZE tracing_frontier")
    # A wider window finds the same encounters, wider: the older rows of whoever is expanded again give way.
    if expanded and parameters["hop"] > 2:
        cursor.execute("DELETE FROM tracing_meeting m USING tracing_frontier f WHERE m.via_id = f.person_id")
    return expanded


def _meet(cursor: CursorWrapper, sources: Sequence[ContactSource], parameters: dict[str, Any]) -> int:
    meetings = 0
    for number, source in enumerate(sources):
        # The only text joined into the statement is a registered source's own.
        cursor.execute(
            f"INSERT INTO tracing_meeting (source, hop, {_COLUMNS}) "  # noqa: S608
            f"SELECT {number}, %(hop)s, {_COLUMNS} FROM ({source.meetings()}) q "
            "WHERE contact_id <> ALL (%(never)s::bigint[])",
            parameters,
        )
        meetings += cursor.rowcount
    return meetings


def _advance(cursor: CursorWrapper, parameters: dict[str, Any], *, last: bool) -> int:
    """Take this hop's earliest exposures over; returns how many people are new or reached earlier."""
    earliest = _EARLIEST_OF_LAST if last else _EARLIEST
    # The planner has no statistics of this hop's rows yet and would sort them all to group them.
    cursor.execute(f"SET LOCAL enable_sort = {'off' if last else 'on'}")
    if parameters["hop"] == 1:
        cursor.execute(_FIRST.format(earliest=earliest), parameters)
        return int(cursor.rowcount)
    cursor.execute(_ADVANCE.format(earliest=earliest), parameters)
    return int(cursor.fetchone()[0])
