"""Signing in, the family and one's own data in a real browser: without a script, read by axe, in both languages.

With LACHAN_PICTURES set to a folder, each page is kept there as a picture.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from lachan.ground import audit
from lachan.register.access import sms
from lachan.register.access.models import Account
from lachan.register.access.scope import officer_actor
from lachan.register.people import reading
from lachan.register.people.models import Person
from lachan.testing.cast import Areas, sign_in

CHROMIUM = "/usr/bin/chromium"
PICTURES = os.environ.get("LACHAN_PICTURES")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason="chromium is not installed"
    ),
]


@dataclass
class Eyes:
    """A browser without scripts that does, and one with scripts in which axe looks."""

    browser: Browser
    url: str

    def open(self, size: tuple[int, int], language: str, cookies: dict[str, str] | None = None, **more: Any) -> Page:
        context = self.browser.new_context(base_url=self.url, viewport={"width": size[0], "height": size[1]}, **more)
        named = {"lachan_language": language, **(cookies or {})}
        context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in named.items()])
        return context.new_page()


@pytest.fixture
def signed_in(client: Client, hanh: Any, khoi: Person, commune_officer: Any) -> dict[str, str]:
    """Hạnh's cookies; an officer has looked at her record."""
    with audit.acting(officer_actor(commune_officer)):
        reading.open_record_as(commune_officer, hanh.person.key, "Gọi hỏi sức khỏe sau khi gần ca bệnh")
    sign_in(client, hanh)
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.fixture
def eyes(request: pytest.FixtureRequest, area_tree: Areas, live_server: Any, monkeypatch: Any) -> Iterator[Eyes]:
    if "signed_in" in request.fixturenames:
        request.getfixturevalue("signed_in")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Eyes(browser, live_server.url)
        browser.close()
        # Beside playwright's loop Django keeps a connection of its own, which nobody else would close.
        connections.close_all()


def look(page: Page, name: str) -> None:
    """Nothing for axe to find, no sideways scroll; a picture where wanted."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_a_new_number_signs_in_without_a_script(eyes: Eyes) -> None:
    page = eyes.open((360, 740), "vi", java_script_enabled=False)
    page.goto("/app/family/")
    page.get_by_label("Số điện thoại di động").fill("0905 000 418")
    page.get_by_role("button", name="Gửi mã đăng nhập").click()
    sms.send_due()
    page.get_by_role("link", name="Xem mã ở trang phát triển").click()
    found = re.search(r"\b(\d{6}) là mã đăng nhập", page.content())
    assert found
    page.go_back()
    page.get_by_label("Mã gồm 6 chữ số").fill(found[1])
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Hạnh")
    page.get_by_label("Phường, xã đang ở").fill("h")
    page.get_by_role("button", name="Lưu và vào ứng dụng").click()
    page.get_by_label("Phường Hải Châu, Thành phố Đà Nẵng").check()
    page.get_by_role("button", name="Lưu và vào ứng dụng").click()
    page.get_by_role("link", name="Thêm người để khai hộ").click()
    page.get_by_label("Họ và tên").fill("Nguyễn Minh Khôi")
    page.get_by_label("Trẻ em").check()
    page.get_by_label("Có, ở cùng nhà").check()
    page.get_by_role("button", name="Thêm người này").click()
    assert page.get_by_role("heading", name="Gia đình").is_visible()
    assert page.get_by_text("Nguyễn Minh Khôi").first.is_visible()
    assert Account.objects.get().person.name == "Nguyễn Thị Hạnh"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("size", [(360, 740), (1440, 900)], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_fit_to_read(
    eyes: Eyes, signed_in: dict[str, str], language: str, size: tuple[int, int], scheme: Any
) -> None:
    where = f"{language}-{size[0]}-{scheme}"
    page = eyes.open(size, language, signed_in, color_scheme=scheme)
    for name, address in (
        ("family", "/app/family/"),
        ("relative", "/app/family/add/"),
        ("home", "/app/family/home/"),
        ("my-data", "/app/my-data/"),
        ("my-data-own", "/app/my-data/?own=1"),
        ("erase", "/app/my-data/erase/"),
        ("dev", "/dev/"),
    ):
        page.goto(address)
        look(page, f"{name}-{where}")
    page.goto("/app/family/add/")
    page.locator("form button.hero").click()
    look(page, f"relative-errors-{where}")
    stranger = eyes.open(size, language, color_scheme=scheme)
    stranger.goto("/app/sign-in/")
    look(stranger, f"sign-in-{where}")
    stranger.locator("form button.hero").click()
    look(stranger, f"sign-in-error-{where}")
    stranger.locator("#id_phone").fill("0905 111 222")
    stranger.locator("form button.hero").click()
    look(stranger, f"code-{where}")
    stranger.goto("/desk/sign-in/")
    look(stranger, f"desk-sign-in-{where}")
