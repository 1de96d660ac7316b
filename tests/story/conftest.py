"""A whole installation as an operator starts it, `lachan serve` with its own database and steward; and its people."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lachan.ground.platform.postgres import Cluster
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE

START_S, STOP_S = 120, 30


@dataclass
class House:
    """`url` answers pages; `data` is its folder, `lachan` runs a verb in it."""

    url: str
    data: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        port = self.url.rpartition(":")[2]
        return kept | {"LACHAN_DATA": str(self.data), "LACHAN_PORT": port, "LACHAN_DEMO": "1"}

    def lachan(self, *arguments: str, entry: str = "") -> str:
        command = [sys.executable, "-m", "lachan.cli", *arguments]
        done = subprocess.run(
            command, env=self.environment(), input=entry, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(Cluster.at(self.data).url()) as connection:
            return connection.execute(query, parameters).fetchall()

    def wait_for(self, query: str, count: int, *parameters: Any, seconds: float = 30) -> list[tuple[Any, ...]]:
        """The rows, as soon as there are that many."""
        deadline = time.monotonic() + seconds
        found: list[tuple[Any, ...]] = []
        while time.monotonic() < deadline:
            if len(found := self.rows(query, *parameters)) >= count:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{len(found)} rows, not {count}: {query}")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = House(f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("story") / "data")
    process = subprocess.Popen([sys.executable, "-m", "lachan.cli", "serve"], env=made.environment())
    try:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert process.poll() is None, "lachan serve ended; its messages are above"
            with suppress(OSError), urllib.request.urlopen(f"{made.url}/healthz", timeout=2):  # noqa: S310  our own address
                break
            time.sleep(0.1)
        else:
            pytest.fail("lachan serve did not answer")
        yield made
    finally:
        process.terminate()
        process.wait(STOP_S)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """Start a chromium with extra flags; all are closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = []

        def start(*flags: str) -> Any:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *flags])
            started.append(browser)
            return browser

        yield start
        for browser in started:
            browser.close()


class Phone:
    """A citizen's phone: 360 x 740, signed in by number and one-time code as people do."""

    def __init__(self, house: House, browser: Any, number: str, name: str) -> None:
        self.house, self.name = house, name
        self.context = browser.new_context(
            base_url=house.url,
            viewport=PHONE,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            permissions=["camera"],
            accept_downloads=True,
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self._sign_in(number)

    def _sign_in(self, number: str) -> None:
        page = self.page
        page.goto("/app/sign-in/")
        page.locator("input[name=phone]").fill(number)
        page.locator("main form button").first.click()
        page.locator("input[name=code]").fill(self._code(number))
        page.locator("main form button").first.click()
        if page.get_by_role("heading", name="Số này mới dùng lần đầu").count():
            page.get_by_label("Họ và tên").fill(self.name)
            page.locator("input[name=commune]").fill("Phường Thanh Khê, Đà Nẵng")
            page.locator("main form button").first.click()
            if page.locator("input[name=area_id]").count():
                page.locator("input[name=area_id]").first.check()
                page.locator("main form button").first.click()
        page.wait_for_url("**/app/")

    def _code(self, number: str) -> str:
        """From the development page, where the demonstration shows what would be sent."""
        other = self.context.new_page()
        try:
            for _try in range(50):
                other.goto("/dev/")
                row = other.locator("tbody tr", has_text=re.sub(r"(\d{4})(\d{3})(\d{3})", r"\1 \2 \3", number)).first
                if row.count() and (code := re.search(r"\b\d{6}\b", row.inner_text())):
                    return code[0]
                other.wait_for_timeout(200)
            raise AssertionError(f"no code for {number} on /dev/")
        finally:
            other.close()

    def ready_for_no_network(self) -> None:
        """The service worker has kept the app's pages."""
        page = self.page
        page.goto("/app/")
        page.wait_for_function("() => document.documentElement.dataset.worker === 'ready'", timeout=30_000)
        page.wait_for_function(
            """async () => {
                const kept = (await (await caches.open("lachan-pages")).keys()).map((r) => new URL(r.url).pathname);
                return ["/app/", "/app/scan/"].every((path) => kept.includes(path));
            }""",
            timeout=30_000,
        )

    def find_place(self, code: str) -> None:
        self.page.goto("/app/scan/")
        self.page.get_by_label("Hoặc gõ mã").fill(code)
        self.page.get_by_role("button", name="Tìm nơi này").click()


@pytest.fixture(scope="session")
def crowd(launch: Callable[..., Any]) -> Any:
    """The browser that all phones without a camera share."""
    return launch()
