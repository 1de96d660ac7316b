"""The feed of place notices: one small signed file for everybody, matched on the phone. Pure.

Whoever has stood at a place knows its code; nobody else can read its entries, recognise the place, or link its hours.
Format 2 (docs/adr/0021): one entry for up to four hours, so that the size follows the windows, not their hours.

    header      24 bytes   "LCF1", version u8 = 2, entry size u8 = 13, two zero bytes, edition u32, issued u32,
                           valid until u32, number of entries u32 (big-endian; times are Unix seconds)
    entries     13 bytes   each, sorted: tag (8), body (5); one per place code, notice and four hours begun
    signature   64 bytes   ECDSA P-256 with SHA-256 over all before it, as r | s (what WebCrypto verifies)

For the code C (12 characters, capitals, no dashes), the hour H in which the entry begins (whole hours since 1970, UTC)
and the notice N (0, 1, … when several begin in that hour), written as decimal numbers:

    tag  = SHA-256("lachan notice 2 tag|C|H|N")[:8]
    mask = SHA-256("lachan notice 2 body|C|H|N")[:5]
    body = mask XOR (first minute 0–59, minutes 1–240, grade, disease, 0)

A reader looks for N = 0 in every hour it was there and the four before; while it finds one, it looks for N + 1. The
zero byte makes a chance hit on a tag (1 in 2^64) stand out. Entries of no place fill the file to a multiple of 64, so
that its size hides how many are real; they stay from edition to edition, so that comparing does not show them.

A delta turns one edition into a later one, byte for byte; the later one's own signature then proves it:

    "LCD1", zero u32, base edition u32, header of the later edition (24), number of tags that go u32,
    those tags (8 each, sorted), entries that come (13 each, sorted), signature of the later edition (64)
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

MAGIC, VERSION = b"LCF1", 2
DELTA_MAGIC = b"LCD1"
HEADER = struct.Struct(">4sBBHIIII")
DELTA_HEADER = struct.Struct(">4sII24sI")
TAG_BYTES, BODY_BYTES, SIGNATURE_BYTES = 8, 5, 64
ENTRY_BYTES = TAG_BYTES + BODY_BYTES
PADDED_TO = 64
HOUR_S = 3600
# The longest entry, and how many hours before a stay one may have begun that reaches into it.
ENTRY_MINUTES = 240
HOURS_BACK = 4
_P256_BYTES = 32


class FeedError(ValueError):
    """Bytes that are no feed or no delta, or not signed by the key. `reason`: "unreadable" or "signature"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Window:
    """A place (by code) and a span of time, whole minutes; `grade` as PlaceNotice.Grade, `disease` as the profile's
    index."""

    code: str
    start: datetime
    end: datetime
    grade: int
    disease: int


@dataclass(frozen=True)
class Feed:
    """A feed whose signature was right: its number, when it was made, until when to believe that it is the newest."""

    edition: int
    issued: datetime
    valid_until: datetime
    entries: dict[bytes, bytes]


