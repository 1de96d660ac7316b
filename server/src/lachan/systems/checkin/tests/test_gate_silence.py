"""What a gate's device can't learn or do: no name but its own, no end of numbers tried, nobody entered off duty."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from lachan.register.access import tokens
from lachan.register.access.ratelimit import Limit
from lachan.register.people.models import Person
from lachan.register.places.models import Place, PlaceStaff
from lachan.systems.checkin import holders, pass_ids
from lachan.systems.checkin.models import Event, Means
from lachan.systems.checkin.tests.sealing import phone_key, show
from lachan.systems.checkin.tests.test_gate_lane import CARD, Gate, events, gate, people, system

__all__ = ["gate"]
pytestmark = pytest.mark.django_db(transaction=True)
HANHS_PHONE = "0905 000 418"


def counts() -> tuple[int, int]:
    return Person.objects.count(), Event.objects.count()


def unfit(body: dict[str, Any]) -> dict[str, Any]:
    """The same visit sent by a clock a month ahead: too old to be new, but it can be a repetition."""
    return body | {"sent_at": (datetime.fromisoformat(body["at"]) + timedelta(days=30)).isoformat()}


@pytest.mark.parametrize("paper", [False, True])
async def test_a_number_is_never_answered_with_a_name_of_the_register(gate: Gate, hanh: Any, paper: bool) -> None:
    assert (await gate.send(gate.sealed(CARD))).json()["who"] == "Trần T. B."
    number = {"number_kind": CARD["number_kind"], "number": CARD["number"]}
    for body, who in (
        (gate.body({"kind": "phone", "phone": HANHS_PHONE}, paper=paper), ""),
        (gate.sealed({"phone": HANHS_PHONE}, paper=paper), ""),
        (gate.sealed(number, paper=paper), ""),
        (gate.sealed(number | {"name": ""}, paper=paper), ""),
        (gate.sealed(number | {"name": "  "}, paper=paper), ""),
        (gate.sealed(number | {"name": "Ai  Đó"}, paper=paper), "Ai Đ."),
        (gate.body({"kind": "declared", "name": "nguyễn thị hạnh", "phone": HANHS_PHONE}, paper=paper), "nguyễn T. H."),
    ):
        answer = await gate.send(body)
        assert (answer.status_code, answer.json()["who"]) == (201, who), answer.text
        again = await gate.send(body)
        assert (again.status_code, again.json()) == (200, answer.json())
        # A slip has its own time, whatever the clock says: it stays fit.
        late = await gate.send(unfit(body))
        assert (late.status_code, late.json()["who"]) == (200, who if paper else "")
    # They were found all the same.
    stored = await events()
    assert {event.person.name for event in stored} == {"Trần Thị Bưởi", hanh.person.name}
    if paper:
        assert [event.means for event in stored if event.means != Means.PAPER] == [Means.CARD]


@pytest.mark.parametrize("paper", [False, True])
async def test_a_pass_is_answered_with_its_name_however_often_it_is_sent(gate: Gate, hanh: Any, paper: bool) -> None:
    device, _token = await sync_to_async(system)(tokens.issue_device, account=hanh, label="p")
    key = phone_key()
    certificate, _expires = await sync_to_async(system)(
        pass_ids.issue_pass, device=device, person=hanh.person, phone_key=key[1]
    )
    body = gate.body({"kind": "pass", "text": show(certificate, key[0], datetime.now(UTC))}, paper=paper)
    answers = [await gate.send(one) for one in (body, body, body if paper else unfit(body))]
    assert [(answer.status_code, answer.json()["who"]) for answer in answers] == [
        (201, "Nguyễn T. H."),
        (200, "Nguyễn T. H."),
        (200, "Nguyễn T. H."),
    ]


@sync_to_async
def wait(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_ratebucket SET updated_at = updated_at - make_interval(secs => %s)", [seconds])


async def test_numbers_can_not_be_tried_without_end(gate: Gate, hanh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "LOOKUPS", Limit("test-lookup", burst=2, seconds=600.0))
    bodies = [gate.body({"kind": "phone", "phone": HANHS_PHONE}) for _ in range(3)]
    answers = [await gate.send(body) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    error = answers[2].json()["error"]
    assert (error["code"], answers[2].headers["retry-after"]) == ("limited", "300")
    assert "tự gửi lại" in error["message"]
    assert len(await events()) == 2
    # Somebody else's gate at the same place goes on, and so does this one after the wait it was told.
    owner = await sync_to_async(lambda: gate.place.staff.select_related("account").get(role="owner").account)()
    token = (await sync_to_async(system)(tokens.issue_device, account=owner, label="other"))[1]
    assert (await Gate(gate.client, token, gate.place).send(gate.body())).status_code == 201
    await wait(300)
    assert (await gate.send(bodies[2])).status_code == 201


async def test_a_device_enters_so_many_people_and_its_limit_tells_nobody_apart(
    gate: Gate, hanh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "NEWCOMERS", Limit("test-newcomer", burst=2, seconds=7200.0))

    async def status(phone: str) -> int:
        answer = await gate.send(gate.body({"kind": "phone", "phone": phone}))
        return int(answer.status_code)

    before = await people()
    assert [await status("0905111000"), await status("0905111001")] == [201, 201]
    # Whether the register knows the number or not, the answer is the same.
    assert [await status("0905111002"), await status(HANHS_PHONE), await status("0905111000")] == [429] * 3
    assert await people() == before + 2
    await wait(3600)
    assert [await status(HANHS_PHONE) for _ in range(3)] == [201] * 3
    # Nor does a refused one cost anything.
    assert await status("12") == 422
    assert [await status("0905111002"), await status("0905111003")] == [201, 429]
    assert await people() == before + 3


async def test_fifty_newcomers_who_wait_at_a_market_gate_all_come_in_and_go_out(gate: Gate) -> None:
    crowd = [{"kind": "phone", "phone": f"09051112{number:02}"} for number in range(50)]
    sent = [gate.send(gate.body(holder, direction=way)) for way in ("in", "out") for holder in crowd]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {201}
    # Eleven crowds more in the same ten minutes would not be too many.
    assert holders.LOOKUPS.burst >= 12 * 50
    assert holders.LOOKUPS.seconds <= 600
    assert holders.NEWCOMERS.burst >= 8 * 50
    assert holders.NEWCOMERS.seconds <= 3600


@pytest.mark.parametrize(
    ("since", "until", "closed", "seen", "answer"),
    [
        # Hours before now.
        (240, None, None, 1, (201, None)),
        (240, 96, None, 100, (403, "not_staff")),
        (240, 48, None, 100, (201, None)),
        (240, 48, None, 47, (403, "not_staff")),
        (2, None, None, 3, (403, "not_staff")),
        (1, None, None, 1 + 1 / 60, (201, None)),
        (240, None, 24, 23, (404, "place_closed")),
        (240, None, 24, 25, (201, None)),
    ],
)
async def test_nobody_is_entered_by_whom_the_statement_refuses(
    gate: Gate, since: float, until: float | None, closed: float | None, seen: float, answer: tuple[int, str | None]
) -> None:
    now = datetime.now(UTC)

    def ago(hours: float | None) -> datetime | None:
        return None if hours is None else now - timedelta(hours=hours)

    @sync_to_async
    def arrange() -> None:
        PlaceStaff.objects.filter(place=gate.place, role="gatekeeper").update(since=ago(since), until=ago(until))
        Place.objects.filter(pk=gate.place.pk).update(closed_at=ago(closed))

    await arrange()
    before = await sync_to_async(counts)()
    sent = await gate.send(gate.body({"kind": "phone", "phone": "0905111222"}, at=ago(seen), paper=True))
    assert (sent.status_code, sent.json().get("error", {}).get("code")) == answer
    made = int(answer[0] == 201)
    assert await sync_to_async(counts)() == (before[0] + made, before[1] + made)
