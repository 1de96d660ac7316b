"""Stays follow from the set of scans: equal to an oracle, to themselves in any order of arrival, and to a rebuild."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.register.places.models import Place
from lachan.systems.checkin import actions
from lachan.systems.checkin.models import Event, Visit
from lachan.systems.checkin.projection import IN, MAX_STAY, OUT, PlaceRule, Scan, Stay, closing_after, stays

BASE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 08:00 in Viet Nam
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES = {
    1: PlaceRule(30 * MINUTE, time(18, 0)),
    2: PlaceRule(4 * HOUR, time(17, 0)),
    3: PlaceRule(12 * HOUR),
    4: PlaceRule(2 * HOUR, time(1, 30)),
}
SCANNED, NEXT, CLOSING, TYPICAL = (ending.value for ending in Visit.Ending)


def scan(number: int, place: int, minutes: float, direction: int = IN, trust: int = 1) -> Scan:
    return Scan(UUID(int=number), place, BASE + minutes * MINUTE, direction, trust)


def told(found: Iterable[Stay]) -> list[tuple[int, float, float, float, int]]:
    """Place, then minutes after BASE: in, out, certain until; then the ending."""
    return [
        (s.place, (s.t_in - BASE) / MINUTE, (s.t_out - BASE) / MINUTE, (s.certain_until - BASE) / MINUTE, s.ending)
        for s in found
    ]


@pytest.mark.parametrize(
    ("scans", "expected"),
    [
        ("nothing", []),
        ([scan(1, 1, 0), scan(2, 1, 20, OUT)], [(1, 0, 20, 20, SCANNED)]),
        ([scan(1, 1, 0)], [(1, 0, 30, 0, TYPICAL)]),
        ([scan(1, 2, 8 * 60)], [(2, 480, 540, 480, CLOSING)]),
        ([scan(1, 2, 10 * 60)], [(2, 600, 840, 600, TYPICAL)]),
        ([scan(1, 2, 0), scan(2, 1, 60)], [(2, 0, 60, 0, NEXT), (1, 60, 90, 60, TYPICAL)]),
        ([scan(1, 1, 0), scan(2, 2, 60)], [(1, 0, 30, 0, TYPICAL), (2, 60, 300, 60, TYPICAL)]),
        ([scan(1, 1, 0), scan(2, 1, 25), scan(3, 1, 50)], [(1, 0, 80, 50, TYPICAL)]),
        ([scan(1, 1, 0), scan(2, 1, 31)], [(1, 0, 30, 0, TYPICAL), (1, 31, 61, 31, TYPICAL)]),
        ([scan(1, 1, 0), scan(2, 1, 300, OUT)], [(1, 0, 300, 300, SCANNED)]),
        ([scan(1, 1, 0), scan(2, 1, 10, OUT), scan(3, 1, 12, OUT)], [(1, 0, 12, 12, SCANNED)]),
        ([scan(1, 1, 0, OUT)], [(1, -30, 0, -30, SCANNED)]),
        ([scan(1, 2, 0), scan(2, 1, 10, OUT)], [(2, 0, 10, 0, NEXT), (1, 0, 10, 0, SCANNED)]),
        ([scan(1, 3, 0), scan(2, 3, 25 * 60, OUT)], [(3, 0, 720, 0, TYPICAL), (3, 780, 1500, 780, SCANNED)]),
        ([scan(1, 3, 0), scan(2, 3, 700), scan(3, 3, 1400)], [(3, 0, 1440, 1400, TYPICAL)]),
        ([scan(2, 1, 5, OUT), scan(1, 2, 5), scan(3, 1, 0)], [(1, 0, 5, 5, SCANNED), (2, 5, 245, 5, TYPICAL)]),
        ([scan(1, 4, 17 * 60)], [(4, 1020, 1050, 1020, CLOSING)]),
    ],
)
def test_a_story_told_by_scans(scans: Any, expected: list[Any]) -> None:
    found = stays([] if scans == "nothing" else scans, RULES)
    assert told(found) == expected


def test_the_weakest_link_does_not_lower_the_trust() -> None:
    (stay,) = stays([scan(1, 1, 0, trust=1), scan(2, 1, 5, trust=4), scan(3, 1, 9, OUT, trust=2)], RULES)
    assert stay.trust == 4


def test_closing_is_after_the_moment_even_at_the_closing_minute() -> None:
    at_closing = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert closing_after(at_closing, time(18, 0)) == at_closing + timedelta(days=1)
    assert closing_after(at_closing - MINUTE, time(18, 0)) == at_closing


def oracle(scans: list[Scan]) -> list[tuple[Any, ...]]:
    """The rule, said again: first cut the line of scans into groups, then read each group's stay off it."""
    line = sorted(scans, key=lambda s: (s.at, s.direction == IN, s.id))

    def latest(group: list[Scan]) -> tuple[datetime, int]:
        rule = RULES[group[0].place]
        ends = [(group[0].at + MAX_STAY, TYPICAL, 2), (group[-1].at + rule.typical, TYPICAL, 1)]
        if rule.closes:
            day = group[-1].at.astimezone(UTC) + timedelta(hours=7)
            shut = datetime.combine(day.date(), rule.closes, UTC) - timedelta(hours=7)
            ends.append((shut if shut > group[-1].at else shut + timedelta(days=1), CLOSING, 0))
        end = min(ends, key=lambda e: (e[0], e[2]))
        return end[0], end[1]

    groups: list[list[Scan]] = []
    for s in line:
        group = groups[-1] if groups else None
        joins = False
        if group and group[0].place == s.place:
            first, out_before = group[0], group[-1].direction == OUT
            begun = first.at if first.direction == IN else None
            if s.direction == IN:
                joins = not out_before and s.at <= latest(group)[0]
            elif not out_before:
                joins = s.at <= first.at + MAX_STAY
            else:
                if begun is None:
                    begun = orphan_start(first, groups[:-1])
                joins = s.at <= group[-1].at + RULES[s.place].typical and s.at <= begun + MAX_STAY
        if joins and group:
            group.append(s)
        else:
            groups.append([s])

    result = []
    for number, group in enumerate(groups):
        first, last = group[0], group[-1]
        if first.direction == OUT:
            start = orphan_start(first, groups[:number])
            result.append((first.id, first.place, start, last.at, start, SCANNED))
        elif last.direction == OUT:
            result.append((first.id, first.place, first.at, last.at, last.at, SCANNED))
        else:
            end, ending = latest(group)
            after = groups[number + 1][0] if number + 1 < len(groups) else None
            if after and after.place != first.place and after.at <= end:
                end, ending = after.at, NEXT
            result.append((first.id, first.place, first.at, end, last.at, ending))
    return result


