"""The worklist: a commune's signal opens once and rests when ended; items go from hand to hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people import actions as people
from lachan.systems.selfreport import work
from lachan.systems.selfreport.models import WorkItem
from lachan.systems.selfreport.tests.conftest import ILL, WELL, allow, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _system(db: None) -> Any:
    with audit.acting(audit.system("tests")):
        yield


def ill_people(area: Any, by: Any, form: Any, count: int, *, days_ago: int = 0, answers: Any = ILL) -> None:
    for number in range(count):
        person = people.register_person(name=f"Người Bệnh {days_ago} {number}", area=area)
        allow(person, by)
        report(person, by, form, answers, at=timezone.now() - timedelta(days=days_ago))


def signals() -> list[WorkItem]:
    return list(WorkItem.objects.filter(kind="signal"))


def test_a_rise_above_the_communes_own_days_opens_one_signal(hanh: Any, area_tree: Any, form: Any) -> None:
    for days_ago in range(1, 12):
        ill_people(area_tree.haichau, hanh, form, 1, days_ago=days_ago)
        ill_people(area_tree.hoaxuan, hanh, form, 1, days_ago=days_ago)
    ill_people(area_tree.haichau, hanh, form, 6)
    ill_people(area_tree.hoaxuan, hanh, form, 1)
    ill_people(area_tree.hoaxuan, hanh, form, 9, answers=WELL)
    assert work.sweep() == 1
    assert work.sweep() == 0
    (item,) = signals()
    assert item.area == area_tree.haichau
    assert item.detail["counts"] == [1] * 11 + [6]
    assert item.detail["flags"] == ["C1", "C2", "C3"]
    work.end(item=item, outcome="visited", answer="", by=hanh)
    assert work.sweep() == 0
    WorkItem.objects.filter(pk=item.pk).update(closed_at=timezone.now() - timedelta(days=4))
    assert work.sweep() == 1


def test_an_item_goes_from_hand_to_hand(hanh: Any, commune_officer: Any, province_officer: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    report(hanh.person, hanh, form, ILL)
    item = WorkItem.objects.get()
    assert work.take(item=item, by=commune_officer).owner == commune_officer
    assert work.take(item=item, by=province_officer).owner == province_officer
    assert work.give_back(item=item).owner is None
    ended = work.end(item=item, outcome="helped", answer="Đã gọi", by=commune_officer)
    assert (ended.outcome, ended.closed_by) == ("helped", commune_officer)
    with pytest.raises(work.NotOpenError):
        work.end(item=item, outcome="helped", answer="", by=commune_officer)
    trail = AuditEvent.objects.filter(subject_id=hanh.person.pk, action__startswith="selfreport.work.")
    assert [event.action.rpartition(".")[2] for event in trail.order_by("pk")] == [
        "open",
        "take",
        "take",
        "give_back",
        "end",
    ]


def test_the_longest_waiting_first_and_nobody_elses(
    hanh: Any, tin: Any, commune_officer: Any, other_commune_officer: Any
) -> None:
    first = work.ask_call(person=hanh.person, teller=hanh.person, area=hanh.person.area, note="")
    tip = work.tell(teller=hanh.person, area=hanh.person.area, what="entrant", note="Mới về hôm qua")
    theirs = work.ask_call(person=tin.person, teller=tin.person, area=tin.person.area, note="Hết thuốc")
    assert work.ask_call(person=tin.person, teller=tin.person, area=tin.person.area, note="Sốt") == theirs
    assert list(work.items(visible(commune_officer, Permission.CALL_LIST))) == [first, tip]
    assert [item.note for item in work.items(visible(other_commune_officer, Permission.CALL_LIST))] == ["Sốt"]


def test_the_sweep_has_a_lock_of_its_own() -> None:
    from lachan.systems.proximity import exporting, log

    assert len({work.LOCK, log._LOCK, exporting._LOCK}) == 3


def test_no_item_is_prepared_for_whom_nobody_calls() -> None:
    """What is not handed on is not gathered either."""
    from types import SimpleNamespace

    well: Any = SimpleNamespace(shared=True, area=object(), level="well")
    assert work.of_report(well) is None
