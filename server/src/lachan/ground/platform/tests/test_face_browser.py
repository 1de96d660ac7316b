"""The face in a real browser: accessibility, reflow, the Content-Security-Policy, icons, and an officer's passkey.

Set LACHAN_PICTURES to a folder to keep a picture of every page looked at.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "lá trầu chắn gió 7"
PAGES = ("/kit/", "/page/citizen/", "/page/desk/", "/page/public/", "/page/print/", "/desk/account/login/", "/nowhere/")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("lachan.ground.platform.tests.urls"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed: apt-get install chromium")
        pytest.skip("chromium is not installed: apt-get install chromium")
    # playwright runs a loop in this thread, which Django takes for an async view
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
            yield chromium
            chromium.close()


def visit(live_server: Any, browser: Browser, path: str, **options: Any) -> tuple[Page, list[str]]:
    """A page opened in a context of its own, and what its console and its failed requests complained of."""
    cookies = options.pop("cookies", {})
    width, height = options.pop("size", (360, 740))
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", base_url=live_server.url, **options
    )
    context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
    page = context.new_page()
    return page, watch(page, path)


def watch(page: Page, path: str) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("response", lambda r: complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return complaints


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("LACHAN_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9]+', '-', name).strip('-')}.png", full_page=True)


def failures(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['html'][:160]} {n.get('failureSummary', '')[:200]}" for v in found for n in v["nodes"]]


LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "cookies": {"lachan_theme": "dark", "lachan_contrast": "more", "lachan_size": "big"}},
    {"color_scheme": "light", "cookies": {"lachan_language": "en"}, "size": (1440, 900)},
]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "chosen", "english-wide"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_and_the_console_find_nothing(live_server: Any, browser: Browser, path: str, look: dict[str, Any]) -> None:
    page, complaints = visit(live_server, browser, path, reduced_motion="reduce", **look)
    picture(page, f"{path}-{look['color_scheme']}-{len(look.get('cookies', {}))}")
    assert failures(page) == []
    expected = "404" if path == "/nowhere/" else "none"
    assert [c for c in complaints if expected not in c] == []
    page.context.close()


@pytest.mark.parametrize("cookies", [{}, {"lachan_size": "big"}], ids=["plain", "big"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_reflow_at_320_px(live_server: Any, browser: Browser, path: str, cookies: dict[str, str]) -> None:
    page, _ = visit(live_server, browser, path, size=(320, 640), cookies=cookies)
    wide = page.evaluate(
        """document.documentElement.scrollWidth <= 320 ? [] : [...document.querySelectorAll("body *")]
        .filter(e => e.getBoundingClientRect().right > 320 && !e.closest(".scroll, .main-nav"))
        .map(e => e.outerHTML.slice(0, 120) + e.getBoundingClientRect().right)"""
    )
    assert wide == []
    page.context.close()


def test_targets_of_a_finger_are_44_px_high(live_server: Any, browser: Browser) -> None:
    page, _ = visit(live_server, browser, "/page/citizen/")
    small = page.eval_on_selector_all(
        "a:not(.skip), button", "all => all.filter(e => e.offsetHeight && e.offsetHeight < 44).map(e => e.outerHTML)"
    )
    assert small == []
    page.context.close()


@pytest.mark.parametrize(("scheme", "colour"), [("light", (0, 116, 136)), ("dark", (92, 198, 216))])
def test_status_shapes_take_the_theme_through_the_sprite(
    live_server: Any, browser: Browser, scheme: str, colour: tuple[int, int, int], tmp_path: Path
) -> None:
    from PIL import Image

    page, _ = visit(live_server, browser, "/kit/", color_scheme=scheme, size=(1100, 900))
    shot = tmp_path / "shape.png"
    page.locator(".sw li > .st-shape").first.screenshot(path=shot)
    image = Image.open(shot).convert("RGB")
    counts = {pixel: count for count, pixel in image.getcolors(maxcolors=100_000) or []}
    assert counts.get(colour, 0) > 500
    page.context.close()


def test_vietnamese_letters_come_from_our_typeface(live_server: Any, browser: Browser) -> None:
    page, _ = visit(live_server, browser, "/kit/")
    loaded = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === 'loaded').length)"
    )
    assert loaded >= 4
    assert page.evaluate("document.fonts.check('17px \"Be Vietnam Pro\"', 'Ễ')")
    page.context.close()


def test_the_error_summary_takes_the_focus(live_server: Any, browser: Browser) -> None:
    page, _ = visit(live_server, browser, "/desk/account/login/")
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    assert page.locator(".error-summary").evaluate("e => document.activeElement === e")
    assert page.title().startswith("Lỗi: ")
    assert page.get_by_role("link", name="Ghi tên đăng nhập").get_attribute("href") == "#id_login"
    picture(page, "login-errors")
    assert failures(page) == []
    page.context.close()


def test_looks_and_language_work_without_a_script(live_server: Any, browser: Browser) -> None:
    page, _ = visit(live_server, browser, "/kit/", java_script_enabled=False)
    page.get_by_role("button", name="Tối").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.endswith("/kit/")
    page.context.close()


def test_a_part_of_a_desk_page_is_swapped_with_the_csrf_token(live_server: Any, browser: Browser) -> None:
    page, complaints = visit(live_server, browser, "/page/desk/")
    page.get_by_role("button", name="Đổi").click()
    page.locator("#there", has_text="rồi").wait_for()
    assert complaints == []
    page.context.close()


def test_the_officers_menu_opens_and_closes_by_keyboard(live_server: Any, browser: Browser) -> None:
    page, _ = visit(live_server, browser, "/page/desk/", size=(1440, 900))
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Đăng xuất").is_visible()
    picture(page, "menu")
    assert failures(page) == []
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Đăng xuất").is_visible()
    assert page.locator("summary").evaluate("e => document.activeElement === e")
    page.context.close()


def test_a_form_is_sent_once(live_server: Any, browser: Browser) -> None:
    page, _ = visit(live_server, browser, "/desk/account/login/")
    # heard after the page's own script, which listens on the document
    page.evaluate(
        """window.stopped = [];
        addEventListener("submit", (event) => { stopped.push(event.defaultPrevented); event.preventDefault(); })"""
    )
    button = page.get_by_role("button", name="Đăng nhập", exact=True)
    button.click()
    button.click()
    assert page.evaluate("stopped") == [False, True]
    assert button.get_attribute("aria-busy") == "true"
    picture(page, "sending")
    page.context.close()


def test_an_officer_adds_a_passkey_and_signs_in_with_it(live_server: Any, browser: Browser) -> None:
    """Under the product's own Content-Security-Policy, with Chromium's virtual authenticator."""
    officer = get_user_model().objects.create(username="huy", name="Lê Quang Huy", is_officer=True)
    officer.set_password(PASSWORD)
    officer.save()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN", base_url=live_server.url)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": key | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    complaints = watch(page, "/desk/account/login/")
    page.get_by_label("Tên đăng nhập").fill("huy")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_load_state("networkidle")

    complaints += watch(page, "/desk/account/2fa/")
    picture(page, "security")
    assert failures(page) == []
    page.get_by_role("link", name="Thêm khóa").click()
    if page.get_by_label("Mật khẩu").is_visible():  # asked once more before the way to sign in changes
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Tiếp tục").click()
    picture(page, "passkey-add")
    assert failures(page) == []
    page.get_by_label("Tên để nhận ra khóa").fill("máy cơ quan")
    page.get_by_label("Dùng khóa này thay cả mật khẩu").check()
    page.get_by_role("button", name="Thêm khóa đăng nhập").click()
    page.get_by_role("heading", name="Mã dự phòng").wait_for()
    picture(page, "recovery-codes")
    assert failures(page) == []
    page.goto("/desk/account/2fa/webauthn/")
    assert page.get_by_text("máy cơ quan").first.is_visible()
    picture(page, "passkeys")
    assert failures(page) == []

    page.goto("/desk/account/logout/")
    page.locator("main").get_by_role("button", name="Đăng xuất").click()
    page.goto("/desk/account/login/")
    picture(page, "login")
    page.get_by_role("button", name="Dùng khóa đăng nhập").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    assert get_user_model().objects.get(username="huy").last_login is not None
    # where a signed-in officer lands is the desk's own matter, absent from these addresses
    assert [c for c in complaints if "404" not in c] == []
    context.close()


def test_an_officer_sets_up_an_authenticator_app_and_signs_in_with_its_code(live_server: Any, browser: Browser) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    officer = get_user_model().objects.create(username="huy", name="Lê Quang Huy", is_officer=True)
    officer.set_password(PASSWORD)
    officer.save()
    page, complaints = visit(live_server, browser, "/desk/account/login/")

    def sign_in() -> None:
        page.get_by_label("Tên đăng nhập").fill("huy")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        page.wait_for_load_state("networkidle")

    def code(secret: str) -> str:
        return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))

    sign_in()
    page.goto("/desk/account/2fa/totp/activate/")
    if page.get_by_label("Mật khẩu").is_visible():  # asked once more before the way to sign in changes
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Tiếp tục").click()
    picture(page, "totp")
    assert failures(page) == []
    page.get_by_label("Mã trong ứng dụng xác thực").fill("000000")
    page.get_by_role("button", name="Đặt ứng dụng xác thực").click()
    assert page.get_by_role("alert").get_by_text("Mã này không khớp").is_visible()
    picture(page, "totp-wrong")
    assert failures(page) == []
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Mã trong ứng dụng xác thực").fill(code(secret))
    page.get_by_role("button", name="Đặt ứng dụng xác thực").click()
    page.get_by_role("heading", name="Mã dự phòng").wait_for()
    page.goto("/desk/account/logout/")
    picture(page, "logout")
    page.locator("main").get_by_role("button", name="Đăng xuất").click()
    page.goto("/desk/account/login/")
    sign_in()
    page.get_by_role("heading", name="Bước hai: mã xác thực").wait_for()
    picture(page, "second-step")
    assert failures(page) == []
    assert [c for c in complaints if "404" not in c] == []
    page.context.close()
