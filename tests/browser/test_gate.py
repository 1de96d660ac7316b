"""The gate's page: every kind of code before its camera, what is typed, and nothing lost or doubled offline."""

import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import segno
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from playwright.sync_api import Error, expect

from tests.browser.conftest import CHROMIUM, FLAGS, PHONE, sign_in
from tests.browser.test_citizen_app import arrive

#: The camera's stream, fed from a canvas on which the test lays one code after another.
CAMERA = """
(() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const context = canvas.getContext("2d");
  let matrix = null;
  let frame = 0;
  const draw = () => {
    frame += 1;
    context.fillStyle = "#969696";
    context.fillRect(0, 0, 640, 480);
    if (matrix) {
      const scale = Math.floor(440 / (matrix.length + 8));
      const left = Math.floor((640 - (matrix.length + 8) * scale) / 2) + (frame % 3);
      context.fillStyle = "#fafafa";
      context.fillRect(left, 10, (matrix.length + 8) * scale, (matrix.length + 8) * scale);
      context.fillStyle = "#141414";
      matrix.forEach((row, y) => row.forEach((dark, x) => {
        if (dark) context.fillRect(left + (x + 4) * scale, 10 + (y + 4) * scale, scale, scale);
      }));
    }
  };
  setInterval(draw, 100);
  window.holdUp = (given) => { matrix = given; };
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
})();
"""
NEAR = """const page = document.querySelector('script[src*="gate/gate.js"]').src;
  const near = (name) => import(page.replace("gate.js", name));"""
#: By the page's own functions: 500 visits of five people.
WRITE_500 = f"""async () => {{
  {NEAR}
  const modules = ["visits.js", "page.js", "store.js"].map(near);
  const [{{ write }}, {{ known, config }}, {{ facts }}] = await Promise.all(modules);
  const {{ place, since }} = await facts.get("shift");
  const {{ keys }} = await known();
  for (let i = 0; i < 500; i += 1) {{
    await write({{
      duty: {{ owner: config.owner, place, shift: since }}, direction: i % 2 ? "out" : "in", who: `Khách ${{i}}`,
      holder: {{ content: {{ phone: `090500050${{i % 5}}` }}, point: keys.sealing }},
    }});
  }}
}}"""
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
CITIZEN_CARD = "001090123456|012345678|Nguyễn Văn An|01011990|Nam|Số 1, Phường Bến Nghé|15042021"
CARD_2024 = "001190123457|012345678|Trần Thị Bưởi|02021950|Nữ|Số 2|15042024||||"
INSURANCE = (
    f"GD4790123456789|{'Lê Văn Cam'.encode().hex()}|03/03/1948|1|-|79 - 001|01/01/2026|-|01/01/2026|79001|-|4|"
    "01/01/2030|0123456789abcdef-0123|0|-|$"
)
NATIONAL = "001093000000|PHAM THI DAO|1987-01-18|0|162979388586171100|<2<00<0123232422"
MASKED = "******000000|PHAM THI DAO|1987-**-**|0|162979388586171100|<2<00<0123232422"


@pytest.fixture(scope="module")
def keeper(site: Any, town: Any) -> Any:
    """Who stands at the gate of the market, which has two gates."""
    from lachan.ground import audit
    from lachan.register.access import actions as access
    from lachan.register.places.models import Part, PlaceStaff

    with site.orm(), audit.acting(audit.system("tests")):
        account = access.create_citizen(phone="0905000455", name="Cao Văn Sáu", area=town.hanh.person.area)
        duty, _made = PlaceStaff.objects.get_or_create(
            place=town.market, account=account, role=PlaceStaff.Role.GATEKEEPER, until=None
        )
        # A slip of the day before yesterday is entered: on duty since before that.
        PlaceStaff.objects.filter(pk=duty.pk).update(since=datetime.now(UTC) - timedelta(days=7))
        for name in ("cổng Đông", "cổng Tây"):
            Part.objects.get_or_create(place=town.market, kind=Part.Kind.GATE, name=name, removed_at=None)
    return account


def hold_up(page: Any, text: str) -> None:
    matrix = [[int(dark) for dark in row] for row in segno.make(text, error="m", encoding="utf-8").matrix]
    page.evaluate("matrix => holdUp(matrix)", matrix)


