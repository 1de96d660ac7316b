"""POST /api/v1/gate/checkins: every way a gatekeeper knows a visitor, stored once, and only by who stands there."""

import asyncio
import json
import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from cryptography.hazmat.primitives.asymmetric import ec

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access import tokens
from lachan.register.people.models import Person
from lachan.register.places import actions as places
from lachan.register.places import staffing
from lachan.register.places.models import PlaceStaff
from lachan.systems.checkin import gate_api, pass_ids, passes, sealed_cards
from lachan.systems.checkin.asgi import GATE_PATH
from lachan.systems.checkin.models import Event, Means, Trust
from lachan.systems.checkin.tests.sealing import phone_key, seal, show

pytestmark = pytest.mark.django_db(transaction=True)
CARD = {"number_kind": "cccd", "number": "001090123456", "name": "Trần Thị Bưởi", "born": "1950-01-02", "sex": "female"}


@sync_to_async
def events() -> list[Event]:
    return list(Event.objects.order_by("received_at", "at").select_related("person"))


@sync_to_async
def people() -> int:
    return Person.objects.count()


def system(action: Any, **arguments: Any) -> Any:
    with audit.acting(audit.system("tests")):
        return action(**arguments)


class Gate:
    """A gatekeeper's phone at the market."""

    def __init__(self, client: httpx.AsyncClient, token: str, place: Any) -> None:
        self.client, self.token, self.place = client, token, place

    def body(self, holder: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        base = {"key": str(uuid.uuid4()), "place": str(self.place.key), "direction": "in", "at": now, "sent_at": now}
        merged = base | {"holder": holder or {"kind": "declared", "name": "Lê Văn Cam"}} | fields
        return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in merged.items()}

    def sealed(self, content: dict[str, Any], **fields: Any) -> dict[str, Any]:
        body = self.body(**fields)
        body["holder"] = {"kind": "sealed", "sealed": seal(content, uuid.UUID(body["key"]), sealed_cards.key())}
        return body

    async def send(self, body: dict[str, Any] | bytes, **headers: str) -> Any:
        given = {"content-type": "application/json", "authorization": f"Bearer {self.token}"} | headers
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(GATE_PATH, content=content, headers={k: v for k, v in given.items() if v})


@pytest.fixture
def gate(web: httpx.AsyncClient, market: Any, gatekeeper: Any) -> Gate:
    # On duty for a month.
    PlaceStaff.objects.filter(place=market).update(since=datetime.now(UTC) - timedelta(days=30))
    return Gate(web, system(tokens.issue_device, account=gatekeeper, label="gate")[1], market)


