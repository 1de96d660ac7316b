"""The typed answer of a trace, and the evidence behind it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from lachan.register.profiles.document import Profile
from lachan.response.tracing.engine import Hop, run_hops
from lachan.response.tracing.rule import IndexCase, Rule
from lachan.response.tracing.sources import ContactSource


class Keep(StrEnum):
    """Which meetings become evidence: all, or those that make the contact what it is (its level and its earliest
    exposure)."""

    ALL = "all"
    DECISIVE = "decisive"


@dataclass(frozen=True)
class FoundExposure:
    """One encounter of a contact with `via`, at hop `level`. Minutes are whole ones begun and ended (rounded down)."""

    via_id: int
    case_id: int
    level: int
    source: str
    kind: str
    place_id: int | None
    starts_at: datetime
    ends_at: datetime
    minutes_certain: int
    minutes_possible: int
    evidence: dict[str, Any]


@dataclass(frozen=True)
class FoundContact:
    """A person reached, by the fewest hops, with every encounter that counts."""

    person_id: int
    level: int
    first_exposure_at: datetime
    last_exposure_at: datetime
    exposures: list[FoundExposure] = field(default_factory=list)


@dataclass(frozen=True)
class Trace:
    contacts: list[FoundContact]
    hops: list[Hop]


_TABLES = (
    """CREATE TEMP TABLE IF NOT EXISTS tracing_kept (
        id bigint NOT NULL, source smallint NOT NULL, level smallint NOT NULL, via_id bigint NOT NULL,
        contact_id bigint NOT NULL, case_id bigint NOT NULL, where_id bigint, via_since timestamptz NOT NULL,
        contact_since timestamptz NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL
    ) ON COMMIT DELETE ROWS""",
    # Apart, for writing details into a hundred thousand rows that are there would write each of those again.
    """CREATE TEMP TABLE IF NOT EXISTS tracing_detail (
        id bigint PRIMARY KEY, seconds_certain integer NOT NULL, kind text NOT NULL, evidence jsonb NOT NULL
    ) ON COMMIT DELETE ROWS""",
)
_KEEP = """
INSERT INTO tracing_kept (id, source, level, via_id, contact_id, case_id, where_id, via_since, contact_since,
starts_at, ends_at)
SELECT row_number() OVER (), m.source, coalesce(v.level, 0) + 1, m.via_id, m.contact_id, m.case_id, m.where_id,
       m.via_since, m.contact_since, m.starts_at, m.ends_at
FROM tracing_meeting m JOIN tracing_person c ON c.person_id = m.contact_id
LEFT JOIN tracing_person v ON v.person_id = m.via_id
WHERE %(all)s OR coalesce(v.level, 0) + 1 <= c.level OR m.starts_at = c.earliest
"""


def keep_evidence(sources: Sequence[ContactSource], rule: Rule, keep: Keep) -> None:
    """After run_hops(): fill tracing_kept with the evidence rows, and tracing_detail with what their sources know of
    them. Raises RuntimeError when a source does not know one of its rows."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(_TABLES))
        cursor.execute("TRUNCATE tracing_kept, tracing_detail")
        cursor.execute("ANALYZE tracing_meeting, tracing_person")
        cursor.execute(_KEEP, {"all": keep is Keep.ALL})
        lost = cursor.rowcount
        cursor.execute("ANALYZE tracing_kept")
        for number, source in enumerate(sources):
            # The only text joined into the statement is a registered source's own.
            cursor.execute(
                "INSERT INTO tracing_detail (id, seconds_certain, kind, evidence) "  # noqa: S608  a registered source's own text
                f"SELECT id, seconds_certain, kind, evidence FROM ({source.details()}) d",
                rule.parameters() | {"source": number},
            )
            lost -= cursor.rowcount
        if lost:
            raise RuntimeError(
                f"{lost} meetings without details: a source's details() does not answer for its meetings()"
            )


@transaction.atomic
def trace(
    *,
    index: Sequence[IndexCase],
    sources: Sequence[ContactSource],
    profile: Profile,
    horizon: datetime,
    depth: int | None = None,
    excluded: Collection[int] = (),
) -> Trace:
    """Every contact of the index cases until `horizon`, to `depth` levels (default: the profile's), with all evidence.

    Excluded people (dismissed contacts) are found but pass nothing on. Raises ValueError when two index cases are of
    one person.
    """
    rule = Rule.of(profile)
    hops = run_hops(
        index=index, sources=sources, rule=rule, horizon=horizon, depth=depth or profile.depth, excluded=excluded
    )
    keep_evidence(sources, rule, Keep.ALL)
    return Trace(_read(sources), hops)


def _read(sources: Sequence[ContactSource]) -> list[FoundContact]:
    contacts: dict[int, FoundContact] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person_id, p.level, p.earliest, max(m.ends_at)
            FROM tracing_person p JOIN tracing_meeting m ON m.contact_id = p.person_id
            GROUP BY p.person_id, p.level, p.earliest ORDER BY p.level, p.earliest, p.person_id"""
        )
        for person_id, level, first, last in cursor.fetchall():
            contacts[person_id] = FoundContact(person_id, level, first, last)
        cursor.execute(
            """SELECT contact_id, source, via_id, case_id, level, kind, where_id, starts_at, ends_at, seconds_certain,
            evidence
            FROM tracing_kept JOIN tracing_detail USING (id) ORDER BY contact_id, level, starts_at, via_id, id"""
        )
        for contact_id, number, via_id, case_id, level, kind, where_id, starts, ends, certain, evidence in cursor:
            source = sources[number]
            contacts[contact_id].exposures.append(
                FoundExposure(
                    via_id=via_id,
                    case_id=case_id,
                    level=level,
                    source=source.name,
                    kind=kind,
                    place_id=where_id if source.at_place else None,
                    starts_at=starts,
                    ends_at=ends,
                    minutes_certain=certain // 60,
                    minutes_possible=int((ends - starts).total_seconds()) // 60,
                    evidence=json.loads(evidence) if isinstance(evidence, str) else evidence,
                )
            )
    return list(contacts.values())