def wait_until(page: Any, true: Callable[[], bool], seconds: int = 60) -> None:
    for _look in range(seconds * 20):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about")


def put_away(page: Any) -> None:
    page.evaluate("() => holdUp(null)")


@pytest.fixture
def gate(site: Any, phone: Callable[..., Any], keeper: Any) -> Any:
    """An open shift at the east gate of the market."""
    context = phone(keeper)
    context.add_init_script(CAMERA)
    page = context.new_page()
    open_shift(page)
    return page


def open_shift(page: Any) -> None:
    page.goto("/gate/")
    page.get_by_label("cổng Đông").check()
    page.get_by_role("button", name="Mở ca").click()
    expect(page.locator('[data-camera="looking"]')).to_be_visible(timeout=20_000)


def stored(site: Any) -> list[tuple[Any, ...]]:
    return site.rows("SELECT means, direction, trust FROM checkin_event ORDER BY received_at, at")


def test_every_card_is_read_by_the_camera_and_written_once(site: Any, town: Any, gate: Any, keeper: Any) -> None:
    shown = gate.locator("[data-result]")
    for text, name in (
        (CITIZEN_CARD, "Nguyễn V. A., nam"),
        (CARD_2024, "Trần T. B., nữ"),
        (INSURANCE, "Lê V. C., nam"),
        (NATIONAL, "Pham T. D., nữ"),
    ):
        hold_up(gate, text)
        expect(shown.get_by_text(name)).to_be_visible(timeout=20_000)
        expect(shown).to_have_attribute("data-result", "safe")
    expect(shown.get_by_text("lượt thứ 4 của ca này")).to_be_visible()
    assert Axe().run(gate).response["violations"] == []
    for text, state in ((MASKED, "late"), ("HC1:6BF", "late"), ("https://example.com/", "none")):
        hold_up(gate, text)
        expect(shown).to_have_attribute("data-result", state, timeout=20_000)
    put_away(gate)
    gate.get_by_role("button", name="Danh sách").click()
    expect(gate.get_by_text("đã gửi")).to_have_count(4, timeout=30_000)
    assert stored(site) == [(2, 1, 4)] * 4
    stood = "SELECT DISTINCT part.name FROM checkin_event LEFT JOIN places_part part ON part.id = part_id"
    assert site.rows(stood) == [("cổng Đông",)]
    assert Axe().run(gate).response["violations"] == []
    kept = gate.evaluate(f"async () => {{ {NEAR} return (await near('store.js')).visits.all(); }}")
    assert "001090123456" not in json.dumps(kept)


def server_clock_pass(site: Any, town: Any, at: datetime) -> str:
    """The text that Hạnh's phone shows at that moment."""
    from lachan.ground import audit
    from lachan.register.access import tokens
    from lachan.systems.checkin import pass_ids
    from lachan.systems.checkin.tests.sealing import phone_key, show

    with site.orm(), audit.acting(audit.system("tests")):
        device, _token = tokens.issue_device(account=town.hanh, label="tests")
        key, point = phone_key()
        certificate, _expires = pass_ids.issue_pass(device=device, person=town.hanh.person, phone_key=point)
    return show(certificate, key, at)


