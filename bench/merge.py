"""Making two records of one person one.

merge.person: a record with 500 linked rows (households, numbers, consents, persons declared for, check-ins) merged into
another, every row remembered so that it can be undone; undoing it stands in the note.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bench.figure import Figure
from bench.person import TODAY, apart, register_of

LINKED, RUNS = 500, 5


def run(scale: float) -> Iterator[Figure]:
    yield from apart("bench.merge", scale)


def _link(person: Any, others: list[Any], rows: int) -> None:
    """A fifth of the rows of each kind."""
    from lachan.register.people.models import Consent, Guardianship, Household, HouseholdMember, Identifier
    from lachan.register.people.queries import identifier_hash
    from lachan.systems.checkin.models import Event

    part = rows // 5
    Identifier.objects.bulk_create(
        Identifier(person=person, kind="bhyt", value=f"X{n}", value_hash=identifier_hash("bhyt", f"X{person.pk}-{n}"))
        for n in range(part)
    )
    homes = Household.objects.bulk_create(Household(area=person.area) for _ in range(part))
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household=home,
            person=person,
            since=TODAY - timedelta(days=9 * (n + 2)),
            until=TODAY - timedelta(days=9 * (n + 1)),
        )
        for n, home in enumerate(homes)
    )
    Consent.objects.bulk_create(
        Consent(person=person, purpose=f"p{n}", words="x", given_at=TODAY.isoformat() + "T00:00Z") for n in range(part)
    )
    Guardianship.objects.bulk_create(
        Guardianship(guardian=person, ward=ward, kind="other", since=TODAY) for ward in others[:part]
    )
    moment = TODAY.isoformat() + "T08:00Z"
    Event.objects.bulk_create(
        Event(
            person=person,
            place_id=1,
            at=moment,
            direction=1,
            trust=1,
            by_account_id=1,
            device_id=1,
            received_at=moment,
        )
        for _ in range(part)
    )


def _measure() -> Iterator[Figure]:
    import django

    django.setup()
    from lachan.ground import audit
    from lachan.register.people import merging

    people = register_of(max(2000, int(20_000 * float(os.environ["BENCH_SCALE"]))))
    together, apart_again, rows = [], [], 0
    with audit.acting(audit.system("bench")):
        for turn in range(RUNS):
            keep, drop = people[2 * turn], people[2 * turn + 1]
            _link(drop, people[100:], LINKED)
            began = time.perf_counter()
            done = merging.merge(keep=keep, drop=drop, reason="bench", by=None)
            together.append((time.perf_counter() - began) * 1000)
            rows = done.rows
            began = time.perf_counter()
            merging.undo(merge=done, reason="bench", by=None)
            apart_again.append((time.perf_counter() - began) * 1000)
    note = f"{rows} rows; undone in {statistics.median(apart_again):.0f} ms"
    yield Figure("merge.person", statistics.median(together), "ms", "lower", RUNS, note=note)


if __name__ == "__main__":
    from dataclasses import asdict

    for figure in _measure():
        print(json.dumps(asdict(figure)), flush=True)
