"""Small random worlds: people, homes, stays, index cases, dismissed people. From a seed, into the real tables."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area
from lachan.register.people.models import Household, HouseholdMember, Person
from lachan.register.places.models import Place
from lachan.response.tracing.rule import IndexCase
from lachan.response.tracing.tests.oracle import Stay, Times

# Midnight of 1 November 2026 in Viet Nam.
ORIGIN = datetime(2026, 10, 31, 17, tzinfo=UTC)
HANOI = timedelta(hours=7)
PEOPLE, PLACES, HOMES = 9, 3, 3


def area_for_worlds() -> Area:
    """A commune on its own: worlds do not depend on the full list of areas."""
    return Area.objects.get_or_create(
        code="test", level=3, valid_from=date(2025, 7, 1),
        defaults={"name": "Phường Thử", "folded": "phuong thu", "first_listed": date(2025, 7, 1)},
    )[0]  # fmt: skip


@dataclass
class Cast:
    """The people, places and households that worlds share; a world moves them about."""

    people: list[int]
    places: list[int]
    homes: list[int]

    @classmethod
    def create(cls) -> "Cast":
        area = area_for_worlds()
        people = [
            Person.objects.create(name=f"Người {n}", area=area, erase_at=date(2030, 1, 1)).pk for n in range(PEOPLE)
        ]
        places = [Place.objects.create(name=f"Chợ {n}", kind=Place.Kind.MARKET, area=area).pk for n in range(PLACES)]
        homes = [Household.objects.create(area=area).pk for _ in range(HOMES)]
        return cls(people, places, homes)


@dataclass
class World:
    times: Times
    depth: int
    horizon: datetime
    index: list[IndexCase] = field(default_factory=list)
    excluded: set[int] = field(default_factory=set)
    stays: list[Stay] = field(default_factory=list)
    visits: dict[uuid.UUID, Stay] = field(default_factory=dict)


def make(seed: int, cast: Cast) -> World:
    """The world of that seed. Times fall on a grid of 5 minutes, so that equal times and exact limits do occur."""
    rng = random.Random(seed)
    days = rng.choice([1, 1, 2, 3])
    world = World(
        times=Times(
            latent=timedelta(hours=rng.choice([0, 1, 6, 24])),
            minimum=timedelta(minutes=rng.choice([1, 15, 60])),
            tail=timedelta(minutes=rng.choice([0, 0, 30, 120])),
        ),
        depth=rng.choice([1, 2, 3, 4]),
        horizon=ORIGIN + timedelta(days=days, minutes=5 * rng.randrange(0, 12)),
    )
    people = rng.sample(cast.people, rng.randint(4, PEOPLE))
    _visits(rng, world, people, cast, days)
    _homes(rng, world, people, cast, days)
    for number, person in enumerate(rng.sample(people, rng.choice([1, 1, 2, 3]))):
        start = ORIGIN + timedelta(minutes=5 * rng.randrange(-120, days * 60))
        end = start + timedelta(minutes=5 * rng.randrange(0, 144 + days * 288))
        world.index.append(IndexCase(case_id=100 + number, person_id=person, start=start, end=end))
    world.excluded = set(rng.sample(people, rng.choice([0, 0, 1, 2])))
    return world


def _visits(rng: random.Random, world: World, people: list[int], cast: Cast, days: int) -> None:
    taken: set[tuple[int, int, datetime]] = set()
    for _ in range(rng.randint(12, 40)):
        person, place = rng.choice(people), rng.choice(cast.places)
        since = ORIGIN + timedelta(minutes=5 * rng.randrange(0, days * 288))
        if (person, place, since) in taken:
            continue
        taken.add((person, place, since))
        length = rng.choice([0, 15, 20, 60, 180, 360, 600, 1440])
        certain = rng.choice([0, length // 2, length])
        stay = Stay(
            person, "checkin", place, since, since + timedelta(minutes=length), since + timedelta(minutes=certain)
        )
        world.stays.append(stay)
        world.visits[uuid7()] = stay


def _homes(rng: random.Random, world: World, people: list[int], cast: Cast, days: int) -> None:
    for person in people:
        for home in rng.sample(cast.homes, rng.choice([0, 1, 1, 2])):
            first = rng.randrange(-3, days + 1)
            last = rng.choice([None, first + 1, first + 2])
            if last is None and any(s.person == person and s.until is None for s in world.stays):
                last = first + 1
            start = ORIGIN + timedelta(days=first)
            until = None if last is None else ORIGIN + timedelta(days=last)
            world.stays.append(Stay(person, "household", home, start, until))


def insert(world: World) -> None:
    """Put the world into the tables that tracing reads."""
    rows = [(key, s.where, s.person, s.since, s.until, s.certain_until, 1, 1) for key, s in world.visits.items()]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO checkin_visit (id, place_id, person_id, t_in, t_out, certain_until, ending, trust) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household_id=s.where,
            person_id=s.person,
            since=(s.since + HANOI).date(),
            until=None if s.until is None else (s.until + HANOI).date(),
        )
        for s in world.stays
        if s.source == "household"
    )
