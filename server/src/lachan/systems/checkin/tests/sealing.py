"""The gate's and the phone's half in Python, for tests; test_sealed_cards and test_passes hold the browser's to it."""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lachan.systems.checkin import passes

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def seal(content: dict[str, Any], visit: UUID, server: ec.EllipticCurvePrivateKey) -> str:
    """Sealed as the gate seals it, base64url."""
    own = ec.generate_private_key(ec.SECP256R1())
    shared = own.exchange(ec.ECDH(), server.public_key())
    info = b"lachan gate card 1" + point(server)
    key = HKDF(algorithm=SHA256(), length=32, salt=point(own), info=info).derive(shared)
    nonce = bytes(12)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(content).encode(), visit.bytes)
    return base64url(bytes([1]) + point(own) + nonce + sealed)


def phone_key() -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, point(key)


def base45(data: bytes) -> str:
    out = ""
    for start in range(0, len(data), 2):
        part = data[start : start + 2]
        number = int.from_bytes(part, "big")
        for _digit in range(len(part) + 1):
            out += LETTERS[number % 45]
            number //= 45
    return out


def show(certificate: bytes, key: ec.EllipticCurvePrivateKey, at: datetime, prefix: str = "LCP1") -> str:
    """The text of the pass at that moment."""
    step = (int(at.timestamp()) // passes.STEP_S).to_bytes(4, "big")
    return f"{prefix}:{base45(certificate + step + passes.sign(key, prefix.encode() + certificate + step))}"
