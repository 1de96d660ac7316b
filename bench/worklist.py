"""The health station's list of today.

worklist.page: the 95th percentile of the whole page (sign-in, counts, fifty entries, audit, HTML) for a commune's
officer with 1,000 contacts to call, visit or look after, from all four rooms that give work; another 19 communes have
as much. Measured inside one process, without the network.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bench.figure import Figure, say
from bench.person import apart, register_of

CONTACTS, COMMUNES, LOADS = 1000, 20, 60


def run(scale: float) -> Iterator[Figure]:
    """`scale` cuts the contacts of each commune."""
    yield from apart("bench.worklist", scale)


def give_work(people: list[Any], officer: Any) -> None:
    """Each person is a confirmed contact with one thing to do: a call to make, a missed slot, a fever, a wish."""
    from django.utils import timezone

    from lachan.register.profiles.actions import load_profiles
    from lachan.register.profiles.models import Disease
    from lachan.response.alerts.models import DirectNotice, HelpRequest
    from lachan.response.care.models import Plan, Task
    from lachan.response.cases.models import Outbreak
    from lachan.response.tracing.models import Contact
    from lachan.systems.selfreport.models import WorkItem

    now, today = timezone.now(), timezone.localdate()
    load_profiles()
    disease = Disease.objects.get(code="covid19")
    country = people[0].area.parent
    outbreak = Outbreak.objects.create(disease=disease, name="COVID-19", area=country, opened_on=today)
    erased = today + timedelta(days=60)
    contacts = Contact.objects.bulk_create(
        Contact(
            outbreak=outbreak,
            person=person,
            level=1,
            first_exposure_at=now - timedelta(days=3),
            last_exposure_at=now - timedelta(days=3),
            status=Contact.Status.CONFIRMED,
            decided_at=now,
            erase_at=erased,
        )
        for person in people
    )
    moments = [now - timedelta(minutes=7 * (n % 300)) for n in range(len(people))]
    sorts: list[list[int]] = [
        [n for n in range(len(people)) if n // COMMUNES % 10 in of] for of in ((0, 1, 2, 3), (4, 5, 6), (7, 8), (9,))
    ]
    DirectNotice.objects.bulk_create(
        DirectNotice(
            contact=contacts[n],
            person=people[n],
            channel=DirectNotice.Channel.CALL,
            words={},
            issued_at=moments[n],
            erase_at=erased,
        )
        for n in sorts[0]
    )
    plans = Plan.objects.bulk_create(
        Plan(
            person=people[n],
            area=people[n].area,
            reason=Plan.Reason.CONTACT,
            disease=disease,
            contact=contacts[n],
            starts_on=today - timedelta(days=2),
            ends_on=today + timedelta(days=11),
            times=["08:00", "16:00"],
            erase_at=erased,
        )
        for n in sorts[1]
    )
    Task.objects.bulk_create(
        Task(plan=plan, kind=Task.Kind.values[k % 3], count=1 + k % 4, owner=officer if k % 5 == 0 else None)
        for k, plan in enumerate(plans)
    )
    WorkItem.objects.bulk_create(
        WorkItem(
            kind=WorkItem.Kind.PERSON,
            area=people[n].area,
            person=people[n],
            about=str(people[n].pk),
            detail={"level": "call", "reasons": ["hot", "near"], "temperature": 38.4},
            seen_at=moments[n],
            erase_at=erased,
        )
        for n in sorts[2]
    )
    HelpRequest.objects.bulk_create(
        HelpRequest(
            person=people[n],
            kind=HelpRequest.Kind.values[n % 2],
            asked_at=moments[n],
            due_at=moments[n] + timedelta(hours=1 + n % 4),
            erase_at=erased,
        )
        for n in sorts[3]
    )


def _measure() -> Iterator[Figure]:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from lachan.faces.desk.today import waiting
    from lachan.ground import audit
    from lachan.register.access.actions import create_officer
    from lachan.register.areas.models import Area, AreaCover
    from lachan.testing.cast import sign_in

    settings.ALLOWED_HOSTS = ["testserver"]
    count = max(50, int(CONTACTS * float(os.environ["BENCH_SCALE"])))
    everybody = register_of(count * COMMUNES * 2)
    areas = {area.pk: area for area in Area.objects.select_related("parent")}
    AreaCover.objects.bulk_create(AreaCover(holder=area, area=area) for area in areas.values())
    # Households of one commune follow each other: take from each as many as are wanted, in turn.
    by_area: dict[int, list[Any]] = {}
    for person in everybody:
        by_area.setdefault(person.area_id, []).append(person)
    people = [person for row in zip(*(found[:count] for found in by_area.values()), strict=False) for person in row]
    with audit.acting(audit.system("bench")):
        commune = people[0].area
        officer = create_officer(
            username="bench", name="Trạm", password="lá trầu chắn gió 7", role="commune", area=commune
        )
        give_work(people, officer)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    sign_in(client, officer)
    took, busy = [], []
    for load in range(LOADS + 5):
        began, worked = time.perf_counter(), time.process_time()
        page = client.get("/desk/today/", {"page": 1 + load % 3})
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert page.status_code == 200
    open_items = waiting(officer).total
    say(f"  {open_items} open items in the commune, {len(people):,} in all")
    # The first pages pay for compiling templates, once for the life of the process.
    took, busy = sorted(took[5:]), sorted(busy[5:])
    median = f"median {took[len(took) // 2]:.0f} ms, {busy[len(busy) // 2]:.0f} ms of them Python"
    note = f"p95 of {LOADS} pages, {open_items} items; {median}"
    yield Figure("worklist.page", took[int(len(took) * 0.95)], "ms", "lower", LOADS, note=note)


if __name__ == "__main__":
    for figure in _measure():
        print(json.dumps(asdict(figure)), flush=True)