def _digest(kind: str, code: str, hour: int, number: int) -> bytes:
    return hashlib.sha256(f"lachan notice 2 {kind}|{code}|{hour}|{number}".encode()).digest()


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _entries(windows: Iterable[Window]) -> set[bytes]:
    in_hour: dict[tuple[str, int], set[bytes]] = defaultdict(set)
    for window in windows:
        begins, ends = int(window.start.timestamp() // 60), int(-(-window.end.timestamp() // 60))
        for minute in range(begins, ends, ENTRY_MINUTES):
            lasts = min(ENTRY_MINUTES, ends - minute)
            in_hour[window.code, minute // 60].add(bytes((minute % 60, lasts, window.grade, window.disease, 0)))
    return {
        _digest("tag", code, hour, number)[:TAG_BYTES] + _xor(body, _digest("body", code, hour, number)[:BODY_BYTES])
        for (code, hour), bodies in in_hour.items()
        for number, body in enumerate(sorted(bodies))
    }


def encode(
    *, edition: int, issued: datetime, valid_until: datetime, windows: Iterable[Window], filler_key: bytes
) -> bytes:
    """The feed without its signature. `filler_key` is secret: it makes the entries of no place."""
    entries = _entries(windows)
    wanted = max(PADDED_TO, -(-len(entries) // PADDED_TO) * PADDED_TO)
    fillers = (hmac.digest(filler_key, n.to_bytes(4), "sha256")[:ENTRY_BYTES] for n in range(wanted))
    while len(entries) < wanted:
        entries.add(next(fillers))
    header = HEADER.pack(
        MAGIC, VERSION, ENTRY_BYTES, 0, edition, int(issued.timestamp()), int(valid_until.timestamp()), len(entries)
    )
    return header + b"".join(sorted(entries))


def sign(unsigned: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The 64 bytes to append."""
    r, s = decode_dss_signature(key.sign(unsigned, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)


def open_feed(content: bytes, key: ec.EllipticCurvePublicKey) -> Feed:
    """Verify and read a feed. Raises FeedError."""
    unsigned, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    if len(unsigned) < HEADER.size or unsigned[: len(MAGIC)] != MAGIC:
        raise FeedError("unreadable")
    r, s = int.from_bytes(signature[:_P256_BYTES]), int.from_bytes(signature[_P256_BYTES:])
    try:
        key.verify(encode_dss_signature(r, s), unsigned, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise FeedError("signature") from error
    _magic, version, size, _zero, edition, issued, valid_until, count = HEADER.unpack_from(unsigned)
    if version != VERSION or size != ENTRY_BYTES or len(unsigned) != HEADER.size + count * size:
        raise FeedError("unreadable")
    entries = {}
    for at in range(HEADER.size, len(unsigned), size):
        entries[unsigned[at : at + TAG_BYTES]] = unsigned[at + TAG_BYTES : at + size]
    return Feed(edition, _utc(issued), _utc(valid_until), entries)


def _rows(content: bytes) -> set[bytes]:
    """The entries of a signed edition of this format, as they stand. Raises FeedError."""
    body = content[HEADER.size : -SIGNATURE_BYTES]
    if content[: len(MAGIC)] != MAGIC or content[len(MAGIC)] != VERSION or len(body) % ENTRY_BYTES:
        raise FeedError("unreadable")
    return {body[at : at + ENTRY_BYTES] for at in range(0, len(body), ENTRY_BYTES)}


def delta(base: bytes, later: bytes) -> bytes:
    """What turns the signed edition `base` into the signed edition `later`. Raises FeedError for another format."""
    before, after = _rows(base), _rows(later)
    gone = sorted(row[:TAG_BYTES] for row in before - after)
    edition = HEADER.unpack_from(base)[4]
    header = DELTA_HEADER.pack(DELTA_MAGIC, 0, edition, later[: HEADER.size], len(gone))
    return header + b"".join(gone) + b"".join(sorted(after - before)) + later[-SIGNATURE_BYTES:]


def apply_delta(base: bytes, change: bytes) -> bytes:
    """The later edition, whose signature open_feed() still has to verify. Raises FeedError."""
    if len(change) < DELTA_HEADER.size + SIGNATURE_BYTES:
        raise FeedError("unreadable")
    magic, _zero, edition, header, goes = DELTA_HEADER.unpack_from(change)
    come_from = DELTA_HEADER.size + goes * TAG_BYTES
    come = change[come_from:-SIGNATURE_BYTES]
    if magic != DELTA_MAGIC or HEADER.unpack_from(base)[4] != edition or len(come) % ENTRY_BYTES:
        raise FeedError("unreadable")
    tags = change[DELTA_HEADER.size : come_from]
    gone = {tags[at : at + TAG_BYTES] for at in range(0, len(tags), TAG_BYTES)}
    rows = {row for row in _rows(base) if row[:TAG_BYTES] not in gone}
    rows |= {come[at : at + ENTRY_BYTES] for at in range(0, len(come), ENTRY_BYTES)}
    return bytes(header) + b"".join(sorted(rows)) + change[-SIGNATURE_BYTES:]


def match(feed: Feed, code: str, start: datetime, end: datetime) -> list[Window]:
    """The notices that overlap a stay at the place of that code; windows over several entries come as one. The
    reference for the phone's own reader."""
    found = []
    for hour in range(int(start.timestamp() // HOUR_S) - HOURS_BACK, int(-(-end.timestamp() // HOUR_S))):
        number = 0
        while body := feed.entries.get(_digest("tag", code, hour, number)[:TAG_BYTES]):
            first, minutes, grade, disease, zero = _xor(body, _digest("body", code, hour, number)[:BODY_BYTES])
            number += 1
            if zero == 0 and first < 60 and 0 < minutes <= ENTRY_MINUTES:
                begins = _utc(hour * HOUR_S + first * 60)
                found.append(Window(code, begins, begins + timedelta(minutes=minutes), grade, disease))
    return [w for w in _joined(found) if w.start < end and w.end > start]


def _joined(windows: Sequence[Window]) -> list[Window]:
    joined: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.disease, w.grade, w.start, w.end)):
        last = joined[-1] if joined else None
        if last and (last.disease, last.grade) == (window.disease, window.grade) and window.start <= last.end:
            joined[-1] = Window(last.code, last.start, max(last.end, window.end), last.grade, last.disease)
        else:
            joined.append(window)
    return sorted(joined, key=lambda w: (w.start, w.end, w.disease, w.grade))


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as a JSON Web Key (RFC 7517), which WebCrypto imports."""
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _b64(numbers.x), "y": _b64(numbers.y), "alg": "ES256", "use": "sig"}


def _b64(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(_P256_BYTES)).rstrip(b"=").decode()
