"""Shared by every test that plays in Debian's chromium: the site, the browser, people and a place.

Django's check for a running event loop is off here: playwright runs one in this thread, and no request is served by it.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import site as sites

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PHONE = {"width": 360, "height": 740}
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="Debian's chromium is not installed: apt-get install chromium")
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if not CHROMIUM.exists():
            if os.environ.get("CI") == "true":
                pytest.fail("CI must have Debian's chromium", pytrace=False)
            item.add_marker(missing)


@pytest.fixture(scope="session")
def site(django_db_blocker: Any) -> Iterator[sites.Site]:
    """The web process, on a database of its own with no areas, people or places yet."""
    made = sites.create(f"browser_{secrets.token_hex(4)}")
    try:
        made.start()
        with django_db_blocker.unblock():
            yield made
    finally:
        made.stop()
        sites.drop(made)


@dataclass(frozen=True)
class Town:
    """Committed in the site's database: two communes, people, places with their codes."""

    hanh: Any
    khoi: Any
    tin: Any
    market: Any
    market_code: str
    clinic: Any
    clinic_code: str


@pytest.fixture(scope="session")
def town(site: sites.Site) -> Town:
    """Hạnh with her child Khôi, Tín, the market Chợ Đầu Cầu and a health station."""
    from datetime import date

    from lachan.ground import audit
    from lachan.ground.platform.text import fold
    from lachan.register.access import actions as access
    from lachan.register.areas.models import Area, AreaCover, Level
    from lachan.register.people import actions as people
    from lachan.register.places import actions as places
    from lachan.register.profiles.actions import load_profiles

    with site.orm(), audit.acting(audit.system("tests")):
        load_profiles()
        since = date(2025, 7, 1)
        above = None
        made = []
        for code, level, name in (
            ("VN", Level.COUNTRY, "Việt Nam"),
            ("48", Level.PROVINCE, "Thành phố Đà Nẵng"),
            ("20242", Level.COMMUNE, "Phường Hải Châu"),
        ):
            above = Area.objects.create(
                code=code, level=level, name=name, folded=fold(name), parent=above, valid_from=since, first_listed=since
            )
            made.append(above)
            AreaCover.objects.bulk_create(AreaCover(holder=holder, area=above) for holder in made)
        commune = made[-1]
        hanh = access.create_citizen(phone="0905000418", name="Nguyễn Thị Hạnh", area=commune)
        tin = access.create_citizen(phone="0905000419", name="Hoàng Trung Tín", area=commune)
        owner = access.create_citizen(phone="0905000420", name="Đặng Thị Lụa", area=commune)
        home = people.create_household(area=commune, address="12 Trần Phú")
        people.add_to_household(person=hanh.person, household=home)
        khoi = people.register_person(name="Nguyễn Minh Khôi", area=commune, birth_year=2017, household=home)
        people.appoint_guardian(guardian=hanh.person, ward=khoi)
        market = places.register_place(account=owner, name="Chợ Đầu Cầu", kind="market", area=commune)
        clinic = places.register_place(account=owner, name="Trạm Y tế Hải Châu", kind="hospital", area=commune)
        return Town(
            hanh=hanh,
            khoi=khoi,
            tin=tin,
            market=market,
            market_code=market.codes.get().code,
            clinic=clinic,
            clinic_code=clinic.codes.get().code,
        )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(playwright: Any) -> Iterator[Callable[..., Any]]:
    """Start a chromium with extra flags; all are closed at the end of the session."""
    started = []

    def start(*flags: str) -> Any:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *flags])
        started.append(browser)
        return browser

    yield start
    for browser in started:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Any:
    return launch()


@pytest.fixture
def phone(browser: Any, site: sites.Site) -> Iterator[Callable[..., Any]]:
    """A fresh phone (browser context) of 360 x 740; give `account` to have it signed in."""
    opened = []

    def open_phone(account: Any = None, **options: Any) -> Any:
        context = browser.new_context(
            base_url=site.url, viewport=PHONE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options
        )
        opened.append(context)
        if account is not None:
            sign_in(context, site, account)
        return context

    yield open_phone
    for context in opened:
        context.close()


def sign_in(context: Any, site: sites.Site, account: Any) -> str:
    """Give the phone the cookie of a signed-in device; returns its token."""
    from lachan.ground import audit
    from lachan.register.access import tokens

    with site.orm(), audit.acting(audit.system("tests")):
        _device, token = tokens.issue_device(account=account, label="tests")
    context.add_cookies([{"name": tokens.COOKIE, "value": token, "url": site.url, "httpOnly": True, "sameSite": "Lax"}])
    return token


@pytest.fixture(autouse=True)
def _nobody_is_anywhere(site: sites.Site, town: Town) -> None:
    """Each story begins with an empty history."""
    import psycopg

    with psycopg.connect(site.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE checkin_event DISABLE TRIGGER USER")
        connection.execute("TRUNCATE checkin_event, checkin_receipt, checkin_visit")
        connection.execute("ALTER TABLE checkin_event ENABLE TRIGGER USER")
