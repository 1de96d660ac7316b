"""The public map: communes only, small numbers hidden, both archipelagos always there."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.faces.map.views import suppressed
from lachan.register.places.models import Place
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.alerts.models import PlaceNotice
from lachan.response.cases.actions import open_outbreak

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbreak(area_tree: Any) -> Any:
    load_profiles()
    covid = Disease.objects.get(code="covid19")
    return open_outbreak(disease=covid, name="Đà Nẵng", area=area_tree.danang, by=None)


def publish(outbreak: Any, place: Any, days_left: int = 10, **more: Any) -> PlaceNotice:
    now = timezone.now()
    return PlaceNotice.objects.create(
        outbreak=outbreak,
        place=place,
        start=now - timedelta(days=1, hours=1),
        end=now - timedelta(days=1),
        grade=2,
        visitors=9,
        issued_at=now,
        erase_at=timezone.localdate() + timedelta(days=days_left),
        **more,
    )


def page(client: Client) -> str:
    response = client.get("/map/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_needs_no_account_and_no_session(client: Client, db: None) -> None:
    response = client.get("/map/")
    assert response.status_code == 200
    assert "public" in response["Cache-Control"]
    assert {part.strip() for part in response["Vary"].split(",")} >= {"Cookie", "Accept-Language"}
    assert not response.cookies
    assert "Hiện không có tin báo nơi nào" in response.content.decode()


def test_both_archipelagos_are_drawn_and_named(client: Client, db: None) -> None:
    words = page(client)
    assert "Quần đảo Hoàng Sa</text>" in words and "Quần đảo Trường Sa</text>" in words and "Biển Đông</text>" in words
    assert words.count('class="isle"') == 2
    assert "CC BY 4.0" in words


def test_it_names_the_commune_and_never_the_place(client: Client, outbreak: Any, market: Any) -> None:
    publish(outbreak, market)
    words = page(client)
    assert "1 xã, phường đang có tin báo" in words and "Phường Hải Châu" in words
    assert market.name not in words
    assert "nên xét nghiệm" in words


def test_expired_and_withdrawn_notices_are_gone(client: Client, outbreak: Any, market: Any) -> None:
    publish(outbreak, market, days_left=0)
    publish(
        outbreak, Place.objects.create(name="Quán", kind="restaurant", area=market.area), withdrawn_at=timezone.now()
    )
    assert "Hải Châu" not in page(client)


def test_small_numbers_are_not_told_apart(client: Client, outbreak: Any, market: Any) -> None:
    assert [suppressed(n) for n in (1, 4, 5, 1200)] == ["< 5", "< 5", "5", "1.200"]
    publish(outbreak, market)
    assert '<td class="n">&lt; 5</td>' in page(client)
    for number in range(4):
        publish(outbreak, Place.objects.create(name=f"Quán {number}", kind="restaurant", area=market.area))
    assert '<td class="n">5</td>' in page(client)
