"""GET /api/v1/me/visits: one's own stays and those of one's wards, nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.systems.checkin.models import Trust, Visit
from lachan.systems.checkin.occupancy import VisitCounter
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


def stay(person: Any, place: Any, hours_ago: float) -> Visit:
    t_in = timezone.now() - timedelta(hours=hours_ago)
    return Visit.objects.create(
        place=place, person=person, t_in=t_in, t_out=t_in + timedelta(hours=1), certain_until=t_in, ending=4, trust=1
    )


def test_the_history_of_a_guardian(client: Client, hanh: Any, khoi: Any, tin: Any, market: Any) -> None:
    own, wards = stay(hanh.person, market, 5), stay(khoi, market, 2)
    stay(tin.person, market, 1)
    sign_in(client, hanh)
    answer = client.get("/api/v1/me/visits")
    assert answer.status_code == 200
    visits = answer.json()["visits"]
    assert [v["id"] for v in visits] == [str(wards.id), str(own.id)]
    assert visits[0]["person"] == str(khoi.key)
    assert visits[0]["place"] == {"name": "Chợ Đầu Cầu", "key": str(market.key)}
    assert visits[0]["ending"] == "typical"
    assert visits[0]["commune"] == "Phường Hải Châu"
    assert [v["at_gate"] for v in visits] == [False, False]


def test_a_stay_written_at_the_gate_reaches_its_person(client: Client, hanh: Any, tin: Any, market: Any) -> None:
    seen = stay(hanh.person, market, 3)
    Visit.objects.filter(pk=seen.pk).update(trust=Trust.GATEKEEPER)
    sign_in(client, hanh)
    assert [v["at_gate"] for v in client.get("/api/v1/me/visits").json()["visits"]] == [True]
    for page in ("/app/", "/app/visits/"):
        assert "ghi tại cổng" in client.get(page).content.decode()
    sign_in(client, tin)
    assert "ghi tại cổng" not in client.get("/app/visits/").content.decode()


def test_nobody_without_a_device(client: Client) -> None:
    assert client.get("/api/v1/me/visits").status_code == 401


def test_the_count_of_today_counts_people_once(hanh: Any, tin: Any, market: Any) -> None:
    stay(hanh.person, market, 0.001)
    stay(hanh.person, market, 0.0005)
    stay(tin.person, market, 30)
    assert VisitCounter().arrivals_today(market) == 1
