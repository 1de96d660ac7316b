"""From a case's keys to an answered warning, against the real server: the warned person's agent fetches and compares by
itself, the phone proves the key, shows what would go out, sends it and takes it back."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lachan_proximity.agent import sharing
from lachan_proximity.agent.checking import examined
from lachan_proximity.agent.errands import Errands
from lachan_proximity.agent.library import Library
from lachan_proximity.agent.line import over_http
from lachan_proximity.agent.pairing import link, told
from lachan_proximity.identifiers import Scheme
from lachan_proximity.identifiers.gaen import DayKey, Metadata, crypt_metadata, identifier
from lachan_proximity.radio import SystemClock
from lachan_proximity.sightings import Sighting, Sightings, Vault
from tests.browser.test_bluezone import picture

GAP = 240
PATIENCE_S = 60


class Device:
    """An agent's folder with the key of the day before yesterday."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.store = Sightings(folder / "sightings.sqlite", Vault(folder / "lock.json", None))
        self.key = DayKey(secrets.token_bytes(16), int(time.time()) // 86_400 * 144 - 288)
        self.store.keep_own_key(self.key)

    def hears(self, other: "Device", minutes: int) -> None:
        """A scan every four minutes from 10:00 UTC, very near."""
        begin = (self.key.start + 60) * 600
        for at in range(begin, begin + minutes * 60, GAP):
            rpi = identifier(other.key, at // 600)
            metadata = crypt_metadata(other.key.tek, rpi, Metadata(tx_power=0).encode())
            self.store.add([Sighting(Scheme.GAEN, rpi, float(at), (-50,) * 5, metadata, GAP)])

    def errands(self, url: str) -> Errands:
        library = Library(self.folder / "keyfiles")

        def examine() -> dict[str, Any]:
            store = Sightings(self.folder / "sightings.sqlite", Vault(self.folder / "lock.json", None))
            try:
                return examined(store, library.exports(), library.profile(), today=int(time.time()) // 86_400)
            finally:
                store.close()

        made = Errands(
            server=url,
            send=over_http(url),
            library=library,
            examine=examine,
            clock=SystemClock(),
            folder=self.folder,
            first=(0.0, 0.0),
        )
        self.library = library
        return made


@dataclass(frozen=True)
class Warned:
    device: Device
    receipt: dict[str, Any]


@pytest.fixture
def case(site: Any, town: Any) -> Any:
    """Tín, ill and confirmed."""
    from django.utils import timezone

    from lachan.ground import audit
    from lachan.register.access.models import Account
    from lachan.register.profiles.models import Disease
    from lachan.response.cases import actions as cases

    with site.orm(), audit.acting(audit.system("tests")):
        officer = Account.objects.get(pk=town.hanh.pk)
        outbreak = cases.open_outbreak(
            disease=Disease.objects.get(code="covid19"), name="COVID-19", area=town.market.area, by=officer
        )
        return cases.record_case(
            outbreak=outbreak,
            person=town.tin.person,
            by=officer,
            status="confirmed",
            onset_on=timezone.localdate() - timedelta(days=1),
        )


@pytest.fixture
def warned(site: Any, town: Any, case: Any, tmp_path: Path) -> Iterator[Warned]:
    """Tín's device has shared its keys with the officer; the key file is out."""
    from lachan.ground import audit
    from lachan.systems.proximity import chores, codes

    sick, device = Device(tmp_path / "sick"), Device(tmp_path / "warned")
    sick.hears(device, 40)
    device.hears(sick, 40)
    with site.orm(), audit.acting(audit.system("tests")):
        issued = codes.issue_code(by=town.hanh, case=case)
    server = sharing.Server(over_http(site.url))
    receipt = sharing.share(server, issued.text, [sick.key], officer=True)
    sharing.share_heard(server, receipt, sick.store, [sick.key])
    with site.orm():
        chores.export()
    yield Warned(device, receipt)
    sick.store.close()
    device.store.close()


async def fetched_and_compared(made: Errands) -> None:
    task = asyncio.ensure_future(made.run())
    for _nth in range(PATIENCE_S * 10):
        if made.news.compared is not None or task.done():
            break
        await asyncio.sleep(0.1)
    # A dummy as well, at once: the real server takes all three of its steps.
    made.news.next_dummy = 0.0
    await made._dummy()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def in_a_loop_of_its_own(made: Errands) -> None:
    """Playwright's loop runs in this thread already."""
    import threading

    thread = threading.Thread(target=lambda: asyncio.run(fetched_and_compared(made)))
    thread.start()
    thread.join(2 * PATIENCE_S)
    assert not thread.is_alive()


def test_a_warning_is_fetched_explained_answered_and_taken_back(
    site: Any, town: Any, warned: Warned, phone: Any
) -> None:
    device = warned.device
    made = device.errands(site.url)
    in_a_loop_of_its_own(made)
    news = made.news
    assert (news.files, news.risk, news.fault) == (1, "high", ""), news
    assert "khoảng 40 phút" in news.why["vi"] and news.last_dummy is not None
    assert site.rows("SELECT count(*) FROM proximity_decoy") == [(1,)]

    exports = list(device.library.exports())
    checked = examined(device.store, exports, device.library.profile(), today=int(time.time()) // 86_400)
    document = told(device.store, time.time(), checked, sharing.statements(device.store, exports))
    page = phone(town.hanh).new_page()
    page.goto(link(site.url, document))
    page.get_by_role("button", name="Ghép", exact=True).click()
    row = page.locator("#answers li")
    expect(row).to_contain_text("có trong tệp cơ quan y tế đã ký")
    expect(row).to_contain_text("4 khoảng mười phút ở gần")
    assert site.rows("SELECT count(*) FROM proximity_encounter") == [(0,)], "nothing before the yes"
    assert Axe().run(page).response["violations"] == []
    picture(page, "bluezone-answer.png")
    row.get_by_role("button", name="Gửi cho cán bộ").click()
    expect(page.locator("#sent")).to_contain_text("cán bộ đã nhận 1 lần gặp")
    assert site.rows("SELECT count(*), min(confidence) FROM proximity_encounter") == [(1, 100)]
    page.reload()
    expect(page.locator("#sent")).to_contain_text("cán bộ đã nhận 1 lần gặp")
    expect(page.locator("#answers li")).to_have_count(0)
    picture(page, "bluezone-answered.png")
    page.get_by_role("button", name="Rút lại").click()
    expect(page.locator("#answer-state")).to_contain_text("Đã rút lại")
    assert site.rows("SELECT count(*) FROM proximity_encounter") == [(0,)]

    # A link with a key that nobody published gets no further than the phone.
    forged = document | {"answers": ["A" * 43 + document["answers"][0][43:]]}
    other = phone(town.hanh).new_page()
    other.goto(link(site.url, forged))
    other.get_by_role("button", name="Ghép", exact=True).click()
    expect(other.locator("#answers")).to_contain_text("không có trong tệp đã ký nào")
    expect(other.get_by_role("button", name="Gửi cho cán bộ")).to_have_count(0)

    sharing.revoke(sharing.Server(over_http(site.url)), warned.receipt)
    assert site.rows("SELECT count(*) FROM proximity_upload WHERE revoked_at IS NULL") == [(0,)]
