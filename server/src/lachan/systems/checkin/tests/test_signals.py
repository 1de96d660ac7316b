"""Signals of places: each finds what it says and not what is innocent; items open once, end, and name nobody."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.register.places import actions as places
from lachan.register.places.models import Place
from lachan.systems.checkin import actions, open_data, signals, statistics, work
from lachan.systems.checkin.models import Direction, Event, Trust, Visit, WorkItem
from lachan.systems.checkin.occupancy import VisitCounter

pytestmark = pytest.mark.django_db
Kind = WorkItem.Kind
# A Tuesday, 10:00 in Viet Nam.
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def by_the_system() -> Any:
    with audit.acting(audit.system("tests")):
        yield


@pytest.fixture
def shop(owner: Any, area_tree: Any) -> Place:
    """Another place, in Hà Nội, 600 km away."""
    return places.register_place(
        account=owner, name="Phở Thìn", kind="restaurant", area=area_tree.badinh, latitude=21.03, longitude=105.85
    )


def scan(person: Any, place: Place, at: datetime, **fields: Any) -> None:
    given = {"direction": Direction.IN, "trust": Trust.POSTER, "device": None, "apart": None} | fields
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, by_account_id, device_id, apart)"
            " VALUES (%s, %s, %s, %s, %s, %s, 1, %s, %s)",
            [uuid4(), person.pk, place.pk, at, given["direction"], given["trust"], given["device"], given["apart"]],
        )


def find(kind: str, now: datetime = NOW) -> list[signals.Finding]:
    return list(signals.SIGNALS[kind](now))


def old(place: Place, days: int = 30) -> None:
    Place.objects.filter(pk=place.pk).update(created_at=NOW - timedelta(days=days))


def test_silent_places_are_found_until_somebody_scans(market: Any, shop: Place, hanh: Any) -> None:
    old(market)
    old(shop, 3)
    assert [finding.place_id for finding in find(Kind.SILENT)] == [market.pk]
    with audit.acting(audit.system("tests")):
        assert work.sweep([Kind.SILENT], NOW) == 1
        assert work.sweep([Kind.SILENT], NOW) == 0
    scan(hanh.person, market, NOW - timedelta(hours=2))
    actions.rebuild()
    work.sweep([Kind.SILENT], NOW)
    item = WorkItem.objects.get()
    assert (item.outcome, item.closed_at) == ("passed", NOW)


@pytest.mark.parametrize("change", [{"paused_at": NOW}, {"closed_at": NOW}])
def test_a_place_that_is_closed_is_not_silent(market: Any, change: dict[str, Any]) -> None:
    old(market)
    Place.objects.filter(pk=market.pk).update(**change)
    assert not find(Kind.SILENT)


@pytest.mark.parametrize(
    ("scans", "found"),
    [
        ((20, 25, Trust.POSTER), True),
        ((19, 25, Trust.POSTER), False),
        ((20, 60, Trust.POSTER), False),
        ((40, 5, Trust.GATEKEEPER), False),
    ],
)
def test_a_burst_from_one_phone(market: Any, hanh: Any, scans: tuple[int, int, Trust], found: bool) -> None:
    count, apart_s, trust = scans
    for n in range(count):
        scan(hanh.person, market, NOW - timedelta(seconds=apart_s * n + 60), device=7, trust=trust)
    assert bool(find(Kind.BURST)) is found
    if found:
        (one,) = find(Kind.BURST)
        assert (one.place_id, one.detail["most"], one.detail["phones"]) == (market.pk, 20, 1)


def test_twenty_phones_are_no_burst(market: Any, hanh: Any) -> None:
    for n in range(30):
        scan(hanh.person, market, NOW - timedelta(seconds=10 * n), device=n)
    assert not find(Kind.BURST)


def test_impossible_travel_suspects_the_less_certain_code(market: Any, shop: Place, hanh: Any, tin: Any) -> None:
    Place.objects.filter(pk=market.pk).update(latitude=16.06, longitude=108.22)
    for person in (hanh.person, tin.person):
        scan(person, market, NOW - timedelta(minutes=50), trust=Trust.ROTATING)
        scan(person, shop, NOW - timedelta(minutes=20))
    (one,) = find(Kind.TRAVEL)
    assert (one.place_id, one.detail["other"], one.detail["people"], one.detail["minutes"]) == (
        shop.pk,
        market.pk,
        2,
        30,
    )
    assert 550 < one.detail["kilometres"] < 650


def test_a_flight_is_possible_and_a_neighbour_is_near(market: Any, shop: Place, hanh: Any, tin: Any) -> None:
    Place.objects.filter(pk=market.pk).update(latitude=16.06, longitude=108.22)
    scan(hanh.person, market, NOW - timedelta(hours=5))
    scan(hanh.person, shop, NOW - timedelta(hours=1))
    Place.objects.filter(pk=shop.pk).update(latitude=16.10, longitude=108.25)
    scan(tin.person, market, NOW - timedelta(minutes=3))
    scan(tin.person, shop, NOW - timedelta(minutes=2))
    assert not find(Kind.TRAVEL)


def test_a_code_read_far_away_by_several_phones(market: Any, hanh: Any) -> None:
    for device in (1, 2):
        scan(hanh.person, market, NOW - timedelta(hours=1), device=device, apart=5000)
    scan(hanh.person, market, NOW - timedelta(hours=1), device=3, apart=1900)
    scan(hanh.person, market, NOW - timedelta(hours=1), device=4)
    assert not find(Kind.FAR)
    scan(hanh.person, market, NOW - timedelta(hours=1), device=5, apart=2100)
    (one,) = find(Kind.FAR)
    assert (one.detail["phones"], one.detail["metres"]) == (3, 5000)


@pytest.mark.parametrize(
    ("hours", "at_hour", "found"),
    [
        ({"opens": "05:00", "closes": "18:00"}, 9, False),
        ({"opens": "05:00", "closes": "18:00"}, 18.5, False),
        ({"opens": "05:00", "closes": "18:00"}, 22, True),
        ({"opens": "18:00", "closes": "02:00"}, 1, False),
        ({}, 3, False),
        ({"week": [None, *[["05:00", "18:00"]] * 6]}, 9, True),
        ({"paused_at": NOW - timedelta(days=3)}, 9, True),
    ],
)
def test_arrivals_outside_hours(market: Any, hanh: Any, hours: dict[str, Any], at_hour: float, found: bool) -> None:
    """All on Monday 23 November, Viet Nam's clock."""
    Place.objects.filter(pk=market.pk).update(**({"opens": None, "closes": None} | hours))
    start = datetime(2026, 11, 22, 17, 0, tzinfo=UTC) + timedelta(hours=at_hour)
    for n in range(5):
        scan(hanh.person, market, start + timedelta(minutes=n))
    assert bool(find(Kind.HOURS, start + timedelta(hours=12))) is found


