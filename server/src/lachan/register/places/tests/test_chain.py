"""The owner of places that came by a list: invited by number, takes all at once, prints all posters in one file."""

import io
from typing import Any

import pypdf
import pytest
from django.test import Client

from lachan.register.places import codes, importing, queries, views
from lachan.register.places.models import Place, PlaceStaff
from lachan.register.places.rows import COLUMNS
from lachan.register.places.sheets import as_xlsx
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
HEAD = [str(column.title) for column in COLUMNS[:8]]
HANHS = "0905000418"


@pytest.fixture
def chain(area_tree: Any, hanh: Any) -> list[Place]:
    """Three shops of one list, with Hạnh's number; a fourth is somebody else's."""
    lines = [
        [f"Cửa hàng {name}", "siêu thị", f"{number} Trần Phú", "Phường Hải Châu", "Đà Nẵng", phone, "07:00", "21:00"]
        for number, (name, phone) in enumerate([("C", HANHS), ("A", HANHS), ("B", HANHS), ("D", "0905000999")], 1)
    ]
    judged = importing.judge(as_xlsx(HEAD, lines), None)
    assert importing.store(judged.good) == 4, judged.rejects
    return list(Place.objects.filter(name__in=["Cửa hàng A", "Cửa hàng B", "Cửa hàng C"]).order_by("name"))


def accept(client: Client) -> Any:
    seen = [str(invite.pk) for invite in queries.invites_for(client_account(client))]
    return client.post("/places/invites/", {"invite": seen})


def client_account(client: Client) -> Any:
    from lachan.register.access.models import Account

    return Account.objects.get(pk=client.session["_auth_user_id"])


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_the_owner_is_found_by_number_takes_all_and_prints_one_file(
    client: Client, chain: list[Place], hanh: Any
) -> None:
    assert hanh.phone_hash is not None
    sign_in(client, hanh)
    assert "Nhận việc ở cả 3 nơi" in client.get("/places/").content.decode()
    assert client.get("/places/posters-a4-vi-1.pdf").status_code == 404
    assert accept(client).status_code == 302
    duties = PlaceStaff.objects.filter(account=hanh, until=None)
    assert {duty.place for duty in duties} == set(chain)
    assert {duty.role for duty in duties} == {PlaceStaff.Role.OWNER}
    page = client.get("/places/").content.decode()
    assert "Đã nhận việc ở 3 nơi" in page and "In bảng mã của cả 3 nơi" in page
    for size in ("a4", "door"):
        answer = client.get(f"/places/posters-{size}-vi-1.pdf")
        assert answer["Cache-Control"] == "private, no-store"
        texts = pages(answer.content)
        assert len(texts) == 3
        for place, text in zip(chain, texts, strict=True):
            assert place.name in text and codes.grouped(place.codes.get().code) in text
    assert "Scan" in pages(client.get("/places/posters-a4-en-1.pdf").content)[0]
    assert client.get("/places/posters-a4-vi-2.pdf").status_code == 404
    assert client.get("/places/posters-a4-vi-0.pdf").status_code == 404


def test_a_long_chain_prints_in_several_files(
    client: Client, chain: list[Place], hanh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lachan.register.places import print_views

    for module in (views, print_views):
        monkeypatch.setattr(module, "POSTERS_A_FILE", 2)
    sign_in(client, hanh)
    accept(client)
    page = client.get("/places/").content.decode()
    assert "(1/2)" in page and "posters-door-vi-2.pdf" in page
    assert [len(pages(client.get(f"/places/posters-a4-vi-{n}.pdf").content)) for n in (1, 2)] == [2, 1]


def test_nobody_takes_what_was_asked_of_another(client: Client, chain: list[Place], tin: Any, hanh: Any) -> None:
    seen = [str(invite.pk) for invite in queries.invites_for(hanh)]
    assert len(seen) == 3
    sign_in(client, tin)
    client.post("/places/invites/", {"invite": [*seen, "x", "9" * 30]})
    assert not PlaceStaff.objects.filter(account=tin).exists()
    assert queries.invites_for(hanh).count() == 3
