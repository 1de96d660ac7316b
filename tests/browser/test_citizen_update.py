"""A new build of the app reaches a phone that has the old one, and opens without a network again."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser import site as sites
from tests.browser.conftest import PHONE, sign_in
from tests.browser.test_citizen_app import ready


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """The browser's side, to be changed at will."""
    folder = tmp_path / "web"
    folder.mkdir()
    for name in ("static", "templates", "locale"):
        shutil.copytree(settings.WEB / name, folder / name)
    for name in ("served.json", "package-lock.json"):
        shutil.copy(settings.WEB / name, folder / name)
    (folder / "node_modules").symlink_to(settings.WEB / "node_modules")
    return folder


def test_a_new_build_replaces_the_old_one(site: sites.Site, town: Any, browser: Any, web: Path) -> None:
    port = sites.free_port()
    mine = replace(site, port=port, url=f"http://127.0.0.1:{port}", process=None)
    mine.start(LACHAN_WEB=str(web))
    context = browser.new_context(base_url=mine.url, viewport=PHONE, locale="vi-VN")
    try:
        sign_in(context, mine, town.hanh)
        page = context.new_page()
        ready(page)
        old = page.evaluate("async () => (await caches.keys()).filter((name) => name.startsWith('lachan-static-'))")
        assert len(old) == 1
        mine.stop()
        # The server is away for a moment: the app still opens.
        page.goto("/app/")
        expect(page.get_by_role("heading", name="Chào Hạnh")).to_be_visible()
        words = web / "static" / "app" / "words.js"
        words.write_text(words.read_text().replace("Đưa mã dán ở cửa vào giữa khung.", "Đưa mã vào khung."))
        mine.start(LACHAN_WEB=str(web))
        page.goto("/app/")
        build = page.evaluate("() => document.querySelector('link[rel=modulepreload]').href.split('/')[4]")
        assert f"lachan-static-{build}" not in old
        for _try in range(400):
            kept = page.evaluate(
                """async () => {
                    const answer = await (await caches.open("lachan-pages")).match("/app/scan/");
                    return [await caches.keys(), answer ? await answer.text() : ""];
                }"""
            )
            if f"lachan-static-{build}" in kept[0] and f"/static/{build}/" in kept[1]:
                break
            page.wait_for_timeout(100)
        context.set_offline(True)
        page.goto("/app/scan/")
        expect(page.get_by_role("heading", name="Quét mã nơi đến")).to_be_visible()
        expect(page.locator(".aim-words")).not_to_be_empty()
        assert build in page.content()
    finally:
        context.close()
        mine.stop()
