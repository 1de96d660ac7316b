"""A family declares in English on a phone of 360 px; the border desk verifies and decides without a network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE

PASSWORD = "lá trầu chắn gió 7"
WELL = ("fever", "cough", "breath", "sore_throat", "vomiting", "diarrhoea", "bleeding", "rash")


@dataclass
class Border:
    """An order in force at Đà Nẵng's airport, and the cookies of its quarantine officer."""

    order: Any
    cookies: list[dict[str, Any]]


@pytest.fixture(scope="module")
def border(site: Any, town: Any) -> Border:
    from django.contrib.sessions.backends.db import SessionStore

    from lachan.ground import audit
    from lachan.register.access import actions as access
    from lachan.register.access import sessions
    from lachan.register.areas.models import AreaName
    from lachan.register.areas.spelling import bare_key, search_key
    from lachan.register.forms.actions import load_forms
    from lachan.systems.entry import gates
    from lachan.systems.entry.tests.conftest import make_order

    with site.orm(), audit.acting(audit.system("tests")):
        commune = town.market.area
        AreaName.objects.get_or_create(
            area=commune,
            name=commune.name,
            defaults={
                "folded": commune.folded,
                "bare": bare_key(commune.name),
                "folded_path": f"{search_key(commune.name)}, {search_key(commune.parent.name)}",
                "listed": commune.first_listed,
            },
        )
        load_forms()
        gates.load_gates()
        officer = access.create_officer(
            username="quan.browser", name="Vũ Minh Quân", password=PASSWORD, role="border", area=town.market.area.parent
        )
        access.enroll_totp(officer)
        order = make_order()
        session = SessionStore()
        session["_auth_user_id"] = str(officer.pk)
        session["_auth_user_backend"] = sessions.BACKEND
        session["_auth_user_hash"] = officer.get_session_auth_hash()
        session["account_authentication_methods_user"] = str(officer.pk)
        session["account_authentication_methods"] = [{"method": "password"}, {"method": "mfa", "type": "totp"}]
        session.save()
    cookie = {"name": "lachan_session", "value": session.session_key, "url": site.url, "httpOnly": True}
    return Border(order, [cookie])


def fine(page: Any) -> None:
    """No fault that axe knows, no sideways scroll at 360 px."""
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def day(ahead: int = 0) -> str:
    from lachan.register.forms.validate import today

    return (today() + timedelta(days=ahead)).isoformat()


def go_on(page: Any) -> None:
    fine(page)
    page.locator("main button[name=go][value=next]").click()


def person(page: Any, name: str, document: str, *, ill: bool = False) -> None:
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Date of birth").fill("1988-03-04")
    page.get_by_label("Male", exact=True).check()
    go_on(page)
    page.get_by_label("Nationality").select_option("tha")
    page.get_by_label("Number of passport").fill(document)
    page.get_by_label("Visitor or other").check()
    go_on(page)
    for code in WELL:
        page.locator(f"[name={code}][value={'yes' if ill and code == 'fever' else 'no'}]").check()
    go_on(page)
    if ill:
        page.locator("[name=onset]").fill(day())
        go_on(page)
    for code in ("animals", "patient"):
        page.locator(f"[name={code}][value=no]").check()
    go_on(page)
    go_on(page)
    page.get_by_label("No test").check()
    go_on(page)
    fine(page)
    page.get_by_role("button", name="Save this part").click()


