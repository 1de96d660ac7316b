"""The QR of a declaration: signed by this server, verified by a border desk without a network. Pure.

    code = "LCE2:" base45(body signature)
    body = UTF-8 JSON: [short code, gate, day of travel, last Unix second, revision, order, vehicle, travellers]
    traveller = [number, name, last three of the document, nationality, seat, verdict, [rule codes]]

The signature (r then s, 32 bytes each; ECDSA P-256 with SHA-256) is over "LCE2" and the body. The browser's half is
web/static/entry/signed.js. No birth: with the short code it opens the declaration, so a picture of the QR must not tell
it. "LCE1" told the year; nothing reads it any more.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

PREFIX = "LCE2:"
SIGNATURE_BYTES = 64
# A QR of 2,953 bytes is the largest there is; a phone's camera gives up long before.
LONGEST = 1600
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_HOW = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class Verdict:
    state: Literal["valid", "expired", "forged"]
    body: Any = None


def base45(data: bytes) -> str:
    """RFC 9285, which keeps a QR in its alphanumeric mode."""
    text = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number, size = int.from_bytes(pair, "big"), len(pair) + 1
        for _digit in range(size):
            number, digit = divmod(number, 45)
            text.append(_ALPHABET[digit])
    return "".join(text)


def unbase45(text: str) -> bytes:
    """Raises ValueError for what is not base45."""
    out = bytearray()
    for start in range(0, len(text), 3):
        digits = [_ALPHABET.index(sign) for sign in text[start : start + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(digits))
        if len(digits) == 1 or number >= 256 ** (len(digits) - 1):
            raise ValueError("base45")
        out += number.to_bytes(len(digits) - 1, "big")
    return bytes(out)


def write(key: ec.EllipticCurvePrivateKey, body: list[Any]) -> str:
    """The text of the QR."""
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    r, s = utils.decode_dss_signature(key.sign(PREFIX[:-1].encode() + plain, _HOW))
    return PREFIX + base45(plain + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def read(text: str, key: ec.EllipticCurvePublicKey, now: float) -> Verdict:
    """Judge a code shown at that Unix second. Never raises for what the text says."""
    forged = Verdict("forged")
    try:
        data = unbase45(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else b""
    except ValueError:
        return forged
    plain, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    if not plain:
        return forged
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(utils.encode_dss_signature(r, s), PREFIX[:-1].encode() + plain, _HOW)
    except InvalidSignature:
        return forged
    body = json.loads(plain)
    return Verdict("expired" if now > body[3] else "valid", body)