def test_a_pass_is_judged_without_a_network_and_a_visit_can_be_taken_back(site: Any, town: Any, gate: Any) -> None:
    shown = gate.locator("[data-result]")
    expect(gate.locator("html")).to_have_attribute("data-worker", "ready", timeout=20_000)
    gate.context.set_offline(True)
    gate.reload()
    expect(gate.locator('[data-camera="looking"]')).to_be_visible(timeout=20_000)
    hold_up(gate, server_clock_pass(site, town, datetime.now(UTC) - timedelta(seconds=120)))
    expect(shown).to_have_attribute("data-result", "due", timeout=20_000)
    hold_up(gate, server_clock_pass(site, town, datetime.now(UTC)))
    expect(shown.get_by_text("Thẻ đúng")).to_be_visible(timeout=20_000)
    put_away(gate)
    gate.get_by_role("button", name="Bỏ lượt này").click()
    expect(shown.get_by_text("Đã bỏ lượt này.")).to_be_visible()
    gate.get_by_text("Ra", exact=True).click()
    gate.get_by_role("button", name="Số điện thoại").click()
    gate.get_by_label("Số điện thoại của khách").fill("0905 000 41")
    gate.get_by_role("button", name="Ghi lượt này").click()
    expect(gate.get_by_text("Ô đang ghi “0905 000 41”")).to_be_visible()
    gate.get_by_label("Số điện thoại của khách").fill("0905 000 418")
    gate.get_by_role("button", name="Ghi lượt này").click()
    expect(shown.get_by_text("Đã ra")).to_be_visible()
    gate.get_by_role("button", name="Khai hộ").click()
    gate.get_by_label("Họ và tên").fill("Lý Thị Quýt")
    gate.get_by_label("Nhập từ phiếu giấy").check()
    slip = datetime.now(UTC) - timedelta(days=2)
    gate.get_by_label("Giờ ghi trên phiếu").fill(slip.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M"))
    gate.get_by_role("button", name="Ghi lượt này").click()
    expect(shown.get_by_text("Lý T. Q., phiếu giấy")).to_be_visible()
    expect(gate.get_by_text("Giữ 2 lượt, sẽ tự gửi.")).to_be_visible(timeout=20_000)
    gate.context.set_offline(False)
    gate.get_by_role("button", name="Danh sách").click()
    expect(gate.get_by_text("đã gửi")).to_have_count(2, timeout=30_000)
    rows = site.rows(
        "SELECT means, direction, person_id = %s, at FROM checkin_event ORDER BY means", town.hanh.person.pk
    )
    assert [row[:3] for row in rows] == [(3, 2, True), (5, 2, False)]
    assert rows[1][3] == slip.replace(second=0, microsecond=0)
    assert Axe().run(gate).response["violations"] == []


@pytest.fixture
def profile(playwright: Any, site: Any, keeper: Any, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens the keeper's browser on one profile folder, as often as it is killed."""
    opened = []

    def start() -> Any:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=str(CHROMIUM),
            args=FLAGS,
            base_url=site.url,
            viewport=PHONE,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        opened.append(context)
        return context

    yield start
    opened[-1].close()


def kill(context: Any, folder: Path) -> None:
    """End the browser as a power cut would: its own process, found by the profile it holds."""
    gone = []
    context.on("close", lambda _context: gone.append(True))
    lock = (folder / "profile" / "SingletonLock").readlink()
    os.kill(int(str(lock).rpartition("-")[2]), signal.SIGKILL)
    # A look at the page lets the closing be heard of.
    with suppress(Error):
        context.pages[0].wait_for_timeout(30_000)
    assert gone
    for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
        (folder / "profile" / name).unlink(missing_ok=True)


def test_500_visits_survive_a_killed_browser_none_lost_none_doubled(
    site: Any, keeper: Any, profile: Callable[[], Any], tmp_path: Path
) -> None:
    def count() -> tuple[int, int]:
        ((events,),) = site.rows("SELECT count(*) FROM checkin_event")
        ((keys,),) = site.rows("SELECT count(DISTINCT key) FROM checkin_receipt")
        return events, keys

    context = profile()
    token = sign_in(context, site, keeper)
    # A killed browser has not always written its cookies yet; the signed-in phone stays the same one.
    cookie = {"name": "lachan_device", "value": token, "url": site.url, "httpOnly": True, "sameSite": "Lax"}
    page = context.pages[0]
    page.goto("/gate/")
    page.get_by_role("button", name="Mở ca").click()
    expect(page.get_by_role("button", name="Danh sách")).to_be_visible(timeout=20_000)
    context.set_offline(True)
    page.evaluate(WRITE_500)
    kill(context, tmp_path)
    assert count() == (0, 0)
    context = profile()
    context.add_cookies([cookie])
    page = context.pages[0]
    page.goto("/gate/")
    wait_until(page, lambda: count()[0] >= 60)
    kill(context, tmp_path)
    assert count()[0] < 500
    context = profile()
    context.add_cookies([cookie])
    page = context.pages[0]
    page.goto("/gate/")
    wait_until(page, lambda: count()[0] >= 500)
    # The strip goes when the phone has every answer: what was answered before a kill is asked again and makes no row.
    expect(page.locator("[data-strip]")).to_have_count(0, timeout=60_000)
    page.get_by_role("button", name="Danh sách").click()
    expect(page.get_by_text("đã gửi")).to_have_count(500, timeout=20_000)
    assert count() == (500, 500)


def test_a_moving_receipt_lets_in_and_its_picture_does_not(site: Any, town: Any, gate: Any, phone: Any) -> None:
    from lachan.systems.checkin import gate_api, passes

    visitor = phone(town.hanh).new_page()
    arrive(visitor, town.market_code)
    visitor.get_by_role("button", name="Cho người gác cổng xem").click()
    expect(visitor.locator('[data-moving="showing"]')).to_be_visible(timeout=30_000)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(visitor.screenshot(full_page=True))))
    assert Axe().run(visitor).response["violations"] == []
    hold_up(gate, code.text)
    shown = gate.locator("[data-result]")
    expect(shown.get_by_text("Đã tự quét lúc")).to_be_visible(timeout=20_000)
    expect(shown.get_by_text("Mời vào")).to_be_visible()
    put_away(gate)
    server, now = pass_key(gate_api.decode(gate.request.get("/api/v1/gate/keys").json()["pass_key"])), datetime.now(UTC)
    verdict = passes.read_receipt(code.text, server, now)
    assert (verdict.state, verdict.place) == ("valid", town.market.key.bytes)
    late = now + timedelta(seconds=91)
    assert passes.read_receipt(code.text, server, late).state == "expired"
    judged = f"""async ([text, now, place]) => {{
      {NEAR}
      const [{{ judge }}, {{ known }}] = await Promise.all(["judging.js", "page.js"].map(near));
      return judge(text, (await known()).keys, now, place);
    }}"""
    at = late.timestamp() * 1000
    assert gate.evaluate(judged, [code.text, at, str(town.market.key)]) == {"kind": "refused", "why": "expired"}
    elsewhere = gate.evaluate(judged, [code.text, now.timestamp() * 1000, str(town.clinic.key)])
    assert elsewhere == {"kind": "refused", "why": "elsewhere"}
    # The visitor was written down by their own scan: the gate adds nothing.
    assert stored(site) == [(None, 1, 1)]


