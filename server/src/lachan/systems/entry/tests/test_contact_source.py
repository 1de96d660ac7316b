"""The source finds whom a brute-force reading of the rule finds: same trip, near rows, the party."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from lachan.register.forms.models import Response
from lachan.register.people.models import Person
from lachan.register.profiles.actions import DATA
from lachan.register.profiles.document import parse_toml
from lachan.response.tracing.rule import IndexCase
from lachan.response.tracing.sources import registered
from lachan.response.tracing.trace import trace
from lachan.systems.entry import gates
from lachan.systems.entry.contact_source import EntrySource
from lachan.systems.entry.models import ActivationOrder, Declaration, Gate, Traveller, Trip
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db
# Midnight in Viet Nam.
START = datetime(2026, 3, 1, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_source_is_registered() -> None:
    assert any(isinstance(source, EntrySource) for source in registered())


def world(seed: int, order: ActivationOrder, gate: Gate, areas: Areas, persons: list[Person]) -> list[Traveller]:
    """Random parties on a few trips; some seats are unknown, some people declare twice."""
    chance = random.Random(seed)
    made = []
    for number in range(8):
        day = chance.randrange(4)
        conveyance = chance.choice(["air", "air", "road"])
        trip, _created = Trip.objects.get_or_create(
            conveyance=conveyance,
            number=f"X{seed} {chance.randrange(2)}",
            day=(START + (day + 0.5) * DAY).date(),
            defaults={"rows_near": gates.rows_near().get(conveyance)},
        )
        declaration = Declaration.objects.create(
            code=f"{seed}-{number}",
            order=order,
            gate=gate,
            travel_day=trip.day,
            trip=trip,
            area=areas.haichau,
            language="vi",
            submitted_at=START,
            erase_at=trip.day,
        )
        for place, person in enumerate(chance.sample(persons, chance.randint(1, 3)), 1):
            row = chance.choice([None, *range(1, 9)])
            response = Response.objects.create(
                version=order.form, person=person, answers={}, answered_at=START, erase_at=trip.day
            )
            made.append(
                Traveller.objects.create(
                    declaration=declaration,
                    number=place,
                    person=person,
                    trip=trip,
                    response=response,
                    document_hash=b"",
                    seat_row=row,
                    verdict="clear",
                    day_starts=START + day * DAY,
                    day_ends=START + (day + 1) * DAY,
                )
            )
    return made


def expected(rows: list[Traveller], start: datetime, end: datetime, index: int, minimum: timedelta) -> set[Any]:
    """Every contact of the index person by the words of the rule, with the hours they may have shared."""
    found = set()
    for mine, theirs in product(rows, rows):
        if mine.person_id != index or theirs.person_id == index or mine.trip_id != theirs.trip_id:
            continue
        near = mine.trip.rows_near
        together = mine.declaration_id == theirs.declaration_id
        unknown = near is None or mine.seat_row is None or theirs.seat_row is None
        if not (together or unknown or abs(mine.seat_row - theirs.seat_row) <= near):
            continue
        since, until = max(start, mine.day_starts), min(end, mine.day_ends)
        if until - since >= minimum:
            found.add((theirs.person_id, mine.trip_id, since, until))
    return found


def test_a_trace_over_this_source_equals_brute_force(order: ActivationOrder, airport: Gate, area_tree: Areas) -> None:
    profile = parse_toml((DATA / "covid19" / "1.toml").read_text(encoding="utf-8"))
    minimum = timedelta(minutes=profile.minimum_minutes)
    met = 0
    for seed in range(60):
        people = [Person.objects.create(name=f"P{seed} {n}", erase_at=timezone.localdate()) for n in range(7)]
        rows = world(seed, order, airport, area_tree, people)
        chance = random.Random(seed + 1000)
        start = START + timedelta(minutes=chance.randrange(0, 4 * 1440, 10))
        case = IndexCase(1, people[0].pk, start, start + timedelta(minutes=chance.randrange(0, 3000, 10)))
        found = trace(index=[case], sources=[EntrySource()], profile=profile, horizon=START + 9 * DAY, depth=1)
        exposures = [
            (c.person_id, e.evidence["trip"], e.starts_at, e.ends_at) for c in found.contacts for e in c.exposures
        ]
        assert len(exposures) == len(set(exposures)), seed
        assert set(exposures) == expected(rows, case.start, case.end, people[0].pk, minimum), seed
        met += len(exposures)
    # A generator of worlds where nobody meets would prove nothing.
    assert met > 30
