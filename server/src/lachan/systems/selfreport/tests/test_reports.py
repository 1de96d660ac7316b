"""Daily reports: what the rules make of them, what each consent allows, what goes when it is taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.register.forms.models import Response
from lachan.register.people import consents, erasing
from lachan.register.people.models import Consent
from lachan.systems.selfreport import actions, purposes, queries, risk, work
from lachan.systems.selfreport.models import DailyReport, WorkItem
from lachan.systems.selfreport.tests.conftest import ILL, WELL, allow, report

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("answers", "level", "reasons"),
    [
        (WELL, "well", ()),
        ({"conditions": ["lung"]}, "unknown", ()),
        ({"symptoms": ["cough"], "near": "no"}, "watch", ("cough",)),
        ({"symptoms": ["cough"], "near": "yes"}, "call", ("cough", "near")),
        ({"symptoms": ["throat"], "conditions": ["diabetes"]}, "call", ("throat", "frail")),
        ({"symptoms": ["none"], "near": "yes"}, "watch", ("near",)),
        ({"symptoms": ["none"], "temperature": 38.0}, "call", ("hot",)),
        ({"symptoms": ["none"], "temperature": 37.9}, "well", ()),
        ({"symptoms": ["breath", "cough"]}, "urgent", ("breath", "cough")),
        ({"temperature": 39.5}, "urgent", ("hot",)),
    ],
)
def test_the_rules(answers: dict[str, Any], level: str, reasons: tuple[str, ...]) -> None:
    judged = risk.judge(answers)
    assert (judged.level.value, judged.reasons) == (level, reasons)


def test_not_asked_is_not_no() -> None:
    assert risk.judge({"near": "no"}).ill is None
    assert risk.judge({"symptoms": ["none"]}).ill is False
    assert risk.judge({"temperature": 38.5}).fever is True


def test_no_diary_without_a_yes(hanh: Any, form: Any) -> None:
    with pytest.raises(actions.NotAllowedError):
        report(hanh.person, hanh, form, WELL)
    assert not Response.objects.exists()


def test_one_press_is_one_report(hanh: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    first = report(hanh.person, hanh, form, ILL)
    again = report(hanh.person, hanh, form, ILL, key=first.response.key, at=first.at)
    assert again == first
    assert (first.day, first.erase_at) == (timezone.localdate(), timezone.localdate() + timedelta(days=30))
    assert WorkItem.objects.get().detail["temperature"] == 38.4


def test_the_station_is_told_once_and_only_where_allowed(hanh: Any, khoi: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    allow(khoi, hanh, [purposes.DIARY])
    report(hanh.person, hanh, form, ILL)
    report(hanh.person, hanh, form, ILL | {"symptoms": ["breath"]})
    report(khoi, hanh, form, ILL, for_another=True)
    item = WorkItem.objects.get()
    assert (item.kind, item.person, item.area) == ("person", hanh.person, hanh.person.area)
    assert item.detail["level"] == "urgent"


def test_taking_the_diary_back_erases_it(hanh: Any, khoi: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    allow(khoi, hanh)
    report(hanh.person, hanh, form, ILL)
    report(khoi, hanh, form, WELL)
    with audit.acting(audit.system("tests")):
        assert consents.withdraw(person=hanh.person, code=purposes.DIARY, by=hanh)
        assert not consents.withdraw(person=hanh.person, code=purposes.DIARY, by=hanh)
    assert [r.person for r in DailyReport.objects.all()] == [khoi]
    assert not WorkItem.objects.exists()
    proof = Consent.objects.get(purpose=purposes.DIARY, person=hanh.person)
    assert proof.withdrawn_at is not None
    assert "30 ngày" in proof.words


def test_taking_the_count_back_stops_the_counting(hanh: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    report(hanh.person, hanh, form, ILL)
    today = timezone.localdate()
    assert queries.ill_by_day(today, 12) == {hanh.person.area_id: [0] * 11 + [1]}
    with audit.acting(audit.system("tests")):
        consents.withdraw(person=hanh.person, code=purposes.COUNT, by=hanh)
    assert queries.ill_by_day(today, 12) == {}
    assert DailyReport.objects.get().shared


def test_somebody_counts_once_a_day(hanh: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    for _time in range(3):
        report(hanh.person, hanh, form, ILL)
    assert queries.ill_by_day(timezone.localdate(), 1) == {hanh.person.area_id: [1]}


def test_the_diary_shows_the_last_word_of_each_day(hanh: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    yesterday = timezone.now() - timedelta(days=1)
    report(hanh.person, hanh, form, ILL, at=yesterday)
    newest = report(hanh.person, hanh, form, WELL, at=yesterday + timedelta(seconds=1))
    days = queries.diary(hanh.person, 30)
    assert len(days) == 30
    by_day = dict(days)
    assert by_day[newest.day] == newest
    assert queries.before(hanh.person, newest.day + timedelta(days=1)) == newest
    assert queries.before(hanh.person, newest.day) is None


def test_a_copy_of_everything_holds_it_and_erasing_leaves_nothing(hanh: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    report(hanh.person, hanh, form, ILL)
    with audit.acting(audit.system("tests")):
        work.tell(teller=hanh.person, area=hanh.person.area, what="case", note="Nhà cuối hẻm có người ho nhiều")
        copy = str(erasing.export_person(hanh.person))
        assert "Nhà cuối hẻm" in copy
        assert "selfreport.diary" in copy
        erasing.erase_person(person=hanh.person, reason="tests")
    assert not DailyReport.objects.exists()
    tip = WorkItem.objects.get()
    assert (tip.kind, tip.teller) == ("tip", None)