def orphan_start(first: Scan, before: list[list[Scan]]) -> datetime:
    start = first.at - RULES[first.place].typical
    return max(start, before[-1][-1].at) if before else start


drawn = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 4]),
        st.one_of(st.integers(0, 400), st.integers(0, 4000)).map(lambda m: m * 5),
        st.sampled_from([IN, IN, OUT]),
    ),
    max_size=14,
).map(lambda rows: [scan(number + 1, *row) for number, row in enumerate(rows)])


@settings(max_examples=2000, deadline=None)
@given(drawn)
def test_stays_equal_the_oracle(scans: list[Scan]) -> None:
    found = [(s.id, s.place, s.t_in, s.t_out, s.certain_until, s.ending) for s in stays(scans, RULES)]
    assert found == oracle(scans)


@settings(max_examples=300, deadline=None)
@given(drawn, st.randoms())
def test_the_order_of_arrival_does_not_matter(scans: list[Scan], shuffle: random.Random) -> None:
    mixed = scans[:]
    shuffle.shuffle(mixed)
    assert stays(mixed, RULES) == stays(scans, RULES)


@settings(max_examples=500, deadline=None)
@given(drawn)
def test_every_stay_is_possible(scans: list[Scan]) -> None:
    found = stays(scans, RULES)
    for stay in found:
        assert timedelta(0) <= stay.t_out - stay.t_in <= MAX_STAY
        assert stay.t_in <= stay.certain_until <= stay.t_out
    for s in scans:
        assert any(f.place == s.place and f.t_in <= s.at <= f.t_out for f in found)
    for one, two in pairwise(found):
        assert one.certain_until <= two.t_out
        if one.place == two.place:
            assert one.certain_until <= two.certain_until


