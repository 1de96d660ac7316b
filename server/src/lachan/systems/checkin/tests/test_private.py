"""POST /api/v1/checkins/private: a number goes up, and nothing else is known of who came."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from lachan.ground import audit
from lachan.register.places import actions as places
from lachan.register.places import codes
from lachan.register.places.kinds import KINDS, PRIVATE_KINDS, allows_private
from lachan.systems.checkin import chores, occupancy, private, signals
from lachan.systems.checkin.asgi import PRIVATE_PATH
from lachan.systems.checkin.models import PrivateCount, PrivateOnce

pytestmark = pytest.mark.django_db(transaction=True)


def hour(ago: timedelta = timedelta()) -> datetime:
    return (datetime.now(UTC) - ago).replace(minute=0, second=0, microsecond=0)


class Visitor:
    def __init__(self, client: httpx.AsyncClient, code: str) -> None:
        self.client, self.code = client, code

    def body(self, **fields: Any) -> dict[str, Any]:
        base = {"once": str(uuid.uuid4()), "code": self.code, "direction": "in", "hour": hour().isoformat()}
        return base | fields

    async def send(self, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        given = {"content-type": "application/json"} | (headers or {})
        return await self.client.post(PRIVATE_PATH, content=json.dumps(self.body(**fields)), headers=given)


@pytest.fixture
def visitor(web: httpx.AsyncClient, market_code: str) -> Visitor:
    return Visitor(web, market_code)


@sync_to_async
def counts() -> list[tuple[Any, ...]]:
    return list(
        PrivateCount.objects.order_by("hour", "direction").values_list("place_id", "hour", "direction", "visits")
    )


async def test_a_private_arrival_is_counted_and_nothing_else_is_written(
    visitor: Visitor, hanhs_token: str, market: Any
) -> None:
    before = await everything()
    now = hour()
    for _one in range(3):
        answer = await visitor.send({"cookie": f"lachan_device={hanhs_token}"}, hour=now.isoformat())
        assert answer.status_code == 201
        assert answer.json() == {"place": {"name": "Chợ Đầu Cầu", "key": str(market.key)}, "kind": "market"}
        assert "set-cookie" not in answer.headers
    await visitor.send(direction="out", hour=now.isoformat())
    assert await counts() == [(market.pk, now, 1, 3), (market.pk, now, 2, 1)]
    after = await everything()
    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed == {"checkin_privatecount", "checkin_privateonce"}
    assert await sync_to_async(columns)("checkin_privateonce") == {"once", "until"}
    assert await sync_to_async(columns)("checkin_privatecount") == {"id", "place_id", "hour", "direction", "visits"}


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        return {name for (name,) in cursor.fetchall()}


@sync_to_async
def everything() -> dict[str, Any]:
    """What every table holds, as PostgreSQL prints it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            rows = f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t"  # noqa: S608
            cursor.execute(rows)
            found[table] = cursor.fetchone()
    return found


async def test_a_repetition_counts_once_also_among_twins_and_after_a_revoked_code(
    visitor: Visitor, market: Any
) -> None:
    sent = visitor.body()
    answers = await asyncio.gather(*[visitor.send(**sent) for _ in range(20)])
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert (await visitor.send(**sent)).status_code == 200
    assert [row[3] for row in await counts()] == [1]


async def test_a_kind_that_needs_a_name_is_told_so(visitor: Visitor, market: Any) -> None:
    await sync_to_async(set_kind)(market, "hospital")
    answer = await visitor.send()
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "named_only")
    assert "Gửi có tên" in answer.json()["error"]["message"]
    assert await counts() == []
    assert await sync_to_async(PrivateOnce.objects.count)() == 0


