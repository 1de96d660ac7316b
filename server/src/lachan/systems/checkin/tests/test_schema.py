"""The check-in tables keep what the design promises, whatever code writes to them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lachan.systems.checkin.models import Event, Visit

pytestmark = pytest.mark.django_db


def event(at: datetime, **other: object) -> Event:
    values = {"person_id": 1, "place_id": 1, "direction": 1, "trust": 1, "by_account_id": 1}
    return Event.objects.create(at=at, received_at=timezone.now(), **values | other)


def partition_of(made: Event) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM checkin_event WHERE id = %s", [made.pk])
        return str(cursor.fetchone()[0])


def call(sql: str, *arguments: object) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return [row[0] for row in cursor.fetchall()]


def test_an_event_is_never_changed() -> None:
    event(timezone.now())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.update(direction=2)


@pytest.mark.parametrize(
    ("length", "certain"),
    [
        (timedelta(hours=24, seconds=1), timedelta(0)),
        (-timedelta(seconds=1), timedelta(0)),
        (timedelta(hours=1), timedelta(hours=2)),
    ],
)
def test_an_impossible_stay_is_refused(length: timedelta, certain: timedelta) -> None:
    start = timezone.now()
    with pytest.raises(IntegrityError, match="checkin_visit_"), transaction.atomic():
        Visit.objects.create(
            place_id=1, person_id=1, t_in=start, t_out=start + length, certain_until=start + certain, ending=1, trust=1
        )


def test_an_event_goes_to_its_week() -> None:
    now = timezone.now()
    year, week, _day = now.astimezone(UTC).isocalendar()
    assert partition_of(event(now)) == f"checkin_event_{year}w{week:02}"


def test_an_event_of_a_week_not_made_yet_is_kept_and_moved_when_it_is_made() -> None:
    far = datetime(2031, 1, 1, tzinfo=UTC)
    early = event(far)
    assert partition_of(early) == "checkin_event_rest"
    assert call("SELECT checkin_partitions_ahead(%s, %s)", far, far + timedelta(days=7)) == [2]
    assert partition_of(early) == "checkin_event_2031w01"
    assert call("SELECT checkin_partitions_ahead(%s, %s)", far, far + timedelta(days=7)) == [0]
    assert Event.objects.get(pk=early.pk).at == far


def test_only_empty_past_weeks_are_dropped() -> None:
    old = datetime(2020, 12, 30, tzinfo=UTC)  # ISO week 53
    call("SELECT checkin_partitions_ahead(%s, %s)", old - timedelta(days=7), old + timedelta(days=7))
    kept = event(old)
    assert call("SELECT checkin_drop_empty_partitions(%s)", datetime(2021, 1, 4, tzinfo=UTC)) == [
        "checkin_event_2020w52"
    ]
    Event.objects.filter(pk=kept.pk).delete()
    assert call("SELECT checkin_drop_empty_partitions(%s)", datetime(2021, 1, 10, 23, tzinfo=UTC)) == [
        "checkin_event_2020w53"
    ]
    assert call("SELECT checkin_drop_empty_partitions(%s)", datetime(2021, 1, 11, tzinfo=UTC)) == [
        "checkin_event_2021w01"
    ]
