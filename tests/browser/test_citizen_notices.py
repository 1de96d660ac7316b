"""Warnings on the citizen's phone: place notices matched there, direct notices from the server."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_citizen_app import arrive, arrived

VIET_NAM = timedelta(hours=7)


@pytest.fixture
def outbreak(site: Any, town: Any) -> Any:
    from lachan.ground import audit
    from lachan.register.profiles.models import Disease
    from lachan.response.cases.models import Outbreak

    with site.orm(), audit.acting(audit.system("tests")):
        found = Outbreak.objects.filter(prefix="TT").first()
        return found or Outbreak.objects.create(
            disease=Disease.objects.get(pk="covid19"),
            name="COVID-19 Hải Châu",
            area=town.market.area,
            prefix="TT",
            opened_on=datetime.now(UTC).date(),
        )


@pytest.fixture
def published(site: Any, town: Any, outbreak: Any) -> Iterator[tuple[datetime, datetime]]:
    """A window at the market around now, in a published edition; withdrawn afterwards."""
    from lachan.ground import audit
    from lachan.response.alerts import place_notices
    from lachan.response.alerts.models import PlaceNotice

    now = datetime.now(UTC).replace(second=0, microsecond=0)
    start, end = now - timedelta(hours=1, minutes=37), now + timedelta(hours=2, minutes=11)
    with site.orm(), audit.acting(audit.system("tests")):
        notice = PlaceNotice.objects.create(
            outbreak=outbreak,
            place=town.market,
            start=start,
            end=end,
            grade=PlaceNotice.Grade.TEST,
            visitors=23,
            issued_at=now,
            erase_at=(now + timedelta(days=21)).date(),
        )
        place_notices.publish_edition()
    yield start, end
    with site.orm(), audit.acting(audit.system("tests")):
        place_notices.withdraw_place_notice(notice=notice, by=None)


def clock(moment: datetime) -> str:
    local = moment + VIET_NAM
    return f"{local.hour}:{local.minute:02d}"


def test_place_notice_is_matched_on_the_phone_and_shows_own_times_only(
    site: Any, town: Any, phone: Any, published: tuple[datetime, datetime]
) -> None:
    context = phone(town.hanh)
    sent: list[str] = []
    context.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data or ''}"))
    page = context.new_page()
    arrive(page, town.market_code)
    ((_name, _place, _direction, at),) = arrived(site, page, 1)
    warning = page.locator("#warning a.warning")
    expect(warning).to_contain_text("Có thể đã ở gần một ca bệnh")
    expect(warning).to_contain_text("Chợ Đầu Cầu")
    expect(page.locator("#notice-count")).to_contain_text("1")
    sent.clear()
    warning.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Có thể đã ở gần một ca bệnh")
    main = page.locator("main").inner_text()
    assert f"từ {clock(at)}, đang ở" in main
    assert "COVID-19" in main
    for moment in published:
        assert clock(moment) not in page.content(), "the published window is not the reader's own time"
    # Reading it told nobody.
    assert not [line for line in sent if line.startswith("POST")]
    page.goto("/app/notices/")
    expect(page.locator("#place-notices")).to_contain_text("Chợ Đầu Cầu")
    expect(page.locator("#notice-count")).to_be_hidden()
    page.locator("#place-notices a").click()
    page.get_by_role("button", name="Lúc đó không ở đấy, gỡ tin").click()
    expect(page.get_by_text("Chưa có tin nào")).to_be_visible()


def test_a_phone_that_was_elsewhere_is_not_warned(
    site: Any, town: Any, phone: Any, published: tuple[datetime, datetime]
) -> None:
    page = phone(town.tin).new_page()
    arrive(page, town.clinic_code)
    arrived(site, page, 1)
    page.goto("/app/notices/")
    expect(page.locator("#feed-state")).to_contain_text("Đã so với danh sách")
    expect(page.locator("#place-notices")).to_be_hidden()


def test_a_notice_taken_back_says_so(site: Any, town: Any, phone: Any, published: tuple[datetime, datetime]) -> None:
    from lachan.ground import audit
    from lachan.response.alerts import place_notices
    from lachan.response.alerts.models import PlaceNotice

    context = phone(town.hanh)
    page = context.new_page()
    arrive(page, town.market_code)
    arrived(site, page, 1)
    expect(page.locator("#warning a.warning")).to_contain_text("Chợ Đầu Cầu")
    with site.orm(), audit.acting(audit.system("tests")):
        notice = PlaceNotice.objects.get(place=town.market, start=published[0], withdrawn_at=None)
        place_notices.withdraw_place_notice(notice=notice, by=None)
    # Ten minutes later, when the phone asks again, and past what the browser may keep.
    context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=10))
    page.goto("/app/notices/")
    expect(page.locator("#place-notices")).to_contain_text("Tin đã được rút lại")
    expect(page.locator("#notice-count")).to_be_hidden()
    page.locator("#place-notices a").click()
    expect(page.locator("main")).to_contain_text("Không cần làm gì thêm")
    page.goto("/app/")
    expect(page.locator("#warning a.warning")).to_have_count(0)


def test_a_list_with_a_wrong_signature_is_ignored_with_a_plain_word(
    site: Any, town: Any, phone: Any, published: tuple[datetime, datetime]
) -> None:
    context = phone(town.hanh)
    forging = True

    def forge(route: Any) -> None:
        answer = route.fetch()
        body = bytearray(answer.body())
        body[40] ^= forging
        route.fulfill(response=answer, body=bytes(body))

    context.route("**/api/v1/notices/feed", forge)
    page = context.new_page()
    arrive(page, town.market_code)
    arrived(site, page, 1)
    page.goto("/app/notices/")
    expect(page.locator("#feed-state")).to_contain_text("không có chữ ký đúng")
    expect(page.locator("#place-notices")).to_be_hidden()
    # Not by taking the route away: an answer may be on its way through it.
    forging = False
    page.reload()
    expect(page.locator("#place-notices")).to_contain_text("Chợ Đầu Cầu")
    expect(page.locator("#feed-state")).to_contain_text("Đã so với danh sách")


@pytest.fixture
def letter(site: Any, town: Any, outbreak: Any) -> Iterator[Any]:
    """A direct notice to Hạnh about a stay at the market."""
    from lachan.ground import audit
    from lachan.response.alerts import actions
    from lachan.response.alerts.models import DirectNotice
    from lachan.response.cases.models import Case
    from lachan.response.tracing.models import Contact, Exposure

    now = datetime.now(UTC).replace(second=0, microsecond=0)
    start = now - timedelta(days=2, hours=3)
    with site.orm(), audit.acting(audit.system("tests")):
        case = Case.objects.filter(outbreak=outbreak).first() or Case.objects.create(
            outbreak=outbreak,
            person=town.tin.person,
            number="TT-0001",
            area=town.market.area,
            status=Case.Status.CONFIRMED,
            onset_on=now.date(),
            erase_at=(now + timedelta(days=100)).date(),
        )
        contact = Contact.objects.create(
            outbreak=outbreak,
            person=town.hanh.person,
            level=1,
            first_exposure_at=start,
            last_exposure_at=start + timedelta(minutes=38),
            status=Contact.Status.CONFIRMED,
            decided_at=now,
            erase_at=(now + timedelta(days=60)).date(),
        )
        Exposure.objects.create(
            contact=contact,
            level=1,
            index_case=case,
            via=town.tin.person,
            source="checkin",
            kind="place",
            start=start,
            end=start + timedelta(minutes=38),
            minutes_certain=38,
            minutes_possible=38,
            place=town.market,
            evidence={
                "own": [start.isoformat(), (start + timedelta(minutes=38)).isoformat()],
            },
        )
        report = actions.issue_notices(outbreak=outbreak, contacts=[contact], by=None)
    yield report.issued[0]
    with site.orm(), audit.acting(audit.system("tests")):
        DirectNotice.objects.filter(contact=contact).delete()
        contact.exposures.all().delete()
        contact.delete()


def test_direct_notice_from_home_to_done(site: Any, town: Any, phone: Any, letter: Any) -> None:
    context = phone(town.hanh)
    context.add_cookies([{"name": "lachan_address", "value": "co", "url": site.url}])
    page = context.new_page()
    page.goto("/app/")
    expect(page.get_by_role("heading", name="Chào cô Hạnh")).to_be_visible()
    warning = page.locator("#warning a.warning")
    expect(warning).to_contain_text("Có thể cô đã ở gần một người mắc COVID-19")
    expect(page.locator("#notice-count")).to_contain_text("1")
    warning.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Có thể cô đã ở gần một người mắc COVID-19")
    text = page.locator("main").inner_text()
    assert "Tín" not in text
    assert "Chợ Đầu Cầu" in text
    headings = page.locator("main h2").all_inner_texts()
    assert headings[0] == "Việc cần làm"
    page.get_by_role("button", name="Đã làm các việc này").click()
    expect(page.get_by_text(re.compile("Đã làm, ghi lúc"))).to_be_visible()
    page.goto("/app/")
    expect(page.locator("#warning a")).to_have_count(0)
    expect(page.locator("#notice-count")).to_be_hidden()
    read, acted = site.rows("SELECT read_at, acted_at FROM alerts_directnotice WHERE key = %s", letter.key)[0]
    assert read is not None
    assert acted is not None


def test_another_persons_notice_is_not_shown(site: Any, town: Any, phone: Any, letter: Any) -> None:
    page = phone(town.tin).new_page()
    answer = page.goto(f"/app/notices/{letter.key}/")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Không còn tin này")).to_be_visible()