def test_a_party_declares_and_the_desk_decides_without_a_network(
    phone: Callable[..., Any], browser: Any, site: Any, border: Border
) -> None:
    context = phone()
    context.add_cookies([{"name": "lachan_language", "value": "en", "url": site.url}])
    page = context.new_page()
    page.goto("/entry/")
    fine(page)
    page.get_by_label("Gate", exact=True).select_option("da-nang")
    page.get_by_label("Day you pass").fill(day())
    page.get_by_role("button", name="Start declaring").click()
    fine(page)
    page.get_by_role("link", name="Your trip and your stay").click()
    page.get_by_label("Aeroplane").check()
    # The number is asked once the conveyance has one.
    go_on(page)
    page.get_by_label("Flight number").fill("VN 627")
    go_on(page)
    page.get_by_label("Country or territory").select_option("tha")
    page.get_by_label("Province or city").fill("Bangkok")
    page.get_by_label("Day of departure").fill(day())
    go_on(page)
    go_on(page)
    page.get_by_label("Ward or commune").fill("Hải Châu")
    page.get_by_label("Hotel").fill("12 Trần Phú")
    page.get_by_label("Phone number").fill("+66 81 234 5678")
    go_on(page)
    page.get_by_role("button", name="Save this part").click()
    page.get_by_role("link", name="The main traveller").click()
    page.get_by_label("The code lines").fill("P<THAKAEWMANEE<<SOMCHAI<<<<<<<<<<<<<<<<<<<<<\nAC12344")
    expect(page.locator("#zone-help")).to_have_text("Line 2 has 7 characters, it needs 44.")
    fine(page)
    page.get_by_role("link", name="Fill in by hand").click()
    person(page, "SOMCHAI KAEWMANEE", "AC1234417")
    page.get_by_role("button", name="Add a fellow traveller").click()
    page.get_by_role("link", name="Fill in by hand").click()
    person(page, "NOI KAEWMANEE", "AC999", ill=True)
    fine(page)
    page.get_by_role("link", name="Read the last page").click()
    expect(page.get_by_text("may be subject to criminal")).to_be_visible()
    fine(page)
    page.get_by_role("button", name="Send to the quarantine desk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show this code at the health desk")
    fine(page)

    from lachan.systems.entry.models import Decision, Declaration
    from lachan.systems.entry.queries import qr_text

    with site.orm():
        declaration = Declaration.objects.latest("pk")
        code = qr_text(declaration)
    desk_context = phone()
    desk_context.add_cookies(border.cookies)
    desk = desk_context.new_page()
    desk.goto("/desk/entry/")
    fine(desk)
    desk_context.set_offline(True)
    desk.locator("#code").fill(code)
    desk.get_by_role("button", name="Tìm tờ khai").click()
    verdict = desk.locator("#entry-verdict")
    expect(verdict.get_by_role("heading", name="Mã thật, còn dùng được")).to_be_visible()
    ill = verdict.locator("article").nth(1)
    expect(ill).to_contain_text("Sốt")
    ill.get_by_role("button", name="Lấy mẫu xét nghiệm").click()
    expect(desk.locator("#entry-queue")).to_contain_text("1 quyết định chờ gửi")
    fine(desk)
    with site.orm():
        assert not Decision.objects.filter(traveller__declaration=declaration).exists()
    desk_context.set_offline(False)
    expect(desk.locator("#entry-queue")).to_have_text("")
    with site.orm():
        kept = Decision.objects.get(traveller__declaration=declaration)
        assert (kept.traveller.number, kept.kind) == (2, "test")
    # A touched code is told apart here, without asking anybody.
    desk.locator("#code").fill(code[:-1] + ("0" if code[-1] != "0" else "1"))
    desk.get_by_role("button", name="Tìm tờ khai").click()
    expect(verdict.get_by_role("heading", name="Không phải mã của máy chủ này")).to_be_visible()
    desk.goto(f"/desk/entry/declarations/{declaration.key}/")
    expect(desk.get_by_role("heading", name="NOI KAEWMANEE")).to_be_visible()
    fine(desk)
    desk.goto("/desk/entry/waiting/")
    fine(desk)


def test_a_decision_on_what_was_corrected_meanwhile_is_shown_and_kept(
    phone: Callable[..., Any], site: Any, town: Any, border: Border
) -> None:
    from lachan.ground import audit
    from lachan.register.forms.validate import today
    from lachan.systems.entry import actions
    from lachan.systems.entry.models import Decision, Gate
    from lachan.systems.entry.queries import qr_text
    from lachan.systems.entry.tests.conftest import traveller, trip

    with site.orm(), audit.acting(audit.system("tests")):
        declaration = actions.declare(
            order=border.order,
            gate=Gate.objects.get(pk="da-nang"),
            travel_day=today(),
            language="en",
            area=town.market.area,
            party=actions.Party(trip(), [traveller("MALI SUWAN", "AC5551"), traveller("DAO SUWAN", "AC5552")]),
            key=uuid4(),
        )
        code = qr_text(declaration)
    context = phone()
    context.add_cookies(border.cookies)
    desk = context.new_page()
    desk.goto("/desk/entry/")
    context.set_offline(True)
    desk.locator("#code").fill(code)
    desk.get_by_role("button", name="Tìm tờ khai").click()
    card = desk.locator("#entry-verdict article").first
    expect(card).to_contain_text("…551")
    expect(card).not_to_contain_text("1988")
    card.get_by_role("button", name="Cho qua").click()
    expect(desk.locator("#entry-queue")).to_contain_text("1 quyết định chờ gửi")
    with site.orm(), audit.acting(audit.system("tests")):
        party = actions.Party(trip(), [traveller("DAO SUWAN", "AC5552", fever="yes", onset=day())])
        actions.correct(declaration=declaration, area=town.market.area, party=party, revision=1)
    context.set_offline(False)
    refused = desk.locator("#entry-refused article")
    expect(refused).to_contain_text("1 · Cho qua. Tờ khai đã sửa sau khi quét, xem lại rồi quyết định.")
    expect(desk.locator("#entry-queue")).to_have_text("")
    fine(desk)
    # It waits for whoever decides, and is never sent again.
    desk.reload()
    expect(refused).to_have_count(1)
    refused.get_by_role("button", name="Xem lại tờ khai").click()
    expect(desk.get_by_role("heading", name="DAO SUWAN")).to_be_visible()
    desk.go_back()
    refused.get_by_role("button", name="Bỏ quyết định này").click()
    expect(refused).to_have_count(0)
    desk.reload()
    expect(desk.locator("#entry-queue")).to_have_text("")
    expect(refused).to_have_count(0)
    with site.orm():
        assert not Decision.objects.filter(traveller__declaration=declaration).exists()


