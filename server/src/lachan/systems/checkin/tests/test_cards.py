"""The card reader in both languages: outside vectors, one result for every text, and no text that breaks it."""

import base64
import json
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.systems.checkin import cards, certificates
from lachan.testing.vectors import vectors

GATE = Path(__file__).parents[6] / "web" / "static" / "gate"
NODE = shutil.which("node")
SCRIPT = """
const { readCard, mask, maskPhone } = await import(process.argv[1] + "/cards.js");
const { readCertificate } = await import(process.argv[1] + "/certificates.js");
const { createInterface } = await import("node:readline");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { text, keys, now } = JSON.parse(line);
  const known = new Map(Object.entries(keys).map(([kid, key]) => [kid, bytes(key)]));
  const card = readCard(text);
  const certificate = await readCertificate(text, known, now);
  process.stdout.write(JSON.stringify({ card, masked: mask(card.name), phone: maskPhone(text), certificate }) + "\\n");
}
"""
NOW = datetime(2021, 5, 10, tzinfo=UTC)


class Browser:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def read(self, text: str, keys: dict[bytes, bytes] | None = None, now: datetime = NOW) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {
            "text": text,
            "keys": {kid.hex(): key.hex() for kid, key in (keys or {}).items()},
            "now": now.timestamp() * 1000,
        }
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if NODE is None:
        pytest.skip("node is not installed")
    command = [NODE, "--input-type=module", "-e", SCRIPT, GATE.as_uri()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Browser(process)
        process.terminate()


def both(browser: Browser, text: str) -> cards.Card:
    """The card, after making sure that the gate's own reader says the same."""
    card, got = cards.read(text), browser.read(text)
    assert got["card"] == asdict(card), text
    return card


def formats() -> Any:
    return json.loads(vectors("qr", "vietnam_qr_formats.json").read_text())


def test_every_vector_of_the_vietnamese_cards(browser: Browser) -> None:
    given = formats()
    citizen = given["cccd_2021_chip"]
    first = both(browser, citizen["examples"][0])
    assert first == cards.Card("citizen", "cccd", "001090123456", "Nguyễn Văn An", "1990-01-01", "male")
    assert both(browser, citizen["examples"][1]).born == "2000-02-29"
    for text in citizen["invalid"]:
        assert both(browser, text).kind == "unknown", text
    assert both(browser, given["can_cuoc_2024"]["examples"][0]) == first
    whole, masked = (both(browser, text) for text in given["national_personal_qr_1405"]["examples"])
    assert whole == cards.Card("national", "cccd", "001093000000", "NGUYEN VAN A", "1987-01-18", "male")
    assert masked == cards.Card("national", "", "", "NGUYEN VAN A", "1987", "male", masked=True)
    young, old = (both(browser, text) for text in given["bhyt_card"]["examples"])
    assert young == cards.Card("insurance", "bhyt", "DN4010111222333", "Nguyễn Văn An", "1990-01-01", "male")
    assert old == cards.Card("insurance", "bhyt", "0111222333", "Trần Thị Bình", "1955", "female")


@pytest.mark.parametrize("bad", ["zz", "4e6", "c3", "fffe", "-", ""])
def test_a_name_that_is_not_hex_of_utf8_is_no_name(browser: Browser, bad: str) -> None:
    fields = formats()["bhyt_card"]["examples"][0].split("|")
    fields[1] = bad
    card = both(browser, "|".join(fields))
    assert (card.number, card.name) == ("DN4010111222333", "")


def test_a_card_of_1405_and_a_chip_card_begin_alike_and_are_told_apart(browser: Browser) -> None:
    assert both(browser, "001093000000|A B|1987-01-18|0|1|<1").kind == "national"
    assert both(browser, "001093000000||A B|18011987|Nam|X|15042021").kind == "citizen"
    assert both(browser, "LCP1:ABC").kind == "pass"
    assert both(browser, "HC1:||||||||||||||$").kind == "certificate"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Phan Văn Đạt", "Phan V. Đ."), ("NGUYEN VAN A", "Nguyen V. A."), ("Ý", "Ý"), ("ỶĐÀ bình", "Ỷđà B."), ("", "")],
)
def test_only_the_family_name_is_shown(browser: Browser, name: str, shown: str) -> None:
    assert cards.mask(name) == shown
    assert browser.read(f"001093000000||{name}|18011987|Nam|X|15042021")["masked"] == shown


