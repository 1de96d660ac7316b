"""Those who are watched, on the desk: a missed slot reaches the commune's own list, paper is entered, plans end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.ground import audit
from lachan.response.care import actions
from lachan.response.care.models import Plan, Slot, Task
from lachan.response.tracing import actions as tracing

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(story: Story, commune_officer: Any) -> Plan:
    """Hạnh, a confirmed contact, planned from the list by her commune, with one slot missed an hour ago."""
    with audit.acting(audit.system("tests")):
        tracing.confirm(contact=story.contact(story.hanh), by=story.officer)
    desk = as_officer(commune_officer)
    assert "Nguyễn Thị Hạnh" in text(desk.get("/desk/care/"))
    answer = desk.post("/desk/care/watch/", {"contact": [str(story.contact(story.hanh).key), "no-key"]})
    assert answer.status_code == 302
    made = Plan.objects.get()
    made.slots.all().delete()
    now = timezone.now()
    Slot.objects.create(plan=made, opens_at=now - timedelta(hours=5), closes_at=now - timedelta(hours=1))
    with audit.acting(audit.system("tests")):
        actions.escalate()
    return made


def test_a_missed_slot_reaches_the_communes_list_and_no_other(
    plan: Plan, story: Story, commune_officer: Any, other_commune_officer: Any
) -> None:
    assert "Đang theo dõi 1 người" in text(as_officer(commune_officer).get("/desk/care/"))
    assert audited("desk.care.list", story.hanh) >= 1
    page = text(as_officer(commune_officer).get("/desk/today/"))
    assert "1 việc hôm nay" in page and "sót 1 khung giờ" in page
    assert audited("desk.today.list", story.hanh) == 1
    other = as_officer(other_commune_officer)
    for address in ("/desk/care/", "/desk/today/"):
        assert "Nguyễn Thị Hạnh" not in text(other.get(address))
    assert other.post(f"/desk/care/{plan.key}/phone/").status_code == 404
    assert other.get(f"/desk/care/{plan.key}/").status_code == 404
    assert other.post(f"/desk/care/{plan.key}/", {"do": "end", "ending": "lost"}).status_code == 404
    other.post("/desk/care/watch/", {"contact": [str(story.contact(story.hanh).key)]})
    assert Plan.objects.count() == 1


def test_the_number_comes_with_taking_what_waits(plan: Plan, commune_officer: Any, province_officer: Any) -> None:
    desk, address = as_officer(commune_officer), f"/desk/care/{plan.key}/"
    assert "0905 000 418" not in text(desk.get(address))
    page = text(desk.post(f"{address}phone/"))
    assert "0905 000 418" in page and "Đỗ Thị Sen nhận việc" in page
    assert Task.objects.get().owner == commune_officer
    assert audited("people.record.read", plan.person) == 1
    above = as_officer(province_officer)
    assert "Nhận thay và hiện số" in text(above.get(address))
    above.post(f"{address}phone/")
    assert Task.objects.get().owner == province_officer
    assert audited("care.task.take", plan.person) == 2


def test_paper_is_entered_and_fever_in_it_calls_too(plan: Plan, commune_officer: Any) -> None:
    desk, address, slot = as_officer(commune_officer), f"/desk/care/{plan.key}/", plan.slots.get()
    assert desk.post(address, {"do": "reading", "slot": slot.pk, "asked": "some"}).status_code == 422
    assert audited("desk.care.read", plan.person) == 1, "a refused form shows the person too"
    given = {"do": "reading", "slot": slot.pk, "temperature": "38,5", "asked": "some", "symptoms": ["cough"]}
    assert desk.post(address, given).status_code == 302
    slot.refresh_from_db()
    assert (str(slot.temperature), slot.symptoms, slot.source) == ("38.5", ["cough"], "station")
    page = text(desk.get(address))
    assert "38,5 °C, ho" in page
    assert sorted(Task.objects.values_list("kind", flat=True)) == ["fever", "missed"]


def test_tasks_and_plans_end_with_what_was_done(plan: Plan, commune_officer: Any, minister: Any) -> None:
    desk, address = as_officer(commune_officer), f"/desk/care/{plan.key}/"
    task = Task.objects.get()
    assert desk.post(address, {"do": "task", "task": str(task.key), "note": ""}).status_code == 422
    desk.post(address, {"do": "task", "task": str(task.key), "note": "Đã gọi, quên khai"})
    assert "Đã gọi, quên khai" in text(desk.get(address))
    desk.post(address, {"do": "task", "task": "x", "note": "Đã gọi"})
    assert as_officer(minister).post(address, {"do": "end", "ending": "lost"}).status_code == 404
    assert "Còn theo dõi tới" in text(desk.post(address, {"do": "end", "ending": "well"}, follow=True))
    assert desk.get(f"{address}certificate.pdf").status_code == 404
    desk.post(address, {"do": "end", "ending": "lost"})
    plan.refresh_from_db()
    assert (plan.status, plan.ending) == ("stopped", "lost")
    assert "không liên lạc được" in text(desk.get(address))
