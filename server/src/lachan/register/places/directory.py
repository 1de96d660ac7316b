"""The directory of a commune: which codes are genuine there, so that phones and gates know it without a network.

    header      36 bytes   "LCD1", version 1, digest size 8, two zero bytes, commune code (8 bytes, ASCII, zero-filled),
                           edition, issued, valid until, rounds, number of codes (each a big-endian u32; Unix seconds)
    digests      8 bytes   each, sorted, one for every valid code
    signature   64 bytes   ECDSA P-256 with SHA-256 over all before it, r | s, by the installation's key "directory"

    digest = PBKDF2-HMAC-SHA-256(code, salt "lachan directory|" + commune code, rounds)[:8]

A code has 55 random bits: a plain hash of it could be tried out by machine until it gives one back. The rounds make
that cost years of machine time for each commune, while a phone that checks one code notices nothing. A foreign code
passes by chance once in 2⁶⁴ / (codes of the commune).

The edition is the time at which the set of codes was last made anew; a reader never takes a lower one than it has had.
"""

import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

MAGIC, VERSION = b"LCD1", 1
DIGEST_BYTES, SIGNATURE_BYTES = 8, 64
ROUNDS = 1000
COMMUNE_BYTES = 8
_HEADER = struct.Struct(">4sBB2x8sIIIII")


class DirectoryError(ValueError):
    """The bytes are no directory, or one that must not be trusted."""


@dataclass(frozen=True)
class Directory:
    """A directory that was read and verified. Times are Unix seconds."""

    commune: str
    edition: int
    issued: int
    valid_until: int
    rounds: int
    digests: frozenset[bytes]

    def holds(self, code: str) -> bool:
        """Whether the code (12 characters, as stored) is one of the commune."""
        return digest(code, self.commune, self.rounds) in self.digests


def digest(code: str, commune: str, rounds: int = ROUNDS) -> bytes:
    """The entry of the code in the directory of the commune with that official code."""
    return hashlib.pbkdf2_hmac("sha256", code.encode(), f"lachan directory|{commune}".encode(), rounds, DIGEST_BYTES)


def encode(
    digests: list[bytes], *, commune: str, edition: int, issued: int, valid_until: int, key: ec.EllipticCurvePrivateKey
) -> bytes:
    """The signed directory. Raises ValueError for a commune code of more than 8 ASCII characters."""
    name = commune.encode("ascii")
    if len(name) > COMMUNE_BYTES:
        raise ValueError(f"{commune!r} is longer than {COMMUNE_BYTES} bytes")
    entries = sorted(set(digests))
    header = _HEADER.pack(MAGIC, VERSION, DIGEST_BYTES, name, edition, issued, valid_until, ROUNDS, len(entries))
    body = header + b"".join(entries)
    r, s = decode_dss_signature(key.sign(body, ec.ECDSA(hashes.SHA256())))
    return body + r.to_bytes(32) + s.to_bytes(32)


def decode(content: bytes, key: ec.EllipticCurvePublicKey) -> Directory:
    """Verify and read a directory. Raises DirectoryError."""
    body, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    if len(body) < _HEADER.size:
        raise DirectoryError("too short")
    magic, version, size, name, edition, issued, valid_until, rounds, count = _HEADER.unpack_from(body)
    if magic != MAGIC or version != VERSION or size != DIGEST_BYTES:
        raise DirectoryError("not a directory of this version")
    if len(body) != _HEADER.size + count * DIGEST_BYTES:
        raise DirectoryError("cut short or too long")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        key.verify(encode_dss_signature(r, s), body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise DirectoryError("the signature is not the installation's") from error
    entries = body[_HEADER.size :]
    return Directory(
        commune=name.rstrip(b"\0").decode("ascii"),
        edition=edition,
        issued=issued,
        valid_until=valid_until,
        rounds=rounds,
        digests=frozenset(entries[at : at + DIGEST_BYTES] for at in range(0, len(entries), DIGEST_BYTES)),
    )
