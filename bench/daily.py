"""A day's health declaration sent while 200,000 are kept.

declare.selfreport: the 95th percentile of the last press, "send", for one worker: consent looked up, answers
validated, kept, judged by the rules, counted for the commune, the health station told where that is allowed, all in
one transaction on a durable database. Measured inside one process, without the network.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bench.figure import Figure, say
from bench.person import apart, register_of

REPORTS, DAYS, SENT = 200_000, 30, 200


def run(scale: float) -> Iterator[Figure]:
    """`scale` cuts the declarations already kept."""
    yield from apart("bench.daily", scale)


def keep(people: list[Any], version: Any) -> int:
    """Thirty days of every one of them; returns how many reports."""
    from django.utils import timezone

    from lachan.register.forms.models import Response
    from lachan.systems.selfreport.models import DailyReport

    now, total = timezone.now(), 0
    for ago in range(DAYS, 0, -1):
        at = now - timedelta(days=ago)
        day = timezone.localdate(at)
        responses = Response.objects.bulk_create(
            (
                Response(
                    version=version,
                    person=person,
                    answers={"symptoms": ["none"], "temperature": 36.7, "near": "no", "conditions": ["none"]},
                    answered_at=at,
                    erase_at=day + timedelta(days=30),
                )
                for person in people
            ),
            batch_size=5000,
        )
        total += len(
            DailyReport.objects.bulk_create(
                (
                    DailyReport(
                        person_id=response.person_id,
                        response=response,
                        day=day,
                        at=at,
                        area_id=person.area_id,
                        level="well",
                        fever=False,
                        ill=False,
                        temperature=Decimal("36.7"),
                        shared=True,
                        counted=True,
                        erase_at=response.erase_at,
                    )
                    for response, person in zip(responses, people, strict=True)
                ),
                batch_size=5000,
            )
        )
    return total


def _measure() -> Iterator[Figure]:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from lachan.ground import audit
    from lachan.register.access.actions import create_citizen
    from lachan.register.forms import queries as forms
    from lachan.register.forms.actions import load_forms
    from lachan.register.people import actions as people_actions
    from lachan.register.people import consents
    from lachan.systems.selfreport import purposes
    from lachan.testing.cast import sign_in

    settings.ALLOWED_HOSTS = ["testserver"]
    wanted = max(DAYS * 100, int(REPORTS * float(os.environ["BENCH_SCALE"])))
    people = register_of(max(1000, wanted // DAYS))[: wanted // DAYS]
    with audit.acting(audit.system("bench")):
        load_forms()
        version = forms.in_force("daily-health")
        assert version is not None
        kept = keep(people, version)
        say(f"  {kept:,} declarations kept")
        account = create_citizen(phone="0905000418", name="Nguyễn Thị Hạnh", area=people[0].area)
        # One account declares for many, so that every press is a first one of its day.
        for person in people[:SENT]:
            people_actions.appoint_guardian(guardian=account.person, ward=person)
            for code in (purposes.DIARY, purposes.STATION, purposes.COUNT):
                consents.give(person=person, code=code, by=account)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    sign_in(client, account)
    took, busy = [], []
    for number, person in enumerate(people[:SENT]):
        address = f"/app/health/declare/{person.key}/"
        client.post(address, {"same": "1"})
        if number % 10 == 0:
            client.post(f"{address}form/symptoms/", {"on_screen": "symptoms", "symptoms": "fever"})
        key = client.get(f"{address}form/check/").content.decode().split('name="key" value="')[1].split('"')[0]
        began, worked = time.perf_counter(), time.process_time()
        sent = client.post(f"{address}form/check/", {"go": "send", "key": key})
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert sent["Location"] == "/app/health/", sent.status_code
    took, busy = sorted(took[5:]), sorted(busy[5:])
    median = f"median {took[len(took) // 2]:.0f} ms, {busy[len(busy) // 2]:.0f} ms of them Python"
    note = f"p95 of {len(took)} sent, {kept:,} kept, one in ten with a fever; {median}"
    yield Figure("declare.selfreport", took[int(len(took) * 0.95)], "ms", "lower", len(took), note=note)


if __name__ == "__main__":
    for figure in _measure():
        print(json.dumps(asdict(figure)), flush=True)
