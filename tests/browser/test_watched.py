"""A missed slot reaches the officer's list of today; the family gives the open one; another commune sees nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_citizen_look import faults


@pytest.fixture(scope="module")
def plan(site: Any, town: Any) -> Iterator[Any]:
    """Khôi is watched; one slot was missed, one is open for three hours from now, whatever the hour is."""
    from lachan.ground import audit
    from lachan.register.profiles.models import Disease
    from lachan.response.care import actions
    from lachan.response.care.models import Slot
    from lachan.systems.selfreport import work
    from lachan.systems.selfreport.models import WorkItem

    with site.orm(), audit.acting(audit.system("tests")):
        made = actions.open_plan(
            person=town.khoi,
            reason="contact",
            disease=Disease.objects.get(code="covid19"),
            starts_on=timezone.localdate() - timedelta(days=2),
            ends_on=timezone.localdate() + timedelta(days=3),
            by=None,
        )
        made.slots.all().delete()
        now = timezone.now()
        for hours in (9, 5):
            Slot.objects.create(
                plan=made, opens_at=now - timedelta(hours=hours), closes_at=now - timedelta(hours=hours - 3)
            )
        Slot.objects.create(plan=made, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=3))
        actions.escalate()
        area = town.hanh.person.area
        told = [
            work.ask_call(person=town.hanh.person, teller=town.hanh.person, area=area, note="Hết thuốc huyết áp"),
            work.tell(teller=town.hanh.person, area=area, what="case", note="Nhà số 4 hẻm 12 có hai người ho nhiều"),
        ]
        late = timezone.now() - timedelta(hours=30)
        WorkItem.objects.filter(pk=told[1].pk).update(opened_at=late, escalated_at=late + timedelta(hours=24))
    yield made
    with site.orm(), audit.acting(audit.system("tests")):
        WorkItem.objects.filter(pk__in=[item.pk for item in told]).delete()
        made.delete()


@pytest.fixture
def station(browser: Any, site: Any, town: Any, plan: Any) -> Iterator[Any]:
    """The desk of Khôi's own commune's officer, signed in."""
    from django.contrib.sessions.backends.db import SessionStore

    from lachan.ground import audit
    from lachan.register.access import actions as access
    from lachan.register.access import sessions
    from lachan.register.access.models import Account

    with site.orm(), audit.acting(audit.system("tests")):
        officer = Account.objects.filter(username="sen.station").first() or access.create_officer(
            username="sen.station",
            name="Đỗ Thị Sen",
            password="lá trầu chắn gió 7",
            role="commune",
            area=town.khoi.area,
        )
        session = SessionStore()
        session["_auth_user_id"] = str(officer.pk)
        session["_auth_user_backend"] = sessions.BACKEND
        session["_auth_user_hash"] = officer.get_session_auth_hash()
        session["account_authentication_methods_user"] = str(officer.pk)
        session["account_authentication_methods"] = [{"method": "password"}, {"method": "mfa", "type": "totp"}]
        session.save()
    context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900}, locale="vi-VN")
    context.add_cookies([{"name": "lachan_session", "value": session.session_key, "url": site.url, "httpOnly": True}])
    yield context
    context.close()


def test_a_missed_slot_reaches_the_officer_and_the_family_gives_the_next(
    site: Any, plan: Any, town: Any, phone: Any, station: Any, tmp_path: Path
) -> None:
    desk = station.new_page()
    desk.goto("/desk/today/")
    expect(desk.get_by_text("sót 2 khung giờ")).to_be_visible()
    assert faults(desk) == []
    desk.screenshot(path=tmp_path / "today.png", full_page=True)
    desk.set_viewport_size({"width": 360, "height": 740})
    assert faults(desk) == []
    desk.screenshot(path=tmp_path / "today-phone.png", full_page=True)
    # From the list to the number in one press.
    missed = desk.get_by_role("listitem").filter(has_text="sót 2 khung giờ")
    missed.get_by_role("button", name="Nhận và gọi Nguyễn Minh Khôi").click()
    expect(desk.get_by_role("link", name="0905 000 418")).to_be_visible()
    expect(desk.get_by_text("Đỗ Thị Sen nhận việc")).to_be_visible()
    assert faults(desk) == []
    desk.screenshot(path=tmp_path / "plan-phone.png", full_page=True)
    desk.set_viewport_size({"width": 1440, "height": 900})
    app = phone(town.hanh).new_page()
    app.goto("/app/health/")
    app.get_by_role("link", name="Đo và khai trước").click()
    assert faults(app) == []
    app.screenshot(path=tmp_path / "slot.png", full_page=True)
    app.get_by_label("Nhiệt độ").fill("38,6")
    app.get_by_label("Ho", exact=True).check()
    app.get_by_role("button", name="Gửi cho trạm y tế").click()
    expect(app.get_by_text("Đã gửi số đo của Nguyễn Minh Khôi")).to_be_visible()
    desk.goto("/desk/today/")
    expect(desk.get_by_text("38,6 °C, ho")).to_be_visible()
    desk.get_by_role("link", name="Nguyễn Minh Khôi").filter(has_text="38,6 °C, ho").click()
    expect(desk.get_by_role("img", name="Nhiệt độ: đo 1 lần")).to_be_visible()
    assert faults(desk) == []
    desk.screenshot(path=tmp_path / "plan.png", full_page=True)
    desk.get_by_label("Đã làm gì?").first.fill("Đã gọi, cho uống hạ sốt")
    desk.get_by_role("button", name="Ghi là xong").first.click()
    expect(desk.get_by_text("Đã gọi, cho uống hạ sốt")).to_be_visible()
    desk.goto("/desk/signals/")
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    assert faults(desk) == []
    desk.screenshot(path=tmp_path / "signals.png", full_page=True)
