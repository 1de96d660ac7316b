"""`python -m bench._proximity_city DEVICES CASES`: a simulated city's day as confirmed encounters, traced; one line.

A process of its own, since Django is set up once a process.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import numpy as np

from lachan_proximity.city import Scans, ordinary_day, simulate, truth

# The day that is simulated begins here.
DAY = datetime(2026, 3, 2, tzinfo=UTC)
INTERVAL_S = 600


def _notes(scans: Scans, rows: Any) -> list[Any]:
    """One side's notes of one other device, as an agent makes them: of each interval the scans in it."""
    from lachan.systems.proximity.fitting import CLASS_DB, Note

    listed = []
    at = scans.at[rows] + DAY.timestamp()
    for interval in np.unique(at // INTERVAL_S):
        mine = rows[at // INTERVAL_S == interval]
        times, gaps = scans.at[mine], np.minimum(scans.gap[mine], 300)
        certain = float(times.max() - times.min())
        possible = certain + float(gaps[times.argmin()]) + float(gaps.max())
        mean = float(np.average(scans.attenuation[mine], weights=scans.count[mine]))
        minutes = min(10, int(-(-possible // 60)))
        near = sum(mean >= bound for bound in CLASS_DB)
        listed.append(Note(int(interval), min(int(certain // 60), minutes), minutes, near))
    return listed


def main(devices: int, cases: int) -> None:
    django.setup()
    from django.db import transaction

    from lachan.register.people.models import Person
    from lachan.register.profiles.actions import load_profiles
    from lachan.register.profiles.queries import profile_in_force
    from lachan.response.tracing.rule import IndexCase
    from lachan.response.tracing.trace import trace
    from lachan.systems.proximity import contact_source
    from lachan.systems.proximity.fitting import fit
    from lachan.systems.proximity.models import Encounter

    stays = ordinary_day(devices, seed=1)
    scans = simulate(stays, seed=2)
    true = truth(stays)
    load_profiles()
    profile = profile_in_force("covid19", DAY.date())
    erase = DAY.date() + timedelta(days=700)
    people = Person.objects.bulk_create(
        Person(name=f"Người {n}", folded=f"nguoi {n}", erase_at=erase) for n in range(devices)
    )
    rows = []
    indexes = range(0, devices, max(1, devices // cases))
    for index in indexes:
        heard, hears = np.flatnonzero(scans.receiver == index), np.flatnonzero(scans.sender == index)
        for other in np.intersect1d(scans.sender[heard], scans.receiver[hears]).tolist():
            noted = _notes(scans, heard[scans.sender[heard] == other])
            claimed = _notes(scans, hears[scans.receiver[hears] == other])
            tags = {note.interval: note.interval.to_bytes(16) for note in claimed}
            met, _used = fit(claimed, tags, {note.interval.to_bytes(16): note for note in noted})
            rows += [
                Encounter(
                    publisher=people[index],
                    answerer=people[other],
                    starts_at=datetime.fromtimestamp(each.start, UTC),
                    ends_at=datetime.fromtimestamp(each.end, UTC),
                    seconds_certain=each.certain,
                    attenuation=each.attenuation,
                    confidence=each.confidence,
                    confirmed_at=DAY,
                    erase_at=erase,
                )
                for each in met
            ]
    Encounter.objects.bulk_create(rows, batch_size=2000)
    started = time.perf_counter()
    found: set[tuple[int, int]] = set()
    nearest: set[tuple[int, int]] = set()
    device_of = {person.pk: number for number, person in enumerate(people)}
    for index in indexes:
        case = IndexCase(index + 1, people[index].pk, DAY, DAY + timedelta(days=2))
        with transaction.atomic():
            result = trace(
                index=[case], sources=[contact_source.ProximitySource()], profile=profile, horizon=case.end, depth=1
            )
        for contact in result.contacts:
            pair = (min(index, device_of[contact.person_id]), max(index, device_of[contact.person_id]))
            found.add(pair)
            if any(exposure.evidence["attenuation"] == 0 for exposure in contact.exposures):
                nearest.add(pair)
    chosen = set(indexes)
    mine = {pair for pair in true if pair[0] in chosen or pair[1] in chosen}
    print(
        json.dumps(
            {
                "encounters": len(rows),
                "true": len(mine),
                "found": len(found),
                "nearest": len(nearest),
                "true_found": len(found & mine),
                "true_nearest": len(nearest & mine),
                "cases": len(chosen),
                "seconds": time.perf_counter() - started,
            }
        )
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
    main(int(sys.argv[1]), int(sys.argv[2]))
