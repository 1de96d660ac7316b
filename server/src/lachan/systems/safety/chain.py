"""A facility's chain of entries, and the day's root over all of them. Pure.

hash = SHA-256(previous hash ‖ canonical entry); the first previous is 32 zero bytes. The day's root is
SHA-256(previous root ‖ day ‖ Merkle root of the day's entry hashes): whoever keeps it can tell whether anything
received until that day was changed, added or taken away since.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

GENESIS = bytes(32)
#: The fields of an entry that are linked, in order. Bytes are written in hex, times in UTC to the microsecond.
LINKED = (
    "place", "number", "key", "kind", "day", "at", "received_at", "criteria", "answers", "outcome", "band", "score",
    "maximum", "mend_until", "complete", "note", "about", "seconds", "challenge", "photos", "digest", "signer",
)  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def canonical(fields: Mapping[str, Any]) -> bytes:
    """The entry's bytes in the chain. Raises KeyError for a field that is not given."""
    rows = [_plain(fields[name]) for name in LINKED]
    return json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, fields: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(previous + canonical(fields)).digest()


def signature(nonce: bytes, account: int | None, device: int | None, name: str) -> bytes:
    """What stands for the signer in the chain: it tells nothing without the nonce, which is erased with the name."""
    body = json.dumps([account, device, name], separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(nonce + body).digest()


def merkle(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root of the leaves in their order (RFC 6962 hashing, an odd one goes up as it is); zeros for none."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return GENESIS
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = above + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def root(previous: bytes, day: date, merkle_root: bytes) -> bytes:
    return hashlib.sha256(previous + day.isoformat().encode() + merkle_root).digest()
