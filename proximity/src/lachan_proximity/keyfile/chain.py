"""The public log: a hash chain over every key file and every change of settings, so that nobody can be shown files that
others are not shown.

    hash(0) = 32 zero bytes;  hash(n) = SHA-256(hash(n-1) ‖ "n|seconds|kind|subject|digest in hex")
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

START = bytes(32)


@dataclass(frozen=True, slots=True)
class Link:
    """One entry; `at` in unix seconds, `digest` the SHA-256 of what it is about."""

    number: int
    at: int
    kind: str
    subject: str
    digest: bytes
    hash: bytes


def link(before: bytes, *, number: int, at: int, kind: str, subject: str, digest: bytes) -> bytes:
    """The hash of an entry, from that of the entry before."""
    line = f"{number}|{at}|{kind}|{subject}|{digest.hex()}"
    return hashlib.sha256(before + line.encode()).digest()


def broken_at(entries: Iterable[Link], before: bytes = START, number: int = 0) -> int | None:
    """The number of the first entry that does not follow from the one before (hash `before`, number `number`)."""
    for entry in entries:
        number += 1
        made = link(before, number=number, at=entry.at, kind=entry.kind, subject=entry.subject, digest=entry.digest)
        if entry.number != number or made != entry.hash:
            return entry.number
        before = entry.hash
    return None
