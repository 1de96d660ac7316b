"""The codes of a place in a real browser: a screen that changes, its photo, a poster told genuine without a network."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import camera_video
from tests.browser.test_citizen_app import arrived, events, ready, type_code


@pytest.fixture
def screen_code(site: Any, town: Any) -> str:
    from lachan.ground import audit
    from lachan.register.places import actions

    with site.orm(), audit.acting(audit.system("tests")):
        return actions.screen_code(place=town.market).code


def shown(site: Any, code: str, seconds_ago: int = 0) -> str:
    """What the screen showed so many seconds ago, by the keys of the site."""
    from lachan.register.places import rotation

    with site.orm():
        return rotation.payload("lachan.example", code, timezone.now() - timedelta(seconds=seconds_ago))


def camera(launch: Any, site: Any, film: Path) -> Any:
    browser = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    return browser.new_context(base_url=site.url, viewport=PHONE, permissions=["camera"], locale="vi-VN")


@pytest.mark.parametrize("seconds_ago", [0, 180])
def test_the_camera_reads_a_screen_and_its_photo_is_refused(
    site: Any, town: Any, launch: Any, tmp_path: Path, screen_code: str, seconds_ago: int
) -> None:
    context = camera(launch, site, camera_video(tmp_path / "screen.y4m", shown(site, screen_code, seconds_ago)))
    sign_in(context, site, town.tin)
    page = context.new_page()
    page.goto("/app/scan/")
    expect(page.get_by_role("heading", name="Chợ Đầu Cầu")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Ghi lượt vào").click()
    page.wait_for_url("**/app/")
    if seconds_ago:
        expect(page.get_by_text(re.compile("Mã trên màn hình đổi mỗi nửa phút"))).to_be_visible(timeout=10_000)
        assert events(site) == []
    else:
        arrived(site, page, 1)
        assert site.rows("SELECT trust FROM checkin_event") == [(3,)]
        page.locator("[data-receipt=running]").get_by_role("button", name="Rời đi").click()
        arrived(site, page, 2)
    context.close()


def test_the_screen_hides_its_code_when_the_network_is_gone(site: Any, town: Any, phone: Any) -> None:
    from lachan.register.places.models import PlaceStaff

    with site.orm():
        owner = PlaceStaff.objects.select_related("account").get(place=town.market, role=PlaceStaff.Role.OWNER).account
    context = phone(owner)
    page = context.new_page()
    page.clock.install()
    page.goto(f"/places/{town.market.key}/screen/")
    image = page.locator("#screen img")
    page.wait_for_function("() => document.querySelector('#screen img').src.startsWith('data:')")
    first = image.get_attribute("src")
    if folder := os.environ.get("LACHAN_PICTURES"):
        page.screenshot(path=Path(folder) / "place-screen.png")
    context.set_offline(True)
    page.clock.fast_forward(40_000)
    expect(page.get_by_role("alert")).to_contain_text("mã đã hết hạn")
    expect(image).to_be_hidden()
    context.set_offline(False)
    page.clock.run_for(5_000)
    expect(image).to_be_visible()
    assert image.get_attribute("src") is not None and first is not None


def wait_for_directory(page: Any, commune: str) -> None:
    # Not by wait_for_function: it takes the promise of an async function for its answer.
    for _try in range(150):
        if page.evaluate(
            """async (commune) => {
                const base = await new Promise((done) => {
                    const asked = indexedDB.open("lachan-facts");
                    asked.onsuccess = () => done(asked.result);
                });
                const one = base.transaction("facts").objectStore("facts").get("directories");
                const found = await new Promise((done) => (one.onsuccess = () => done(one.result)));
                base.close();
                return Boolean(found?.[commune]);
            }""",
            commune,
        ):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the phone does not keep the directory of {commune}")


def test_a_code_is_told_genuine_without_a_network(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.tin)
    page = context.new_page()
    ready(page)
    type_code(page, town.market_code)
    expect(page.get_by_role("heading", name="Chợ Đầu Cầu")).to_be_visible()
    # Gone to the next page before the commune's list could be fetched: that page fetches it.
    page.goto("/app/visits/")
    wait_for_directory(page, "20242")
    context.set_offline(True)
    # The health station has not been visited: only the commune's list knows its code.
    type_code(page, town.clinic_code)
    # The digest of a code is slow on purpose.
    expect(page.get_by_text("Mã thật, có trong danh sách của Phường Hải Châu")).to_be_visible(timeout=20_000)
    from lachan.register.places import codes

    type_code(page, codes.new())
    expect(page.get_by_role("button", name="Ghi lượt vào")).to_be_visible()
    expect(page.get_by_text("Mã thật")).to_have_count(0)


def test_a_stranger_reports_a_code_from_the_poster_s_page(site: Any, town: Any, phone: Any) -> None:
    from lachan.register.areas.models import AreaName

    with site.orm():
        AreaName.objects.get_or_create(
            area=town.market.area,
            name="Phường Hải Châu",
            defaults={
                "folded": "phuong hai chau",
                "bare": "hai chau",
                "folded_path": "phuong hai chau, thanh pho da nang",
            },
        )
    page = phone(town.tin, java_script_enabled=False).new_page()
    page.goto(f"/c/{town.market_code}")
    page.get_by_role("link", name="Mã này không đúng chỗ").click()
    expect(page.get_by_label("12 ký tự dưới hình QR")).to_have_value(town.market_code)
    page.get_by_label("Mã bị dán đè một mã khác").check()
    page.get_by_label("Phường, xã nơi thấy bảng").fill("Hải Châu")
    page.get_by_label("Bảng đang dán ở đâu").fill("Cổng sau")
    page.get_by_role("button", name="Gửi cho phường, xã").click()
    expect(page.get_by_text("Đã gửi tin tới Phường Hải Châu")).to_be_visible()
