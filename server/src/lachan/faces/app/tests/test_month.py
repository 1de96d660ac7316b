"""A family's month, day by day through its own pages: three people, a fever, a missed slot, the paper at the end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.register.people import actions as people
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.care import actions as care
from lachan.response.care.models import Plan
from lachan.systems.selfreport.models import DailyReport, WorkItem
from lachan.systems.selfreport.tests.conftest import allow, form
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
__all__ = ["form"]

FIRST = datetime(2026, 11, 1, 8, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
WELL = {"symptoms": "none", "temperature": "36,7", "near": "no", "conditions": "pressure"}
# Two presses once the page of today is open: "the same", "send"; the first opens the offer.
PRESSES_ON_DAY_TWO = 3


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], datetime]:
    """Set what the server takes for now: a day of the month, 1 to 30, and the hour."""

    def to(day: int, hour: int = 8) -> datetime:
        moment = FIRST.replace(hour=hour) + timedelta(days=day - 1)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    to(1, 7)
    return to


class Phone:
    """Hạnh's phone; counts what is pressed."""

    def __init__(self, account: Any) -> None:
        self.account, self.presses = account, 0
        self.client = Client()

    def wake(self) -> None:
        sign_in(self.client, self.account)

    def press(self, address: str, **given: Any) -> Any:
        self.presses += 1
        answer = self.client.post(address, given) if given else self.client.get(address)
        assert answer.status_code in {200, 302}, (address, answer.status_code)
        return answer

    def answer(self, person: Any, page: str, value: str) -> None:
        self.press(f"/app/health/declare/{person.key}/form/{page}/", **{"on_screen": page, page: value})

    def send(self, person: Any) -> None:
        check = f"/app/health/declare/{person.key}/form/check/"
        key = words(self.client.get(check)).split('name="key" value="')[1].split('"')[0]
        self.press(check, go="send", key=key)

    def declare(self, person: Any, answers: dict[str, str]) -> None:
        for page, value in answers.items():
            self.answer(person, page, value)
        self.send(person)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def family(hanh: Any, khoi: Any, form: Any) -> list[Any]:
    """Hạnh, her child, and her mother without a phone, for whom she declares. Khôi is watched from day 1 to day 14."""
    with audit.acting(audit.system("tests")):
        load_profiles()
        mother = people.register_person(name="Trần Thị Sáu", area=hanh.person.area, birth_year=1951)
        people.appoint_guardian(guardian=hanh.person, ward=mother)
    everybody = [hanh.person, khoi, mother]
    for person in everybody:
        allow(person, hanh)
    return everybody


@pytest.fixture
def plan(family: list[Any], clock: Any) -> Plan:
    now = clock(1, 7)
    with audit.acting(audit.system("tests")):
        return care.open_plan(
            person=family[1],
            reason="contact",
            disease=Disease.objects.get(code="covid19"),
            starts_on=timezone.localdate(now),
            ends_on=timezone.localdate(now) + timedelta(days=13),
            by=None,
        )


def test_a_month_of_a_family(family: list[Any], plan: Plan, clock: Any, hanh: Any, commune_officer: Any) -> None:
    phone, desk = Phone(hanh), Client()
    mother = family[2]
    for day in range(1, 31):
        clock(day)
        phone.wake()
        for person in family:
            if day == 1:
                phone.declare(person, WELL)
                continue
            before = phone.presses
            offered = words(phone.press(f"/app/health/declare/{person.key}/"))
            assert "như hôm qua" in offered and "36,7" not in offered, "what is measured is not taken over"
            reports = DailyReport.objects.count()
            phone.press(f"/app/health/declare/{person.key}/", same="1")
            assert DailyReport.objects.count() == reports, "offering sends nothing"
            if person == mother and day == 12:
                phone.answer(person, "symptoms", "fever")
                phone.answer(person, "temperature", "38,6")
            elif person == mother and day == 13:
                phone.answer(person, "symptoms", "none")
            elif day % 10 == 0:
                phone.answer(person, "temperature", "36,7")
            phone.send(person)
            if day == 2:
                assert phone.presses - before == PRESSES_ON_DAY_TWO
        if day <= 14 and day != 5:
            for hour in (8, 16):
                clock(day, hour)
                phone.press(f"/app/health/plan/{plan.key}/", temperature="36,8", symptoms="none")
        clock(day, 21)
        with audit.acting(audit.system("tests")):
            care.escalate()
        seen = {5: "sót 2 khung giờ", 12: "38,6 °C, sốt hoặc ớn lạnh, có bệnh nền", 15: "Hết ngày theo dõi"}.get(day)
        if seen:
            sign_in(desk, commune_officer)
            assert seen in words(desk.get("/desk/today/")), day
        if day == 12:
            item = WorkItem.objects.get()
            assert (item.person, item.detail["level"]) == (mother, "call")
    assert DailyReport.objects.count() == 90
    assert set(DailyReport.objects.exclude(level="well").values_list("person", flat=True)) == {mother.pk}
    page = words(phone.client.get(f"/app/health/diary/{mother.key}/"))
    assert "Khai 30 trên 30 ngày" in page
    assert "đo 5 lần, từ 36,7 °C tới 38,6 °C, 1 lần từ 38,0 °C." in page
    assert (page.count("<circle"), page.count('<path class="d5"')) == (4, 1)


def test_the_paper_at_the_end_of_monitoring(
    family: list[Any], plan: Plan, clock: Any, hanh: Any, commune_officer: Any
) -> None:
    desk, phone = Client(), Phone(hanh)
    clock(10)
    sign_in(desk, commune_officer)
    assert "Còn theo dõi tới" in words(
        desk.post(f"/desk/care/{plan.key}/", {"do": "end", "ending": "well"}, follow=True)
    )
    clock(15)
    sign_in(desk, commune_officer)
    desk.post(f"/desk/care/{plan.key}/", {"do": "end", "ending": "well"})
    phone.wake()
    paper = phone.client.get(f"/app/health/plan/{plan.key}/certificate.pdf")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in paper["Cache-Control"]
    assert "certificate.pdf" in words(phone.client.get("/app/health/"))
