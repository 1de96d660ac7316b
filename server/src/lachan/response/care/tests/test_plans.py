"""Plans from the first slot to the certificate, on a clock of the tests' own: the hour of the day is nothing."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.people import actions as people
from lachan.register.people import erasing
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.care import actions, certificate, queries, rules
from lachan.response.care.models import Plan, Slot, Task
from lachan.response.cases import actions as cases
from lachan.response.tracing import actions as tracing
from lachan.response.tracing.models import Contact

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 2)
LAST = FIRST + timedelta(days=13)


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return datetime(2026, 11, 2, hour, minute, tzinfo=rules.HOME) + timedelta(days=day)


@pytest.fixture(autouse=True)
def _system(db: None) -> Any:
    with audit.acting(audit.system("tests")):
        load_profiles()
        yield


@pytest.fixture
def plan(khoi: Any, commune_officer: Any) -> Plan:
    return actions.open_plan(
        person=khoi,
        reason="contact",
        disease=Disease.objects.get(code="covid19"),
        starts_on=FIRST,
        ends_on=LAST,
        by=commune_officer,
        now=at(7),
    )


def fill(plan: Plan, by: Any) -> None:
    for slot in plan.slots.order_by("opens_at"):
        actions.report(slot=slot, temperature=Decimal("36.6"), symptoms=[], by=by, now=slot.opens_at)


def test_fourteen_days_are_twenty_eight_slots(plan: Plan) -> None:
    assert plan.slots.count() == 28
    first = queries.next_slot(plan, at(7))
    assert first is not None
    assert (first.opens_at, first.closes_at) == (at(8), at(12))
    second = queries.next_slot(plan, at(12, 1))
    assert second is not None
    assert second.opens_at == at(16)


def test_a_plan_begun_at_noon_asks_for_no_morning(khoi: Any, commune_officer: Any) -> None:
    disease = Disease.objects.get(code="covid19")
    plan = actions.open_plan(
        person=khoi, reason="case", disease=disease, starts_on=FIRST, ends_on=FIRST, by=commune_officer, now=at(13)
    )
    assert [slot.opens_at for slot in plan.slots.all()] == [at(16)]
    with pytest.raises(actions.CareError, match="đang được theo dõi rồi"):
        actions.open_plan(
            person=khoi, reason="case", disease=disease, starts_on=FIRST, ends_on=LAST, by=commune_officer, now=at(13)
        )
    with pytest.raises(actions.CareError, match="đã qua rồi"):
        actions.open_plan(
            person=khoi, reason="case", disease=disease, starts_on=FIRST, ends_on=FIRST, by=None, now=at(13, day=1)
        )


def test_a_missed_slot_calls_the_officer_once_and_counts_on(plan: Plan) -> None:
    assert actions.escalate(at(11, 59)) == 0
    assert actions.escalate(at(12, 1)) == 1
    assert actions.escalate(at(12, 2)) == 0
    assert actions.escalate(at(20, 1)) == 0
    task = Task.objects.get()
    assert (task.kind, task.count) == ("missed", 2)
    assert queries.day_marks(plan, FIRST + timedelta(days=1))[:3] == ["miss", "now", ""]


def test_fever_calls_at_once_and_paper_comes_late(plan: Plan, hanh: Any, commune_officer: Any) -> None:
    slots = list(plan.slots.order_by("opens_at"))
    actions.report(slot=slots[0], temperature=Decimal("38.0"), symptoms=["cough"], by=hanh, now=at(9))
    assert Task.objects.get().kind == "fever"
    with pytest.raises(actions.CareError, match="đã có số đo"):
        actions.report(slot=slots[0], temperature=Decimal("36.5"), symptoms=[], by=hanh, now=at(9))
    with pytest.raises(actions.CareError, match="chưa tới"):
        actions.report(slot=slots[1], temperature=Decimal("36.5"), symptoms=[], by=hanh, now=at(9))
    with pytest.raises(actions.CareError, match="đã qua"):
        actions.report(slot=slots[1], temperature=Decimal("36.5"), symptoms=[], by=hanh, now=at(21))
    entered = actions.report(
        slot=slots[1], temperature=None, symptoms=None, by=commune_officer, source="station", now=at(21)
    )
    assert (entered.temperature, entered.symptoms, entered.source) == (None, None, "station")
    assert Slot.objects.get(pk=slots[0].pk).symptoms == ["cough"]


def test_a_task_is_ended_with_what_was_done(plan: Plan, commune_officer: Any) -> None:
    actions.escalate(at(12, 1))
    task = Task.objects.get()
    with pytest.raises(actions.CareError, match="Ghi đã làm gì"):
        actions.end_task(task=task, note="  ", by=commune_officer)
    assert actions.end_task(task=task, note="Đã gọi", by=commune_officer).closed_by == commune_officer
    with pytest.raises(actions.CareError, match="đã có người làm xong"):
        actions.end_task(task=task, note="Đã gọi", by=commune_officer)
    assert actions.escalate(at(12, 5)) == 0
    trail = AuditEvent.objects.filter(action__startswith="care.task.", subject_id=plan.person_id)
    assert [e.action for e in trail.order_by("pk")] == ["care.task.open", "care.task.end"]


def test_the_last_day_over_asks_to_be_ended_and_gives_a_certificate(
    plan: Plan, hanh: Any, commune_officer: Any
) -> None:
    fill(plan, hanh)
    with pytest.raises(actions.CareError, match="Còn theo dõi tới"):
        actions.end_plan(plan=plan, ending="well", by=commune_officer, now=at(9, day=5))
    with pytest.raises(ValueError, match="not completed"):
        certificate.content(plan, "vi")
    assert actions.escalate(at(7, day=14)) == 1
    assert Task.objects.get().kind == "ending"
    ended = actions.end_plan(plan=plan, ending="well", by=commune_officer, now=at(9, day=14))
    assert ended.status == "done"
    assert not Task.objects.filter(closed_at=None).exists()
    rows = dict(certificate.content(ended, "en")["rows"])
    assert rows["Full name"] == "Nguyễn Minh Khôi"
    assert rows["Readings"] == "28"
    assert certificate.render(ended, "vi").startswith(b"%PDF")


def test_a_dismissed_contact_is_watched_no_more(khoi: Any, hanh: Any, area_tree: Any, commune_officer: Any) -> None:
    disease = Disease.objects.get(code="covid19")
    outbreak = cases.open_outbreak(disease=disease, name="Ổ dịch", area=area_tree.danang, by=None)
    contact = Contact.objects.create(
        outbreak=outbreak,
        person=khoi,
        level=1,
        first_exposure_at=at(9),
        last_exposure_at=at(10),
        erase_at=LAST + timedelta(days=60),
    )
    with pytest.raises(actions.CareError, match="đã xác nhận"):
        actions.open_for_contact(contact=contact, by=commune_officer, now=at(12))
    tracing.confirm(contact=contact, by=commune_officer)
    assert list(queries.unwatched(Contact.objects.all())) == [contact]
    plan = actions.open_for_contact(contact=contact, by=commune_officer, now=at(12))
    # Day 1 is the day after the last exposure.
    length = actions.days_for("covid19", FIRST)
    assert (plan.starts_on, plan.ends_on) == (FIRST + timedelta(days=1), FIRST + timedelta(days=length))
    assert list(queries.unwatched(Contact.objects.all())) == []
    tracing.dismiss(contact=contact, reason="Có vách kính", by=commune_officer)
    plan.refresh_from_db()
    assert (plan.status, plan.ending) == ("stopped", "no_contact")


def test_a_copy_holds_every_reading_and_a_merge_keeps_one_plan(plan: Plan, hanh: Any, area_tree: Any) -> None:
    slot = plan.slots.order_by("opens_at").first()
    assert slot is not None
    actions.report(slot=slot, temperature=Decimal("38.4"), symptoms=["cough"], by=hanh, now=at(9))
    assert "38.4" in str(erasing.export_person(plan.person))
    other = people.register_person(name="Nguyễn Minh Khôi", area=area_tree.haichau)
    actions.open_plan(
        person=other, reason="contact", disease=plan.disease, starts_on=FIRST, ends_on=LAST, by=None, now=at(7)
    )
    from lachan.response.care.keeping import _repoint

    assert _repoint(other.pk, plan.person_id) == 1
    assert Plan.objects.filter(person=plan.person, status="open").count() == 1
    assert Plan.objects.filter(person=plan.person).count() == 2
