"""The rotating pass of a phone: a QR that changes every 30 seconds and that a gate verifies without a network.

The server certifies the phone's own key under a pseudonym; the phone signs the running half minute. A gate needs only
the server's public key. Pure; the phone's half is web/static/app/pass-maker.js, the gate's web/static/gate/passes.js.

    pass         = "LCP1:" base45(certificate step signature)              185 bytes
    certificate  = pseudonym[16] phone-key[33] expires[4] signature[64]    signed by the server over "LCC1" and the rest
    step         = Unix time / 30, 4 bytes; its signature is the phone's, over "LCP1" certificate step

A visitor's moving receipt is the same code, certified for an arrival: "LCR1:" and "LCC2" instead, the place's key in
place of the pseudonym, and when its holder arrived in place of `expires`. A picture of it dies as fast.

Points are compressed (SEC 1), numbers big-endian, signatures r then s (32 bytes each), ECDSA P-256 with SHA-256.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lachan.systems.checkin.cards import PASS_PREFIX, RECEIPT_PREFIX
from lachan.systems.checkin.certificates import BrokenError, base45

STEP_S = 30
# A picture of a pass is older than this at most one minute after its half minute began.
MAX_AGE_S = 60
# A receipt tells of an arrival at most this long ago.
RECEIPT_S = 12 * 3600
# The phone's clock may run ahead of the gate's by this.
MAX_AHEAD_S = 30
PSEUDONYM_BYTES, POINT_BYTES, NUMBER_BYTES, SIGNATURE_BYTES = 16, 33, 4, 64
BODY_BYTES = PSEUDONYM_BYTES + POINT_BYTES + NUMBER_BYTES
CERTIFICATE_BYTES = BODY_BYTES + SIGNATURE_BYTES
PASS_BYTES = CERTIFICATE_BYTES + NUMBER_BYTES + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Verdict:
    """`expired`: made by a certified phone, but for another moment, as a picture of a pass is."""

    state: Literal["valid", "expired", "forged"]
    pseudonym: bytes = b""


class WrongKeyError(ValueError):
    """What the phone sent is no public key of P-256."""


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """`place` is the key of the place (16 bytes), `at` the moment of arrival in Unix time."""

    state: Literal["valid", "expired", "forged"]
    place: bytes = b""
    at: int = 0


def certify(
    key: ec.EllipticCurvePrivateKey, pseudonym: bytes, phone_key: bytes, expires: datetime, context: bytes = b"LCC1"
) -> bytes:
    """The certificate of the phone's public key (SEC 1, compressed or not). Raises WrongKeyError."""
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), phone_key)
    except ValueError:
        raise WrongKeyError("not a point of P-256") from None
    body = pseudonym + point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    body += int(expires.timestamp()).to_bytes(NUMBER_BYTES, "big")
    return body + sign(key, context + body)


def certify_receipt(key: ec.EllipticCurvePrivateKey, place: bytes, phone_key: bytes, arrived: datetime) -> bytes:
    """The same for an arrival at the place of that key. Raises WrongKeyError."""
    return certify(key, place, phone_key, arrived, b"LCC2")


def sign(key: ec.EllipticCurvePrivateKey, content: bytes) -> bytes:
    r, s = utils.decode_dss_signature(key.sign(content, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _signed(key: ec.EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(utils.encode_dss_signature(r, s), content, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _genuine(
    text: str, prefix: str, context: bytes, server_key: ec.EllipticCurvePublicKey
) -> tuple[bytes, int, int] | None:
    """Id, number and moment (Unix time) of a code whose signatures hold; None for anything else."""
    try:
        data = base45(text.removeprefix(prefix)) if text.startswith(prefix) else b""
    except BrokenError:
        return None
    if len(data) != PASS_BYTES:
        return None
    certificate, rest = data[:CERTIFICATE_BYTES], data[CERTIFICATE_BYTES:]
    body, step = certificate[:BODY_BYTES], rest[:NUMBER_BYTES]
    if not _signed(server_key, certificate[BODY_BYTES:], context + body):
        return None
    point = body[PSEUDONYM_BYTES:-NUMBER_BYTES]
    phone_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    if not _signed(phone_key, rest[NUMBER_BYTES:], prefix[:-1].encode() + certificate + step):
        return None
    number = int.from_bytes(body[-NUMBER_BYTES:], "big")
    return body[:PSEUDONYM_BYTES], number, int.from_bytes(step, "big") * STEP_S


def _fresh(shown: int, at: datetime, slack: timedelta = timedelta(0)) -> bool:
    off = slack.total_seconds()
    return -MAX_AHEAD_S - off <= at.timestamp() - shown <= MAX_AGE_S + off


def read(text: str, server_key: ec.EllipticCurvePublicKey, at: datetime, slack: timedelta = timedelta(0)) -> Verdict:
    """Judge a pass shown at that moment; `slack`: by how much that moment may be wrong. Never raises for the text."""
    found = _genuine(text, PASS_PREFIX, b"LCC1", server_key)
    if found is None:
        return Verdict("forged")
    pseudonym, expires, shown = found
    good = at.timestamp() <= expires and _fresh(shown, at, slack)
    return Verdict("valid" if good else "expired", pseudonym)


def read_receipt(text: str, server_key: ec.EllipticCurvePublicKey, at: datetime) -> ReceiptVerdict:
    """Judge a moving receipt shown at that moment. Never raises for what the text says."""
    found = _genuine(text, RECEIPT_PREFIX, b"LCC2", server_key)
    if found is None:
        return ReceiptVerdict("forged")
    place, arrived, shown = found
    good = at.timestamp() <= arrived + RECEIPT_S and _fresh(shown, at)
    return ReceiptVerdict("valid" if good else "expired", place, arrived)
