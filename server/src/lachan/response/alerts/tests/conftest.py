"""One story for the tests of notices: a case with a very recognisable identity, and people who shared a market with
it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.register.access.actions import create_officer
from lachan.register.access.models import Account
from lachan.register.people.models import Household, HouseholdMember, Person
from lachan.register.places.actions import register_place
from lachan.register.places.models import Place
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions as cases
from lachan.response.cases.models import Case, Outbreak
from lachan.response.tracing import actions as tracing
from lachan.response.tracing import sources
from lachan.response.tracing.models import Contact
from lachan.response.tracing.tests.test_retrace import visit
from lachan.response.tracing.tests.visits import VisitSource
from lachan.testing.cast import PASSWORD

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def only_test_sources() -> Iterator[None]:
    before = {s.name: s for s in sources.registered()}
    sources.register(VisitSource())
    yield
    sources._sources.clear()
    sources._sources.update(before)


@dataclass
class Story:
    outbreak: Outbreak
    case: Case
    place: Place
    small: Place
    hanh: Person
    khoi: Person
    elder: Person
    housemate: Person

    def contact(self, person: Person) -> Contact:
        return Contact.objects.get(outbreak=self.outbreak, person=person)

    def confirm(self, *people: Person) -> list[Contact]:
        contacts = [self.contact(person) for person in people]
        tracing.confirm_all(contacts=contacts, by=None)
        return contacts


@pytest.fixture
def story(area_tree: Any, hanh: Any, khoi: Person, owner: Any) -> Story:
    load_profiles()
    outbreak = cases.open_outbreak(
        disease=Disease.objects.get(pk="covid19"), name="Chợ", area=area_tree.danang, by=None
    )
    today = timezone.localdate()

    def person(name: str, **fields: Any) -> Person:
        return Person.objects.create(name=name, area=area_tree.haichau, erase_at=date(2030, 1, 1), **fields)

    index = person("Zacharias Quỳnh-Xuyến", birth_year=1931, sex="other", address="77 Ngõ Kỳ Lạ")
    elder, housemate = person("Bà Sáu"), person("Em Bảy")
    home = Household.objects.create(area=area_tree.haichau, address="77 Ngõ Kỳ Lạ")
    for one in (index, housemate):
        HouseholdMember.objects.create(household=home, person=one, since=date(2020, 1, 1))
    place = register_place(account=owner, name="Chợ Đầu Cầu", kind="market", area=area_tree.haichau)
    small = register_place(account=owner, name="Quán Nhỏ", kind="restaurant", area=area_tree.haichau)
    # The case comes at 50 h and 20 min ago; Hạnh was there before and after: the overlap begins with the case.
    visit(index, place, 50 + 1 / 3, 60)
    visit(hanh.person, place, 51, 150)
    for one in (khoi, elder):
        visit(one, place, 50, 35)
    for n in range(4):
        visit(person(f"Khách {n}"), place, 50, 35)
    visit(index, small, 30, 60)
    visit(elder, small, 30, 60)
    # Not a day on which anybody was anywhere, at whatever hour this runs: the notices must not name it.
    case = cases.record_case(
        outbreak=outbreak, person=index, status="confirmed", onset_on=today - timedelta(days=5), by=None
    )
    tracing.retrace(outbreak=outbreak, by=None, now=NOW)
    return Story(outbreak, case, place, small, hanh.person, khoi, elder, housemate)


def second_officer(story: Story) -> Account:
    """Another officer of the office that runs the outbreak; the same one each time."""
    found = Account.objects.filter(username="second").first()
    return found or create_officer(
        username="second", name="Võ Thị Lan", password=PASSWORD, role="province", area=story.outbreak.area
    )
