"""Which gate, table or coach a scan was made at: kept with the event, gathered in the stay, told as evidence."""

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from lachan.ground import audit
from lachan.register.access import tokens
from lachan.register.places import actions as places
from lachan.register.places import queries
from lachan.register.places.models import Part, Place
from lachan.response.tracing import trace
from lachan.systems.checkin import actions
from lachan.systems.checkin.asgi import GATE_PATH
from lachan.systems.checkin.contact_source import CheckinSource
from lachan.systems.checkin.models import Event, Visit
from lachan.systems.checkin.projection import IN, OUT, PlaceRule, Scan, stays
from lachan.systems.checkin.tests.conftest import Phone

BASE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = {1: PlaceRule(60 * MINUTE), 2: PlaceRule(60 * MINUTE)}


def scan(number: int, at: int, part: int | None, direction: int = IN, place: int = 1) -> Scan:
    return Scan(uuid.UUID(int=number), place, BASE + at * MINUTE, direction, 1, part)


def test_a_stay_gathers_the_parts_of_its_own_scans_in_any_order() -> None:
    scans = [scan(1, 0, 7), scan(2, 10, 5), scan(3, 20, None), scan(4, 30, 7, OUT), scan(5, 32, 9, OUT)]
    scans += [scan(6, 40, 3, place=2), scan(7, 200, None)]
    for seed in range(10):
        random.Random(seed).shuffle(scans)
        found = stays(scans, RULES)
        assert [(stay.place, stay.parts) for stay in found] == [(1, {5, 7, 9}), (2, {3}), (1, set())]


def _parts(place: Place, kind: str, *names: str) -> list[Part]:
    with audit.acting(audit.system("tests")):
        return places.add_parts(place=place, kind=kind, names=names)


def _token(account: Any) -> str:
    with audit.acting(audit.system("tests")):
        return tokens.issue_device(account=account, label="gate")[1]


def _code(part: Part) -> str:
    found = queries.code_in_force(part.place, part)
    assert found is not None
    return found.code


@pytest.mark.django_db(transaction=True)
async def test_the_code_of_a_table_is_kept_with_the_arrival(phone: Phone, market: Any, hanh: Any) -> None:
    (table,) = await sync_to_async(_parts)(market, "table", "Bàn 5")
    code = await sync_to_async(_code)(table)
    assert (await phone.send(code=code)).status_code == 201
    assert (await phone.send(direction="out")).status_code == 201
    assert [event.part_id async for event in Event.objects.order_by("direction")] == [table.pk, None]
    await sync_to_async(actions.project)()
    visit = await Visit.objects.aget()
    assert (visit.person_id, visit.parts) == (hanh.person.pk, [table.pk])
    await sync_to_async(actions.rebuild)()
    assert (await Visit.objects.aget()).parts == [table.pk]


@pytest.mark.django_db(transaction=True)
async def test_a_gatekeeper_says_at_which_gate(web: httpx.AsyncClient, market: Any, gatekeeper: Any) -> None:
    token = await sync_to_async(_token)(gatekeeper)
    gate = (await sync_to_async(_parts)(market, "gate", "Cổng Tây"))[0]
    elsewhere = await Place.objects.acreate(name="Nơi khác", kind="market", area=market.area)
    foreign = await Part.objects.acreate(place=elsewhere, kind="gate", name="Cổng lạ")
    now = datetime.now(UTC).isoformat()
    told = []
    for part in (gate.pk, foreign.pk, None):
        body = {"key": str(uuid.uuid4()), "place": str(market.key), "direction": "in", "at": now, "sent_at": now}
        body |= {"holder": {"kind": "declared", "name": "Võ Thị Bé"}} | ({"part": part} if part else {})
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        answer = await web.post(GATE_PATH, content=json.dumps(body).encode(), headers=headers)
        assert answer.status_code == 201, answer.text
        told.append(answer.json()["id"])
        again = await web.post(GATE_PATH, content=json.dumps(body).encode(), headers=headers)
        assert (again.status_code, again.json()["id"]) == (200, told[-1])
    kept = {str(event.id): event.part_id async for event in Event.objects.all()}
    # A gate of another place is none, and the visit counts all the same.
    assert [kept[event] for event in told] == [gate.pk, None, None]


@pytest.mark.django_db
def test_evidence_names_the_parts_that_both_scanned(market: Any) -> None:
    def stay(person: int, parts: list[int] | None) -> Visit:
        return Visit.objects.create(
            place_id=market.pk,
            person_id=person,
            t_in=BASE,
            t_out=BASE + 60 * MINUTE,
            certain_until=BASE,
            ending=4,
            trust=1,
            parts=parts,
        )

    stay(1, [4, 5, 6])
    for person, parts in ((2, [5, 6, 9]), (3, [7]), (4, None)):
        stay(person, parts)
    with connection.cursor() as cursor:
        for table in trace._TABLES:
            cursor.execute(table)
        for person in (2, 3, 4):
            cursor.execute(
                "INSERT INTO tracing_kept VALUES (%s, 1, 1, 1, %s, 1, %s, %s, %s, %s, %s)",
                [person, person, market.pk, BASE, BASE, BASE, BASE + 60 * MINUTE],
            )
        cursor.execute(f"SELECT id, evidence FROM ({CheckinSource().details()}) d", {"source": 1})  # noqa: S608  our own
        found = {key: json.loads(evidence) if isinstance(evidence, str) else evidence for key, evidence in cursor}
    assert found[2]["parts"] == [5, 6]
    assert "parts" not in found[3] and "parts" not in found[4]
    assert set(found[2]) - {"parts"} == set(found[4])
