"""The register of people: families, guardians, numbers."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.register.people import actions, queries
from lachan.register.people.models import Identifier, Person
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db


def test_a_phone_leads_to_the_whole_family_however_it_is_written(area_tree: Areas) -> None:
    mother = actions.register_person(name="Lê Thị Ba", area=area_tree.haichau, phone="0905 123 456")
    child = actions.register_person(name="Lê Văn Tư", area=area_tree.haichau, phone="+84 905-123-456")
    for typed in ("0905123456", "84905123456", "+84905123456", "0905.123.456"):
        assert list(queries.find_by_identifier("phone", typed)) == [mother, child]


def test_numbers_are_sealed_at_rest(area_tree: Areas) -> None:
    from django.db import connection

    person = actions.register_person(name="Lê Thị Ba", area=area_tree.haichau, citizen_id="048 185 000 123")
    assert Identifier.objects.get(person=person).value == "048185000123"
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, value_hash FROM people_identifier WHERE person_id = %s", [person.pk])
        stored = b"".join(bytes(column) for column in cursor.fetchone())
    assert b"048185000123" not in stored
    assert list(queries.find_by_identifier("cccd", "048185000123")) == [person]


def test_a_guardian_acts_for_the_ward_until_it_ends(hanh: Any, khoi: Person, tin: Any) -> None:
    assert list(queries.acts_for(hanh)) == [hanh.person, khoi]
    assert list(queries.acts_for(tin)) == [tin.person]
    assert list(queries.guardians_of(khoi)) == [hanh.person]
    assert list(queries.housemates_of(khoi)) == [hanh.person]
    actions.end_guardianship(guardianship=khoi.guardians.get())
    assert list(queries.acts_for(hanh)) == [hanh.person]


def test_moving_house_ends_the_earlier_home(area_tree: Areas) -> None:
    person = actions.register_person(name="Lê Thị Ba", area=area_tree.haichau)
    old = actions.create_household(area=area_tree.haichau)
    new = actions.create_household(area=area_tree.hoaxuan)
    today = timezone.localdate()
    actions.add_to_household(person=person, household=old, since=today - timedelta(days=9))
    actions.add_to_household(person=person, household=new, since=today - timedelta(days=2))
    spans = list(person.memberships.order_by("since").values_list("household", "since", "until"))
    assert spans == [
        (old.pk, today - timedelta(days=9), today - timedelta(days=2)),
        (new.pk, today - timedelta(days=2), None),
    ]


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Ba", "birth_year": 1700}, "birth"),
        ({"name": "Ba", "birth_date": date(2999, 1, 1)}, "birth"),
        ({"name": "Ba", "citizen_id": "123"}, "cccd"),
    ],
)
def test_wrong_details_say_which_and_enter_nothing(area_tree: Areas, details: dict[str, Any], field: str) -> None:
    with pytest.raises(actions.WrongDetailError) as caught:
        actions.register_person(area=area_tree.haichau, **details)
    assert caught.value.field == field
    assert not Person.objects.exists()


def test_an_account_finds_the_person_an_officer_entered(area_tree: Areas) -> None:
    from lachan.register.access.actions import create_citizen

    entered = actions.register_person(name="Lê Thị Bà", area=area_tree.haichau, phone="0905123456")
    account = create_citizen(phone="0905123456", name="le thi ba", area=area_tree.haichau)
    assert account.person == entered
    stranger = create_citizen(phone="0905123457", name="Lê Thị Bà", area=area_tree.haichau)
    assert stranger.person != entered
