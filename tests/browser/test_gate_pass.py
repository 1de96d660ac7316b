"""The rotating pass on a phone: read off the screen, also without a network, and dead as a picture."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from lachan.systems.checkin import gate_api, passes
from tests.browser.test_citizen_app import ready


def shown(page: Any) -> str:
    """What a scanner reads from a photograph of the page."""
    expect(page.locator("#pass-code")).to_be_visible(timeout=20_000)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return str(code.text)


def test_the_pass_turns_works_offline_and_its_picture_dies(site: Any, town: Any, phone: Any) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    context = phone(town.hanh)
    page = context.new_page()
    ready(page)
    page.goto("/app/pass/")
    first, at = shown(page), datetime.now(UTC)
    point = gate_api.decode(context.request.get("/api/v1/gate/keys").json()["pass_key"])
    server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    verdict = passes.read(first, server, at)
    assert verdict.state == "valid"
    assert "hạnh" not in first.lower()
    assert passes.read(first, server, at + timedelta(seconds=61)).state == "expired"
    assert Axe().run(page).response["violations"] == []
    context.set_offline(True)
    page.reload()
    again = shown(page)
    assert passes.read(again, server, datetime.now(UTC)).state == "valid"
    for _wait in range(40):
        if shown(page) != again:
            break
        page.wait_for_timeout(1000)
    later = passes.read(shown(page), server, datetime.now(UTC))
    assert (later.state, later.pseudonym) == ("valid", verdict.pseudonym)
