"""The projection of events to stays, and the daily care of the tables. Check-ins themselves are written by
statement.py."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from lachan.register.places.hours import hours
from lachan.register.places.kinds import typical_stay
from lachan.register.places.models import Place
from lachan.systems.checkin.keeping import LOCK, hold_projection
from lachan.systems.checkin.projection import IN, PlaceRule, Scan, Stay, order, stays

PEOPLE_A_STEP = 4000
WEEKS_BEHIND, WEEKS_AHEAD = timedelta(weeks=5), timedelta(weeks=5)

# Every transaction before the oldest one still running has ended, so its events are all visible: reading by transaction
# number and not by a sequence, no event committed late is ever skipped.
_BOUNDS = """
SELECT mark.txid::text, pg_snapshot_xmin(pg_current_snapshot())::text,
       mark.txid > pg_snapshot_xmin(pg_current_snapshot()) FROM checkin_watermark mark
"""
_TOUCHED = """
SELECT person_id, min(at) FROM checkin_event WHERE txid >= %s::xid8 AND txid < %s::xid8 GROUP BY person_id ORDER BY
person_id
"""
# The automaton starts afresh at each scan that opened a stay, so a person is projected from the last such scan
# before the
# first new one. A stay whose beginning was inferred (an "out" alone) is no such place: it depends on what came before.
_SCANS = """
SELECT touched.person_id, event.id, event.place_id, event.at, event.direction, event.trust, event.part_id,
       start.t_in, start.id
FROM unnest(%s::bigint[], %s::timestamptz[]) AS touched (person_id, since)
LEFT JOIN LATERAL (
    SELECT visit.t_in, visit.id FROM checkin_visit visit
    WHERE visit.person_id = touched.person_id AND visit.t_in < touched.since
      AND (visit.certain_until > visit.t_in OR visit.ending <> 1)
    ORDER BY visit.t_in DESC, visit.id DESC LIMIT 1
) start ON true
JOIN checkin_event event
    ON event.person_id = touched.person_id AND event.at >= coalesce(start.t_in, '-infinity'::timestamptz)
ORDER BY touched.person_id
"""
_REMOVE = """
DELETE FROM checkin_visit WHERE id = ANY(%s::uuid[]) AND id <> ALL(%s::uuid[])
"""
_STORE = """
INSERT INTO checkin_visit AS old (id, place_id, person_id, t_in, t_out, certain_until, ending, trust, parts)
SELECT id, place, person, t_in, t_out, certain_until, ending, trust, parts::bigint[]
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                     %s::smallint[], %s::smallint[], %s::text[])
    AS made (id, place, person, t_in, t_out, certain_until, ending, trust, parts)
ON CONFLICT (id) DO UPDATE SET
    t_in = excluded.t_in, t_out = excluded.t_out, certain_until = excluded.certain_until, ending = excluded.ending,
    trust = excluded.trust, parts = excluded.parts
WHERE (old.t_in, old.t_out, old.certain_until, old.ending, old.trust, old.parts)
   IS DISTINCT FROM (excluded.t_in, excluded.t_out, excluded.certain_until, excluded.ending, excluded.trust,
                     excluded.parts)
"""

Touched = list[tuple[int, datetime]]


@transaction.atomic
def project() -> int:
    """Bring the stays up to the events. Returns how many people's stays were looked at; 0 when another process is
    at it.

    Running it again changes nothing; events may arrive in any order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_BOUNDS)
        since, until, from_another_cluster = cursor.fetchone()
        if from_another_cluster:
            # Restored from a dump: transaction numbers began again, so they say nothing of what is projected.
            return _everything(until)
        cursor.execute(_TOUCHED, [since, until])
        touched: Touched = cursor.fetchall()
        _project(touched)
        if since != until:
            _mark(until)
    return len(touched)


@transaction.atomic
def rebuild() -> int:
    """Make every stay anew from the events; readers see the old ones until it is done. Returns the number of people."""
    hold_projection()
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS)
        return _everything(cursor.fetchone()[1])


def _everything(until: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM checkin_visit")
        cursor.execute("SELECT person_id, min(at) FROM checkin_event GROUP BY person_id ORDER BY person_id")
        touched: Touched = cursor.fetchall()
    _project(touched)
    _mark(until)
    return len(touched)


def _mark(txid: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE checkin_watermark SET txid = %s::xid8, projected_at = now()", [txid])


def _project(touched: Touched) -> None:
    rules: dict[int, PlaceRule] = {}
    for start in range(0, len(touched), PEOPLE_A_STEP):
        part = touched[start : start + PEOPLE_A_STEP]
        with connection.cursor() as cursor:
            cursor.execute(_SCANS, [[person for person, _at in part], [at for _person, at in part]])
            rows = cursor.fetchall()
        _learn_rules(rules, {row[2] for row in rows})
        seen: list[UUID] = []
        found: list[tuple[int, Stay]] = []
        for person, scans in _by_person(rows):
            seen.extend(scan.id for scan in scans)
            found.extend((person, stay) for stay in stays(scans, rules))
        _store(seen, found)


def _by_person(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, list[Scan]]]:
    """Each person's scans from the one that opened the stay where the projection starts."""
    for person, group in groupby(rows, key=lambda row: row[0]):
        scans = []
        for _person, event_id, place, at, direction, trust, part, start_at, start_id in group:
            scan = Scan(event_id, place, at, direction, trust, part)  # type: ignore[arg-type]
            if start_at is None or order(scan) >= (start_at, -IN, start_id):
                scans.append(scan)
        yield person, scans


def _learn_rules(rules: dict[int, PlaceRule], places: set[int]) -> None:
    missing = places - rules.keys()
    if missing:
        known = Place.objects.filter(pk__in=missing).values_list("pk", "kind", "closes", "week", "typical_minutes")
        for pk, kind, closes, week, minutes in known:
            weekly = hours(None, None, week) if week is not None else None
            rules[pk] = PlaceRule(timedelta(minutes=minutes or typical_stay(kind)), closes, weekly)


def _store(seen: list[UUID], found: list[tuple[int, Stay]]) -> None:
    kept = [stay for _person, stay in found]
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [seen, [stay.id for stay in kept]])
        cursor.execute(
            _STORE,
            [
                [stay.id for stay in kept],
                [stay.place for stay in kept],
                [person for person, _stay in found],
                [stay.t_in for stay in kept],
                [stay.t_out for stay in kept],
                [stay.certain_until for stay in kept],
                [stay.ending for stay in kept],
                [stay.trust for stay in kept],
                # An array can't hold arrays of different lengths: each goes as text.
                ["{" + ",".join(map(str, sorted(stay.parts))) + "}" if stay.parts else None for stay in kept],
            ],
        )


@transaction.atomic
def tend_partitions() -> list[str]:
    """Make the weeks to come and drop the empty ones gone by; returns the names of those dropped."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT checkin_partitions_ahead(%s, %s)", [now - WEEKS_BEHIND, now + WEEKS_AHEAD])
        cursor.execute("SELECT checkin_drop_empty_partitions(%s)", [now - WEEKS_BEHIND])
        return [name for (name,) in cursor.fetchall()]
