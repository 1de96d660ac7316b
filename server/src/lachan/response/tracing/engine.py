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
SELECT DISTINCT ON (m.contact_id) m.contact_id, m.case_id, m.starts_at FROM tracing_meeting m {only}
ORDER BY m.contact_id, m.starts_at, m.case_id
"""
# Nobody is expanded after the last hop, so whose chain it was need not be sorted out.
_EARLIEST_OF_LAST = """
SELECT m.contact_id, min(m.case_id) AS case_id, min(m.starts_at) AS starts_at FROM tracing_meeting m {only}
GROUP BY m.contact_id
"""
# Few of a hop's people are known and earlier, most are new: two statements that each read only what they need take two
# thirds of the time of one that keeps everyone's earliest exposure for both. Nothing is of a later hop yet, so >= is =;
# but without statistics the planner takes = for a handful of rows, and would sort them all.
_BETTER = "JOIN tracing_person q ON q.person_id = m.contact_id AND m.starts_at < q.earliest WHERE m.hop >= %(hop)s"
_ADVANCE_KNOWN = """
UPDATE tracing_person p SET case_id = f.case_id, improved = %(hop)s, earliest = f.starts_at
FROM ({found}) f WHERE f.contact_id = p.person_id
"""
_NEW = "WHERE m.hop >= %(hop)s AND NOT EXISTS (SELECT FROM tracing_person q WHERE q.person_id = m.contact_id)"
_ADVANCE_NEW = """
INSERT INTO tracing_person (person_id, case_id, level, improved, earliest)
SELECT contact_id, case_id, %(hop)s, %(hop)s, starts_at FROM ({found}) f
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
    # Compiling and large sorts on disk cost more than the trace itself. Nothing here is in order; without statistics of
    # the hop's rows the planner would sort them all to merge them with a few.
    settings = "SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; SET LOCAL enable_mergejoin = off"
    cursor.execute("; ".join((settings, *_TABLES)))
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
    advanced = 0
    if parameters["hop"] > 1:
        cursor.execute(_ADVANCE_KNOWN.format(found=earliest.format(only=_BETTER)), parameters)
        advanced = int(cursor.rowcount)
    cursor.execute(_ADVANCE_NEW.format(found=earliest.format(only=_NEW)), parameters)
    return advanced + int(cursor.rowcount)
