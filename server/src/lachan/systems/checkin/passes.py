"""The rotating pass of a phone: a QR that changes every 30 seconds and that a gate verifies without a network.

The server certifies the phone's own key under a pseudonym; the phone signs the running half minute. A gate needs only
the server's public key. Pure; the phone's half is web/static/app/pass-maker.js, the gate's web/static/gate/passes.js.

    pass         = "LCP1:" base45(certificate step signature)              185 bytes
    certificate  = pseudonym[16] phone-key[33] expires[4] signature[64]    signed by the server over "LCC1" and the rest
    step         = Unix time / 30, 4 bytes; its signature is the phone's, over "LCP1" certificate step

Points are compressed (SEC 1), numbers big-endian, signatures r then s (32 bytes each), ECDSA P-256 with SHA-256.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lachan.systems.checkin.cards import PASS_PREFIX
from lachan.systems.checkin.certificates import BrokenError, base45

STEP_S = 30
# A picture of a pass is older than this at most one minute after its half minute began.
MAX_AGE_S = 60
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


def certify(key: ec.EllipticCurvePrivateKey, pseudonym: bytes, phone_key: bytes, expires: datetime) -> bytes:
    """The certificate of the phone's public key (SEC 1, compressed or not). Raises WrongKeyError."""
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), phone_key)
    except ValueError:
        raise WrongKeyError("not a point of P-256") from None
    body = pseudonym + point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    body += int(expires.timestamp()).to_bytes(NUMBER_BYTES, "big")
    return body + sign(key, b"LCC1" + body)


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


def read(text: str, server_key: ec.EllipticCurvePublicKey, at: datetime, slack: timedelta = timedelta(0)) -> Verdict:
    """Judge a pass shown at that moment; `slack`: by how much that moment may be wrong. Never raises for the text."""
    forged = Verdict("forged")
    try:
        data = base45(text.removeprefix(PASS_PREFIX)) if text.startswith(PASS_PREFIX) else b""
    except BrokenError:
        return forged
    if len(data) != PASS_BYTES:
        return forged
    certificate, rest = data[:CERTIFICATE_BYTES], data[CERTIFICATE_BYTES:]
    body, step = certificate[:BODY_BYTES], rest[:NUMBER_BYTES]
    if not _signed(server_key, certificate[BODY_BYTES:], b"LCC1" + body):
        return forged
    pseudonym, point = body[:PSEUDONYM_BYTES], body[PSEUDONYM_BYTES:-NUMBER_BYTES]
    phone_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    if not _signed(phone_key, rest[NUMBER_BYTES:], PASS_PREFIX[:-1].encode() + certificate + step):
        return forged
    age = at.timestamp() - int.from_bytes(step, "big") * STEP_S
    off = slack.total_seconds()
    outlived = at.timestamp() > int.from_bytes(body[-NUMBER_BYTES:], "big")
    return Verdict("expired" if outlived or not -MAX_AHEAD_S - off <= age <= MAX_AGE_S + off else "valid", pseudonym)
