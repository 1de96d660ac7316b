"""Entering a person: who may be the same is shown first, within the officer's area only, and nobody is merged."""

from typing import Any

import pytest
from django.test import Client

from lachan.faces.desk.tests.conftest import as_officer, audited, text
from lachan.ground import audit
from lachan.register.people import actions
from lachan.register.people.models import MatchPair, Person
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db

NEW = "/desk/people/new/"


@pytest.fixture
def officer(commune_officer: Any) -> Client:
    return as_officer(commune_officer)


def body(**more: str) -> dict[str, str]:
    return {"name": "Phan Thị Mười", "commune": "Hải Châu", "birth_year": "1961", "sex": "female"} | more


def known(area: Any, **more: Any) -> Person:
    with audit.acting(audit.system("tests")):
        return actions.register_person(**{"name": "Phan Thị Mười", "area": area, "birth_year": 1961} | more)


def test_nobody_like_it_and_the_record_is_made(officer: Client, area_tree: Areas) -> None:
    answer = officer.post(NEW, body(phone="0905 222 333"))
    person = Person.objects.get(name="Phan Thị Mười")
    assert answer.status_code == 302 and answer["Location"] == f"/desk/people/{person.key}/"
    assert person.identifiers.get().kind == "phone" and person.area == area_tree.haichau


def test_who_may_be_the_same_is_shown_and_nothing_is_written(officer: Client, area_tree: Areas) -> None:
    same = known(area_tree.haichau)
    page = officer.post(NEW, body(name="phan thi muoi"))
    assert page.status_code == 200 and "Có phải một trong những người này?" in text(page)
    assert "tên giống hệt" in text(page).lower() and str(same.key) in text(page)
    assert Person.objects.filter(folded="phan thi muoi").count() == 1
    assert audited("people.near.list", same) == 1


def test_who_was_passed_over_is_remembered_as_somebody_else(officer: Client, area_tree: Areas) -> None:
    same = known(area_tree.haichau)
    page = officer.post(NEW, body())
    officer.post(NEW, body(seen=page.context["seen"]))
    new = Person.objects.exclude(pk=same.pk).get(name="Phan Thị Mười")
    pair = MatchPair.objects.get()
    assert (pair.left, pair.right, pair.state, pair.source) == (same, new, "different", "entry")
    assert audited("people.match.different", same) == audited("people.match.different", new) == 1


def test_somebody_new_in_the_list_since_is_shown_again(officer: Client, area_tree: Areas) -> None:
    known(area_tree.haichau)
    seen = officer.post(NEW, body()).context["seen"]
    known(area_tree.haichau)
    assert officer.post(NEW, body(seen=seen)).status_code == 200
    assert Person.objects.filter(name="Phan Thị Mười").count() == 2


def test_nobody_of_another_commune_is_shown(officer: Client, area_tree: Areas) -> None:
    known(area_tree.hoaxuan, phone="0905222333")
    answer = officer.post(NEW, body(phone="0905222333"))
    assert answer.status_code == 302, "a record of elsewhere is neither shown nor hinted at"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "Ghi"),
        ({"commune": "Hòa Xuân"}, "ngoài địa bàn"),
        ({"birth_year": "1800"}, "Ô đang ghi 1800"),
        ({"phone": "12"}, "số điện thoại"),
        ({"citizen_id": "048"}, "12 chữ số"),
    ],
)
def test_what_can_not_be_right_is_said(officer: Client, more: dict[str, str], said: str) -> None:
    answer = officer.post(NEW, body(**more))
    assert answer.status_code == 422 and said.lower() in text(answer).lower()
    assert not Person.objects.filter(folded="phan thi muoi").exists()


def test_to_the_case_form_for_who_records_cases(province_officer: Any, officer: Client, area_tree: Areas) -> None:
    answer = as_officer(province_officer).post(f"{NEW}?next=case", body())
    assert answer["Location"].startswith("/desk/cases/new/?person=")
    assert officer.post(f"{NEW}?next=case", body(name="Ai Đó Khác"))["Location"].startswith("/desk/people/")
