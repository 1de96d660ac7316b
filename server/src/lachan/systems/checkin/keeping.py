"""What this room holds of a person, and for how long: stays and scans leave 21 days after they happened."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.register.people import holdings
from lachan.systems.checkin.models import Event, Visit

# Longer than the incubation and the tracing window of the diseases in the profiles; the same for all, since a scan does
# not know which disease will be traced.
RETENTION = timedelta(days=21)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# One projector, or one eraser, at a time: a projection under way must not bring back what is being erased.
LOCK = 7_205_001

_FORGET_RECEIPTS = """
DELETE FROM checkin_receipt receipt USING checkin_event event
WHERE event.person_id = %s AND receipt.device_id = event.device_id AND receipt.event_id = event.id
"""
# A merge: the trigger refuses an update, and the new row is projected again by itself, its transaction being new.
_MOVE = """
WITH moved AS (DELETE FROM checkin_event WHERE person_id = %s RETURNING *)
INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, clock_offset, by_account_id, device_id,
                           received_at, apart, means, part_id)
SELECT id, %s, place_id, at, direction, trust, clock_offset, by_account_id, device_id, received_at, apart, means,
       part_id
FROM moved
"""
# Receipts follow their scan's own time. Those that came within a day are found by arrival (BRIN), the late ones by
# their
# own small index.
_EXPIRED_RECEIPTS = (
    "DELETE FROM checkin_receipt WHERE received_at < %(first)s + interval '1 day' AND at < %(first)s",
    "DELETE FROM checkin_receipt WHERE received_at - at > interval '1 day' AND at < %(first)s",
)


def hold_projection() -> None:
    """Keep the projection still until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def erased_on(moment: datetime) -> date:
    """The day in whose night what happened at that moment is erased: it is kept for RETENTION after its own day."""
    return moment.astimezone(VIETNAM).date() + RETENTION + timedelta(days=1)


def first_kept(today: date) -> datetime:
    """What happened before this is gone after the night of that day."""
    return datetime(today.year, today.month, today.day, tzinfo=VIETNAM) - RETENTION


def register() -> None:
    holdings.register(
        holdings.Holding(
            room="checkin",
            label=_("Lượt quét đến và đi"),
            model=Event,
            person_field="person",
            export=_export_events,
            erase=_erase_events,
            repoint=_repoint_events,
            retain=_retain_events,
        )
    )
    holdings.register(
        holdings.Holding(
            room="checkin",
            label=_("Nơi đã đến"),
            model=Visit,
            person_field="person",
            export=_export_visits,
            erase=_erase_visits,
            # Stays follow their scans: the old person's go, the other's are projected again.
            repoint=lambda old, new: _erase_visits(old),
            retain=_retain_visits,
        )
    )


def _export_events(person_id: int) -> Iterable[dict[str, Any]]:
    rows = Event.objects.filter(person_id=person_id).order_by("at")
    shown = ("at", "direction", "trust", "means", "clock_offset", "place__name", "part__name", "received_at")
    return [dict(row) for row in rows.values(*shown)]


def _export_visits(person_id: int) -> Iterable[dict[str, Any]]:
    rows = Visit.objects.filter(person_id=person_id).order_by("t_in")
    return [dict(row) for row in rows.values("t_in", "t_out", "certain_until", "ending", "trust", "place__name")]


@transaction.atomic
def _erase_events(person_id: int) -> int:
    hold_projection()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_RECEIPTS, [person_id])
        cursor.execute("DELETE FROM checkin_event WHERE person_id = %s", [person_id])
        return int(cursor.rowcount)


@transaction.atomic
def _repoint_events(old: int, new: int) -> int:
    hold_projection()
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [old, new])
        return int(cursor.rowcount)


@transaction.atomic
def _erase_visits(person_id: int) -> int:
    hold_projection()
    return Visit.objects.filter(person_id=person_id).delete()[0]


def _retain_visits(today: date) -> int:
    first = first_kept(today)
    # The bound on t_in says nothing more, but lets the BRIN find the pages.
    return Visit.objects.filter(t_in__lt=first, t_out__lt=first).delete()[0]


@transaction.atomic
def _retain_events(today: date) -> int:
    first = first_kept(today)
    with connection.cursor() as cursor:
        receipts = 0
        for statement in _EXPIRED_RECEIPTS:
            cursor.execute(statement, {"first": first})
            receipts += cursor.rowcount
        audit.removed({"checkin_receipt": receipts})
        cursor.execute("DELETE FROM checkin_event WHERE at < %s", [first])
        return int(cursor.rowcount)
