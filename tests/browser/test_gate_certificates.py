"""HC1 certificates before the gate's camera, with an issuer's key that the installation was given."""

import base64
import json
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

from lachan.systems.checkin.tests.sealing import base45
from tests.browser import site as sites
from tests.browser.conftest import sign_in
from tests.browser.test_gate import CAMERA, hold_up, keeper, open_shift, put_away, stored

__all__ = ["keeper"]  # a fixture of the gate's tests

KID = bytes.fromhex("d919375fc1e7b6b2")
STRANGER = bytes.fromhex("0011223344556677")
DAY = 86_400


def _head(kind: int, size: int) -> bytes:
    if size < 24:
        return bytes([kind << 5 | size])
    width = 1 if size < 256 else 2 if size < 65_536 else 4
    return bytes([kind << 5 | {1: 24, 2: 25, 4: 26}[width]]) + size.to_bytes(width)


def cbor(value: Any) -> bytes:
    """RFC 8949, as far as a certificate needs it."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(cbor(item) for item in value)
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


def certificate(key: ec.EllipticCurvePrivateKey, kid: bytes, expires: float) -> str:
    """The text of an invented person's certificate (EU DCC 1.3.0), signed by that key."""
    dose = {"tg": "840539006", "vp": "1119349007", "dn": 2, "sd": 2, "dt": "2021-11-02", "co": "VN", "is": "MOH"}
    names = {"fn": "Nguyễn", "gn": "Thị Hạnh", "fnt": "NGUYEN", "gnt": "THI<HANH"}
    claims = {1: "VN", 4: int(expires), -260: {1: {"ver": "1.3.0", "nam": names, "dob": "1984-05-12", "v": [dose]}}}
    guarded, payload = cbor({1: -7, 4: kid}), cbor(claims)
    signed = cbor(["Signature1", guarded, b"", payload])
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    message = b"\xd2" + cbor([guarded, {}, payload, r.to_bytes(32) + s.to_bytes(32)])
    return "HC1:" + base45(zlib.compress(message, 9))


@pytest.fixture(scope="module")
def issuer() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def informed(
    site: sites.Site, issuer: ec.EllipticCurvePrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sites.Site]:
    """A second web process beside the site's own, which knows the issuer."""
    point = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    listed: Path = tmp_path_factory.mktemp("issuers") / "issuers.json"
    listed.write_text(json.dumps({KID.hex(): base64.b64encode(point).decode()}))
    port = sites.free_port()
    other = sites.Site(f"http://127.0.0.1:{port}", site.database, site.database_url, port)
    try:
        other.start(LACHAN_CERTIFICATE_KEYS=str(listed))
        yield other
    finally:
        other.stop()


def test_a_certificate_is_in_force_expired_forged_or_not_known(
    informed: sites.Site, browser: Any, town: Any, keeper: Any, issuer: ec.EllipticCurvePrivateKey
) -> None:
    context = browser.new_context(base_url=informed.url, viewport={"width": 360, "height": 740}, locale="vi-VN")
    sign_in(context, informed, keeper)
    context.add_init_script(CAMERA)
    page = context.new_page()
    open_shift(page)
    shown = page.locator("[data-result]")
    now = time.time()
    forger = ec.generate_private_key(ec.SECP256R1())
    for name, text, state, word, who in (
        ("valid", certificate(issuer, KID, now + 30 * DAY), "safe", "Còn hiệu lực", "Nguyễn T. H."),
        ("expired", certificate(issuer, KID, now - DAY), "due", "Hết hiệu lực", "Nguyễn T. H."),
        ("forged", certificate(forger, KID, now + 30 * DAY), "late", "Mã bị hỏng", None),
        ("unknown", certificate(forger, STRANGER, now + 30 * DAY), "none", "Không kiểm được", "Nguyễn T. H."),
    ):
        hold_up(page, text)
        expect(shown.get_by_text(word, exact=True)).to_be_visible(timeout=20_000)
        expect(shown).to_have_attribute("data-result", state)
        if who:
            expect(shown.get_by_text(who, exact=True)).to_be_visible()
        assert Axe().run(page).response["violations"] == []
        if folder := os.environ.get("LACHAN_PICTURES"):
            page.screenshot(path=Path(folder) / f"certificate-{name}.png")
        put_away(page)
    # A certificate says who is vaccinated, not who has come: nobody is written down by it.
    hold_up(page, certificate(issuer, KID, now + 31 * DAY))
    expect(shown.get_by_text("Còn hiệu lực", exact=True)).to_be_visible(timeout=20_000)
    put_away(page)
    page.get_by_role("button", name="Khai hộ người này").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Hạnh")
    assert stored(informed) == []
    context.close()
