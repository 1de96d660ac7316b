"""What the room holds of a person is exported, moved, erased, and gone after 21 days."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from lachan.register.people import holdings
from lachan.systems.checkin import actions, keeping
from lachan.systems.checkin.models import Event, Receipt, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_checkins")]


def held() -> dict[str, holdings.Holding]:
    return {h.table: h for h in holdings.all_holdings() if h.room == "checkin"}


def scan(person: int, place: int, at: datetime, received: datetime | None = None) -> Event:
    event = Event.objects.create(
        person_id=person,
        place_id=place,
        at=at,
        direction=1,
        trust=1,
        by_account_id=1,
        device_id=7,
        received_at=received or at,
    )
    Receipt.objects.create(
        device_id=7,
        key=uuid4(),
        body_hash=b"x",
        event_id=event.id,
        place_id=place,
        at=at,
        direction=1,
        received_at=received or at,
    )
    return event


def test_every_person_column_is_registered() -> None:
    assert set(held()) == {"checkin_event", "checkin_visit"}


def test_export_and_erase(market: Any) -> None:
    now = timezone.now()
    scan(1, market.pk, now)
    other = scan(2, market.pk, now)
    actions.project()
    assert [row["place__name"] for row in held()["checkin_event"].export(1)] == ["Chợ Đầu Cầu"]
    assert [row["t_in"] for row in held()["checkin_visit"].export(1)] == [now]
    for holding in held().values():
        assert holding.erase(1) == 1
    assert [e.id for e in Event.objects.all()] == [other.id]
    assert [r.event_id for r in Receipt.objects.all()] == [other.id]
    assert [v.person_id for v in Visit.objects.all()] == [2]
    actions.rebuild()
    assert [v.person_id for v in Visit.objects.all()] == [2]


def test_a_merge_joins_the_stays(market: Any) -> None:
    now = timezone.now()
    scan(1, market.pk, now)
    scan(2, market.pk, now + timedelta(minutes=10))
    actions.project()
    for holding in held().values():
        holding.repoint(1, 2)
    actions.project()
    (visit,) = Visit.objects.all()
    assert (visit.person_id, visit.t_in, visit.certain_until) == (2, now, now + timedelta(minutes=10))


def test_rows_go_after_21_days_by_their_own_time(market: Any) -> None:
    today = datetime(2026, 11, 24, tzinfo=keeping.VIETNAM)
    first = (today - timedelta(days=21)).astimezone(UTC)
    gone = first - timedelta(seconds=1)
    scan(1, market.pk, gone)
    scan(2, market.pk, gone, received=first + timedelta(days=9))
    kept = [scan(3, market.pk, first), scan(4, market.pk, first, received=first + timedelta(days=9))]
    actions.project()
    assert held()["checkin_event"].retain(today.date()) == 2
    held()["checkin_visit"].retain(today.date() + timedelta(days=1))
    assert set(Event.objects.values_list("id", flat=True)) == {e.id for e in kept}
    assert set(Receipt.objects.values_list("event_id", flat=True)) == {e.id for e in kept}


def test_tending_makes_the_weeks_ahead_and_drops_the_empty_ones_behind(market: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT checkin_partition_week('2020-01-01')")
    assert "checkin_event_2020w01" in actions.tend_partitions()
    event = scan(1, market.pk, timezone.now() + timedelta(weeks=4))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM checkin_event WHERE id = %s", [event.id])
        assert cursor.fetchone()[0] != "checkin_event_rest"
