"""Every page of the citizen's app as it is seen: axe finds nothing, nothing scrolls sideways; what is forgotten."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import sign_in
from tests.browser.test_citizen_app import arrive, ready
from tests.browser.test_citizen_notices import letter, outbreak, published

__all__ = ["letter", "outbreak", "published"]

ADDRESSES = [
    "/app/",
    "/app/scan/",
    "/app/visits/",
    "/app/help/",
    "/app/notices/",
    "/app/notices/{letter}/",
    "/app/notices/here/",
    "/app/settings/",
    "/app/offline/",
    "/c/{market}",
    "/c/{clinic}",
    "/c/AAAA",
]


def faults(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("look", ["vi light", "vi dark", "en light", "en dark"])
def test_axe_finds_nothing(site: Any, town: Any, phone: Any, letter: Any, look: str) -> None:
    language, scheme = look.split()
    context = phone(town.hanh, color_scheme=scheme)
    page = context.new_page()
    arrive(page, town.market_code)
    context.add_cookies([{"name": "lachan_language", "value": language, "url": site.url}])
    trouble = {}
    for address in ADDRESSES:
        names = {"letter": letter.key, "market": town.market_code, "clinic": town.clinic_code}
        page.goto(address.format(**names))
        if address == "/app/notices/here/":
            page.goto("/app/notices/")
            page.locator("#place-notices a").click()
        expect(page.locator("h1").first).to_be_visible()
        page.wait_for_timeout(300)
        if found := faults(page):
            trouble[address] = found
        assert page.evaluate("() => document.documentElement.lang") == language
    assert trouble == {}


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_scrolls_sideways(site: Any, town: Any, phone: Any, letter: Any, width: int) -> None:
    context = phone(town.hanh)
    context.add_cookies([{"name": "lachan_size", "value": "big", "url": site.url}])
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 640})
    arrive(page, town.market_code)
    for address in ADDRESSES:
        page.goto(address.format(letter=letter.key, market=town.market_code, clinic=town.clinic_code))
        page.wait_for_timeout(200)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide on a screen of {width}"


def test_signing_out_forgets_what_was_asked_to_be_forgotten(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    arrive(page, town.market_code)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Mã")
    page.goto("/app/settings/")
    expect(page.locator("#local-count")).to_contain_text("1 lượt trong máy")
    page.get_by_label("Xóa khỏi máy").check()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/app/sign-in/**")
    left = page.evaluate(
        """async () => {
            const base = await new Promise((done) => {
                const asked = indexedDB.open("lachan-scans");
                asked.onsuccess = () => done(asked.result);
            });
            const count = await new Promise((done) => {
                const asked = base.transaction("scans").objectStore("scans").count();
                asked.onsuccess = () => done(asked.result);
            });
            const pages = await (await caches.open("lachan-pages")).keys();
            return [count, pages.map((request) => new URL(request.url).pathname)];
        }"""
    )
    assert left == [0, ["/app/offline/"]]
    page.goto("/app/")
    page.wait_for_url("**/app/sign-in/**")
    context.set_offline(True)
    page.goto("/app/")
    expect(page.get_by_role("heading", name="Trang này cần mạng")).to_be_visible()


def test_another_language_gets_its_own_kept_pages(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    page.goto("/app/settings/")
    page.locator("main").get_by_role("button", name="English").click()
    kept = ""
    for _try in range(100):
        # The page of the old language stays until the new one is there.
        kept = page.evaluate(
            """async () => {
                const answer = await (await caches.open("lachan-pages")).match("/app/scan/");
                return answer ? await answer.text() : "";
            }"""
        )
        if 'lang="en"' in kept:
            break
        page.wait_for_timeout(100)
    assert '<html lang="en"' in kept
    context.set_offline(True)
    page.goto("/app/scan/")
    expect(page.get_by_role("heading", name="Scan the place’s code")).to_be_visible()


def test_deleting_a_visit_can_be_taken_back(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.hanh).new_page()
    arrive(page, town.market_code)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Mã")
    page.goto("/app/visits/")
    page.get_by_role("button", name="Xóa khỏi máy: Chợ Đầu Cầu").click()
    expect(page.locator("#local .visit")).to_have_count(0)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("#local .visit")).to_have_count(1)
    page.get_by_role("button", name="Xóa khỏi máy: Chợ Đầu Cầu").click()
    page.goto("/app/visits/")
    expect(page.locator("#local")).to_contain_text("Chưa có nơi nào")


def test_nothing_is_kept_of_the_person_who_signed_in_before(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    context.clear_cookies()
    sign_in(context, site, town.tin)
    ready(page)
    page.wait_for_timeout(1_000)
    kept = page.evaluate(
        """async () => {
            const cache = await caches.open("lachan-pages");
            return await Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).text()));
        }"""
    )
    assert len(kept) >= 5
    assert not [text for text in kept if str(town.hanh.person.key) in text]
