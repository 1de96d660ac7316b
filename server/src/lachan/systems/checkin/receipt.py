"""The receipt of a check-in: what the phone shows at the door, and the short code a gatekeeper compares."""

import hashlib
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from lachan.register.places.codes import ALPHABET


class PlaceName(msgspec.Struct):
    name: str
    key: UUID


class Receipt(msgspec.Struct):
    """`at` is the time kept (UTC); `clock_offset` in seconds tells that the phone's clock was wrong and by how much."""

    id: UUID
    place: PlaceName
    at: datetime
    direction: Literal["in", "out"]
    code: str
    clock_offset: int | None = None


def short_code(event_id: UUID) -> str:
    """Six characters of the event, "7KD-2Q4": to compare by eye, not to look anything up."""
    bits = int.from_bytes(hashlib.sha256(event_id.bytes).digest()[:4])
    text = "".join(ALPHABET[bits >> 5 * i & 31] for i in range(6))
    return f"{text[:3]}-{text[3:]}"
