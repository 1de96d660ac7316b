"""`HC1:` health certificates (EU DCC; Decision 5772/QĐ-BYT): unpacked, and verified when the issuer's key is known.

Pure. What is read is shown at the gate for the moment and never stored. The same in web/static/gate/certificates.js.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

PREFIX = "HC1:"
MAX_INFLATED_BYTES = 65_536
MAX_DEPTH = 16
_BASE45 = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_ES256, _PS256 = -7, -37
# Claims of a CWT (RFC 8392) and of hcert.
_EXPIRES, _HCERT, _DCC = 4, -260, 1

Verdict = Literal["valid", "expired", "unchecked", "broken"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """`expired`: genuine, but past its date. `unchecked`: well formed, but nobody here knows the issuer's key. `name`
    and `born` as the certificate says."""

    verdict: Verdict
    name: str = ""
    born: str = ""


class BrokenError(ValueError):
    """The text is no certificate that can be unpacked."""


def read(text: str, keys: Mapping[bytes, bytes], now: datetime) -> Certificate:
    """Unpack and judge. `keys` maps the issuer's key id (8 bytes) to its public key (DER SubjectPublicKeyInfo).

    Never raises for what the text says: a text that can't be unpacked and a wrong signature are both `broken`.
    """
    try:
        protected, unprotected, payload, signature = _cose(unpack(text))
        header = _map(decode(protected)) if protected else {}
        claims = _map(decode(payload))
        dcc = _map(_map(claims[_HCERT])[_DCC])
        name, born = _holder(dcc)
        expires = claims.get(_EXPIRES)
        kid = header.get(4, unprotected.get(4))
        algorithm = header.get(1, unprotected.get(1))
    except (BrokenError, KeyError, TypeError):
        return Certificate("broken")
    key = keys.get(kid) if isinstance(kid, bytes) else None
    if key is None:
        return Certificate("unchecked", name, born)
    signed = b"\x84\x6aSignature1" + _bytes_head(len(protected)) + protected + b"\x40"
    signed += _bytes_head(len(payload)) + payload
    if not _verified(key, algorithm, signature, signed):
        return Certificate("broken")
    past = isinstance(expires, int | float) and not isinstance(expires, bool) and expires < now.timestamp()
    return Certificate("expired" if past else "valid", name, born)


def unpack(text: str) -> bytes:
    """The COSE message inside: base45 (RFC 9285), then zlib. Raises BrokenError."""
    if not text.startswith(PREFIX):
        raise BrokenError("prefix")
    packed = base45(text.removeprefix(PREFIX))
    try:
        inflater = zlib.decompressobj()
        data = inflater.decompress(packed, MAX_INFLATED_BYTES)
    except zlib.error:
        raise BrokenError("zlib") from None
    if not inflater.eof or inflater.unused_data:
        raise BrokenError("zlib")
    return data


def base45(text: str) -> bytes:
    try:
        values = [_BASE45[letter] for letter in text]
    except KeyError:
        raise BrokenError("base45") from None
    out = bytearray()
    for start in range(0, len(values), 3):
        part = values[start : start + 3]
        number = sum(value * 45**power for power, value in enumerate(part))
        size = len(part) - 1
        if size == 0 or number >= 256**size:
            raise BrokenError("base45")
        out += number.to_bytes(size, "big")
    return bytes(out)


def _cose(data: bytes) -> tuple[bytes, dict[object, object], bytes, bytes]:
    message = decode(data)
    if not isinstance(message, list) or len(message) != 4:
        raise BrokenError("cose")
    protected, unprotected, payload, signature = message
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise BrokenError("cose")
    return protected, _map(unprotected), payload, signature


def _map(value: object) -> dict[object, object]:
    if not isinstance(value, dict):
        raise BrokenError("map")
    return value


def _holder(dcc: dict[object, object]) -> tuple[str, str]:
    names, born = _map(dcc["nam"]), dcc.get("dob")
    parts = [part for part in (names.get("fn"), names.get("gn")) if isinstance(part, str)]
    return " ".join(parts), born if isinstance(born, str) else ""


def _bytes_head(size: int) -> bytes:
    if size < 24:
        return bytes([0x40 | size])
    return struct.pack(">BB", 0x58, size) if size < 256 else struct.pack(">BH", 0x59, size)


def _verified(key: bytes, algorithm: object, signature: bytes, signed: bytes) -> bool:
    try:
        public = load_der_public_key(key)
        if algorithm == _ES256 and isinstance(public, ec.EllipticCurvePublicKey) and len(signature) == 64:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            public.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
            return True
        if algorithm == _PS256 and isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, signed, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return False


_BREAK = object()


def decode(data: bytes) -> object:
    """One CBOR item (RFC 8949) that fills the whole of `data`; tags are dropped. Raises BrokenError."""
    value, end = _item(data, 0, 0)
    if end != len(data) or value is _BREAK:
        raise BrokenError("cbor")
    return value


def _take(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(data):
        raise BrokenError("cbor")
    return data[at : at + size], at + size


def _item(data: bytes, at: int, depth: int) -> tuple[object, int]:  # noqa: PLR0911, PLR0912  one branch a major type
    if depth > MAX_DEPTH:
        raise BrokenError("cbor")
    head, at = _take(data, at, 1)
    major, short = head[0] >> 5, head[0] & 31
    if major == 7:
        return _simple(data, at, short)
    count: int | None = short
    if 24 <= short <= 27:
        raw, at = _take(data, at, 1 << (short - 24))
        count = int.from_bytes(raw, "big")
    elif short == 31 and major in (2, 3, 4, 5):
        count = None
    elif short >= 28:
        raise BrokenError("cbor")
    if count is None:
        return _open_ended(data, at, major, depth)
    if major == 0:
        return count, at
    if major == 1:
        return -1 - count, at
    if major in (2, 3):
        raw, at = _take(data, at, count)
        return (raw if major == 2 else _text(raw)), at
    if major == 6:
        return _item(data, at, depth + 1)
    if count > len(data) - at:
        raise BrokenError("cbor")
    values = []
    for _number in range(count * (2 if major == 5 else 1)):
        value, at = _item(data, at, depth + 1)
        if value is _BREAK:
            raise BrokenError("cbor")
        values.append(value)
    return (values if major == 4 else _pairs(values)), at


def _open_ended(data: bytes, at: int, major: int, depth: int) -> tuple[object, int]:
    values = []
    while True:
        value, at = _item(data, at, depth + 1)
        if value is _BREAK:
            break
        values.append(value)
    if major == 4:
        return values, at
    if major == 5:
        return _pairs(values), at
    kind = bytes if major == 2 else str
    if not all(isinstance(value, kind) for value in values):
        raise BrokenError("cbor")
    return (b"".join(values) if major == 2 else "".join(values)), at  # type: ignore[arg-type]


def _pairs(values: list[object]) -> dict[object, object]:
    keys, held = values[::2], values[1::2]
    if len(keys) != len(held) or not all(isinstance(key, int | str) and not isinstance(key, bool) for key in keys):
        raise BrokenError("cbor")
    return dict(zip(keys, held, strict=True))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BrokenError("cbor") from None


def _simple(data: bytes, at: int, short: int) -> tuple[object, int]:
    if short == 31:
        return _BREAK, at
    if short in (20, 21):
        return short == 21, at
    if short in (22, 23):
        return None, at
    formats = {25: ">e", 26: ">f", 27: ">d"}
    if short not in formats:
        raise BrokenError("cbor")
    raw, at = _take(data, at, 1 << (short - 24))
    number: float = struct.unpack(formats[short], raw)[0]
    return number, at
