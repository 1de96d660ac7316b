"""A place's owner registers it without a script, prints its poster, and every page passes axe and fits the phone."""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


@pytest.fixture
def owner(site: Any, town: Any) -> Any:
    """Đặng Thị Lụa, who answers for the market."""
    from lachan.register.areas.models import AreaName
    from lachan.register.places.models import PlaceStaff

    with site.orm():
        commune = town.market.area
        AreaName.objects.get_or_create(
            area=commune,
            name=commune.name,
            defaults={
                "folded": "phuong hai chau",
                "bare": "hai chau",
                "folded_path": "phuong hai chau, thanh pho da nang",
            },
        )
        return PlaceStaff.objects.select_related("account").get(place=town.market, role=PlaceStaff.Role.OWNER).account


def look(page: Any, name: str) -> list[str]:
    """What is wrong with the page as seen; a picture of it when a folder for pictures is named."""
    if folder := os.environ.get("LACHAN_PICTURES"):
        page.screenshot(path=Path(folder) / f"place-{name}.png", full_page=True)
    found = [
        f"{fault['id']}: {node['target']}"
        for fault in Axe().run(page).response["violations"]
        for node in fault["nodes"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return found


def test_an_owner_registers_and_prints_without_a_script(town: Any, phone: Any, owner: Any) -> None:
    page = phone(owner, java_script_enabled=False).new_page()
    page.goto("/places/")
    page.get_by_role("link", name="Đăng ký nơi mới").click()
    page.get_by_label("Tên nơi này").fill("Quán Bún Chả Cá Bà Lữ")
    page.get_by_role("button", name="Đăng ký và lấy bảng mã").click()
    expect(page.get_by_role("alert")).to_contain_text("Chọn loại nơi")
    page.get_by_label("Loại nơi").select_option("restaurant")
    page.get_by_label("Phường, xã của nơi này").fill("Hải Châu")
    page.get_by_role("button", name="Đăng ký và lấy bảng mã").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quán Bún Chả Cá Bà Lữ")
    address = page.get_by_role("link", name="In khổ A4").get_attribute("href")
    poster = page.request.get(address)
    assert poster.ok
    assert poster.body().startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_passes(site: Any, town: Any, phone: Any, owner: Any, scheme: str, language: str) -> None:
    context = phone(owner, color_scheme=scheme)
    context.add_cookies([{"name": "lachan_language", "value": language, "url": site.url}])
    page = context.new_page()
    trouble = {}
    addresses = {
        "mine": "/places/",
        "new": "/places/new",
        "place": f"/places/{town.market.key}/",
        "replace": f"/places/{town.market.key}/code/",
        "edit": f"/places/{town.market.key}/edit/",
        "parts": f"/places/{town.market.key}/parts/",
        "numbers": f"/places/{town.market.key}/numbers/",
        "pause": f"/places/{town.market.key}/pause/",
        "screen": f"/places/{town.market.key}/screen/",
        "report": "/places/report/",
    }
    for name, address in addresses.items():
        page.goto(address)
        if found := look(page, f"{name}-{language}-{scheme}"):
            trouble[name] = found
    page.goto("/places/new")
    page.locator("form button[type=submit]").last.click()
    if found := look(page, f"errors-{language}-{scheme}"):
        trouble["errors"] = found
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(addresses["place"])
    if found := look(page, f"wide-{language}-{scheme}"):
        trouble["wide"] = found
    assert trouble == {}


def test_the_count_of_the_page_keeps_fresh_and_says_when_it_cannot(
    site: Any, town: Any, phone: Any, owner: Any
) -> None:
    page = phone(owner).new_page()
    page.goto(f"/places/{town.market.key}/")
    now = page.locator("#now")
    expect(now.locator(".num").first).to_have_text("0")
    with site.orm():
        from datetime import timedelta

        from django.utils import timezone

        from lachan.systems.checkin.models import Visit

        came = timezone.now() - timedelta(minutes=1)
        Visit.objects.create(
            place=town.market,
            person=town.hanh.person,
            t_in=came,
            t_out=came + timedelta(hours=1),
            certain_until=came,
            ending=4,
            trust=1,
        )
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(now.locator(".num").first).to_have_text("1")
    expect(now.get_by_text("Mất mạng.")).to_be_hidden()
    page.context.set_offline(True)
    expect(now.get_by_text("Mất mạng. Số đếm lúc")).to_be_visible()
    page.context.set_offline(False)
    expect(now.get_by_text("Mất mạng.")).to_be_hidden(timeout=15_000)
