"""Every address of the product as every kind of user, against route_table.py. An address without a row fails.

Each request is undone before the next. An answer to somebody who may not see Hạnh's family must not name it either.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from lachan.ground import audit
from lachan.register.access import phones
from lachan.register.access.tokens import issue_device
from lachan.register.people import actions as people
from lachan.register.people.models import Household
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions as cases
from lachan.response.tracing.models import Contact
from lachan.testing.cast import sign_in
from tests.route_table import ACTORS, CLOSED, CSRF_FREE, SEES_HANH, TABLE, Row

# What only Hạnh (and an officer with a reason) may read: her number, her child's name, their address.
PHONE, CHILD, ADDRESS = "+84977317731", "Khôi Kín Đáo", "Ngõ Kín Đáo"
SECRETS = (PHONE[3:], "977 317 731", CHILD, ADDRESS)


def routes() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route, pattern
            else:
                yield from walk(pattern.url_patterns, route)

    yield from walk(get_resolver().url_patterns, "")


@dataclass
class World:
    """The cast, signed in, and the objects whose numbers stand in addresses."""

    cookies: dict[str, Any]
    numbers: dict[str, str]

    def ask(self, actor: str, method: str, address: str, body: Any) -> Any:
        client = Client(raise_request_exception=False)
        client.cookies = self.cookies[actor].copy() if actor in self.cookies else client.cookies
        with transaction.atomic():
            if method == "GET":
                answer = client.get(address)
            elif address.startswith("/api/"):
                answer = client.post(address, json.dumps(body or {}), content_type="application/json")
            else:
                answer = client.post(address, body or {})
            transaction.set_rollback(True)
        return answer


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    hanh, khoi, market = (request.getfixturevalue(name) for name in ("hanh", "khoi", "market"))
    cookies = {}
    for actor, fixture in ACTORS.items():
        if fixture is None:
            continue
        client = Client()
        sign_in(client, request.getfixturevalue(fixture))
        cookies[actor] = client.cookies
    with audit.acting(audit.system("tests")):
        spare, _token = issue_device(account=hanh, label="Android")
        people.correct_person(person=khoi, name=CHILD, address=ADDRESS)
        people.correct_person(person=hanh.person, address=ADDRESS)
        people.add_identifier(person=hanh.person, kind="phone", value=PHONE)
    Household.objects.update(address=ADDRESS)
    hanh.phone, hanh.phone_hash = PHONE, phones.index(PHONE)
    hanh.save()
    # A case lives in Hải Châu (Đà Nẵng); Hạnh's child, of the same commune, is a confirmed contact who is to be called.
    load_profiles()
    with audit.acting(audit.system("tests")):
        outbreak = cases.open_outbreak(
            disease=Disease.objects.get(code="covid19"), name="Đà Nẵng", area=market.area.parent, by=None
        )
        sick = people.register_person(name="Người Bệnh", area=market.area)
        case = cases.record_case(outbreak=outbreak, person=sick, by=None, onset_on=timezone.localdate())
    now = timezone.now()
    contact = Contact.objects.create(
        outbreak=outbreak,
        person=khoi,
        level=1,
        first_exposure_at=now,
        last_exposure_at=now,
        status="confirmed",
        decided_at=now,
        erase_at=timezone.localdate() + timedelta(days=30),
    )
    numbers = {
        "person": str(khoi.key),
        "outbreak": str(outbreak.pk),
        "case": str(case.key),
        "contact": str(contact.key),
        "officer": str(request.getfixturevalue("commune_officer").pk),
        "assignment": str(request.getfixturevalue("commune_officer").assignments.get().pk),
        "ward": str(khoi.key),
        "device": str(spare.pk),
        "place": str(market.key),
        "code": market.codes.get().code,
        "duty": str(market.staff.get(role="gatekeeper").pk),
    }
    return World(cookies, numbers)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    known = {route for route, _pattern in routes()}
    missing, stale = sorted(known - TABLE.keys()), sorted(TABLE.keys() - known)
    assert not missing, f"say in tests/route_table.py who may ask for: {missing}"
    assert not stale, f"no longer an address, take out of tests/route_table.py: {stale}"


def test_every_row_speaks_of_every_actor() -> None:
    for route, row in TABLE.items():
        for expected in (row.get, row.post):
            assert expected.keys() == ACTORS.keys(), route


def check(world: World, route: str, row: Row) -> Iterator[str]:
    address = row.address.format(**world.numbers)
    for method, table in (("GET", row.get), ("POST", row.post)):
        for actor, expected in table.items():
            if table is CLOSED and actor not in {"anonymous", "hanh", "province"}:
                continue
            answer = world.ask(actor, method, address, row.body)
            if answer.status_code != expected:
                where = answer.headers.get("Location", "")
                yield f"{method} {route} as {actor}: {answer.status_code} {where}, the table says {expected}"
            if actor != "hanh" and actor not in SEES_HANH.get(route, ()):
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                text = body.decode(errors="replace")
                yield from (f"{method} {route} tells {actor} of {secret!r}" for secret in SECRETS if secret in text)


def test_every_route_as_everybody(world: World) -> None:
    wrong = [line for route, row in TABLE.items() for line in check(world, route, row)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_writes_need_the_csrf_token(world: World) -> None:
    """A form on another site can't act for who is signed in, save where the table says why it may."""
    open_doors = []
    for route, row in TABLE.items():
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.cookies = world.cookies["hanh"].copy()
        with transaction.atomic():
            status = client.post(row.address.format(**world.numbers), {}).status_code
            transaction.set_rollback(True)
        if status != 403:
            open_doors.append(route)
    assert sorted(open_doors) == sorted(CSRF_FREE)
