"""The QR of a declaration: read back, refused when touched, expired in time; the browser's half says the same."""

import base64
import json
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from lachan.faces.app.tests.test_javascript import node
from lachan.systems.entry import signed

KEY = ec.generate_private_key(ec.SECP256R1())
LAST = 1_786_000_000
BODY: list[Any] = ["0123456789AB", "da-nang", "2026-08-13", LAST, 1, "12/QĐ-BYT", "VN627", [[1, "A B", "417"]]]


def of_the_first_kind() -> str:
    """A code as servers wrote it while it told the year of birth, rightly signed."""
    return write_under("LCE1:", [*BODY[:-1], [[1, "A B", "417", 1988, "THA", "", "clear", []]]])


def write_under(prefix: str, body: list[Any]) -> str:
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    r, s = utils.decode_dss_signature(KEY.sign(prefix[:-1].encode() + plain, ec.ECDSA(SHA256())))
    return prefix + signed.base45(plain + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_a_code_that_told_the_year_of_birth_is_never_read_as_one_of_today() -> None:
    assert signed.read(write_under(signed.PREFIX, BODY), KEY.public_key(), LAST).state == "valid", "the helper signs"
    old = of_the_first_kind()
    for text in (old, signed.PREFIX + old.removeprefix("LCE1:")):
        assert signed.read(text, KEY.public_key(), LAST).state == "forged"


@pytest.mark.parametrize("text", ["A", "ABCD", ":::", "ZZZ", "::", "ab"])
def test_what_no_bytes_give_is_not_base45(text: str) -> None:
    with pytest.raises(ValueError, match=r"base45|substring"):
        signed.unbase45(text)


def test_base45_as_rfc_9285_prints_it() -> None:
    # RFC 9285, section 4.3.
    for plain, text in (
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ):
        assert signed.base45(plain) == text
        assert signed.unbase45(text) == plain


@given(st.binary(max_size=60))
def test_base45_there_and_back(data: bytes) -> None:
    assert signed.unbase45(signed.base45(data)) == data


def test_a_code_is_valid_until_its_last_second() -> None:
    text = signed.write(KEY, BODY)
    assert signed.read(text, KEY.public_key(), LAST) == signed.Verdict("valid", BODY)
    assert signed.read(text, KEY.public_key(), LAST + 1).state == "expired"
    assert signed.read(text, ec.generate_private_key(ec.SECP256R1()).public_key(), LAST).state == "forged"


@given(st.integers(5, 400), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
def test_a_touched_code_is_forged(place: int, sign: str) -> None:
    text = signed.write(KEY, BODY)
    place = min(place, len(text) - 1)
    touched = text[:place] + sign + text[place + 1 :]
    if touched != text:
        assert signed.read(touched, KEY.public_key(), LAST).state == "forged"


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    for given_text in (text, signed.PREFIX + text):
        assert signed.read(given_text, KEY.public_key(), LAST).state == "forged"


def test_the_browser_judges_the_same() -> None:
    text = signed.write(KEY, BODY)
    texts = [
        text,
        text[:-1],
        text[:40] + ("0" if text[40] != "0" else "1") + text[41:],
        "",
        "LCE2:",
        "LCE2:::::",
        of_the_first_kind(),
        "LCE2:" + of_the_first_kind().removeprefix("LCE1:"),
        "HC1:AB",
    ]
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    cases = [[one, now] for one in texts for now in (LAST, LAST + 1)]
    script = (
        f"import {{ readDeclaration }} from {json.dumps((settings.WEB / 'static/entry/signed.js').as_uri())};"
        "let data = ''; for await (const part of process.stdin) data += part;"
        "const { key, cases } = JSON.parse(data); const raw = Uint8Array.from(atob(key), (c) => c.charCodeAt(0));"
        "const out = []; for (const [text, now] of cases) out.push(await readDeclaration(text, raw, now * 1000));"
        "console.log(JSON.stringify(out));"
    )
    sent = json.dumps({"key": base64.b64encode(point).decode(), "cases": cases})
    answer = subprocess.run(
        [node(), "--input-type=module", "-e", script], input=sent, capture_output=True, text=True, check=True
    )
    for (one, now), theirs in zip(cases, json.loads(answer.stdout), strict=True):
        ours = signed.read(one, KEY.public_key(), now)
        assert theirs == {"state": ours.state, "body": ours.body}, one
