"""declare.submit, border.queue: a declaration sent, and the border desk's queue of a day, with 200,000 in the table.

The pages run through Django's whole stack (sessions, forms, audit) on a durable database, in one process.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

from bench import _declarations
from bench.database import throw_away
from bench.figure import Figure, say

DECLARATIONS = 200_000
SENT, LOOKS = 300, 40
PASSWORD = "lá trầu chắn gió 7"


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))] * 1000


def _sent(order: Any, area: Any, n: int) -> float:
    """The last press of a traveller whose answers wait in the session."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from lachan.faces.entry import journey as journeys
    from lachan.register.forms.validate import today
    from lachan.systems.entry.models import Gate

    session = SessionStore()
    gate = Gate.objects.get(pk="da-nang")
    journey = journeys.begin(session, order=order, gate=gate, day=today(), language="vi")
    journey.area_id = area.pk
    for name, answers in (
        (journeys.TRIP, _declarations.trip_answers()),
        (journey.people[0], _declarations.traveller_answers(n)),
    ):
        journey.sheets[name] = journeys.Sheet({"answers": answers}, done=True)
    journey.save()
    session.save()
    client = Client(REMOTE_ADDR=f"10.0.{n // 200}.{n % 200}")
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    started = time.perf_counter()
    answer = client.post("/entry/send/")
    elapsed = time.perf_counter() - started
    if answer.status_code != 302 or not answer.headers["Location"].endswith("/entry/code/"):
        raise AssertionError(f"{answer.status_code} {answer.headers.get('Location')}")
    return elapsed


def _looks(address: str) -> list[float]:
    from django.test import Client

    from lachan.ground import audit
    from lachan.register.access import actions as access
    from lachan.register.access.models import Account
    from lachan.systems.entry.models import Gate
    from lachan.testing.cast import sign_in

    officer = Account.objects.filter(username="bench").first()
    if officer is None:
        with audit.acting(audit.system("bench")):
            province = Gate.objects.get(pk="da-nang").area
            officer = access.create_officer(
                username="bench", name="Vũ Minh Quân", password=PASSWORD, role="border", area=province
            )
            access.enroll_totp(officer)
    client = Client()
    sign_in(client, officer)
    taken = []
    for _turn in range(LOOKS + 1):
        started = time.perf_counter()
        page = client.get(address)
        taken.append(time.perf_counter() - started)
        if page.status_code != 200 or b"TRAVELLER" not in page.content:
            raise AssertionError(f"{page.status_code} at {address}")
    # The first look compiles the templates.
    return taken[1:]


def run(scale: float) -> Iterator[Figure]:
    count = max(int(DECLARATIONS * scale), 2_000)
    with throw_away() as cluster:
        os.environ["DATABASE_URL"] = cluster.url()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.db import connections

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        order, area = _declarations.prepare()
        _declarations.fill(_declarations.declare(order, area, 0), count)
        say(f"{count} declarations")
        sent = max(int(SENT * min(scale * 5, 1)), 40)
        taken = [_sent(order, area, n) for n in range(1, sent + 1)][5:]
        queue = _looks("/desk/entry/waiting/")
        connections.close_all()
    note = f"p95 of {len(taken)} sent, {count} in the table; one process, no socket"
    yield Figure("declare.submit", _p95(taken), "ms", "lower", 1, note=note)
    note = f"p95 of {len(queue)} looks at a day of one gate, {count} in the table"
    yield Figure("declare.queue", _p95(queue), "ms", "lower", 1, note=note)
