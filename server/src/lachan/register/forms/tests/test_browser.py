"""The pages of a form in a real browser: with the keyboard, without JavaScript, and read by axe.

With LACHAN_PICTURES set to a folder, each page is kept there as a picture.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from lachan.register.forms import actions
from lachan.register.forms.document import plain
from lachan.register.forms.tests.worlds import daily, form, party, yes_no
from lachan.testing.cast import sign_in

CHROMIUM = "/usr/bin/chromium"
PICTURES = os.environ.get("LACHAN_PICTURES")
BAD = b'"survey",,\n,"type","name","label"\n,"geopoint","where","Where"\n,"audio","cough","Cough"\n'
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason="chromium is not installed"
    ),
]


@pytest.fixture
def cookies(client: Client, commune_officer: Any) -> dict[str, str]:
    """The shipped forms, and an officer's session. Made before playwright starts, whose loop Django takes for async."""
    actions.load_forms()
    sign_in(client, commune_officer)
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.fixture
def keeper_cookies(minister: Any) -> dict[str, str]:
    """The Ministry's session, two versions to compare and a party to declare."""
    other = form(*plain(daily())["pages"][:4], yes_no("smell", required=True), code="daily")
    actions.publish(version=actions.create_draft(document={**plain(daily()), "code": "daily"}))
    machine = {"languages": ["vi", "en", "ko"], "machine_translated": ["ko"]}
    actions.create_draft(document={**plain(other), **machine})
    actions.create_draft(document=plain(party()))
    client = Client()
    sign_in(client, minister)
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.fixture
def browser(cookies: dict[str, str], live_server: Any) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, address: str, cookies: dict[str, str], size: tuple[int, int], **options: Any) -> Page:
    """A page of its own, with the cookies, in a window of that size."""
    context = browser.new_context(base_url=address, viewport={"width": size[0], "height": size[1]}, **options)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    return context.new_page()


def look(page: Page, name: str) -> None:
    """Nothing for axe to find, no sideways scroll; a picture where wanted."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"forms-{name}.png"), full_page=True)


@pytest.mark.parametrize(("language", "size"), [("vi", (360, 740)), ("en", (1440, 900))], ids=["phone-vi", "desk-en"])
def test_a_form_is_walked_without_javascript(
    browser: Browser, live_server: Any, cookies: dict[str, str], language: str, size: tuple[int, int]
) -> None:
    where = f"{language}-{size[0]}"
    cookies = {**cookies, "lachan_language": language}
    page = opened(browser, live_server.url, cookies, size, java_script_enabled=False)
    eyes = opened(browser, live_server.url, cookies, size)

    def see(name: str) -> None:
        eyes.goto(page.url)
        look(eyes, f"{name}-{where}")

    page.goto("/forms/")
    see("index")
    page.goto("/forms/checkin-health/preview/")
    see("symptoms")
    page.locator("button.hero").click()
    assert page.locator(".error-summary a").count() == 1
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    page.locator("button.hero").click()
    see("since")
    page.locator("#q_since").fill("2020-01-01")
    page.keyboard.press("Enter")
    page.locator("#q_since_error").wait_for()  # Enter goes on; it does not go back
    see("since-error")
    page.locator("button[value=skip]").click()
    see("contact")
    page.get_by_role("radio").nth(2).check()
    page.locator("header button[value=back]").click()
    assert page.url.endswith("/since/")
    page.locator("button[value=skip]").click()
    assert page.get_by_role("radio").nth(2).is_checked(), "going back kept the answer"
    page.locator("button.hero").click()
    assert page.url.endswith("/check/")
    see("check")
    page.locator("button.hero").click()
    assert page.locator("table").count() == 2
    page.goto("/forms/facility-tasks/preview/")
    see("tasks")


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(
    browser: Browser, live_server: Any, cookies: dict[str, str]
) -> None:
    page = opened(browser, live_server.url, cookies, (360, 740), locale="vi-VN", color_scheme="dark")
    page.goto("/forms/checkin-health/preview/")
    page.locator("button.hero").click()
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.title().startswith("Lỗi:")
    look(page, "symptoms-error")
    page.locator(".error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "q_symptoms"


@pytest.mark.parametrize(("language", "size"), [("vi", (360, 740)), ("en", (1440, 900))], ids=["phone-vi", "desk-en"])
def test_the_ministry_keeps_forms(
    keeper_cookies: dict[str, str], browser: Browser, live_server: Any, language: str, size: tuple[int, int]
) -> None:
    cookies = {**keeper_cookies, "lachan_language": language}
    page = opened(browser, live_server.url, cookies, size, java_script_enabled=False)
    eyes = opened(browser, live_server.url, cookies, size)

    def see(address: str, name: str) -> None:
        eyes.goto(address)
        look(eyes, f"{name}-{language}-{size[0]}")

    see("/forms/", "kept")
    see("/forms/daily/compare/1/2/", "compare")
    see("/forms/daily/2/publish/", "publish")
    see("/forms/daily/1/retire/", "retire")
    see("/forms/upload/", "upload")
    eyes.locator("#file").set_input_files([{"name": "x.csv", "mimeType": "text/csv", "buffer": BAD}])
    eyes.locator("main button.leaf").click()
    eyes.locator(".error-summary li").first.wait_for()
    look(eyes, f"upload-faults-{language}-{size[0]}")
    page.goto("/forms/sample/1/preview/")
    page.get_by_role("radio").nth(1).check()
    page.locator("button.hero").click()
    page.locator("#q_name").fill("Minh")
    page.locator("input[name=fever][value=no]").check()
    page.locator("button.hero").click()
    see(page.url, "entries")
    page.locator("button[value=add]").click()
    see(page.url, "entry")
    page.locator("#q_name").fill("Lan")
    page.locator("input[name=fever][value=no]").check()
    page.locator("button.hero").click()
    page.locator("button[value=drop-0]").click()
    see(page.url, "entries-one")
    page.locator("button.hero").click()
    assert page.url.endswith("/check/")
    see(page.url, "check-party")
