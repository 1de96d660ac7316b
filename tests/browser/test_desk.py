"""The officer's console in Debian's chromium: the story from a positive test to the notices; how every page looks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

PASSWORD = "lá trầu chắn gió 7"
DESK = {"width": 1440, "height": 900}


@dataclass
class Office:
    """An officer of Đà Nẵng, and people of its own who met at a canteen: `sick` met six others, one at home."""

    officer: Any
    sick: Any
    friends: list[Any]
    child: Any
    canteen: Any
    cookies: list[dict[str, Any]]


def days_ago(days: int, hour: int, minute: int = 0) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(days=days)


def lunch(canteen: Any, sick: Any, friends: list[Any]) -> None:
    """The stays, once more if the projection has found no events behind them."""
    from lachan.systems.checkin.models import Visit

    for person, start, end in [(sick, 11, 13), *((friend, 11, 12) for friend in friends)]:
        Visit.objects.get_or_create(
            place=canteen,
            person=person,
            t_in=days_ago(2, start),
            defaults={"t_out": days_ago(2, end, 30), "certain_until": days_ago(2, end), "ending": 1, "trust": 1},
        )


@pytest.fixture(scope="module")
def office(site: Any, town: Any) -> Office:
    from django.contrib.sessions.backends.db import SessionStore

    from lachan.ground import audit
    from lachan.register.access import actions as access
    from lachan.register.access import sessions
    from lachan.register.areas.models import Area
    from lachan.register.people import actions as people
    from lachan.register.places import actions as places

    with site.orm(), audit.acting(audit.system("tests")):
        area = town.hanh.person.area
        officer = access.create_officer(
            username="huy.browser", name="Lê Quang Huy", password=PASSWORD, role="province", area=area.parent
        )
        access.enroll_totp(officer)
        Area.objects.filter(pk=area.pk).update(latitude=16.047, longitude=108.22)
        canteen = places.register_place(account=town.tin, name="Căng tin Sông Hàn", kind="restaurant", area=area)
        sick = people.register_person(name="Phan Văn Ốm", area=area, phone="0905000901", birth_year=1980, sex="male")
        friends = [people.register_person(name=f"Bạn Ăn Trưa {n}", area=area, birth_year=1950 + n) for n in range(1, 6)]
        home = people.create_household(area=area, address="7 Bạch Đằng")
        people.add_to_household(person=friends[0], household=home, since=days_ago(40, 8).date())
        child = people.register_person(name="Bé Ở Nhà", area=area, birth_year=2019)
        people.add_to_household(person=child, household=home, since=days_ago(40, 8).date())
        lunch(canteen, sick, friends)
        session = SessionStore()
        session["_auth_user_id"] = str(officer.pk)
        session["_auth_user_backend"] = sessions.BACKEND
        session["_auth_user_hash"] = officer.get_session_auth_hash()
        session["account_authentication_methods_user"] = str(officer.pk)
        session["account_authentication_methods"] = [{"method": "password"}, {"method": "mfa", "type": "totp"}]
        session.save()
    cookie = {"name": "lachan_session", "value": session.session_key, "url": site.url, "httpOnly": True}
    return Office(officer, sick, friends, child, canteen, [cookie])


@pytest.fixture
def seat(browser: Any, site: Any, office: Office) -> Iterator[Callable[..., Any]]:
    """A browser of the officer's, 1440 x 900 unless told."""
    opened = []

    def sit_down(**options: Any) -> Any:
        options = {"viewport": DESK, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"} | options
        context = browser.new_context(base_url=site.url, **options)
        context.add_cookies(office.cookies)
        opened.append(context)
        return context

    yield sit_down
    for context in opened:
        context.close()


def record(page: Any, outbreak: str) -> None:
    """From the search to the case's page."""
    page.goto("/desk/people/?next=case")
    page.get_by_role("searchbox").fill("0905 000 901")
    page.get_by_role("button", name="Tìm người").click()
    page.get_by_role("link", name="Ghi ca bệnh Phan Văn Ốm").click()
    page.get_by_text("Mở ổ dịch mới").click()
    page.get_by_label("Bệnh của ổ dịch mới").select_option("covid19")
    page.get_by_label("Tên ổ dịch mới").fill(outbreak)
    page.get_by_text("Xác định: xét nghiệm dương tính").click()
    page.get_by_text("Có dấu hiệu", exact=True).click()
    page.get_by_label("Ngày khởi phát").fill(days_ago(1, 8).date().isoformat())
    page.get_by_role("button", name="Lưu ca bệnh").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phan Văn Ốm")


@pytest.fixture(scope="module")
def traced(browser: Any, site: Any, office: Office) -> str:
    """The story without a script: record, trace. The address of the outbreak."""
    context = browser.new_context(
        base_url=site.url, viewport=DESK, java_script_enabled=False, timezone_id="Asia/Ho_Chi_Minh", locale="vi-VN"
    )
    context.add_cookies(office.cookies)
    page = context.new_page()
    record(page, "COVID-19 căng tin")
    page.get_by_role("button", name="Truy vết").click()
    expect(page.get_by_text("Tìm thấy 6 người tiếp xúc: 5 F1, 1 F2.")).to_be_visible()
    address = str(page.url).removesuffix("contacts/").removeprefix(site.url)
    context.close()
    return address


def test_review_undo_and_warn(seat: Any, traced: str, site: Any) -> None:
    page = seat().new_page()
    page.goto(f"{traced}contacts/?level=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("5 F1 chờ xem, tất cả 6")
    # The panel opens beside the table.
    page.get_by_role("link", name="Bạn Ăn Trưa 1", exact=True).click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Bạn Ăn Trưa 1")).to_be_visible()
    expect(panel.get_by_text("Căng tin Sông Hàn")).to_be_visible()
    assert page.url.endswith("?level=1"), "the table stays"
    # Two are ticked, confirmed, taken back.
    page.get_by_label("Chọn Bạn Ăn Trưa 1").check()
    page.get_by_label("Chọn Bạn Ăn Trưa 2").check()
    page.get_by_role("button", name="Xác nhận 2 người").click()
    expect(page.get_by_text("Đã xác nhận 2 người tiếp xúc")).to_be_visible()
    assert page.url.endswith("?level=1")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 F1 chờ xem, tất cả 6")
    # All of the page, then one let go with a reason.
    page.locator("[data-pick-all]").check()
    page.get_by_role("button", name="Xác nhận 5 người").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã xem hết F1, còn 1 người chờ")
    page.get_by_label("Chọn Bạn Ăn Trưa 5").check()
    page.get_by_role("button", name="Bỏ 1 người…").click()
    page.get_by_role("button", name="Bỏ 1 người").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Chọn một lý do bỏ")
    page.get_by_text("Có vách ngăn, không nói chuyện").click()
    page.get_by_role("button", name="Bỏ 1 người").click()
    expect(page.get_by_text("Đã bỏ 1 người khỏi danh sách")).to_be_visible()
    # The offer of an undo goes by itself.
    expect(page.locator("[data-undo]")).to_have_count(0, timeout=12_000)
    # Warned: who was let go is not.
    page.get_by_role("link", name="Tin báo").click()
    expect(page.locator(".preview")).to_contain_text("đã ở gần một người mắc COVID-19")
    expect(page.locator(".preview")).not_to_contain_text("Phan Văn Ốm")
    page.get_by_role("button", name="Gửi tin báo").click()
    expect(page.get_by_text("Đã gửi 4 tin báo: 0 tới ứng dụng, 4 vào danh sách gọi.")).to_be_visible()
    warned = site.rows(
        "SELECT p.name FROM alerts_directnotice n JOIN people_person p ON p.id = n.person_id"
        " WHERE p.name LIKE 'Bạn Ăn Trưa%%' ORDER BY p.name"
    )
    assert warned == [(f"Bạn Ăn Trưa {n}",) for n in range(1, 5)]


# ---------- how the pages look ----------

PAGES = [
    "/desk/",
    "/desk/people/?q=bạn",
    "/desk/people/{person}/",
    "/desk/cases/",
    "/desk/cases/new/?person={child}",
    "/desk/cases/{case}/",
    "/desk/cases/{case}/edit/",
    "/desk/bluezone/",
    "/desk/bluezone/codes/many/",
    "/desk/bluezone/codes/new/?case={case}",
    "/desk/outbreaks/",
    "{outbreak}cases/",
    "{outbreak}contacts/",
    "{outbreak}contacts/{contact}/",
    "{outbreak}notices/",
    "{outbreak}visitors/",
    "{outbreak}chain/",
    "{outbreak}map/",
    "/desk/today/",
    "/desk/officers/",
    "/desk/officers/new/",
    "/map/",
]


def propose_twice(office: Office, outbreak: int) -> None:
    """A colleague's proposal that the officer refused, and one that waits for the officer."""
    from lachan.ground import audit
    from lachan.register.access.actions import create_officer
    from lachan.response.alerts import place_notices, releases
    from lachan.response.cases.models import Outbreak

    found = Outbreak.objects.get(pk=outbreak)
    with audit.acting(audit.system("tests")):
        colleague = create_officer(
            username="lan.browser", name="Võ Thị Lan", password=PASSWORD, role="province", area=found.area
        )
        lunch(office.canteen, office.sick, office.friends)
        for refused in (True, False):
            windows = [w for w in place_notices.propose_windows(found) if w.publishable]
            asked = releases.propose_places(outbreak=found, windows=windows, by=colleague)
            assert asked is not None
            if refused:
                releases.refuse(release=asked, reason="Ghi sai giờ đến", by=office.officer)


@pytest.fixture(scope="module")
def names(site: Any, office: Office, traced: str) -> dict[str, str]:
    (case,) = site.rows("SELECT key FROM cases_case WHERE person_id = %s", office.sick.pk)
    (contact,) = site.rows("SELECT key FROM tracing_contact WHERE person_id = %s", office.friends[0].pk)
    with site.orm():
        propose_twice(office, int(traced.strip("/").rpartition("/")[2]))
    return {
        "person": str(office.sick.key),
        "child": str(office.child.key),
        "outbreak": traced,
        "case": str(case[0]),
        "contact": str(contact[0]),
    }


def watched(context: Any) -> tuple[Any, list[str]]:
    page, complaints = context.new_page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    return page, complaints


@pytest.mark.parametrize("look", ["vi light", "vi dark", "en light", "en dark"])
def test_axe_and_the_console_find_nothing(seat: Any, site: Any, names: dict[str, str], look: str) -> None:
    language, scheme = look.split()
    context = seat(color_scheme=scheme, reduced_motion="reduce")
    context.add_cookies([{"name": "lachan_language", "value": language, "url": site.url}])
    page, complaints = watched(context)
    trouble = {}
    for address in PAGES:
        page.goto(address.format(**names))
        assert page.evaluate("document.documentElement.lang") == language
        found = Axe().run(page).response["violations"]
        if found:
            trouble[address] = [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]
    assert trouble == {}
    assert complaints == []


@pytest.mark.parametrize("cookies", [{}, {"lachan_size": "big"}], ids=["plain", "big"])
def test_nothing_scrolls_sideways_at_320_px(
    seat: Any, site: Any, names: dict[str, str], cookies: dict[str, str]
) -> None:
    context = seat(viewport={"width": 320, "height": 640})
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    page = context.new_page()
    wide = {}
    for address in PAGES:
        page.goto(address.format(**names))
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide[address] = width
    assert wide == {}


def test_wrong_answers_keep_what_was_typed(seat: Any, names: dict[str, str]) -> None:
    page = seat(java_script_enabled=False).new_page()
    page.goto("/desk/cases/new/?person={child}".format(**names))
    page.get_by_label("Nơi điều trị").fill("Bệnh viện 199")
    page.get_by_role("button", name="Lưu ca bệnh").click()
    assert page.title().startswith("Lỗi: ")
    expect(page.get_by_role("alert")).to_contain_text("Chọn Có dấu hiệu hoặc Không có triệu chứng")
    expect(page.get_by_label("Nơi điều trị")).to_have_value("Bệnh viện 199")
