"""The place's health question at the door: asked of each who comes in, without a network too, and as plain pages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_citizen_app import arrived, ready, type_code
from tests.browser.test_citizen_look import faults


@pytest.fixture(autouse=True)
def _the_form(site: Any, town: Any) -> Iterator[None]:
    """In force for these stories only: elsewhere nobody is asked."""
    from lachan.ground import audit
    from lachan.register.forms import actions, queries
    from lachan.register.forms.models import FormVersion

    with site.orm(), audit.acting(audit.system("tests")):
        known = FormVersion.objects.filter(form_id="checkin-health").first()
        if known is not None:
            actions.publish(version=actions.create_draft(document=known.document))
        else:
            actions.load_forms()
    yield
    with site.orm(), audit.acting(audit.system("tests")):
        version = queries.in_force("checkin-health")
        assert version is not None
        actions.retire(version=version)


def kept(site: Any, page: Any, count: int) -> dict[str, Any]:
    """Person's name → answers, as soon as there are that many."""
    for _try in range(150):
        found = site.rows(
            """SELECT p.name, r.answers FROM forms_response r JOIN people_person p ON p.id = r.person_id
               WHERE r.received_at > now() - interval '1 minute' AND r.answered_at > %s""",
            page.began,
        )
        if len(found) >= count:
            return {name: answers if isinstance(answers, dict) else json.loads(answers) for name, answers in found}
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(found)} answers, not {count}")


def began(site: Any) -> Any:
    return site.rows("SELECT now()")[0][0]


def test_each_who_comes_in_is_asked_and_the_answers_wait_for_a_network(
    site: Any, town: Any, phone: Any, tmp_path: Path
) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    page.began = began(site)
    ready(page)
    # Seen once with a network, so that the phone knows what kind of place it is.
    type_code(page, town.clinic_code)
    expect(page.get_by_role("heading", name="Trạm Y tế Hải Châu")).to_be_visible()
    context.set_offline(True)
    type_code(page, town.clinic_code)
    page.get_by_label("Nguyễn Minh Khôi").check()
    page.get_by_role("button", name="Ghi lượt vào").click()
    expect(page.get_by_role("heading", name="Sức khỏe trước khi vào")).to_be_visible()
    expect(page.get_by_text("Chưa hỏi được")).to_have_count(0)
    page.get_by_role("button", name="Gửi câu trả lời").click()
    expect(page.get_by_role("alert")).to_contain_text("Còn 2 chỗ cần sửa")
    page.screenshot(path=tmp_path / "mend.png", full_page=True)
    page.get_by_label("Ho", exact=True).check()
    expect(page.get_by_label("Dấu hiệu bắt đầu từ ngày nào?")).to_be_visible()
    page.get_by_label("Không có dấu hiệu nào").check()
    expect(page.get_by_label("Dấu hiệu bắt đầu từ ngày nào?")).to_have_count(0)
    expect(page.get_by_label("Ho", exact=True)).not_to_be_checked()
    page.get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Gửi câu trả lời").click()
    expect(page.locator("main")).to_contain_text("Về Nguyễn Minh Khôi")
    page.get_by_label("Không có dấu hiệu nào").check()
    page.locator("input[name=contact][value=not_asked]").check()
    page.screenshot(path=tmp_path / "another.png", full_page=True)
    page.get_by_role("button", name="Gửi câu trả lời").click()
    page.wait_for_url("**/app/")
    assert site.rows("SELECT count(*) FROM forms_response WHERE answered_at > %s", page.began) == [(0,)]
    context.set_offline(False)
    arrived(site, page, 2)
    assert kept(site, page, 2) == {
        "Nguyễn Thị Hạnh": {"symptoms": ["none"], "contact": "no"},
        "Nguyễn Minh Khôi": {"symptoms": ["none"]},
    }
    page.goto("/app/visits/")
    expect(page.locator("[data-answers=sent]")).to_have_count(2)


def test_not_answering_still_lets_in_and_keeps_no_answer(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.tin).new_page()
    page.began = began(site)
    type_code(page, town.clinic_code)
    page.get_by_role("button", name="Ghi lượt vào").click()
    assert faults(page) == []
    page.get_by_role("button", name="Không trả lời").click()
    page.wait_for_url("**/app/")
    arrived(site, page, 1)
    assert kept(site, page, 0) == {}


def test_a_place_that_does_not_ask_leads_straight_to_the_receipt(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.tin).new_page()
    type_code(page, town.market_code)
    page.get_by_role("button", name="Ghi lượt vào").click()
    expect(page.locator("[data-receipt=running]")).to_be_visible()


def test_without_scripts_the_question_is_plain_pages(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.hanh, java_script_enabled=False).new_page()
    page.began = began(site)
    page.goto(f"/c/{town.clinic_code}")
    page.get_by_label("Nguyễn Minh Khôi").check()
    page.get_by_role("button", name="Ghi lượt vào").click()
    for name in ("Tôi", "Nguyễn Minh Khôi"):
        own = name == "Tôi"
        expect(page.get_by_text("Chưa hỏi được")).to_have_count(0 if own else 1)
        page.get_by_label("Không có dấu hiệu nào").check()
        page.locator("main form button[value=next], form button.hero, .dock button").first.click()
        page.locator("input[name=contact][value=no]").check()
        page.locator("main form button[value=next], form button.hero, .dock button").first.click()
        page.get_by_role("button", name="Gửi câu trả lời").click()
    expect(page).to_have_url(f"{site.url}/app/visits/")
    assert len(kept(site, page, 2)) == 2
