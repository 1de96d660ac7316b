"""Cards sealed by the gate's own code: this server opens them for their own visit, and nobody anything else."""

import json
import logging
import shutil
import subprocess
import traceback
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.register.people import queries as people
from lachan.systems.checkin import gate_api, sealed_cards
from lachan.systems.checkin.sealed_cards import UnsealError, unseal

WEB = Path(__file__).parents[6] / "web" / "static"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")
SEAL = """
const { readCard } = await import(process.argv[1] + "/gate/cards.js");
const { seal } = await import(process.argv[1] + "/gate/sealing.js");
const { base64url, bytes } = await import(process.argv[1] + "/app/pass-maker.js");
const { text, point, visit } = JSON.parse(process.argv[2]);
const { number_kind, number, name, born, sex } = readCard(text);
const sealed = await seal({ number_kind, number, name, born, sex }, bytes(point), visit);
process.stdout.write(base64url(sealed));
"""
CARD = "001090123456|012345678|Nguyễn Văn An|01011990|Nam|Số 1, Phường Bến Nghé|15042021"
PRIVATE = ec.generate_private_key(ec.SECP256R1())


def seal(text: str, visit: UUID) -> bytes:
    asked = json.dumps({"text": text, "point": gate_api.point(PRIVATE), "visit": str(visit)})
    command = [str(NODE), "--input-type=module", "-e", SEAL, WEB.as_uri(), asked]
    return gate_api.decode(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.fixture(scope="module")
def visit() -> UUID:
    return uuid4()


@pytest.fixture(scope="module")
def sealed(visit: UUID) -> bytes:
    return seal(CARD, visit)


def test_the_server_opens_what_the_gate_has_sealed(sealed: bytes, visit: UUID) -> None:
    card = unseal(sealed, visit, PRIVATE)
    assert (card.number_kind, card.number, card.name) == ("cccd", "001090123456", "Nguyễn Văn An")
    assert (card.born, card.sex) == ("1990-01-01", "male")
    # The address on the card is nobody's business: it never left the gate.
    assert not hasattr(card, "address")
    assert sealed_cards.number_hash(card) == people.identifier_hash("cccd", "001 090 123456")


def test_sealing_twice_gives_nothing_to_compare(sealed: bytes, visit: UUID) -> None:
    other = seal(CARD, visit)
    assert other[1:66] != sealed[1:66]
    assert other[78:] != sealed[78:]


def test_a_sealed_card_belongs_to_one_visit_and_one_server(sealed: bytes, visit: UUID) -> None:
    with pytest.raises(UnsealError):
        unseal(sealed, uuid4(), PRIVATE)
    with pytest.raises(UnsealError):
        unseal(sealed, visit, ec.generate_private_key(ec.SECP256R1()))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_changed_byte_goes_unnoticed(sealed: bytes, visit: UUID, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnsealError):
        unseal(bytes(changed), visit, PRIVATE)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=1400))
def test_any_bytes_are_refused_quietly(visit: UUID, data: bytes) -> None:
    with pytest.raises(UnsealError):
        unseal(data, visit, PRIVATE)


@pytest.mark.parametrize(
    "text",
    [
        # A masked national QR has no number, so it identifies nobody and is never sealed by the page.
        "******000000|NGUYEN VAN A|1987-**-**|0|162979388586171100|<1<00<0123232422",
    ],
)
def test_a_card_without_a_number_is_refused(text: str, visit: UUID) -> None:
    with pytest.raises(UnsealError):
        unseal(seal(text, visit), visit, PRIVATE)


def test_nothing_of_the_card_shows_in_an_error_or_a_log(sealed: bytes, visit: UUID, caplog: Any) -> None:
    card = unseal(sealed, visit, PRIVATE)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger(__name__).info("%s %r", card, [card])
        try:
            unseal(sealed, uuid4(), PRIVATE)
        except UnsealError as error:
            shown = "".join(traceback.format_exception(error))
    for secret in ("001090123456", "Văn An", "1990"):
        assert secret not in caplog.text + repr(card) + shown
