"""A screen's link opened by the phone's own camera, without scripts: good at its moment, refused later."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.register.places import actions, codes, rotation
from lachan.systems.checkin.models import Event, Trust
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def screen(market: Any) -> str:
    with audit.acting(audit.system("tests")):
        return actions.screen_code(place=market).code


def link(code: str, seconds_ago: int = 0) -> str:
    return f"/c/{code}.{rotation.tag(code, rotation.epoch_of(timezone.now() - timedelta(seconds=seconds_ago)))}"


def proof(page: str) -> str:
    return page.partition('name="screen" value="')[2].partition('"')[0]


def arrive(client: Client, hanh: Any, code: str, screen: str, direction: str = "in") -> Any:
    form = {"person": str(hanh.person.key), "direction": direction, "screen": screen}
    return client.post(f"/c/{code}", form)


def test_a_screen_is_believed_more_than_a_poster(client: Client, hanh: Any, market: Any, screen: str) -> None:
    sign_in(client, hanh)
    page = client.get(link(screen))
    assert page.status_code == 200
    assert market.name in page.content.decode()
    assert arrive(client, hanh, screen, proof(page.content.decode())).status_code == 302
    event = Event.objects.get()
    assert (event.trust, event.place) == (Trust.ROTATING, market)
    # Who came by the screen may leave without it.
    leaving = {"person": str(hanh.person.key), "direction": "out", "place": str(market.key)}
    assert client.post("/app/leave/", leaving).status_code == 302
    assert Event.objects.count() == 2


def test_a_photo_of_a_screen_opens_nothing(client: Client, hanh: Any, screen: str) -> None:
    sign_in(client, hanh)
    for address in (link(screen, 120), f"/c/{screen}", f"/c/{screen}.AAAAAAAA"):
        answer = client.get(address)
        assert answer.status_code == 410
        assert "đổi mỗi nửa phút" in answer.content.decode()
    assert arrive(client, hanh, screen, "forged").status_code == 410
    assert not Event.objects.exists()


def test_a_proof_is_for_its_code_only(client: Client, hanh: Any, market: Any, screen: str) -> None:
    sign_in(client, hanh)
    given = proof(client.get(link(screen)).content.decode())
    with audit.acting(audit.system("tests")):
        other = actions.issue_code(place=market, rotating=True).code
    assert arrive(client, hanh, other, given).status_code == 410


def test_a_tag_on_a_poster_s_code_means_nothing(client: Client, hanh: Any, market: Any) -> None:
    sign_in(client, hanh)
    code = market.codes.get(rotating=False).code
    answer = client.get(f"/C/{codes.grouped(code)}.AAAAAAAA")
    assert (answer.status_code, answer["Location"]) == (302, f"/c/{code}")