def pass_key(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_the_bar_counts_who_is_inside_also_without_a_network(site: Any, town: Any, gate: Any) -> None:
    from lachan.register.places.models import Place

    with site.orm():
        Place.objects.filter(pk=town.market.pk).update(capacity=10)
    inside = gate.locator("[data-inside]")
    learn = f"async () => {{ {NEAR} await (await near('occupancy.js')).learn('{town.market.key}'); }}"
    look = "() => document.dispatchEvent(new Event('visibilitychange'))"
    gate.evaluate(learn)
    gate.evaluate(look)
    expect(inside).to_contain_text("0/10 người bên trong")
    expect(inside).to_have_attribute("data-estimate", "false")
    gate.context.set_offline(True)
    for number in range(9):
        gate.get_by_role("button", name="Khai hộ").click()
        gate.get_by_label("Họ và tên").fill(f"Lê Thị {number}")
        gate.get_by_role("button", name="Ghi lượt này").click()
        expect(inside).to_contain_text(f"{number + 1}/10")
    expect(inside.get_by_text("Sắp hết chỗ")).to_be_visible()
    # A minute goes by without a network.
    gate.evaluate(f"""async () => {{ {NEAR} const {{ facts }} = await near('store.js');
      await facts.set('inside', {{ ...await facts.get('inside'), at: Date.now() - 60_000 }}); }}""")
    gate.evaluate(look)
    expect(inside).to_have_attribute("data-estimate", "true")
    expect(inside).to_contain_text("≈ 9/10")
    expect(inside.get_by_text("tính từ")).to_be_visible()
    assert Axe().run(gate).response["violations"] == []
    gate.context.set_offline(False)
    expect(inside).to_have_attribute("data-estimate", "false", timeout=30_000)
