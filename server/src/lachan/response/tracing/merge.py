"""Merging what a trace found into the outbreak's contacts: set by set, decisions kept."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from lachan.response.tracing.models import Contact

# An exact count is kept of every change; the ids, of at most so many of each.
MAX_LISTED = 500


@dataclass(frozen=True)
class Change:
    """What a re-trace changed: contact ids. A contact whose level changed is in `moved`, one found again in `back`."""

    new: list[int]
    back: list[int]
    gone: list[int]
    moved: list[int]

    def found(self) -> dict[str, Any]:
        """For TraceRun.found: the count of each change and the first ids."""
        listed = {"new": self.new, "back": self.back, "gone": self.gone, "moved": self.moved}
        return {name: len(ids) for name, ids in listed.items()} | {
            "ids": {name: ids[:MAX_LISTED] for name, ids in listed.items()}
        }


_GONE = """
UPDATE tracing_contact c SET current = false
WHERE outbreak_id = %(outbreak)s AND current
  AND NOT EXISTS (SELECT FROM tracing_person p WHERE p.person_id = c.person_id)
RETURNING id
"""
_BEFORE = """
SELECT c.id, c.current, c.level <> p.level
FROM tracing_contact c JOIN tracing_person p ON p.person_id = c.person_id WHERE c.outbreak_id = %(outbreak)s
"""
# A contact that is as it was is not written again: of a large outbreak's contacts a new date moves a few.
_UPSERT = """
INSERT INTO tracing_contact (
    key, outbreak_id, person_id, level, first_exposure_at, last_exposure_at, status, reason, current, erase_at
)
SELECT gen_random_uuid(), %(outbreak)s, p.person_id, p.level, p.earliest, m.last, %(found)s, '', true,
       (m.last AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + %(keep_days)s
FROM tracing_person p
JOIN (SELECT contact_id, max(ends_at) AS last FROM tracing_meeting GROUP BY contact_id) m ON m.contact_id = p.person_id
WHERE NOT EXISTS (
    SELECT FROM tracing_contact c
    WHERE c.outbreak_id = %(outbreak)s AND c.person_id = p.person_id AND c.current AND c.level = p.level
      AND c.first_exposure_at = p.earliest AND c.last_exposure_at = m.last
      AND c.erase_at = (m.last AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + %(keep_days)s
)
ON CONFLICT (outbreak_id, person_id) DO UPDATE
SET level = excluded.level, first_exposure_at = excluded.first_exposure_at, last_exposure_at =
excluded.last_exposure_at,
    erase_at = excluded.erase_at, current = true
RETURNING id, (xmax = 0) AS inserted
"""
# Of contacts no longer found the old evidence stays, so that one can see why they were once on the list.
_FORGET = """
DELETE FROM tracing_exposure e USING tracing_contact c
WHERE c.id = e.contact_id AND c.outbreak_id = %(outbreak)s AND c.current
"""
_EVIDENCE = """
INSERT INTO tracing_exposure (
    contact_id, level, index_case_id, via_id, source, kind, place_id, start, "end", minutes_certain, minutes_possible,
    evidence
)
SELECT c.id, k.level, k.case_id, k.via_id, s.name, d.kind, pl.id, k.starts_at, k.ends_at,
       d.seconds_certain / 60, floor(extract(epoch FROM k.ends_at - k.starts_at) / 60)::int, d.evidence
FROM tracing_kept k JOIN tracing_detail d ON d.id = k.id
JOIN tracing_contact c ON c.outbreak_id = %(outbreak)s AND c.person_id = k.contact_id
JOIN unnest(%(numbers)s::smallint[], %(names)s::text[], %(at_place)s::boolean[]) AS s (number, name, at_place)
    ON s.number = k.source
LEFT JOIN places_place pl ON s.at_place AND pl.id = k.where_id
"""


def merge(*, outbreak_id: int, keep_days: int, sources: list[tuple[str, bool]]) -> Change:
    """After run_hops() and keep_evidence(): bring the outbreak's contacts and exposures up to date.

    `sources` are (name, at_place) by number. Contacts no longer found become current=False; decisions stay.
    """
    parameters: dict[str, Any] = {
        "outbreak": outbreak_id,
        "keep_days": keep_days,
        "found": Contact.Status.FOUND,
        "numbers": list(range(len(sources))),
        "names": [name for name, _ in sources],
        "at_place": [at_place for _, at_place in sources],
    }
    with connection.cursor() as cursor:
        cursor.execute(_GONE, parameters)
        gone = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(_BEFORE, parameters)
        known = cursor.fetchall()
        cursor.execute(_UPSERT, parameters)
        new = sorted(pk for pk, inserted in cursor.fetchall() if inserted)
        cursor.execute(_FORGET, parameters)
        cursor.execute(_EVIDENCE, parameters)
    back = sorted(pk for pk, current, _moved in known if not current)
    moved = sorted(pk for pk, current, changed in known if current and changed)
    return Change(new=new, back=back, gone=gone, moved=moved)


def counts() -> dict[str, int]:
    """After run_hops(): how many contacts at each level."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, count(*) FROM tracing_person GROUP BY level ORDER BY level")
        return {str(level): number for level, number in cursor.fetchall()}


def people() -> list[int]:
    """After run_hops(): the ids of everyone found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM tracing_person ORDER BY person_id")
        return [row[0] for row in cursor.fetchall()]
