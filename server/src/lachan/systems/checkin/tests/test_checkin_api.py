"""POST /api/v1/checkins: stored once, answered alike, and every wrong request told what is wrong."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async

from lachan.ground import audit
from lachan.register.access import tokens
from lachan.register.places import actions as places
from lachan.register.places import codes
from lachan.systems.checkin.models import Event, Trust
from lachan.systems.checkin.models import Receipt as StoredReceipt
from lachan.systems.checkin.tests.conftest import Phone

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)


@sync_to_async
def events() -> list[Event]:
    return list(Event.objects.order_by("at"))


def system(action: Any, **arguments: Any) -> Any:
    with audit.acting(audit.system("tests")):
        return action(**arguments)


async def test_a_checkin_is_stored_and_answered_with_its_receipt(phone: Phone, hanh: Any, market: Any) -> None:
    sent = phone.body()
    answer = await phone.send(**sent)
    assert answer.status_code == 201
    receipt = answer.json()
    (event,) = await events()
    assert (event.person_id, event.place_id, event.direction, event.trust) == (hanh.person.pk, market.pk, 1, 1)
    assert (event.by_account_id, event.clock_offset) == (hanh.pk, None)
    assert event.at == datetime.fromisoformat(sent["at"]) == datetime.fromisoformat(receipt["at"])
    assert receipt["id"] == str(event.id)
    assert receipt["place"] == {"name": "Chợ Đầu Cầu", "key": str(market.key)}
    assert receipt["direction"] == "in"
    assert receipt["clock_offset"] is None
    assert len(receipt["code"]) == 7


async def test_a_replay_makes_no_second_row_and_gets_the_same_receipt(phone: Phone) -> None:
    sent = phone.body()
    first = await phone.send(**sent)
    later = datetime.now(UTC) + timedelta(hours=3)
    for change in ({}, {"sent_at": later}):
        again = await phone.send(**sent | change)
        assert (again.status_code, again.json()) == (200, first.json())
    assert len(await events()) == 1


async def test_twins_in_one_batch_make_one_row(phone: Phone) -> None:
    sent = phone.body()
    answers = await asyncio.gather(*[phone.send(**sent) for _ in range(20)])
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({a.text for a in answers}) == 1
    assert len(await events()) == 1


async def test_a_replay_is_answered_after_the_code_is_revoked(phone: Phone, market: Any) -> None:
    sent = phone.body()
    first = await phone.send(**sent)
    await sync_to_async(system)(places.replace_codes, place=market)
    again = await phone.send(**sent)
    assert (again.status_code, again.json()) == (200, first.json())
    fresh = await phone.send()
    assert (fresh.status_code, fresh.json()["error"]["code"]) == (404, "place_unknown")


@pytest.mark.parametrize("change", [{"direction": "out"}, {"at": NOW - timedelta(minutes=5)}])
async def test_the_same_key_with_another_body_is_refused(phone: Phone, change: dict[str, Any]) -> None:
    sent = phone.body()
    await phone.send(**sent)
    answer = await phone.send(**sent | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")
    assert len(await events()) == 1


async def test_the_same_key_of_another_device_is_another_checkin(phone: Phone, tins_token: str) -> None:
    sent = phone.body()
    assert (await phone.send(**sent)).status_code == 201
    other = Phone(phone.client, tins_token, phone.code)
    assert (await other.send(**sent)).status_code == 201
    assert len(await events()) == 2


@pytest.mark.parametrize("fast_by", [timedelta(minutes=47), -timedelta(days=3)])
async def test_a_wrong_clock_is_corrected_and_said(phone: Phone, fast_by: timedelta) -> None:
    scanned = datetime.now(UTC) - timedelta(hours=1)
    answer = await phone.send(at=scanned + fast_by, sent_at=datetime.now(UTC) + fast_by)
    assert answer.status_code == 201
    (event,) = await events()
    assert abs(event.at - scanned) < timedelta(seconds=3)
    assert answer.json()["clock_offset"] == event.clock_offset
    assert abs(event.clock_offset + fast_by.total_seconds()) < 3  # type: ignore[operator]


async def test_a_small_difference_of_clocks_is_left_alone(phone: Phone) -> None:
    at = datetime.now(UTC) - timedelta(seconds=30)
    await phone.send(at=at, sent_at=datetime.now(UTC) + timedelta(seconds=60))
    assert [(e.at, e.clock_offset) for e in await events()] == [(at, None)]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW + timedelta(hours=1), "time_ahead"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "time_ahead"),
        (NOW - timedelta(days=22), "time_expired"),
        (datetime(1, 1, 1, tzinfo=UTC), "time_expired"),
    ],
)
async def test_a_time_that_can_not_be_is_refused(phone: Phone, at: datetime, code: str) -> None:
    answer = await phone.send(at=at)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert answer.json()["error"]["field"] == "at"
    assert await events() == []


async def test_the_edge_of_the_calendar_is_refused_too(phone: Phone) -> None:
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        for sent_at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
            assert (await phone.send(at=at, sent_at=sent_at)).status_code == 422


async def test_a_guardian_checks_a_ward_in(phone: Phone, khoi: Any, hanh: Any) -> None:
    assert (await phone.send(person=str(khoi.key))).status_code == 201
    assert (await phone.send(person=str(hanh.person.key))).status_code == 201
    assert {e.person_id for e in await events()} == {khoi.pk, hanh.person.pk}
    assert {e.by_account_id for e in await events()} == {hanh.pk}


@pytest.mark.parametrize("who", ["tin", "nobody", "former ward"])
async def test_nobody_is_checked_in_by_a_stranger(phone: Phone, tin: Any, khoi: Any, who: str) -> None:
    person = {"tin": tin.person.key, "nobody": uuid.uuid4(), "former ward": khoi.key}[who]
    await sync_to_async(khoi.guardians.update)(until=(datetime.now(UTC) - timedelta(days=1)).date())
    answer = await phone.send(person=str(person))
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        {
            "code": "person_not_yours",
            "message": "Tài khoản này không quét thay được cho người đó. Thêm người đó ở mục Gia đình.",
            "field": "person",
        },
    )
    assert await events() == []


async def test_a_signed_out_device_is_refused(phone: Phone, hanh: Any) -> None:
    for token in ("", "x" * 43, phone.token[:-1]):
        answer = await phone.send(headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed_out")
    device = await hanh.devices.aget()
    await sync_to_async(system)(tokens.revoke_device, device=device)
    assert (await phone.send()).status_code == 401
    assert await events() == []


async def test_the_cookie_signs_in_too_but_only_with_json(phone: Phone) -> None:
    cookie = {"authorization": "", "cookie": f"other=1; lachan_device={phone.token}"}
    assert (await phone.send(headers=cookie)).status_code == 201
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await phone.send(headers=cookie | {"content-type": kind})
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_json_type")


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        (b"", 400, "not_json", None),
        (b"{", 400, "not_json", None),
        (b"\xff\xfe", 400, "not_json", None),
        (b"[" * 5000, 422, "invalid", None),
        (b"[]", 422, "invalid", None),
        (b"{}", 422, "invalid", "key"),
        (b'{"key": 3}', 422, "invalid", "key"),
        (b'{"key": "x"}', 422, "invalid", "key"),
        (b" " * 8193, 413, "too_large", None),
    ],
)
async def test_a_malformed_body_is_refused(phone: Phone, content: bytes, status: int, code: str, field: str) -> None:
    answer = await phone.send(content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"at": "2026-11-24T08:00:00"}, 422, "invalid", "at"),
        ({"at": "yesterday"}, 422, "invalid", "at"),
        ({"direction": "sideways"}, 422, "invalid", "direction"),
        ({"person": "Hạnh"}, 422, "invalid", "person"),
        ({"code": ""}, 422, "code_mistyped", "code"),
        ({"code": "0000-0000-0001"}, 422, "code_mistyped", "code"),
        ({"code": '{"},NULL'}, 422, "code_mistyped", "code"),
        ({"code": "x" * 300}, 422, "invalid", "code"),
    ],
)
async def test_a_wrong_field_is_named(phone: Phone, fields: dict[str, Any], status: int, code: str, field: str) -> None:
    answer = await phone.send(**fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["field"] == field


async def test_an_unknown_or_closed_place_is_refused(phone: Phone, market: Any) -> None:
    answer = await phone.send(code=codes.new())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "place_unknown")
    await sync_to_async(system)(places.close_place, place=market)
    assert (await phone.send()).status_code == 404


async def test_a_code_is_read_as_scanned_or_as_typed(phone: Phone, market_code: str) -> None:
    for code in (codes.payload("LACHAN.VN", market_code), codes.grouped(market_code).lower()):
        assert (await phone.send(code=code)).status_code == 201


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "vi"),
        ({"accept-language": "en-GB,en;q=0.9,vi;q=0.8"}, "en"),
        ({"accept-language": "fr, vi;q=0.5"}, "vi"),
        ({"accept-language": "en", "cookie": "lachan_language=vi"}, "vi"),
        ({"cookie": "lachan_language=en; a=b"}, "en"),
    ],
)
async def test_a_refusal_speaks_the_users_language(phone: Phone, headers: dict[str, str], language: str) -> None:
    answer = await phone.send(b"{", headers=headers)
    assert ("JSON đọc được" in answer.json()["error"]["message"]) == (language == "vi")


async def test_other_methods_are_refused(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/checkins")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_many_phones_at_once(phone: Phone, tins_token: str) -> None:
    other = Phone(phone.client, tins_token, phone.code)
    sent = [(p, p.body()) for p in (phone, other) for _ in range(150)]
    answers = await asyncio.gather(*[p.send(**body) for p, body in sent for _ in range(2)])
    assert {a.status_code for a in answers} == {200, 201}
    assert sum(a.status_code == 201 for a in answers) == 300
    assert len(await events()) == 300
    assert await StoredReceipt.objects.acount() == 300


async def test_the_answer_is_json_that_no_cache_keeps(phone: Phone) -> None:
    answer = await phone.send()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.content)


async def screen_text(market: Any, moment: datetime) -> str:
    from lachan.register.places import rotation

    code = await sync_to_async(places.screen_code)(place=market)
    return rotation.payload("lachan.vn", code.code, moment)


async def test_a_screen_s_code_is_believed_more(phone: Phone, market: Any) -> None:
    now = datetime.now(UTC)
    answer = await phone.send(code=await screen_text(market, now))
    assert answer.status_code == 201
    event = await Event.objects.aget()
    assert (event.trust, event.place_id) == (Trust.ROTATING, market.pk)


async def test_a_photo_of_a_screen_is_refused(phone: Phone, market: Any) -> None:
    now = datetime.now(UTC)
    text = await screen_text(market, now - timedelta(minutes=3))
    answer = await phone.send(code=text)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "screen_expired")
    # Without its tag it is no code at all, and a poster's code gains nothing from a tag.
    assert (await phone.send(code=text.partition(".")[0])).status_code in {404, 422}
    assert (await phone.send(code=f"{phone.code}.ABCDEFGH")).status_code == 422
    assert await Event.objects.acount() == 0


async def test_a_screen_scanned_offline_is_sent_later(phone: Phone, market: Any) -> None:
    """The tag must fit the moment of the scan, by the server's clock, not the moment of sending."""
    now = datetime.now(UTC)
    then, fast = now - timedelta(hours=2), timedelta(minutes=7)
    text = await screen_text(market, then)
    assert (await phone.send(code=text, at=then + fast, sent_at=now + fast)).status_code == 201
    assert (await phone.send(code=text, at=then, sent_at=now + fast)).status_code == 422


