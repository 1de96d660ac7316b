"""A visit that only the phone knows: counted on the server, warned of by the list, and no trace of who it was."""

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser.test_citizen_app import arrived, events, ready, type_code
from tests.browser.test_citizen_look import faults
from tests.browser.test_citizen_notices import outbreak, published

__all__ = ["outbreak", "published"]

COUNTED = {"checkin_privatecount", "checkin_privateonce"}
# What a page view of anybody's writes, whatever it is of.
PAGES = {"access_ratebucket", "django_session", "access_device"}


def look_at(page: Any, name: str) -> None:
    assert faults(page) == []
    if folder := os.environ.get("LACHAN_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def everything(site: Any) -> dict[str, str]:
    """What every table of the site holds."""
    names = [name for (name,) in site.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    printed = "SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{}\" t"
    return {name: site.rows(printed.format(name))[0][0] for name in names}


def counted(site: Any, page: Any, *wanted: tuple[int, int]) -> None:
    """(direction, visits) of all counts, as soon as they are so."""
    found: list[Any] = []
    for _try in range(150):
        found = site.rows(
            "SELECT direction, sum(visits)::int FROM checkin_privatecount GROUP BY direction ORDER BY direction"
        )
        if found == list(wanted):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{found}, not {wanted}")


def forget_counts(site: Any) -> None:
    import psycopg

    with psycopg.connect(site.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE checkin_privatecount, checkin_privateonce")


def test_a_private_visit_is_counted_and_warned_of_and_nobody_knows_whose_it_was(
    site: Any,
    town: Any,
    phone: Any,
    published: tuple[datetime, datetime],
) -> None:
    forget_counts(site)
    context = phone(town.hanh)
    told: list[Any] = []
    context.on("request", lambda request: told.append(request) if "/api/v1/checkins" in request.url else None)
    page = context.new_page()
    page.goto("/app/")
    # Codes get their digests when the commune's list is first asked for.
    assert page.request.get("/api/v1/places/directory/20242").ok
    before = everything(site)
    type_code(page, town.market_code)
    expect(page.get_by_role("radio", name=re.compile("Có tên"))).to_be_checked()
    expect(page.get_by_text(re.compile(r"Máy chủ giữ tên và giờ, xóa ngày \d"))).to_be_visible()
    page.get_by_role("radio", name=re.compile("Riêng tư")).check()
    expect(page.get_by_text("Có ca bệnh ở đây thì máy này tự báo")).to_be_visible()
    look_at(page, "private-arrive")
    page.get_by_label("Nguyễn Minh Khôi").check()
    page.get_by_role("button", name="Ghi lượt vào").click()
    page.wait_for_url("**/app/")
    receipt = page.locator("[data-receipt=running]")
    expect(receipt).to_contain_text("Riêng tư: chỉ máy này giữ lượt này, tự xóa ngày")
    expect(receipt).to_contain_text("Nguyễn Minh Khôi")
    expect(receipt.get_by_text("Cho người gác cổng xem")).to_have_count(0)
    counted(site, page, (1, 2))
    look_at(page, "private-today")
    receipt.get_by_role("button", name="Rời đi").click()
    expect(page.locator("[data-receipt=ended]")).to_be_visible()
    counted(site, page, (1, 2), (2, 2))

    # What was sent: four counts, each with an id of its own, the hour and nothing of the phone or the person.
    bodies = [request.post_data_json for request in told]
    assert len(bodies) == 4
    assert len({body["once"] for body in bodies}) == 4
    assert all(set(body) == {"once", "code", "direction", "hour"} for body in bodies)
    assert all(body["hour"].endswith(":00:00.000Z") for body in bodies)
    assert not any("cookie" in request.all_headers() for request in told)
    # And what the database has learned.
    assert events(site) == []
    after = everything(site)
    assert {name for name in after if after[name] != before.get(name)} - PAGES == COUNTED

    # The list of places reaches it like any other visit.
    warning = page.locator("#warning a.warning")
    expect(warning).to_contain_text("Chợ Đầu Cầu")
    page.goto("/app/visits/")
    expect(page.locator("#local")).to_contain_text("riêng tư, chỉ máy này giữ")
    look_at(page, "private-visits")

    # Remembered on this phone, and changed as easily; one leaves as one came.
    type_code(page, town.market_code)
    expect(page.get_by_role("radio", name=re.compile("Riêng tư"))).to_be_checked()
    page.get_by_role("radio", name=re.compile("Có tên")).check()
    page.get_by_role("button", name="Ghi lượt vào").click()
    page.wait_for_url("**/app/")
    ((name, _place, _direction, _at),) = arrived(site, page, 1)
    assert name == "Nguyễn Thị Hạnh"
    expect(page.locator("[data-receipt=running]")).to_contain_text("Máy chủ xóa lượt này ngày")


def test_without_a_network_the_count_waits_and_a_place_that_needs_a_name_asks_before_it_gets_one(
    site: Any, town: Any, phone: Any
) -> None:
    forget_counts(site)
    context = phone(town.tin)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    for code in (town.market_code, town.clinic_code):
        type_code(page, code)
        page.get_by_role("radio", name=re.compile("Riêng tư")).check()
        expect(page.get_by_text("nếu nơi này cần tên, máy sẽ hỏi lại trước khi gửi")).to_be_visible()
        page.get_by_role("button", name="Ghi lượt vào").click()
        page.wait_for_url("**/app/")
    context.set_offline(False)
    page.goto("/app/")
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("Loại nơi này cần tên")
    counted(site, page, (1, 1))
    assert events(site) == []
    look_at(page, "private-refused")
    refused.get_by_role("button", name="Gửi có tên").click()
    ((name, place, _direction, _at),) = arrived(site, page, 1)
    assert (name, place) == ("Hoàng Trung Tín", "Trạm Y tế Hải Châu")
    counted(site, page, (1, 1))
    type_code(page, town.clinic_code)
    expect(page.get_by_role("radio")).to_have_count(0)
