"""The school nurse at 6:40: tasks ticked with one thumb, with and without a network, sent once."""

import io
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.browser.site import Site


@pytest.fixture(scope="module")
def school(site: Site, town: Any) -> Any:
    """A school of Hạnh's that has joined."""
    from lachan.ground import audit
    from lachan.register.places import actions as places
    from lachan.systems.safety import actions, versions

    with site.orm(), audit.acting(audit.system("tests")):
        versions.load_shipped()
        place = places.register_place(
            account=town.hanh, name="Trường Tiểu học Phù Đổng", kind="school", area=town.market.area
        )
        actions.join(place=place, code="school", by=town.hanh)
    return place


def _entries(site: Site, school: Any) -> list[Any]:
    from lachan.systems.safety.models import Entry

    with site.orm():
        return list(Entry.objects.filter(place=school).order_by("number"))


def _soap() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), (0, 120, 90)).save(out, "PNG")
    return out.getvalue()


def _tick(page: Any) -> None:
    for group in page.locator("fieldset[data-code]").all():
        group.locator("label").first.click()


def test_a_nurse_commits_with_and_without_a_network(site: Site, town: Any, school: Any, phone: Any) -> None:
    context = phone(town.hanh)
    page = context.new_page()
    page.goto("/safety/")
    expect(page.get_by_role("heading", name="Còn 1 nơi chưa cam kết hôm nay")).to_be_visible()
    # The pages are kept: from here on no network is needed.
    expect(page.locator("html[data-kept]")).to_be_attached()
    context.set_offline(True)
    page.get_by_role("link", name="Cam kết hôm nay").click()
    expect(page.get_by_role("heading", name="Việc an toàn hôm nay")).to_be_visible()
    page.get_by_role("button", name="Cam kết hôm nay").click()
    expect(page.get_by_text("Còn 6 mục chưa trả lời")).to_be_visible()
    _tick(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "IMG_0641.png", "mimeType": "image/png", "buffer": _soap()}
    )
    page.get_by_role("button", name="Cam kết hôm nay").click()
    expect(page.get_by_text(re.compile("bản này ở trong máy và sẽ tự gửi"))).to_be_visible()
    assert _entries(site, school) == []
    # Opened again in the basement: it is still there.
    page.reload()
    expect(page.get_by_text(re.compile("bản này ở trong máy và sẽ tự gửi"))).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text(re.compile("Mục 1 trong chuỗi của cơ sở"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("Đã cam kết lúc"))).to_be_visible()
    entries = _entries(site, school)
    assert [(e.kind, e.complete, e.name) for e in entries] == [("commitment", True, "Nguyễn Thị Hạnh")]
    assert entries[0].device_number is not None
    with site.orm():
        (photo,) = entries[0].photos.all()
    assert bytes(photo.content)[:3] == b"\xff\xd8\xff"


def test_an_assessment_without_a_script_and_the_public_page(site: Site, town: Any, school: Any, phone: Any) -> None:
    from lachan.systems.safety import refreshing

    context = phone(town.hanh, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/safety/{school.key}/assess/")
    page.get_by_role("button", name="Gửi tự đánh giá").click()
    expect(page.get_by_role("heading", name=re.compile("chỗ cần sửa"))).to_be_visible()
    _tick(page)
    page.locator("fieldset[data-code='7'] label").nth(1).click()
    page.get_by_role("button", name="Gửi tự đánh giá").click()
    expect(
        page.get_by_text("Kết quả tự đánh giá: Thực hiện tốt, trường học an toàn (14/15 tiêu chí đạt).")
    ).to_be_visible()
    with site.orm():
        refreshing.refresh()
    stranger = phone(java_script_enabled=False).new_page()
    stranger.goto(f"/safety/places/{school.key}/")
    expect(stranger.get_by_role("heading", name="Trường Tiểu học Phù Đổng")).to_be_visible()
    expect(stranger.get_by_text("Thực hiện tốt, trường học an toàn").first).to_be_visible()
    assert "Hạnh" not in stranger.content()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing(site: Site, town: Any, school: Any, phone: Any, language: str) -> None:
    context = phone(town.hanh)
    context.add_cookies([{"name": "lachan_language", "value": language, "url": site.url}])
    page = context.new_page()
    mine = ("today", "assess", "history", "join") if language == "vi" else ("today", "assess")
    for name in ("", *(f"{school.key}/{one}/" for one in mine), "places/", f"places/{school.key}/", "roots/"):
        page.goto(f"/safety/{name}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, name
