"""The story the desk's tests share: a case of Hải Châu, whom Hạnh met at the market, and who meets nobody else."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.register.people import actions as people
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions as cases
from lachan.response.tracing.actions import retrace
from lachan.response.tracing.models import Contact
from lachan.systems.checkin.models import Visit
from lachan.testing.cast import sign_in


@dataclass
class Story:
    """`sick` is the case's person; Hạnh and five others met him at the market, Khôi lives with Hạnh."""

    areas: Any
    outbreak: Any
    case: Any
    sick: Any
    hanh: Any
    khoi: Any
    tin: Any
    elder: Any
    market: Any
    officer: Any

    def contact(self, person: Any) -> Contact:
        return Contact.objects.get(outbreak=self.outbreak, person=person)

    def address(self, rest: str = "contacts/") -> str:
        return f"/desk/outbreaks/{self.outbreak.pk}/{rest}"


def today_at(hour: int, minute: int = 0, days_ago: int = 0) -> datetime:
    day = timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0)
    return day - timedelta(days=days_ago)


def stay(person: Any, place: Any, start: datetime, end: datetime, certain: datetime | None = None) -> Visit:
    return Visit.objects.create(
        place=place, person=person, t_in=start, t_out=end, certain_until=certain or end, ending=1, trust=1
    )


@pytest.fixture
def story(request: pytest.FixtureRequest, area_tree: Any, hanh: Any, khoi: Any, market: Any) -> Story:
    province_officer, tin = request.getfixturevalue("province_officer"), request.getfixturevalue("tin")
    load_profiles()
    with audit.acting(audit.system("tests")):
        sick = people.register_person(
            name="Trần Quốc Khoa", area=area_tree.haichau, phone="0905000147", birth_year=1988, sex="male"
        )
        elder = people.register_person(name="Lê Thị Sáu", area=area_tree.hoaxuan, birth_year=1950, sex="female")
        stay(sick, market, today_at(8, 0, 2), today_at(9, 0, 2))
        stay(hanh.person, market, today_at(8, 12, 2), today_at(8, 50, 2))
        stay(tin.person, market, today_at(8, 30, 2), today_at(9, 10, 2), certain=today_at(8, 35, 2))
        stay(elder, market, today_at(8, 20, 2), today_at(8, 40, 2))
        for number in range(3):
            other = people.register_person(name=f"Người Chợ {number}", area=area_tree.haichau, birth_year=1990)
            stay(other, market, today_at(8, 5, 2), today_at(8, 55, 2))
        # Khôi was at home before the market day, so that he is a contact of a contact.
        khoi.memberships.update(since=date.today() - timedelta(days=30))  # noqa: DTZ011
        hanh.person.memberships.update(since=date.today() - timedelta(days=30))  # noqa: DTZ011
        outbreak = cases.open_outbreak(
            disease=Disease.objects.get(code="covid19"), name="COVID-19 Đà Nẵng 8", area=area_tree.danang, by=None
        )
        case = cases.record_case(
            outbreak=outbreak,
            person=sick,
            by=None,
            status="confirmed",
            onset_on=timezone.localdate() - timedelta(days=1),
            # A test may run in the first half hour of a day.
            isolated_at=min(today_at(0, 30), timezone.now()),
            care="Bệnh viện 199",
        )
        retrace(outbreak=outbreak, by=province_officer)
    return Story(area_tree, outbreak, case, sick, hanh.person, khoi, tin.person, elder, market, province_officer)


@pytest.fixture
def desk(client: Client, story: Story) -> Client:
    """The provincial officer's browser."""
    sign_in(client, story.officer)
    return client


def as_officer(account: Any) -> Client:
    client = Client()
    sign_in(client, account)
    return client


def text(response: Any) -> str:
    """The page's words on one line."""
    return " ".join(response.content.decode().split())


def audited(action: str, person: Any | None = None) -> int:
    from lachan.ground.audit.models import AuditEvent

    found = AuditEvent.objects.filter(action=action)
    return found.filter(subject_id=person.pk).count() if person is not None else found.count()
