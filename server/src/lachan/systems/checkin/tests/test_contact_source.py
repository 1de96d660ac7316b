"""The source finds what the rule of tracing says, through the same worlds and oracle that prove trace()."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from lachan.response.tracing.sources import HouseholdSource, registered
from lachan.response.tracing.tests import test_oracle, worlds
from lachan.systems.checkin.contact_source import CheckinSource
from lachan.systems.checkin.models import Visit

pytestmark = pytest.mark.django_db


def test_the_source_is_registered() -> None:
    assert any(isinstance(source, CheckinSource) for source in registered())


@pytest.mark.parametrize("batch", range(6))
def test_trace_over_this_source_equals_the_oracle(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(test_oracle, "SOURCES", [CheckinSource(), HouseholdSource()])
    cast = worlds.Cast.create()
    rows = 0
    for seed in range(10_000 + batch * 25, 10_000 + batch * 25 + 25):
        savepoint = transaction.savepoint()
        rows += test_oracle.compare(worlds.make(seed, cast), seed)
        transaction.savepoint_rollback(savepoint)
    assert rows > 75


def test_place_windows_count_the_other_people_there(market: Any) -> None:
    start = datetime(2026, 3, 2, 1, tzinfo=UTC)
    minute = timedelta(minutes=1)

    def stay(person: int, begin: int, end: int, place: int = market.pk) -> None:
        Visit.objects.create(
            place_id=place,
            person_id=person,
            t_in=start + begin * minute,
            t_out=start + end * minute,
            certain_until=start + begin * minute,
            ending=4,
            trust=1,
        )

    stay(1, 0, 60)
    stay(2, 30, 90)
    stay(2, 55, 58)
    stay(3, 60, 90)
    stay(4, 71, 90)
    stay(5, -60, -1)
    stay(6, 10, 20, place=market.pk + 1)
    stay(7, -600, 700)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS tracing_frontier (person_id bigint PRIMARY KEY, case_id bigint NOT NULL,"
            " starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL) ON COMMIT DELETE ROWS"
        )
        cursor.execute("INSERT INTO tracing_frontier VALUES (1, 1, %s, %s)", [start + 5 * minute, start + 500 * minute])
        cursor.execute(CheckinSource().place_windows() or "", {"max_stay": timedelta(hours=24), "tail": 10 * minute})
        assert cursor.fetchall() == [(market.pk, start + 5 * minute, start + 70 * minute, 3)]
