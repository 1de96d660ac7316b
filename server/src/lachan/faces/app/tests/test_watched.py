"""The slots of somebody who is watched, on the family's own pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lachan.faces.app import watched
from lachan.ground import audit
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.care import actions
from lachan.response.care.models import Plan, Slot, Task
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(khoi: Any) -> Plan:
    """Watched from yesterday for three days, with one slot open right now, whatever the hour."""
    with audit.acting(audit.system("tests")):
        load_profiles()
        today = timezone.localdate()
        made = actions.open_plan(
            person=khoi,
            reason="contact",
            disease=Disease.objects.get(code="covid19"),
            starts_on=today,
            ends_on=today + timedelta(days=3),
            by=None,
        )
    made.slots.all().delete()
    now = timezone.now()
    Slot.objects.create(plan=made, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=3))
    Slot.objects.create(plan=made, opens_at=now + timedelta(hours=9), closes_at=now + timedelta(hours=13))
    return made


@pytest.fixture
def app(client: Client, hanh: Any) -> Client:
    sign_in(client, hanh)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_open_slot_is_on_the_page_and_is_given_once(app: Client, plan: Plan) -> None:
    address = f"/app/health/plan/{plan.key}/"
    assert "Đo và khai trước" in text(app.get("/app/health/"))
    assert app.post(address, {}).status_code == 422
    assert "Ô đang ghi 99" in text(app.post(address, {"temperature": "99", "symptoms": ["none"]}))
    assert "Chỉ giữ một" in text(app.post(address, {"symptoms": ["none", "cough"]}))
    assert app.post(address, {"temperature": "38,2", "symptoms": ["cough"]}).status_code == 302
    given = plan.slots.exclude(reported_at=None).get()
    assert (str(given.temperature), given.symptoms, given.source) == ("38.2", ["cough"], "own")
    assert Task.objects.get().kind == "fever"
    # The next one has not opened.
    assert "Lần đo tới" in text(app.get("/app/health/"))
    assert "Chưa tới giờ đo" in text(app.get(address))
    app.post(address, {"symptoms": ["none"]})
    assert plan.slots.exclude(reported_at=None).count() == 1


def test_plans_are_marked_in_one_query(app: Client, plan: Plan, khoi: Any) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            (found, *_more) = watched.plans_of([khoi])
        assert found.marks == ["now", "", "", ""]
        return len(queries)

    one = asked()
    day = timezone.localdate() - timedelta(days=30)
    for ago in (0, 10):
        starts_on = day - timedelta(days=ago)
        Plan.objects.create(
            person=khoi,
            area=plan.area,
            disease=plan.disease,
            reason="contact",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=3),
            times=plan.times,
            erase_at=plan.erase_at,
            status=Plan.Status.DONE,
            ending=Plan.Ending.WELL,
            ended_at=timezone.now(),
        )
    assert len(watched.plans_of([khoi])) == 3 and asked() == one


def test_not_asked_is_kept_as_not_asked(app: Client, plan: Plan) -> None:
    app.post(f"/app/health/plan/{plan.key}/", {"symptoms": ["not_asked"]})
    given = plan.slots.exclude(reported_at=None).get()
    assert (given.temperature, given.symptoms) == (None, None)


def test_a_stranger_has_no_such_plan(client: Client, tin: Any, plan: Plan) -> None:
    sign_in(client, tin)
    assert client.get(f"/app/health/plan/{plan.key}/").status_code == 404
    assert client.post(f"/app/health/plan/{plan.key}/", {"symptoms": ["none"]}).status_code == 404


def test_the_certificate_comes_at_the_end(app: Client, plan: Plan, commune_officer: Any) -> None:
    address = f"/app/health/plan/{plan.key}/certificate.pdf"
    assert app.get(address).status_code == 404
    with audit.acting(audit.system("tests")):
        actions.end_plan(plan=plan, ending="well", by=commune_officer, now=timezone.now() + timedelta(days=4))
    assert "Giấy xác nhận" in text(app.get("/app/health/"))
    assert app.get(address).content.startswith(b"%PDF")
