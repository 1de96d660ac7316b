"""The receipt that moves: for one's own arrivals only, and dead as a picture."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from lachan.systems.checkin import gate_api, issuers, pass_ids, passes
from lachan.systems.checkin.models import Event
from lachan.systems.checkin.tests.sealing import phone_key, show
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


def scan(person: Any, place: Any, *, direction: int = 1, hours_ago: float = 1) -> Event:
    return Event.objects.create(
        person=person,
        place=place,
        at=timezone.now() - timedelta(hours=hours_ago),
        direction=direction,
        trust=1,
        by_account=person.account,
        received_at=timezone.now(),
    )


def ask(client: Client, event: Any, key: bytes) -> Any:
    body = json.dumps({"event": str(event), "key": gate_api.encode(key)})
    return client.post("/api/v1/me/receipt", body, content_type="application/json")


def test_an_arrival_is_shown_for_a_minute_and_never_as_a_pass(client: Client, hanh: Any, market: Any) -> None:
    sign_in(client, hanh)
    arrival = scan(hanh.person, market)
    phone, point = phone_key()
    answer = ask(client, arrival.id, point)
    assert answer.status_code == 200, answer.content
    certificate = gate_api.decode(answer.json()["certificate"])
    now, server = datetime.now(UTC), pass_ids.signing_key().public_key()
    text = show(certificate, phone, now, "LCR1")
    verdict = passes.read_receipt(text, server, now)
    assert (verdict.state, verdict.place, verdict.at) == ("valid", market.key.bytes, int(arrival.at.timestamp()))
    assert passes.read_receipt(text, server, now + timedelta(seconds=91)).state == "expired"
    later = now + timedelta(hours=12)
    assert passes.read_receipt(show(certificate, phone, later, "LCR1"), server, later).state == "expired"
    # Neither under the other's name: a receipt is no pass, a stranger's key signs nothing.
    assert passes.read(show(certificate, phone, now), server, now).state == "forged"
    assert passes.read_receipt(show(certificate, phone_key()[0], now, "LCR1"), server, now).state == "forged"
    assert passes.read_receipt("LCR1:", server, now).state == "forged"


def test_only_ones_own_arrivals_of_today(client: Client, hanh: Any, khoi: Any, tin: Any, market: Any) -> None:
    sign_in(client, hanh)
    point = phone_key()[1]
    khoi.account = hanh
    wards = Event.objects.create(
        person_id=khoi.pk,
        place=market,
        at=timezone.now(),
        direction=1,
        trust=1,
        by_account=hanh,
        received_at=timezone.now(),
    )
    assert ask(client, wards.id, point).status_code == 200
    for event in (
        scan(tin.person, market).id,
        scan(hanh.person, market, direction=2).id,
        scan(hanh.person, market, hours_ago=13).id,
        uuid4(),
    ):
        answer = ask(client, event, point)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_arrival")
    wrong = ask(client, scan(hanh.person, market).id, b"no key")
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "key")


@pytest.fixture
def listed(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    path = tmp_path / "issuers.json"
    monkeypatch.setenv("LACHAN_CERTIFICATE_KEYS", str(path))
    issuers.keys.cache_clear()
    yield path
    issuers.keys.cache_clear()


def test_gates_learn_the_issuers_that_the_installation_was_given(client: Client, listed: Any) -> None:
    listed.write_text('{"d919375fc1e7b6b2": "AAEC"}')
    assert client.get("/api/v1/gate/keys").json()["certificates"] == {"d919375fc1e7b6b2": "AAEC"}
    issuers.keys.cache_clear()
    listed.write_text('{"kid": "AAEC"}')
    with pytest.raises(ValueError, match="key ids in hex"):
        issuers.keys()
