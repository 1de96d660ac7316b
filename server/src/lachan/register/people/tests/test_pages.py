"""The family's pages and the page of who looked."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account
from lachan.register.access.scope import officer_actor
from lachan.register.access.tokens import issue_device
from lachan.register.people import reading
from lachan.register.people.models import Guardianship, Person
from lachan.testing.cast import Areas, sign_in

pytestmark = pytest.mark.django_db


def html(response: Any) -> str:
    return str(response.content.decode())


def test_a_child_is_added_and_lives_in_the_same_home(client: Client, hanh: Any) -> None:
    sign_in(client, hanh)
    form = {"name": "Nguyễn Minh Khôi", "kind": "child", "birth_year": "2017", "together": "yes", "sex": "male"}
    assert client.post("/app/family/add/", form).headers["Location"] == "/app/family/"
    child = Person.objects.get(name="Nguyễn Minh Khôi")
    assert (child.birth_year, child.sex, child.area) == (2017, "male", hanh.person.area)
    page = html(client.get("/app/family/"))
    assert "Nguyễn Minh Khôi" in page
    assert "ở cùng nhà" in page


def test_what_is_not_answered_stays_not_asked(client: Client, hanh: Any) -> None:
    sign_in(client, hanh)
    client.post("/app/family/add/", {"name": "Bà Sáu", "kind": "elder", "together": "no"})
    elder = Person.objects.get(name="Bà Sáu")
    assert (elder.birth_year, elder.sex, elder.area) == (None, "", None)
    assert not elder.memberships.exists()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": " "}, "Ghi họ và tên"),
        ({"birth_year": "1700"}, "Ô đang ghi 1700"),
        ({"birth_year": "x"}, "bốn chữ số"),
        ({"kind": "king"}, "Lỗi"),
        ({"phone": "12"}, "0905 000 418"),
        ({"together": ""}, "Chọn"),
    ],
)
def test_a_wrong_answer_is_said_and_nothing_is_entered(
    client: Client, hanh: Any, change: dict[str, str], word: str
) -> None:
    sign_in(client, hanh)
    answer = client.post("/app/family/add/", {"name": "Khôi", "kind": "child", "together": "yes", **change})
    assert answer.status_code == 422
    assert word in html(answer)
    assert Person.objects.count() == 1


def test_moving_takes_along_whom_one_acts_for(client: Client, hanh: Any, khoi: Person, area_tree: Areas) -> None:
    sign_in(client, hanh)
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = client.post(
        "/app/family/home/", {"address": "3 Lê Lợi", "commune": "hoa xuan", "since": yesterday.isoformat()}
    )
    assert answer.status_code == 422, "they came to the present home only today"
    khoi.memberships.update(since=yesterday - timedelta(days=9))
    hanh.person.memberships.update(since=yesterday - timedelta(days=9))
    answer = client.post(
        "/app/family/home/", {"address": "3 Lê Lợi", "commune": "hoa xuan", "since": yesterday.isoformat()}
    )
    assert answer.status_code == 302
    for person in (hanh.person, khoi):
        person.refresh_from_db()
        assert (person.area, person.address) == (area_tree.hoaxuan, "3 Lê Lợi")
        assert person.memberships.count() == 2
        assert person.memberships.get(until=None).since == yesterday


def test_only_the_own_guardianship_can_be_ended(client: Client, hanh: Any, khoi: Person, tin: Any) -> None:
    sign_in(client, tin)
    assert client.post(f"/app/family/{khoi.key}/end/").status_code == 404
    sign_in(client, hanh)
    assert client.post(f"/app/family/{khoi.key}/end/").status_code == 302
    assert not Guardianship.objects.filter(until=None).exists()
    assert client.get("/app/my-data/", {"person": str(khoi.key)}).status_code == 404


def test_who_looked_is_told_with_office_and_purpose_but_without_the_name(
    client: Client, hanh: Any, commune_officer: Any
) -> None:
    with audit.acting(officer_actor(commune_officer)):
        reading.open_record_as(commune_officer, hanh.person.key, "Gọi hỏi sức khỏe")
    sign_in(client, hanh)
    page = html(client.get("/app/my-data/"))
    assert "Trạm y tế cấp xã, Phường Hải Châu, Thành phố Đà Nẵng" in page
    assert "Xem hồ sơ: Gọi hỏi sức khỏe" in page
    assert commune_officer.name not in page
    assert commune_officer.username not in page


def test_a_record_outside_the_area_does_not_open_and_leaves_no_row(
    tin: Any, hanh: Any, commune_officer: Any, other_province_officer: Any, inspector: Any
) -> None:
    for officer, person in (
        (commune_officer, tin.person),
        (other_province_officer, hanh.person),
        (inspector, hanh.person),
    ):
        with pytest.raises(PermissionDenied):
            reading.open_record_as(officer, person.key, "tò mò")
    with pytest.raises(ValueError, match="mục đích"):
        reading.open_record(hanh.person, "  ")
    assert not AuditEvent.objects.filter(action="people.record.read").exists()


def test_own_deeds_are_shown_only_when_asked(client: Client, hanh: Any, khoi: Person) -> None:
    sign_in(client, hanh)
    client.post("/app/my-data/download/", {"person": str(khoi.key)})
    address = f"/app/my-data/?person={khoi.key}"
    assert "Tải dữ liệu về" not in html(client.get(address))
    assert "Tải dữ liệu về" in html(client.get(f"{address}&own=1"))


def test_a_long_trail_has_pages(client: Client, hanh: Any, commune_officer: Any) -> None:
    with audit.acting(officer_actor(commune_officer)):
        for number in range(60):
            reading.open_record(hanh.person, f"lần {number:02}")
    sign_in(client, hanh)
    first = html(client.get("/app/my-data/"))
    assert "lần 59" in first
    assert "lần 09" not in first
    older = first.split("&amp;before=")[1].split('"')[0]
    assert "lần 09" in html(client.get("/app/my-data/", {"before": older}))
    assert client.get("/app/my-data/", {"before": "x"}).status_code == 200


def test_the_copy_is_a_file_and_is_itself_in_the_trail(client: Client, hanh: Any, tin: Any) -> None:
    sign_in(client, hanh)
    answer = client.post("/app/my-data/download/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    document = json.loads(answer.content)
    assert "Nguyễn Thị Hạnh" in json.dumps(document, ensure_ascii=False)
    assert (
        AuditEvent.objects.filter(action="people.data.export", subject_id=hanh.person.pk, actor_id=hanh.pk).count() == 1
    )
    for key in (str(tin.person.key), str(uuid4()), "x"):
        assert client.post("/app/my-data/download/", {"person": key}).status_code == 404
    assert client.get("/app/my-data/download/").status_code == 405


def test_a_lost_phone_is_signed_out_from_another(client: Client, hanh: Any, tin: Any) -> None:
    lost, token = issue_device(account=hanh, label="Android")
    foreign, _token = issue_device(account=tin)
    sign_in(client, hanh)
    assert "Android" in html(client.get("/app/my-data/"))
    assert client.post(f"/app/my-data/devices/{foreign.pk}/end/").status_code == 404
    assert client.post(f"/app/my-data/devices/{lost.pk}/end/").status_code == 302
    phone = Client()
    phone.cookies["lachan_device"] = token
    assert phone.get("/app/family/").status_code == 302


def test_erasing_oneself(client: Client, hanh: Any, khoi: Person) -> None:
    sign_in(client, hanh)
    assert "Nguyễn Minh Khôi" in html(client.get("/app/my-data/erase/"))
    assert client.post("/app/my-data/erase/").status_code == 422
    answer = client.post("/app/my-data/erase/", {"sure": "on"})
    assert answer.status_code == 200
    assert not Account.objects.filter(pk=hanh.pk).exists()
    assert client.get("/app/my-data/").status_code == 302
    assert Person.objects.get() == khoi
