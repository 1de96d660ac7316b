"""Finding a person, within the area only, and opening the record for a purpose."""

from typing import Any

import pytest
from django.test import Client

from lachan.faces.desk import people
from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.register.people.actions import add_identifier

pytestmark = pytest.mark.django_db


def names(client: Client, typed: str) -> set[str]:
    response = client.get("/desk/people/", {"q": typed})
    assert response.status_code == 200
    return {row.person.name for row in response.context["found"]}


@pytest.mark.parametrize("typed", ["0905000418", "+84 905 000 418", "nguyen thi hanh", "Hạnh", "hanh nguyen thi"[:4]])
def test_a_person_is_found(desk: Client, story: Story, typed: str) -> None:
    assert "Nguyễn Thị Hạnh" in names(desk, typed)


def test_papers_find_their_owner(desk: Client, story: Story) -> None:
    add_identifier(person=story.tin, kind="cccd", value="048085001234")
    add_identifier(person=story.elder, kind="passport", value="C1234567")
    assert names(desk, "048085001234") == {"Hoàng Trung Tín"}
    assert names(desk, "c1234567") == {"Lê Thị Sáu"}
    assert names(desk, "048085009999") == set()
    assert names(desk, "123") == set()


def test_the_list_masks_phones_and_is_audited(desk: Client, story: Story) -> None:
    page = text(desk.get("/desk/people/?q=Nguyễn Thị Hạnh"))
    assert "09•• ••• 418" in page and "0905000418" not in page.replace("value", "")
    assert audited("desk.people.search", story.hanh) == 1
    desk.get("/desk/people/?q=không có ai tên này")
    assert audited("desk.people.search") == 2, "a search that found nobody is a look too"


def test_only_the_area_is_searched(story: Story, other_province_officer: Any, other_commune_officer: Any) -> None:
    assert names(as_officer(other_province_officer), "0905000418") == set()
    assert names(as_officer(other_commune_officer), "Hạnh") == set()
    assert names(as_officer(other_commune_officer), "Tín") == {"Hoàng Trung Tín"}


def test_searching_is_limited(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "SEARCHES", people.ratelimit.Limit("test-search", burst=2, seconds=600.0))
    assert [desk.get("/desk/people/?q=hanh").status_code for _ in range(3)] == [200, 200, 429]
    response = desk.get("/desk/people/?q=hanh")
    assert int(response["Retry-After"]) > 0
    assert "Đã tìm nhiều lần" in text(response)


def test_one_letter_is_too_little(desk: Client) -> None:
    response = desk.get("/desk/people/?q=h")
    assert response.status_code == 422 and "ít nhất hai chữ" in text(response)


def test_a_record_opens_for_a_purpose_asked_once(desk: Client, story: Story) -> None:
    address = f"/desk/people/{story.hanh.key}/"
    asked = text(desk.get(address))
    assert "Mở hồ sơ để làm gì?" in asked and "0905 000 418" not in asked
    assert audited("people.record.read") == 0
    assert desk.post(address, {}).status_code == 422
    assert desk.post(address, {"purpose": "other", "other": ""}).status_code == 422
    opened = desk.post(address, {"purpose": "case"}, follow=True)
    assert "0905 000 418" in text(opened)
    assert "Nguyễn Minh Khôi" in text(opened), "who lives there too"
    desk.get(address)
    from lachan.ground.audit.models import AuditEvent

    rows = AuditEvent.objects.filter(action="people.record.read", subject_id=story.hanh.pk)
    assert list(rows.values_list("purpose", flat=True)) == ["Điều tra ca bệnh"] * 2
    assert "Mở hồ sơ để làm gì?" in text(desk.get(f"/desk/people/{story.tin.key}/")), "a purpose is for one person"


def test_a_record_of_elsewhere_is_not_there(story: Story, other_province_officer: Any) -> None:
    assert as_officer(other_province_officer).get(f"/desk/people/{story.hanh.key}/").status_code == 404