def set_kind(market: Any, kind: str) -> None:
    market.kind = kind
    market.save()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"code": codes.new()}, 404, "place_unknown"),
        ({"code": "7KD2"}, 422, "code_mistyped"),
        ({"hour": (hour() + timedelta(minutes=7)).isoformat()}, 422, "hour_uneven"),
        ({"hour": (hour() + timedelta(hours=3)).isoformat()}, 422, "time_ahead"),
        ({"hour": (hour() - timedelta(hours=80)).isoformat()}, 422, "count_expired"),
        ({"hour": "0001-01-01T00:00:00+14:00"}, 422, "time_expired"),
        ({"once": "1"}, 422, "invalid"),
        ({"person": str(uuid.uuid4())}, 422, "invalid"),
        ({"sent_at": hour().isoformat()}, 422, "invalid"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_counted(
    visitor: Visitor, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await visitor.send(**change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert await counts() == []


async def test_a_screen_is_counted_without_its_moment(visitor: Visitor, market: Any) -> None:
    with audit.acting(audit.system("tests")):
        screen = await sync_to_async(places.screen_code)(place=market)
    assert (await visitor.send(code=screen.code)).status_code == 201


async def test_one_address_cannot_flood(visitor: Visitor) -> None:
    statuses = [(await visitor.send(code="7KD2")).status_code for _ in range(private.BURST)]
    assert statuses == [422] * private.BURST
    refused = await visitor.send()
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "flooded")
    assert int(refused.headers["retry-after"]) >= 1


def test_the_limit_refills_and_tells_addresses_apart() -> None:
    flood = private.Flood(burst=2, per_second=1_000_000.0, most=2)
    assert [flood.take("a") for _ in range(5)] == [0] * 5
    slow = private.Flood(burst=2, per_second=0.001, most=2)
    assert [slow.take("a") == 0 for _ in range(3)] == [True, True, False]
    assert slow.take("b") == 0
    assert {len(key) for key in slow._buckets} == {16}
    assert b"a" not in slow._buckets


def test_kinds_that_ask_about_health_are_never_private() -> None:
    assert not [kind for kind, rule in KINDS.items() if rule.private and rule.asks_health]
    assert allows_private("market") and not allows_private("lodging")
    assert set(PRIVATE_KINDS) == {"supermarket", "market", "restaurant", "worship", "other"}


def test_counts_enter_occupancy_silence_and_statistics_and_go_with_the_visits(market: Any) -> None:
    from lachan.systems.checkin import statistics

    now = datetime.now(UTC)
    type(market).objects.filter(pk=market.pk).update(created_at=now - timedelta(days=30))
    assert [finding.place_id for finding in signals.silent(now)] == [market.pk]
    PrivateCount.objects.create(place=market, hour=hour(), direction=1, visits=7)
    PrivateCount.objects.create(place=market, hour=hour(), direction=2, visits=2)
    assert list(signals.silent(now)) == []
    counter = occupancy.VisitCounter()
    assert counter.inside_now(market) == 5
    # Four who came long before leave in the hour before: those who came since are still there.
    PrivateCount.objects.create(place=market, hour=hour(timedelta(hours=1)), direction=2, visits=4)
    assert counter.inside_now(market) == 5
    PrivateCount.objects.filter(direction=2, visits=4).delete()
    assert sum(day.people for day in counter.by_day(market, 2)) == 7
    PrivateCount.objects.create(place=market, hour=hour(timedelta(days=1, hours=12)), direction=1, visits=4)
    since, until = statistics.window()
    (use,) = [row for row in statistics.use() if row.registered]
    yesterday = [c for c in PrivateCount.objects.all() if since <= c.hour < until and c.direction == 1]
    assert (use.visits, use.used, use.unverified) == (0, 1, sum(c.visits for c in yesterday))
    PrivateOnce.objects.create(once=uuid.uuid4(), until=now.date() - timedelta(days=2))
    PrivateOnce.objects.create(once=uuid.uuid4(), until=now.date() + timedelta(days=2))
    PrivateCount.objects.create(place=market, hour=hour(timedelta(days=23)), direction=1, visits=4)
    assert chores.forget_counts() == 2
    assert PrivateOnce.objects.count() == 1
    assert PrivateCount.objects.count() == 3
