"""What broke check-in elsewhere and has no test of its own yet: it can't happen here. The whole list, with the tests,
is docs/failures-elsewhere.md."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.test import Client

from lachan.faces.app import offline
from lachan.register.places import codes, rotation
from lachan.systems.checkin.models import Event
from lachan.systems.checkin.reading import Checkin, Position
from lachan.systems.checkin.tests.conftest import Phone

KILOBYTE = 1024
# With what uvicorn sends besides: a status line, date, server and connection headers.
HEADERS = 300


def longest_checkin() -> bytes:
    """Everything a phone can say at one arrival, each part at its longest."""
    moment = datetime(2026, 11, 24, 12, 34, 56, 789012, tzinfo=UTC)
    longest_code = "H" * codes.MAX_PAYLOAD
    assert len(rotation.payload("lachan.vn", codes.new(), moment)) <= len(longest_code)
    given = Checkin(
        key=uuid.uuid4(),
        code=longest_code,
        direction="out",
        at=moment,
        sent_at=moment,
        person=uuid.uuid4(),
        position=Position(latitude=-16.123456789012345, longitude=-108.12345678901234, accuracy=1999.1234567890123),
    )
    return msgspec.json.encode(given)


@pytest.mark.django_db(transaction=True)
async def test_an_arrival_is_less_than_a_kilobyte_each_way(phone: Phone) -> None:
    """Xi'an, January 2022: each of 33,000 requests a second carried some 500 KB, and the system fell over."""
    assert len(longest_checkin()) < KILOBYTE
    answer = await phone.send()
    assert answer.status_code == 201
    assert len(answer.content) + sum(len(n) + len(v) + 4 for n, v in answer.headers.raw) + HEADERS < KILOBYTE


def test_what_the_app_is_made_of_is_fetched_once_and_cached_by_anybody(client: Client) -> None:
    """Xi'an again: the pages' files came from the same servers as the answers, each time."""
    kept = [address for address in offline.assets() if address.endswith((".js", ".css", ".wasm"))]
    assert any("/app/worker" in address or "/app/app" in address for address in kept)
    for address in kept:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "public" in answer["Cache-Control"] and "immutable" in answer["Cache-Control"], address
        answer.close()


@pytest.mark.django_db(transaction=True)
async def test_nobody_leaves_for_another(phone: Phone, tins_token: str, tin: Any, hanh: Any) -> None:
    """luca: a check-out asked for no proof, so anyone could end anyone's stay."""
    assert (await phone.send()).status_code == 201
    body = phone.body(direction="out", person=str(hanh.person.key))
    answer = await phone.send(content=json.dumps(body).encode(), headers={"authorization": f"Bearer {tins_token}"})
    assert answer.status_code == 403
    assert [event.direction async for event in Event.objects.all()] == [1]