def test_a_report_becomes_an_item_once(market: Any) -> None:
    places.report_code(code=market.codes.get(), area=market.area, what="covered", note="Dán đè ở cổng sau")
    assert work.sweep([Kind.REPORT]) == 1
    assert work.sweep([Kind.REPORT]) == 0
    item = WorkItem.objects.get()
    assert (item.place, item.area, item.detail["what"]) == (market, market.area, "covered")


def test_an_item_is_taken_given_back_and_ended_once(market: Any, commune_officer: Any, province_officer: Any) -> None:
    places.report_code(code=market.codes.get(), area=market.area, what="covered")
    work.sweep([Kind.REPORT])
    item = WorkItem.objects.get()
    assert work.take(item=item, by=commune_officer).owner == commune_officer
    assert work.give_back(item=item).owner is None
    work.end(item=item, outcome="replaced", note="Đã dán bảng mới", by=province_officer)
    with pytest.raises(work.NotOpenError):
        work.end(item=item, outcome="nothing", note="", by=commune_officer)
    assert work.sweep([Kind.REPORT]) == 0
    item.refresh_from_db()
    assert (item.outcome, item.closed_by) == ("replaced", province_officer)


def test_an_ended_signal_rests_before_it_comes_back(market: Any, hanh: Any, commune_officer: Any) -> None:
    for device in (1, 2, 3):
        scan(hanh.person, market, NOW - timedelta(hours=1), device=device, apart=9000)
    work.sweep([Kind.FAR], NOW)
    work.end(item=WorkItem.objects.get(), outcome="nothing", note="", by=commune_officer)
    WorkItem.objects.update(closed_at=NOW)
    assert work.sweep([Kind.FAR], NOW + timedelta(minutes=5)) == 0
    WorkItem.objects.update(closed_at=NOW - timedelta(days=8))
    assert work.sweep([Kind.FAR], NOW) == 1