@pytest.mark.parametrize("typed", ["0838000418", "84838000418", "+84838000418"])
def test_a_phone_number_is_masked_as_it_is_dialled_at_home(browser: Browser, typed: str) -> None:
    assert browser.read(typed)["phone"] == "08•• ••• 418"
    assert browser.read("0845000418")["phone"] == "08•• ••• 418"
    assert browser.read("0984000418")["phone"] == "09•• ••• 418"


def certificate_cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(vectors("qr", "dgc").glob("*.json")):
        yield path.name, json.loads(path.read_text())


def pack(cose: bytes) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    data, out = zlib.compress(cose), []
    for start in range(0, len(data), 2):
        part = data[start : start + 2]
        number = int.from_bytes(part, "big")
        for _digit in range(len(part) + 1):
            number, digit = divmod(number, 45)
            out.append(alphabet[digit])
    return "HC1:" + "".join(out)


def test_every_vector_of_the_certificates(browser: Browser) -> None:
    seen = set()
    for name, case in certificate_cases():
        context, expected = case["TESTCTX"], case["EXPECTEDRESULTS"]
        text = case.get("PREFIX") or pack(bytes.fromhex(case["COSE"]))
        clock = datetime.fromisoformat(context["VALIDATIONCLOCK"].replace("Z", "+00:00"))
        der = load_der_x509_certificate(base64.b64decode(context["CERTIFICATE"]))
        key = der.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        stranger = certificates.read(text, {}, clock)
        kids = {certificates_kid(text)} if stranger.verdict == "unchecked" else set()
        keys = {kid: key for kid in kids if kid}
        read = certificates.read(text, keys, clock)
        assert browser.read(text, keys, clock)["certificate"] == asdict(read), name
        assert browser.read(text, {}, clock)["certificate"] == asdict(stranger), name
        failing = not all(value for what, value in expected.items() if what != "EXPECTEDKEYUSAGE")
        past = expected.get("EXPECTEDEXPIRATIONCHECK") is False
        assert read.verdict in ({"broken", "expired"} if past else {"broken"} if failing else {"valid"}), name
        seen.add(read.verdict)
    assert {"broken", "valid"} <= seen


def certificates_kid(text: str) -> bytes | None:
    message = certificates.decode(certificates.unpack(text))
    assert isinstance(message, list)
    header = certificates.decode(message[0]) if message[0] else {}
    assert isinstance(header, dict)
    kid = header.get(4, message[1].get(4))
    return kid if isinstance(kid, bytes) else None


def seeds() -> list[str]:
    given = formats()
    examples = [text for value in given.values() if isinstance(value, dict) for text in value.get("examples", [])]
    return [*examples, "LCP1:00", "HC1:NCF", pack(b"\xd2\x84C\xa1\x01&\xa0@@"), pack(b"\x9f" * 60)]


MENDS = st.sampled_from(["|", "$", "*", "-", "<", "", "ữ", "\u0000", "\u0085", "\u2003", "🦠", "9", "HC1:", "\ud800"])


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Texts near the real formats, where a reader breaks, and any text at all."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.text(max_size=200))
    text = draw(st.sampled_from(seeds()))
    for _change in range(draw(st.integers(0, 4))):
        at, size = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        text = text[:at] + draw(MENDS | st.characters()) + text[at + size :]
    return text


@settings(max_examples=1000, deadline=None)
@given(codes())
def test_a_thousand_fuzzed_codes_break_neither_reader(browser: Browser, text: str) -> None:
    both(browser, text)
    assert browser.read(text)["certificate"] == asdict(certificates.read(text, {}, NOW)), text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_fuzzed_certificates_get_one_verdict(browser: Browser, data: bytes) -> None:
    text = pack(data)
    assert browser.read(text)["certificate"] == asdict(certificates.read(text, {}, NOW)), text
