"""Compact JSON Web Signatures (RFC 7515) with ES256: certificates, receipts, the head of the log."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

_HEADER = {"alg": "ES256", "typ": "JWT"}
_SIGNATURE_BYTES = 64


class ForgedError(ValueError):
    """The text is no signature of ours over anything."""


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(claims: dict[str, Any], key: ec.EllipticCurvePrivateKey) -> str:
    """The signed text. Claims must be JSON."""
    parts = [
        _encode(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode()) for part in (_HEADER, claims)
    ]
    signed = ".".join(parts)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_encode(r.to_bytes(32) + s.to_bytes(32))}"


def verify(text: str, key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """The claims, their signature checked first; their times are the caller's to judge. Raises ForgedError."""
    signed, _dot, last = text.rpartition(".")
    try:
        signature = _decode(last)
        if len(signature) != _SIGNATURE_BYTES:
            raise ForgedError("signature")
        der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        header, claims = (json.loads(_decode(part)) for part in signed.split("."))
    except (InvalidSignature, binascii.Error, UnicodeError, ValueError) as wrong:
        raise ForgedError(str(wrong)) from wrong
    if not isinstance(header, dict) or header.get("alg") != "ES256" or not isinstance(claims, dict):
        raise ForgedError("header")
    return claims


def claims_of(text: str) -> dict[str, Any]:
    """The claims of a text that came from where it is trusted, such as one's own disk; no signature is checked. Raises
    ForgedError."""
    try:
        claims = json.loads(_decode(text.split(".")[1]))
    except (IndexError, binascii.Error, UnicodeError, ValueError) as wrong:
        raise ForgedError(str(wrong)) from wrong
    if not isinstance(claims, dict):
        raise ForgedError("claims")
    return claims
