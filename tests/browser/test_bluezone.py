"""The page about Bluezone: a listening device is paired by a link, and what it tells stays on the phone."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lachan_proximity.agent.pairing import PATH, link

TOLD = {
    "v": 1,
    "at": 1_790_000_000,
    "kept": 1234,
    "days": 14,
    "coverage": [[1_789_948_800, 93], [1_789_862_400, 71]],
    "risk": "high",
    "day": 1_789_862_400,
    "minutes": 24,
}


def picture(page: Any, name: str) -> None:
    """A picture to look at, where LACHAN_PICTURES names a folder."""
    if folder := os.environ.get("LACHAN_PICTURES"):
        page.screenshot(path=str(Path(folder) / name), full_page=True)


def test_a_listening_device_is_paired_and_forgotten(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.hanh).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto(PATH)
    expect(page.locator("#state")).to_have_text("Chưa ghép máy nào.")
    expect(page.get_by_text("Trang web không nghe được Bluetooth.")).to_be_visible()
    address = link(site.url, TOLD)
    page.goto(address)
    expect(page.locator("#offer-what")).to_contain_text("1.234")
    assert page.url.endswith(PATH), "the address forgets it at once"
    page.get_by_role("button", name="Ghép", exact=True).click()
    expect(page.locator("#why")).to_contain_text("khoảng 24 phút, nguy cơ cao")
    expect(page.locator("#covered")).to_contain_text("nghe 93% thời gian")
    assert Axe().run(page).response["violations"] == []
    picture(page, "bluezone-phone.png")
    page.reload()
    expect(page.locator("#why")).to_contain_text("nguy cơ cao")
    packed = address.partition("#bz=")[2]
    assert not any(packed in each or "1234" in each for each in asked), "nothing of it went to the server"
    page.get_by_role("button", name="Bỏ ghép").click()
    expect(page.locator("#state")).to_have_text("Chưa ghép máy nào.")
    page.goto(link(site.url, TOLD | {"risk": "Gọi ngay số lạ"}))
    expect(page.locator("#state")).to_contain_text("không phải của máy nghe")
