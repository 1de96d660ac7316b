"""A month of daily reports on a phone of 360 px, and the family's next day in a few presses."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_citizen_look import faults

ILL = {"symptoms": ["fever", "cough"], "near": "no", "conditions": ["none"]}
WELL = {"symptoms": ["none"], "near": "no", "conditions": ["none"]}


@pytest.fixture(scope="module")
def month(site: Any, town: Any) -> Any:
    """Thirty days of Khôi's, ill for a week a fortnight ago; yesterday he was well. Hạnh has allowed nothing yet."""
    from lachan.ground import audit
    from lachan.register.forms import queries as forms
    from lachan.register.forms.actions import load_forms
    from lachan.register.people import consents
    from lachan.systems.selfreport import actions, purposes

    with site.orm(), audit.acting(audit.system("tests")):
        version = forms.in_force(actions.FORM)
        if version is None:
            load_forms()
            version = forms.in_force(actions.FORM)
            # The question at the door is other stories'.
            from lachan.register.forms.actions import retire

            door = forms.in_force("checkin-health")
            if door is not None:
                retire(version=door)
        for code in (purposes.DIARY, purposes.STATION, purposes.COUNT):
            consents.give(person=town.khoi, code=code, by=town.hanh)
        for days_ago in range(29, 0, -1):
            ill = 12 <= days_ago < 19
            answers = (ILL if ill else WELL) | {"temperature": 38.6 - (days_ago % 3) * 0.2 if ill else 36.7}
            actions.record_report(
                person=town.khoi,
                version=version,
                answers=answers,
                by=town.hanh,
                at=timezone.now() - timedelta(days=days_ago),
                for_another=True,
            )
    return town


def test_a_month_in_one_picture_and_today_in_three_presses(site: Any, month: Any, phone: Any, tmp_path: Path) -> None:
    page = phone(month.hanh).new_page()
    page.goto("/app/health/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 người chưa khai")
    assert faults(page) == []
    page.screenshot(path=tmp_path / "home.png", full_page=True)
    page.get_by_role("link", name="Nhật ký Nguyễn Minh Khôi").click()
    expect(page.get_by_role("img", name="Nhiệt độ 30 ngày")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("29 trên 30")
    assert faults(page) == []
    page.screenshot(path=tmp_path / "diary.png", full_page=True)
    page.goto("/app/health/")
    page.get_by_role("link", name="Khai Nguyễn Minh Khôi", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("như hôm qua")
    assert faults(page) == []
    page.screenshot(path=tmp_path / "start.png", full_page=True)
    page.get_by_role("button", name="Vẫn như vậy").click()
    page.get_by_role("button", name="Gửi khai báo hôm nay").click()
    expect(page.get_by_text("Đã ghi sức khỏe hôm nay của Nguyễn Minh Khôi")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 người chưa khai")
    page.goto("/app/consents/?from=health")
    assert faults(page) == []
    page.screenshot(path=tmp_path / "consents.png", full_page=True)
    page.get_by_role("button", name=re.compile("Cho phép.*Giữ nhật ký.*Hạnh")).click()
    expect(page.get_by_role("button", name=re.compile("Rút lại.*Giữ nhật ký.*Hạnh"))).to_be_visible()
    for address in ("call", "tell"):
        page.goto(f"/app/health/{address}/")
        assert faults(page) == []
        page.screenshot(path=tmp_path / f"{address}.png", full_page=True)
