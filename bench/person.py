"""Whether somebody is in the register already, asked while the name is entered.

person.near: the median check over 100,000 people in households of 20 communes, half of the descriptions with an error,
against weighing every record of the register.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.checkin_world import migrate
from bench.database import throw_away
from bench.figure import Figure, say

PEOPLE, COMMUNES, CHECKS, WHOLE = 100_000, 20, 200, 3
TODAY = date(2026, 11, 24)


def run(scale: float) -> Iterator[Figure]:
    """`scale` cuts the register."""
    yield from apart("bench.person", scale)


def apart(module: str, scale: float) -> Iterator[Figure]:
    """Measure in a process of its own, on a throw-away database."""
    with throw_away() as cluster:
        folder = Path(cluster.base).parent / "people"
        migrate(cluster.url(), folder)
        environment = os.environ | {
            "DATABASE_URL": cluster.url(),
            "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings",
            "LACHAN_DATA": str(folder),
            "BENCH_SCALE": str(scale),
        }
        done = subprocess.run(
            [sys.executable, "-m", module], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        for line in done.stdout.splitlines():
            yield Figure(**json.loads(line))


def register_of(people: int) -> list[Any]:
    """That many people in households of the communes, written to the database with a phone number for every other."""
    from django.db import connection

    from lachan.ground.platform.text import fold
    from lachan.register.areas.models import Area, Level
    from lachan.register.people.models import Identifier, Person
    from lachan.register.people.queries import identifier_hash
    from lachan.simulate import households

    country, _new = Area.objects.get_or_create(
        code="VN", level=Level.COUNTRY, valid_from=TODAY, defaults={"name": "VN", "folded": "vn", "first_listed": TODAY}
    )
    communes = Area.objects.bulk_create(
        Area(
            code=f"9{number:04d}",
            level=Level.COMMUNE,
            name=f"Phường {number}",
            folded=f"phuong {number}",
            parent=country,
            valid_from=TODAY,
            first_listed=TODAY,
        )
        for number in range(COMMUNES)
    )
    rng = random.Random(7)
    shares = [1 / COMMUNES] * COMMUNES
    world = households.populate(rng, today=TODAY, people=people, commune_shares=shares, cast=households.Population())
    rows = Person.objects.bulk_create(
        (
            Person(
                name=human.name,
                folded=fold(human.name),
                birth_date=human.born,
                birth_year=human.born.year,
                sex=human.sex,
                area=communes[world.homes[human.household].commune],
                address=world.homes[human.household].address,
                erase_at=TODAY + timedelta(days=730),
            )
            for human in world.humans
        ),
        batch_size=5000,
    )
    Identifier.objects.bulk_create(
        (
            Identifier(person=row, kind="phone", value=human.phone, value_hash=identifier_hash("phone", human.phone))
            for row, human in zip(rows, world.humans, strict=True)
            if human.phone and row.pk % 2
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_person")
        cursor.execute("VACUUM ANALYZE people_identifier")
    return rows


def _measure() -> Iterator[Figure]:
    import django

    django.setup()
    from lachan.ground.platform.text import fold
    from lachan.register.people.models import Person
    from lachan.register.people.near import near
    from lachan.register.people.similarity import Facts, compare

    people = register_of(max(1000, int(PEOPLE * float(os.environ["BENCH_SCALE"]))))
    say(f"  {len(people):,} people written")
    rng = random.Random(8)

    def described(person: Any) -> Facts:
        wrong = rng.random() < 0.5
        name = fold(person.name)[:-1] if wrong else person.name
        if rng.random() < 0.3:
            return Facts(name, birth_year=person.birth_year, sex=person.sex, area=person.area_id)
        return Facts(name, birth_date=person.birth_date, sex=person.sex, area=person.area_id)

    near(described(people[0]))
    took, found = [], 0
    for person in rng.sample(people, CHECKS):
        facts = described(person)
        began = time.perf_counter()
        shown = near(facts)
        took.append((time.perf_counter() - began) * 1000)
        found += person.pk in {one.person.pk for one in shown}
    whole = []
    for person in rng.sample(people, WHOLE):
        facts = described(person)
        began = time.perf_counter()
        columns = ("name", "birth_date", "birth_year", "sex", "area_id", "address")
        sorted(compare(facts, Facts(*row)).bits for row in Person.objects.values_list(*columns).iterator(20_000))
        whole.append((time.perf_counter() - began) * 1000)
    took.sort()
    note = f"p95 {took[int(len(took) * 0.95)]:.0f} ms, found {found} of {CHECKS}"
    yield Figure(
        "person.near", statistics.median(took), "ms", "lower", CHECKS, "every record", statistics.median(whole), note
    )


if __name__ == "__main__":
    from dataclasses import asdict

    for figure in _measure():
        print(json.dumps(asdict(figure)), flush=True)