# Through the database


@pytest.fixture
def places(market: Place) -> dict[int, int]:
    """Place numbers of RULES as real places; returns number → primary key."""
    kinds = {1: ("market", time(18, 0)), 2: ("office", time(17, 0)), 3: ("lodging", None), 4: ("hospital", time(1, 30))}
    made = {}
    for number, (kind, closes) in kinds.items():
        place = Place.objects.create(
            name=f"{number}", kind=kind, area=market.area, opens=time(5) if closes else None, closes=closes
        )
        made[number] = place.pk
    return made


def visits(places: dict[int, int]) -> dict[int, list[tuple[Any, ...]]]:
    number = {pk: n for n, pk in places.items()}
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for v in Visit.objects.order_by("person_id", "t_in", "id"):
        rows.setdefault(v.person_id, []).append((v.id, number[v.place_id], v.t_in, v.t_out, v.certain_until, v.ending))
    return rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_checkins")
@pytest.mark.parametrize("seed", range(25))
def test_projecting_bit_by_bit_equals_the_oracle_and_a_rebuild(places: dict[int, int], seed: int) -> None:
    dice = random.Random(seed)
    scans: dict[int, list[Scan]] = {}
    arrivals = []
    for number in range(1, 160):
        person = dice.randint(1, 6)
        s = scan(number, dice.randint(1, 4), dice.randint(0, 500) * 10, dice.choice([IN, IN, OUT]))
        scans.setdefault(person, []).append(s)
        arrivals.append((person, s))
    dice.shuffle(arrivals)
    while arrivals:
        size = dice.randint(1, 25)
        now, arrivals = arrivals[:size], arrivals[size:]
        with transaction.atomic():
            for person, s in now:
                Event.objects.create(
                    id=s.id,
                    person_id=person,
                    place_id=places[s.place],
                    at=s.at,
                    direction=s.direction,
                    trust=1,
                    by_account_id=1,
                    received_at=BASE,
                )
        actions.project()
    expected = {p: sorted(oracle(group), key=lambda v: (v[2], v[0])) for p, group in scans.items()}
    assert visits(places) == expected
    assert actions.project() == 0
    actions.rebuild()
    assert visits(places) == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_checkins")
def test_an_event_committed_late_is_not_skipped(places: dict[int, int]) -> None:
    """A transaction that began before others and commits after them has a smaller number; it must still be read."""
    import psycopg

    from lachan.systems.checkin.asgi import database_dsn

    row = (
        "INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, by_account_id)"
        " VALUES (%s, %s, %s, %s, 1, 1, 1)"
    )
    with psycopg.connect(database_dsn()) as slow, psycopg.connect(database_dsn(), autocommit=True) as quick:
        slow.execute(row, [UUID(int=1), 1, places[1], BASE])
        quick.execute(row, [UUID(int=2), 2, places[1], BASE])
        actions.project()
        slow.commit()
        actions.project()
        quick.execute(row, [UUID(int=3), 3, places[1], BASE])
        actions.project()
    assert set(visits(places)) == {1, 2, 3}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_checkins")
def test_a_restored_database_projects_everything_again(places: dict[int, int]) -> None:
    Event.objects.create(
        id=UUID(int=9),
        person_id=1,
        place_id=places[1],
        at=BASE,
        direction=IN,
        trust=1,
        by_account_id=1,
        received_at=BASE,
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE checkin_watermark SET txid = '99999999999'")
    assert actions.project() == 1
    assert set(visits(places)) == {1}