async def test_a_pass_is_written_for_its_person_and_answered_with_the_masked_name(
    gate: Gate, hanh: Any, gatekeeper: Any
) -> None:
    device, _token = await sync_to_async(system)(tokens.issue_device, account=hanh, label="p")
    key = phone_key()
    certificate, _expires = await sync_to_async(system)(
        pass_ids.issue_pass, device=device, person=hanh.person, phone_key=key[1]
    )
    now = datetime.now(UTC)
    body = gate.body({"kind": "pass", "text": show(certificate, key[0], now)})
    answer = await gate.send(body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["who"] == "Nguyễn T. H."
    (event,) = await events()
    assert (event.person_id, event.place_id, event.trust) == (hanh.person.pk, gate.place.pk, Trust.GATEKEEPER)
    assert (event.by_account_id, event.means, event.direction) == (gatekeeper.pk, Means.PASS, 1)
    again = await gate.send(body)
    assert (again.status_code, again.json()) == (200, answer.json())
    # The picture of a pass, sent as if it had been seen five minutes later, and one that nobody certified.
    late = gate.body(body["holder"], at=now + timedelta(minutes=5), sent_at=now + timedelta(minutes=5))
    late["sent_at"] = (now + timedelta(seconds=1)).isoformat()
    assert (await gate.send(late)).json()["error"]["code"] == "pass_expired"
    forged = passes.certify(ec.generate_private_key(ec.SECP256R1()), b"0" * 16, key[1], now + timedelta(days=1))
    answer = await gate.send(gate.body({"kind": "pass", "text": show(forged, key[0], now)}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "pass_forged")
    # A phone that was signed out shows nothing any more, but what was seen before is still taken.
    await sync_to_async(system)(tokens.revoke_device, device=device)
    ended = await gate.send(gate.body(body["holder"]))
    assert (ended.status_code, ended.json()["error"]["code"]) == (422, "pass_ended")
    before = await gate.send(gate.body(body["holder"], at=now - timedelta(seconds=20)))
    assert before.status_code == 201, before.text


async def test_a_card_enters_its_holder_once_and_its_number_is_kept_as_a_hash_only(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = await people()
    first = gate.sealed(CARD)
    answers = await asyncio.gather(*[gate.send(body) for body in (first, first, gate.sealed(CARD, direction="out"))])
    assert sorted(a.status_code for a in answers) == [200, 201, 201], [a.text for a in answers]
    assert {a.json()["who"] for a in answers} == {"Trần T. B."}
    assert await people() == before + 1
    stored = await events()
    assert {e.means for e in stored} == {Means.CARD}
    person = stored[0].person
    assert (person.name, str(person.birth_date), person.sex) == ("Trần Thị Bưởi", "1950-01-02", "female")
    (identifier,) = await sync_to_async(lambda: list(person.identifiers.all()))()
    assert bytes(identifier.value_hash) == keyring.blind_index("cccd", CARD["number"])
    assert CARD["number"] not in caplog.text
    # Sealed for one visit, it opens for no other.
    other = gate.body(first["holder"])
    answer = await gate.send(other)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "card_unreadable")


async def test_a_number_finds_its_holder_and_the_answer_does_not_say_who(gate: Gate, hanh: Any) -> None:
    known = await gate.send(gate.body({"kind": "phone", "phone": "0905 000 418"}))
    assert known.status_code == 201, known.text
    before = await people()
    new = [gate.body({"kind": "phone", "phone": "0905111222"}), gate.sealed({"phone": "+84905111222"})]
    for body in new:
        assert (await gate.send(body)).status_code == 201
    assert await people() == before + 1
    assert known.json()["who"] == ""
    stored = await events()
    assert stored[0].person_id == hanh.person.pk
    assert stored[1].person_id == stored[2].person_id
    assert stored[1].person.name == "Số … 222"
    assert {e.means for e in stored} == {Means.PHONE}
    wrong = await gate.send(gate.body({"kind": "phone", "phone": "12"}))
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "holder_wrong")
    assert "0905 000 418" in wrong.json()["error"]["message"]
    english = {"accept-language": "en"}
    wrong = await gate.send(gate.body({"kind": "phone", "phone": "12"}), **english)
    assert "10 digits" in wrong.json()["error"]["message"]


async def test_a_declaration_makes_one_person_however_often_it_is_sent(gate: Gate) -> None:
    before = await people()
    body = gate.body({"kind": "declared", "name": "Lê Văn Cam", "birth_year": 1948, "phone": "0905333444"})
    answers = await asyncio.gather(*[gate.send(body) for _ in range(5)])
    assert sorted(a.status_code for a in answers) == [200] * 4 + [201]
    without = gate.body({"kind": "declared", "name": "Bà Ba"})
    answers += [await gate.send(without) for _ in range(2)]
    assert answers[-1].json()["who"] == "Bà B."
    same = await gate.send(gate.body({"kind": "declared", "name": "lê văn cam", "phone": "0905333444"}))
    assert same.status_code == 201
    assert await people() == before + 2
    stored = await events()
    assert [e.means for e in stored] == [Means.DECLARED] * 3
    assert stored[0].person_id == stored[2].person_id
    assert stored[0].person.birth_year == 1948


async def test_a_slip_keeps_its_own_time_though_the_gates_clock_is_wrong(gate: Gate) -> None:
    now = datetime.now(UTC)
    wrong = now + timedelta(hours=2)
    slip = now - timedelta(hours=3)
    answer = await gate.send(gate.body(at=slip, sent_at=wrong, paper=True))
    assert answer.status_code == 201, answer.text
    corrected = await gate.send(gate.body(at=wrong - timedelta(minutes=30), sent_at=wrong))
    assert corrected.json()["clock_offset"] in (-7200, -7201, -7199)
    stored = {e.means: e for e in await events()}
    assert stored[Means.PAPER].at == slip
    assert stored[Means.PAPER].clock_offset is None
    assert abs(stored[Means.DECLARED].at - (now - timedelta(minutes=30))) < timedelta(seconds=5)
    for moment, code in ((now - timedelta(days=22), "time_expired"), (now + timedelta(minutes=11), "time_ahead")):
        before = await people()
        refused = await gate.send(gate.body(at=moment, sent_at=now, paper=True))
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)
        assert await people() == before