def test_an_item_names_no_person_and_no_phone(market: Any, shop: Place, hanh: Any) -> None:
    Place.objects.filter(pk=market.pk).update(latitude=16.06, longitude=108.22)
    for n in range(25):
        scan(hanh.person, market, NOW - timedelta(seconds=n), device=987_654, apart=9000)
    scan(hanh.person, shop, NOW + timedelta(minutes=1), device=987_654)
    work.sweep([Kind.BURST, Kind.TRAVEL, Kind.FAR], NOW + timedelta(minutes=5))
    assert WorkItem.objects.count() == 2
    text = json.dumps(list(WorkItem.objects.values()), default=str)
    assert "987654" not in text
    assert str(hanh.person.key) not in text and hanh.name not in text


def test_occupancy_is_counted_by_open_stays(market: Any, hanh: Any, tin: Any) -> None:
    now = timezone.now()
    scan(hanh.person, market, now - timedelta(minutes=10))
    scan(tin.person, market, now - timedelta(minutes=20))
    scan(tin.person, market, now - timedelta(minutes=5), direction=Direction.OUT)
    actions.rebuild()
    counter = VisitCounter()
    assert counter.inside_now(market) == 1
    assert sum(day.people for day in counter.by_day(market, 2)) == 2
    assert len(counter.by_day(market, 7)) == 7


def test_a_place_s_own_usual_stay_and_weekday_hours_end_a_forgotten_visit(market: Any, hanh: Any) -> None:
    Place.objects.filter(pk=market.pk).update(typical_minutes=95)
    scan(hanh.person, market, NOW)
    actions.rebuild()
    assert Visit.objects.get().t_out == NOW + timedelta(minutes=95)
    Place.objects.filter(pk=market.pk).update(week=[None, ["05:00", "10:30"], *[None] * 5])
    actions.rebuild()
    assert Visit.objects.get().t_out == NOW + timedelta(minutes=30)


@pytest.fixture
def used(market: Any, shop: Place, hanh: Any, tin: Any) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    for place in (market, shop):
        Place.objects.filter(pk=place.pk).update(created_at=yesterday - timedelta(days=9))
    for n in range(6):
        scan(hanh.person, market, yesterday - timedelta(days=n % 3, minutes=2 * n), direction=Direction.IN)
    for n in range(2):
        scan(tin.person, shop, yesterday - timedelta(days=n))
    actions.rebuild()


@pytest.mark.usefixtures("used")
def test_statistics_count_by_commune_and_kind(market: Any, shop: Place, area_tree: Any) -> None:
    from lachan.register.areas.queries import within

    rows = {(row.area_id, row.kind): row for row in statistics.use()}
    assert rows[(market.area_id, "market")].registered == 1
    assert rows[(shop.area_id, "restaurant")].visits == 2
    assert {row.area_id for row in statistics.use(within(area_tree.danang.pk))} == {market.area_id}
    assert sum(day.visits for day in statistics.by_day()) == Visit.objects.count()


@pytest.mark.usefixtures("used")
def test_open_data_leaves_small_numbers_out(client: Client) -> None:
    rows = {row["kind"]: row for row in client.get("/api/v1/open/places").json()["rows"]}
    assert rows["restaurant"]["stays"] is None
    text = client.get("/api/v1/open/places.csv").content.decode("utf-8-sig")
    assert "< 5" in text and "Phường Ba Đình" in text
    answer = client.get("/api/v1/open/places")
    assert client.get("/api/v1/open/places", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert "total" not in answer.content.decode()


@pytest.mark.parametrize(("value", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (1000, 1000)])
def test_what_a_small_number_is(value: int, shown: int | None) -> None:
    assert statistics.small(value) == shown
    assert open_data.statistics.LEAST == 5


def test_events_keep_only_a_distance() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'checkin_event'")
        columns = {name for (name,) in cursor.fetchall()}
    assert "apart" in columns and not columns & {"latitude", "longitude", "accuracy", "position"}
    assert Event._meta.get_field("apart").null
