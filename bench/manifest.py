"""manifest.rows: a carrier's list of 50,000, read, judged, stored and held against as many declarations, in rows/s."""

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta

from bench import _declarations
from bench.database import throw_away
from bench.figure import Figure, say

ROWS = 50_000


def _file(count: int) -> bytes:
    """Three in four declared (name and birth alone tell), one in fifty with something to mend."""
    lines = ["Surname,Given names,Passport No.,DOB,Nationality,Seat"]
    for n in range(1, count + 1):
        birth = (date(1950, 1, 1) + timedelta(days=n % 20_000)).isoformat() if n % 50 else "soon"
        given = str(n) if n % 4 else f"UNKNOWN {n}"
        document = f"ZZ{n:07d}" if n % 4 == 0 else ""
        lines.append(f"TRAVELLER,{given},{document},{birth},THA,{n % 40 + 1}C")
    return "\n".join(lines).encode()


def run(scale: float) -> Iterator[Figure]:
    count = max(int(ROWS * scale), 500)
    with throw_away() as cluster:
        os.environ["DATABASE_URL"] = cluster.url()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
        import django

        django.setup()
        from django.db import connection, connections

        from lachan.ground import audit
        from lachan.register.access import actions as access
        from lachan.register.forms.validate import today
        from lachan.systems.entry import manifests
        from lachan.systems.entry.models import Gate, Manifest, Passenger, Trip

        order, area = _declarations.prepare()
        _declarations.fill(_declarations.declare(order, area, 0), count, days=1)
        trip, _made = Trip.objects.get_or_create(conveyance="sea", number="BIG1", day=today())
        with connection.cursor() as cursor:
            # All of them aboard one ship: the longest list there can be.
            cursor.execute("UPDATE entry_traveller SET trip_id = %s", [trip.pk])
        say(f"{count} rows, {count} declarations of the trip")
        with audit.acting(audit.system("bench")):
            gate = Gate.objects.get(pk="da-nang")
            officer = access.create_officer(
                username="bench", name="Vũ Minh Quân", password="lá trầu chắn gió 7", role="border", area=gate.area
            )
            content = _file(count)
            started = time.perf_counter()
            job = manifests.submit(
                by=officer,
                gate=gate,
                conveyance="sea",
                number="BIG1",
                day=today(),
                filename="big.csv",
                content=content,
            )
            manifests.work()
            manifests.confirm(job=job)
            manifests.work()
            elapsed = time.perf_counter() - started
        job.refresh_from_db()
        declared = Passenger.objects.filter(state="declared").count()
        if job.status != Manifest.Status.DONE or job.stored + job.rejected != count or not declared:
            raise AssertionError(
                f"{job.status}: {job.stored} stored, {job.rejected} to mend, {declared} found of {count}"
            )
        connections.close_all()
    note = f"{count} rows in {elapsed:.1f} s with both readings; {declared} found, {job.rejected} to mend"
    yield Figure("manifest.rows", count / elapsed, "rows/s", "higher", 1, note=note)
