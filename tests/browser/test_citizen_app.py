"""The citizen's app in a real browser: camera, typed code, without a network and back, two tabs, no scripts."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import camera_video


def events(site: Any) -> list[tuple[Any, ...]]:
    """(person's name, place's name, direction, at), oldest first."""
    return site.rows(
        """SELECT p.name, l.name, e.direction, e.at FROM checkin_event e
           JOIN people_person p ON p.id = e.person_id JOIN places_place l ON l.id = e.place_id ORDER BY e.at, p.name"""
    )


def arrived(site: Any, page: Any, count: int) -> list[tuple[Any, ...]]:
    """The events, as soon as there are that many."""
    for _try in range(150):
        if len(found := events(site)) >= count:
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(found)} events, not {count}")


def ready(page: Any) -> None:
    """The service worker controls pages and has kept those of the app."""
    page.goto("/app/")
    state: dict[str, Any] = {}
    for _try in range(200):
        state = page.evaluate(
            """async () => {
                const cache = await caches.open("lachan-pages");
                const kept = (await cache.keys()).map((request) => new URL(request.url).pathname);
                const registration = await navigator.serviceWorker.getRegistration();
                return { worker: document.documentElement.dataset.worker, kept, active: registration?.active?.state };
            }"""
        )
        kept = {"/app/", "/app/scan/", "/app/visits/", "/app/notices/", "/app/offline/"} <= set(state["kept"])
        if kept and state.get("worker") == "ready":
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the app is not ready for use without a network: {state}")


def type_code(page: Any, code: str) -> None:
    page.goto("/app/scan/")
    page.get_by_label("Hoặc gõ mã").fill(code)
    page.get_by_role("button", name="Tìm nơi này").click()


def arrive(page: Any, code: str) -> None:
    type_code(page, code)
    page.get_by_role("button", name="Ghi lượt vào").click()
    page.wait_for_url("**/app/")


def test_sign_in_by_phone_and_code_then_home(site: Any, town: Any, phone: Any) -> None:
    page = phone().new_page()
    page.goto("/app/")
    expect(page).to_have_url(re.compile("/app/sign-in/"))
    page.locator("input[name=phone]").fill("0905 000 418")
    page.locator("main form button").first.click()
    (text,) = site.rows("SELECT text FROM access_sms ORDER BY id DESC LIMIT 1")[0]
    from lachan.ground.platform import keyring

    code = re.search(r"\d{6}", keyring.unseal(bytes(text), "access_sms.text"))
    assert code is not None
    page.locator("input[name=code]").fill(code[0])
    page.locator("main form button").first.click()
    expect(page.get_by_role("heading", name="Chào Hạnh")).to_be_visible()


def test_camera_reads_the_poster_and_the_receipt_runs(site: Any, town: Any, launch: Any, tmp_path: Path) -> None:
    from lachan.register.places import codes

    film = camera_video(tmp_path / "poster.y4m", codes.payload("lachan.example", town.market_code))
    browser = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    context = browser.new_context(base_url=site.url, viewport=PHONE, permissions=["camera"], locale="vi-VN")
    sign_in(context, site, town.hanh)
    page = context.new_page()
    page.goto("/app/")
    page.get_by_role("link", name="Quét mã nơi đến").click()
    expect(page.get_by_role("heading", name="Chợ Đầu Cầu")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Phường Hải Châu")).to_be_visible()
    page.get_by_label("Nguyễn Minh Khôi").check()
    page.get_by_role("button", name="Ghi lượt vào").click()
    receipt = page.locator("[data-receipt=running]")
    expect(receipt.get_by_role("heading", name="Chợ Đầu Cầu")).to_be_visible()
    expect(receipt).to_contain_text("Nguyễn Minh Khôi")
    expect(receipt).to_contain_text(re.compile("Mã [0-9A-Z]{3}-[0-9A-Z]{3}"))
    first = receipt.locator(".clock").text_content()
    page.wait_for_function("(text) => document.querySelector('.clock').textContent !== text", arg=first)
    assert [(name, place, direction) for name, place, direction, _at in events(site)] == [
        ("Nguyễn Minh Khôi", "Chợ Đầu Cầu", 1),
        ("Nguyễn Thị Hạnh", "Chợ Đầu Cầu", 1),
    ]
    receipt.get_by_role("button", name="Rời đi").click()
    expect(page.locator("[data-receipt=ended]")).to_contain_text("Đã rời đi lúc")
    expect(page.locator("#strip")).to_be_hidden()
    assert [direction for _name, _place, direction, _at in events(site)] == [1, 1, 2, 2]
    context.close()


def test_typed_code_says_what_is_wrong_and_then_leads_to_the_place(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.hanh).new_page()
    type_code(page, "7KD2")
    expect(page.locator("#code-error")).to_contain_text("Ô đang ghi 4")
    wrong = ("1" if town.market_code[0] != "1" else "2") + town.market_code[1:]
    type_code(page, wrong)
    expect(page.locator("#code-error")).to_contain_text(wrong)
    typed = "-".join(re.findall("....", town.market_code)).lower()
    type_code(page, f" {typed} ")
    expect(page.get_by_role("heading", name="Chợ Đầu Cầu")).to_be_visible()


def test_offline_arrival_keeps_its_time_and_arrives_once(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    page.goto("/app/")
    expect(page.get_by_role("heading", name="Chào Hạnh")).to_be_visible()
    arrive(page, town.market_code)
    receipt = page.locator("[data-receipt=running]")
    expect(receipt).to_contain_text("Nơi có mã")
    expect(receipt).to_contain_text("Chờ gửi")
    expect(page.locator("#strip")).to_contain_text("Giữ 1 lượt trong máy")
    scanned = page.evaluate(
        """async () => {
            const base = await new Promise((done) => {
                const asked = indexedDB.open("lachan-scans");
                asked.onsuccess = () => done(asked.result);
            });
            const all = base.transaction("scans").objectStore("scans").getAll();
            return await new Promise((done) => (all.onsuccess = () => done(all.result[0].at)));
        }"""
    )
    page.reload()
    expect(page.locator("[data-receipt=running]")).to_contain_text("Chờ gửi")
    assert events(site) == []
    # A second tab comes back at the same moment: both may try to send.
    second = context.new_page()
    second.goto("/app/visits/")
    page.wait_for_timeout(2_000)
    context.set_offline(False)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Chợ Đầu Cầu", timeout=15_000)
    expect(page.locator("#strip")).to_be_hidden()
    page.wait_for_timeout(1_000)
    ((_name, place, direction, at),) = events(site)
    assert (place, direction) == ("Chợ Đầu Cầu", 1)
    assert at == datetime.fromisoformat(scanned)
    assert datetime.now(UTC) - at > timedelta(seconds=2)


def test_what_waits_is_sent_after_the_app_was_closed(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    arrive(page, town.market_code)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Chờ gửi")
    page.wait_for_timeout(500)
    other = context.new_page()
    page.close()
    other.goto("about:blank")
    context.set_offline(False)
    ((_name, place, _direction, _at),) = arrived(site, other, 1)
    assert place == "Chợ Đầu Cầu"


def test_wrong_clock_is_corrected_and_said(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    page.clock.install(time=datetime.now(UTC) - timedelta(hours=1))
    arrive(page, town.market_code)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Đồng hồ của máy lệch 1 giờ")
    ((_name, _place, _direction, at),) = events(site)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=2)
    assert re.fullmatch("[01]:[0-9]{2}", page.locator(".clock").inner_text())


def test_a_phone_just_signed_in_shows_what_the_server_knows(site: Any, town: Any, phone: Any) -> None:
    from lachan.systems.checkin import actions

    first = phone(town.hanh).new_page()
    arrive(first, town.market_code)
    arrived(site, first, 1)
    second = phone(town.hanh).new_page()
    second.goto("/app/")
    receipt = second.locator(".receipt")
    expect(receipt).to_contain_text("Chợ Đầu Cầu")
    receipt.get_by_role("button", name="Rời đi").click()
    expect(second.get_by_text("Đã ghi lượt rời Chợ Đầu Cầu.")).to_be_visible()
    with site.orm():
        actions.project()
    second.goto("/app/")
    expect(second.locator("#recent")).to_contain_text("Chợ Đầu Cầu")


def test_poster_link_without_a_network_still_writes_the_arrival(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    page.goto(f"/C/{town.market_code}")
    page.get_by_role("button", name="Ghi lượt vào").click()
    expect(page.locator("[data-receipt=running]")).to_contain_text("Chờ gửi")
    context.set_offline(False)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Chợ Đầu Cầu", timeout=15_000)


def test_refused_scan_stays_with_its_reason(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    from lachan.register.places import codes

    arrive(page, codes.new())
    expect(page.locator("[data-receipt=running]")).to_contain_text("Chờ gửi")
    context.set_offline(False)
    refused = page.get_by_role("alert").filter(has_text="Có lượt chưa được nhận")
    expect(refused).to_contain_text("Không có nơi nào", timeout=15_000)
    page.reload()
    expect(refused).to_be_visible()
    refused.get_by_role("button", name="Xóa khỏi máy").click()
    expect(refused).to_be_hidden()
    assert events(site) == []


def test_busy_server_is_waited_for_and_nothing_is_lost(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    asked: list[str] = []

    def busy_once(route: Any) -> None:
        asked.append(route.request.post_data)
        if len(asked) == 1:
            route.fulfill(status=503, headers={"Retry-After": "2"}, body="")
        else:
            route.continue_()

    context.route("**/api/v1/checkins", busy_once)
    arrive(page, town.market_code)
    expect(page.locator("#strip")).to_contain_text("Máy chủ đang bận")
    expect(page.locator("#strip")).to_be_hidden(timeout=15_000)
    assert len(events(site)) == 1
    assert len(asked) == 2


def test_one_arrival_is_one_request(site: Any, town: Any, phone: Any) -> None:
    """A whole country calls this address at once: no page may ask twice."""
    context = phone(town.hanh)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "checkins" in request.url else None)
    page = context.new_page()
    arrive(page, town.market_code)
    expect(page.locator("[data-receipt=running]")).to_contain_text("Mã")
    page.goto("/app/visits/")
    page.goto("/app/")
    page.wait_for_timeout(1_000)
    assert len(asked) == 1
    assert len(events(site)) == 1


def test_without_scripts_arrive_and_leave(site: Any, town: Any, phone: Any) -> None:
    page = phone(town.hanh, java_script_enabled=False).new_page()
    type_code(page, town.market_code)
    expect(page.get_by_role("heading", name="Chợ Đầu Cầu")).to_be_visible()
    page.get_by_label("Nguyễn Minh Khôi").check()
    page.get_by_role("button", name="Ghi lượt vào").click()
    expect(page.locator(".receipt")).to_have_count(2)
    expect(page.locator(".receipt").first).to_contain_text("Chợ Đầu Cầu")
    page.locator(".receipt").first.get_by_role("button", name="Rời đi").click()
    expect(page.locator(".receipt")).to_have_count(0)
    assert sorted(direction for _name, _place, direction, _at in events(site)) == [1, 1, 2, 2]


def test_signed_out_phone_keeps_what_was_scanned(site: Any, town: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    arrive(page, town.market_code)
    context.clear_cookies()
    context.set_offline(False)
    expect(page.locator("#strip")).to_contain_text("Đăng nhập lại để gửi", timeout=15_000)
    sign_in(context, site, town.tin)
    page.goto("/app/")
    expect(page.locator("#strip")).to_contain_text("tài khoản khác")
    assert events(site) == []
    context.clear_cookies()
    sign_in(context, site, town.hanh)
    page.goto("/app/")
    ((name, _place, _direction, _at),) = arrived(site, page, 1)
    assert name == "Nguyễn Thị Hạnh"