async def test_only_who_is_on_duty_there_writes(gate: Gate, hanhs_token: str, market: Any) -> None:
    before = await people()
    stranger = Gate(gate.client, hanhs_token, market)
    refused = await stranger.send(stranger.body())
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_staff")
    nowhere = await gate.send(gate.body(place=str(uuid.uuid4())))
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "place_closed")
    assert (await gate.send(gate.body(), authorization="")).status_code == 401
    assert (await gate.send(gate.body(), authorization="Bearer nobody")).status_code == 401
    assert await people() == before
    # A duty that ended takes what was seen during it, and nothing after.
    keeper = await sync_to_async(lambda: market.staff.get(role=PlaceStaff.Role.GATEKEEPER))()
    seen = gate.body(at=datetime.now(UTC) - timedelta(minutes=5))
    await sync_to_async(system)(staffing.end_duty, staff=keeper)
    assert (await gate.send(seen)).status_code == 201
    after = await gate.send(gate.body())
    assert (after.status_code, after.json()["error"]["code"]) == (403, "not_staff")


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"holder": {"kind": "iris"}}, 422, "invalid", "holder.kind"),
        ({"holder": {"kind": "declared", "name": ""}}, 422, "invalid", "holder.name"),
        ({"holder": {"kind": "declared", "name": "A", "birth_year": 1900}}, 422, "holder_wrong", "holder"),
        ({"holder": {"kind": "sealed", "sealed": "AA"}}, 422, "card_unreadable", "holder"),
        ({"holder": {"kind": "sealed", "sealed": "à"}}, 422, "card_unreadable", "holder"),
        ({"place": "chợ"}, 422, "invalid", "place"),
        ({"at": "9999-12-31T23:59:59Z"}, 422, "time_ahead", "at"),
    ],
)
async def test_a_wrong_field_is_named(gate: Gate, change: dict[str, Any], status: int, code: str, field: str) -> None:
    answer = await gate.send(gate.body() | change)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)
    assert await events() == []


async def test_a_full_queue_says_when_to_come_back(gate: Gate, web: httpx.AsyncClient) -> None:
    app = web._transport.app  # type: ignore[attr-defined]
    app.gate_lane._max_queue = 0
    full = await gate.send(gate.body())
    assert (full.status_code, full.json()["error"]["code"], full.headers["retry-after"]) == (503, "busy", "1")
    app.gate_lane._max_queue = 100
    body = gate.body()
    assert (await gate.send(body)).status_code == 201
    changed = await gate.send(body | {"direction": "out"})
    assert (changed.status_code, changed.json()["error"]["code"]) == (409, "key_reused")


async def test_a_place_that_closed_takes_what_was_seen_before(gate: Gate, market: Any) -> None:
    seen = gate.body(at=datetime.now(UTC) - timedelta(minutes=5))
    await sync_to_async(system)(places.close_place, place=market)
    assert (await gate.send(seen)).status_code == 201
    assert (await gate.send(gate.body())).status_code == 404


def test_the_gates_keys_are_the_servers_own(client: Any) -> None:
    keys = client.get("/api/v1/gate/keys").json()
    assert keys["sealing_key"] == gate_api.point(sealed_cards.key())
