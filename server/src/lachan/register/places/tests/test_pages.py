"""The owner's pages: registered in two forms' time, a poster in the hand, and never a visitor's name."""

import io
from datetime import time
from typing import Any

import pypdf
import pytest
from django.test import Client

from lachan.ground.audit.models import AuditEvent
from lachan.register.places import codes
from lachan.register.places.models import Place, PlaceStaff
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Chợ Cồn, cổng Tây",
    "kind": "market",
    "commune": "Hải Châu, Đà Nẵng",
    "opens": "05:30",
    "closes": "18:00",
}


@pytest.fixture
def names(area_tree: Any) -> None:
    """What search needs of the areas: their names."""
    from lachan.ground.platform.text import fold
    from lachan.register.areas.models import AreaName

    for area in (area_tree.danang, area_tree.haichau, area_tree.hoaxuan):
        bare = fold(area.name).removeprefix("phuong ").removeprefix("thanh pho ")
        path = f"{fold(area.name)}, {fold(area.parent.name)}" if area.parent else fold(area.name)
        AreaName.objects.get_or_create(
            area=area, name=area.name, defaults={"folded": fold(area.name), "bare": bare, "folded_path": path}
        )


@pytest.mark.usefixtures("names")
def test_an_owner_registers_a_place_and_prints_its_poster(client: Client, hanh: Any, area_tree: Any) -> None:
    sign_in(client, hanh)
    assert client.get("/places/new").status_code == 200
    answer = client.post("/places/new", FORM, follow=True)
    assert answer.status_code == 200
    place = Place.objects.get(name="Chợ Cồn, cổng Tây")
    assert (place.area_id, place.opens, place.closes) == (area_tree.haichau.pk, time(5, 30), time(18))
    assert place.staff.get().role == "owner"
    assert set(
        AuditEvent.objects.filter(object_kind="places.place", object_id=place.pk).values_list("action", flat=True)
    ) == {
        "places.place.register",
        "places.code.issue",
    }
    poster = client.get(f"/places/{place.key}/poster-a4-vi.pdf")
    assert poster["Content-Type"] == "application/pdf"
    assert poster["Cache-Control"] == "private, no-store"
    text = pypdf.PdfReader(io.BytesIO(poster.content)).pages[0].extract_text()
    assert codes.grouped(place.codes.get().code) in text


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Ghi tên nơi này"),
        ({"kind": ""}, "Chọn loại nơi"),
        ({"kind": "casino"}, "casino"),
        ({"commune": "Atlantis"}, "Chưa thấy nơi nào tên “Atlantis”"),
        ({"closes": ""}, "Ghi giờ đóng cửa"),
        ({"opens": "half past"}, "Ghi giờ và phút"),
        ({"closes": "05:30"}, "Giờ đóng cửa phải khác giờ mở cửa"),
    ],
)
def test_a_wrong_answer_is_told_where_and_how_to_mend(
    client: Client, hanh: Any, change: dict[str, str], says: str
) -> None:
    sign_in(client, hanh)
    answer = client.post("/places/new", FORM | change)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Place.objects.exists()


def test_a_stranger_sees_nothing_of_a_place(client: Client, market: Any, tin: Any) -> None:
    pages = [f"/places/{market.key}/", f"/places/{market.key}/poster-a4-vi.pdf", f"/places/{market.key}/code/"]
    for page in pages:
        assert client.get(page).status_code == 302
    sign_in(client, tin)
    assert [client.get(page).status_code for page in pages] == [404] * 3
    assert client.post(f"/places/{market.key}/code/").status_code == 404
    assert client.post(f"/places/{market.key}/invites/", {"phone": "0905000999", "role": "owner"}).status_code == 404


def test_a_gatekeeper_prints_but_does_not_manage(client: Client, market: Any, gatekeeper: Any) -> None:
    sign_in(client, gatekeeper)
    page = client.get(f"/places/{market.key}/")
    assert page.status_code == 200
    assert "Mời người giúp" not in page.content.decode()
    assert client.get(f"/places/{market.key}/poster-door-en.pdf").status_code == 200
    assert client.post(f"/places/{market.key}/code/").status_code == 404


def test_replacing_the_code_revokes_the_old_one(client: Client, market: Any, owner: Any) -> None:
    old = market.codes.get()
    sign_in(client, owner)
    assert client.get(f"/places/{market.key}/code/").status_code == 200
    assert client.post(f"/places/{market.key}/code/").status_code == 422
    client.post(f"/places/{market.key}/code/", {"because": "lost"})
    old.refresh_from_db()
    assert old.revoked_at is not None
    (new,) = market.codes.filter(revoked_at=None)
    assert new.code != old.code


def test_an_invitation_becomes_a_duty_when_the_number_signs_in(
    client: Client, market: Any, owner: Any, tin: Any
) -> None:
    sign_in(client, owner)
    answer = client.post(f"/places/{market.key}/invites/", {"phone": "0905 000 419", "role": "gatekeeper"}, follow=True)
    page = answer.content.decode()
    assert "Số … 419" in page
    assert "Hoàng Trung Tín" not in page
    sign_in(client, tin)
    assert market.name in client.get("/places/").content.decode()
    client.post(f"/places/invites/{market.invites.get().pk}/", {"yes": ""})
    assert PlaceStaff.objects.get(place=market, account=tin).role == "gatekeeper"
    assert client.get(f"/places/{market.key}/").status_code == 200


def test_the_answer_to_an_invitation_does_not_tell_who_has_an_account(
    client: Client, market: Any, owner: Any, tin: Any
) -> None:
    sign_in(client, owner)
    pages = []
    for phone in ("0905000419", "0905000419".replace("419", "777")):
        client.post(f"/places/{market.key}/invites/", {"phone": phone, "role": "gatekeeper"})
        pages.append(market.invites.order_by("-pk")[0])
    assert len({(p.role, p.accepted_at, p.withdrawn_at) for p in pages}) == 1


def test_the_last_owner_stays(client: Client, market: Any, owner: Any, gatekeeper: Any) -> None:
    sign_in(client, owner)
    duty = market.staff.get(account=owner)
    answer = client.post(f"/places/{market.key}/staff/{duty.pk}/end/", follow=True)
    assert "cần ít nhất một chủ cơ sở" in answer.content.decode()
    other = market.staff.get(account=gatekeeper)
    client.post(f"/places/{market.key}/staff/{other.pk}/end/")
    sign_in(client, gatekeeper)
    assert client.get(f"/places/{market.key}/").status_code == 404


def test_the_place_behind_a_code(client: Client, market: Any, hanh: Any) -> None:
    code = market.codes.get().code
    assert client.get(f"/api/v1/places/{code}").status_code == 200, "a phone asks without saying whose it is"
    sign_in(client, hanh)
    answer = client.get(f"/api/v1/places/{codes.grouped(code).lower()}")
    assert answer.status_code == 200
    info = answer.json()
    assert (info["name"], info["kind"], info["commune"], info["province"]) == (
        "Chợ Đầu Cầu",
        "market",
        "Phường Hải Châu",
        "Thành phố Đà Nẵng",
    )
    assert info["asks_health"] is False
    assert info["private"] is True
    assert client.get("/api/v1/places/1234").json()["error"]["code"] == "code_mistyped"
    assert client.get(f"/api/v1/places/{codes.new()}").status_code == 404


def test_codes_cannot_be_tried_by_the_thousand(client: Client, market: Any, hanh: Any) -> None:
    sign_in(client, hanh)
    statuses = [client.get(f"/api/v1/places/{codes.new()}").status_code for _ in range(62)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