def declared_today(site: Any, town: Any, border: Border, *people: dict[str, Any]) -> tuple[Any, str]:
    """A party that declared for today, and its code."""
    from lachan.ground import audit
    from lachan.register.forms.validate import today
    from lachan.systems.entry import actions
    from lachan.systems.entry.models import Gate
    from lachan.systems.entry.queries import qr_text
    from lachan.systems.entry.tests.conftest import trip

    with site.orm(), audit.acting(audit.system("tests")):
        declaration = actions.declare(
            order=border.order,
            gate=Gate.objects.get(pk="da-nang"),
            travel_day=today(),
            language="en",
            area=town.market.area,
            party=actions.Party(trip(), people),
            key=uuid4(),
        )
        return declaration, qr_text(declaration)


def look_at(desk: Any, code: str) -> Any:
    desk.locator("#code").fill(code)
    desk.get_by_role("button", name="Tìm tờ khai").click()
    expect(desk.locator("#entry-verdict").get_by_role("heading", name="Mã thật, còn dùng được")).to_be_visible()
    return desk.locator("#entry-verdict article")


def test_a_desk_that_was_closed_and_opened_again_without_a_network_loses_and_doubles_nothing(
    playwright: Any, site: Any, town: Any, border: Border, tmp_path: Path
) -> None:
    from lachan.systems.entry.models import Decision
    from lachan.systems.entry.tests.conftest import traveller

    declared, code = declared_today(
        site, town, border, traveller("ANONG RATTANA", "AC7001"), traveller("BOON RATTANA", "AC7002")
    )

    def open_browser() -> tuple[Any, Any]:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "browser"),
            executable_path=str(CHROMIUM),
            args=FLAGS,
            base_url=site.url,
            viewport=PHONE,
            locale="vi-VN",
        )
        context.add_cookies(border.cookies)
        return context, context.pages[0]

    context, desk = open_browser()
    desk.goto("/desk/entry/")
    desk.evaluate("navigator.serviceWorker.ready")
    # Ready is when the worker is active, and it is active only once page and files are kept.
    context.set_offline(True)
    people = look_at(desk, code)
    people.nth(0).get_by_role("button", name="Cho qua").click()
    expect(desk.locator("#entry-queue")).to_contain_text("1 quyết định chờ gửi")
    context.close()

    context, desk = open_browser()
    context.set_offline(True)
    desk.goto("/desk/entry/")
    expect(desk.locator("#entry-queue")).to_contain_text("1 quyết định chờ gửi")
    people = look_at(desk, code)
    # Scanned again: what was decided is said, and the same once more adds nothing.
    expect(people.nth(0).locator(".said")).to_have_text("Đã ghi: Cho qua")
    people.nth(0).get_by_role("button", name="Cho qua").click()
    people.nth(1).get_by_role("button", name="Cho qua").click()
    people.nth(1).get_by_role("button", name="Lấy mẫu xét nghiệm").click()
    expect(desk.locator("#entry-queue")).to_contain_text("2 quyết định chờ gửi")
    desk.locator("#code").fill("4T7K-M2PX-9AQD")
    desk.get_by_role("button", name="Tìm tờ khai").click()
    expect(desk.locator("#entry-away")).to_be_visible()
    fine(desk)
    with site.orm():
        assert not Decision.objects.filter(traveller__declaration=declared).exists()
    context.set_offline(False)
    expect(desk.locator("#entry-queue")).to_have_text("")
    desk.reload()
    expect(desk.locator("#entry-queue")).to_have_text("")
    context.close()
    with site.orm():
        kept = Decision.objects.filter(traveller__declaration=declared).order_by("traveller__number")
        assert list(kept.values_list("traveller__number", "kind")) == [(1, "pass"), (2, "test")]


def test_another_officers_decisions_wait_for_that_officer(
    phone: Callable[..., Any], site: Any, town: Any, border: Border
) -> None:
    from lachan.systems.entry.models import Decision
    from lachan.systems.entry.tests.conftest import traveller

    declared, _code = declared_today(site, town, border, traveller("CHAI SAETANG", "AC7003"))
    context = phone()
    context.add_cookies(border.cookies)
    desk = context.new_page()
    desk.goto("/desk/entry/")
    left = {"key": str(uuid4()), "code": declared.code, "revision": "1", "number": "1", "owner": "0", "kind": "pass"}
    desk.evaluate("(left) => localStorage.setItem('lachan-entry-decisions', JSON.stringify([left]))", left)
    desk.reload()
    expect(desk.locator("#entry-queue")).to_have_text(
        "1 quyết định của cán bộ khác trong máy này, chờ người đó đăng nhập"
    )
    with site.orm():
        assert not Decision.objects.filter(traveller__declaration=declared).exists()
