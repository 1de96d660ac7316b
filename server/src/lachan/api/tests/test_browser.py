"""The API's page in a real browser: nothing for axe, no sideways scroll, readable at 360 px.

With LACHAN_PICTURES set to a folder, the page is kept there as a picture.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
PICTURES = os.environ.get("LACHAN_PICTURES")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason="chromium is not installed"
    ),
]


def test_the_page_is_readable_on_a_phone_and_a_desk(live_server: Any) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for locale, width, height, scheme in (("vi-VN", 360, 740, "light"), ("en-GB", 1440, 900, "dark")):
            context = browser.new_context(
                base_url=live_server.url,
                locale=locale,
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            page.goto("/api/")
            if PICTURES:
                page.screenshot(path=str(Path(PICTURES) / f"api-{width}.png"))
            for details in page.locator("details").all():
                details.locator("summary").click()
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if PICTURES:
                page.evaluate("document.querySelector('section.card').scrollIntoView()")
                page.screenshot(path=str(Path(PICTURES) / f"api-{width}-card.png"))
            context.close()
        browser.close()
