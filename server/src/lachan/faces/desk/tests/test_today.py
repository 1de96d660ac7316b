"""The one list of today: what each room has to be done stands in it once, in order, with its owner; scoped, audited."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.faces.desk import today_reading as reading
from lachan.faces.desk.tests.conftest import as_officer, audited, text
from lachan.faces.desk.today import headline
from lachan.faces.desk.today_reading import Counts, Sort, Source, State, Which
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people import actions as people
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.alerts import help as support
from lachan.response.alerts.models import HelpRequest
from lachan.response.care import actions as care
from lachan.response.care.models import Slot, Task
from lachan.systems.selfreport import clock, work
from lachan.systems.selfreport.models import WorkItem
from lachan.systems.selfreport.tests.conftest import ILL, allow, form, report

pytestmark = pytest.mark.django_db
__all__ = ["form"]


@pytest.fixture(autouse=True)
def _system(db: None) -> Any:
    with audit.acting(audit.system("tests")):
        yield


@pytest.fixture
def morning(hanh: Any, khoi: Any, form: Any, area_tree: Any) -> Any:
    """One of everything in Hải Châu: asked three hours ago, told two days ago, ill just now, a severe reading, a missed
    slot; and somebody of another commune."""
    now = timezone.now()
    load_profiles()
    watched = people.register_person(name="Bùi Thị Theo Dõi", area=area_tree.haichau, phone="0905000777")
    plan = care.open_plan(
        person=watched,
        reason="contact",
        disease=Disease.objects.get(code="covid19"),
        starts_on=timezone.localdate() - timedelta(days=1),
        ends_on=timezone.localdate() + timedelta(days=5),
        by=None,
    )
    plan.slots.all().delete()
    Slot.objects.create(plan=plan, opens_at=now - timedelta(hours=9), closes_at=now - timedelta(hours=5))
    care.escalate()
    open_slot = Slot.objects.create(plan=plan, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=3))
    care.report(slot=open_slot, temperature=None, symptoms=["breath"], by=hanh)
    support.ask(person=hanh.person, kind=HelpRequest.Kind.CALL, now=now - timedelta(hours=3))
    tip = work.tell(teller=hanh.person, area=area_tree.haichau, what="entrant", note="Nhà số 4 mới có người về")
    WorkItem.objects.filter(pk=tip.pk).update(opened_at=now - timedelta(days=2))
    allow(khoi, hanh)
    report(khoi, hanh, form, ILL, for_another=True)
    other = people.register_person(name="Người Phường Khác", area=area_tree.hoaxuan)
    work.ask_call(person=other, teller=other, area=area_tree.hoaxuan, note="Hết thuốc")
    return plan


def entries(account: Any, state: State = State.OPEN, sort: Sort | None = None) -> list[reading.Entry]:
    return reading.page(which(account, state, sort), 0, 50)


def which(account: Any, state: State = State.OPEN, sort: Sort | None = None) -> Which:
    areas = visible(account, Permission.CALL_LIST)
    return Which(reading.joined(areas, closed=state == State.CLOSED), account.pk, timezone.now(), state, sort)


def test_danger_first_then_what_is_due_soonest(morning: Any, commune_officer: Any) -> None:
    found = entries(commune_officer)
    assert [(e.source, e.sort, e.danger) for e in found] == [
        (Source.TASK, Sort.ILL, True),
        (Source.WORK, Sort.TIP, False),
        (Source.HELP, Sort.ASK, False),
        (Source.WORK, Sort.ILL, False),
        (Source.TASK, Sort.MISSED, False),
    ]
    assert [e.due for e in found[1:]] == sorted(e.due for e in found[1:])
    counted = reading.counts(which(commune_officer).work, commune_officer.pk, timezone.now())
    assert counted == Counts({Sort.ILL: 2, Sort.TIP: 1, Sort.ASK: 1, Sort.MISSED: 1}, late=1, mine=0)
    assert [e.sort for e in entries(commune_officer, State.LATE)] == [Sort.TIP]
    assert len(entries(commune_officer, sort=Sort.ILL)) == 2
    for state in State:
        assert reading.total(which(commune_officer, state)) == len(entries(commune_officer, state))


def test_the_page_says_who_why_until_when_and_whose(morning: Any, khoi: Any, hanh: Any, commune_officer: Any) -> None:
    desk = as_officer(commune_officer)
    page = text(desk.get("/desk/today/"))
    assert "5 việc hôm nay, 1 đã quá hạn" in page
    for words in ("Dấu hiệu nặng", "khó thở, thở nhanh", "38,4 °C, sốt hoặc ớn lạnh, ho", "nhờ gọi lại", "sót 1 khung"):
        assert words in page, words
    assert "Người Phường Khác" not in page and "0905 000" not in page, "the number comes with taking the item"
    for person in (khoi, hanh.person, morning.person):
        assert audited("desk.today.list", person) == 1
    assert "việc cần gọi, cần tới" in text(desk.get("/desk/"))


def test_taken_it_is_mine_ended_it_is_gone(morning: Any, commune_officer: Any) -> None:
    desk = as_officer(commune_officer)
    assert "0905 000 777" in text(desk.post(f"/desk/care/{morning.key}/phone/"))
    assert {e.sort for e in entries(commune_officer, State.MINE)} == {Sort.ILL, Sort.MISSED}
    assert "Tôi đã nhận" in text(desk.get("/desk/today/?state=mine"))
    severe = Task.objects.get(kind="severe")
    desk.post(f"/desk/care/{morning.key}/", {"do": "task", "task": str(severe.key), "note": "Đã gọi 115, đi viện"})
    assert [e.danger for e in entries(commune_officer)] == [False] * 4
    assert "Đã gọi 115, đi viện" in text(desk.get("/desk/today/?state=closed"))


def test_the_province_starts_with_what_communes_left_too_long(
    morning: Any, province_officer: Any, other_province_officer: Any, hanh: Any
) -> None:
    above = as_officer(province_officer)
    assert "Phản ánh" in text(above.get("/desk/today/"))
    assert [e.sort for e in entries(province_officer, State.LATE)] == [Sort.TIP]
    assert len(entries(province_officer)) == 6
    assert clock.escalate() == 1 and clock.escalate() == 0
    assert "đã chuyển lên tỉnh" in text(above.get("/desk/today/"))
    item = WorkItem.objects.get(kind="tip")
    assert "Quá hạn ở xã, phường, đã chuyển lên tỉnh" in text(above.get(f"/desk/signals/{item.key}/"))
    assert audited("selfreport.work.escalate") == 1
    assert "1 việc quá hạn ở xã, phường" in text(above.get("/desk/today/"))
    assert entries(other_province_officer) == []


def test_an_office_without_any_area_has_nothing(border_officer: Any) -> None:
    assert entries(border_officer) == []
    assert reading.counts(which(border_officer).work, border_officer.pk, timezone.now()).total == 0


@pytest.mark.parametrize("query", ["state=x", "sort=x", "page=x", "page=999", "state=mine&sort=tip&page=0"])
def test_odd_addresses_are_the_list(morning: Any, commune_officer: Any, query: str) -> None:
    assert as_officer(commune_officer).get(f"/desk/today/?{query}").status_code == 200


def test_the_old_address_leads_to_it(commune_officer: Any) -> None:
    answer = as_officer(commune_officer).get("/desk/calls/", follow=True)
    assert answer.redirect_chain == [("/desk/today/?sort=tell", 302)]


def test_the_heading_says_the_answer() -> None:
    some = Counts({Sort.ILL: 2, Sort.TIP: 1}, late=1, mine=0)
    assert headline(some, above=False) == "3 việc hôm nay, 1 đã quá hạn"
    assert headline(some, above=True) == "1 việc quá hạn ở xã, phường"
    assert headline(Counts({}, 0, 0), above=False) == "Không việc nào đang chờ hôm nay"
    assert headline(Counts({Sort.ILL: 2}, 0, 0), above=True) == "Các xã chưa để quá hạn việc nào"