@pytest.mark.parametrize(
    ("position", "trust", "apart"),
    [
        ({"latitude": 16.0605, "longitude": 108.2230, "accuracy": 20}, Trust.NEARBY, (0, 200)),
        ({"latitude": 21.0285, "longitude": 105.8542, "accuracy": 30}, Trust.POSTER, (600_000, 620_000)),
        ({"latitude": 21.0285, "longitude": 105.8542, "accuracy": 50_000}, Trust.POSTER, None),
        (None, Trust.POSTER, None),
    ],
)
async def test_a_position_makes_a_distance_and_is_not_kept(
    phone: Phone, market: Any, position: Any, trust: Trust, apart: Any
) -> None:
    from lachan.register.places.models import Place

    await Place.objects.filter(pk=market.pk).aupdate(latitude=16.0600, longitude=108.2235)
    assert (await phone.send(position=position)).status_code == 201
    event = await Event.objects.aget()
    assert event.trust == trust
    assert event.apart is None if apart is None else apart[0] <= event.apart <= apart[1]


@pytest.mark.parametrize("position", [{"latitude": 91, "longitude": 0, "accuracy": 1}, {"latitude": 1}, "here"])
async def test_a_position_that_cannot_be_is_refused(phone: Phone, position: Any) -> None:
    assert (await phone.send(position=position)).status_code == 422
