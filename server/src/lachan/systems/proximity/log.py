"""The public log: a hash chain over every key file and every change of settings, so that nobody can be shown files that
others are not shown.

    hash(0) = 32 zero bytes;  hash(n) = SHA-256(hash(n-1) ‖ "n|seconds|kind|subject|digest in hex")
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from lachan.systems.proximity.models import LogEntry

START = bytes(32)
_LOCK = 7_205_011


def link(before: bytes, *, number: int, at: datetime, kind: str, subject: str, digest: bytes) -> bytes:
    """The hash of an entry, from that of the entry before. Pure."""
    line = f"{number}|{int(at.timestamp())}|{kind}|{subject}|{digest.hex()}"
    return hashlib.sha256(before + line.encode()).digest()


@transaction.atomic
def append(kind: LogEntry.Kind, subject: str, digest: bytes) -> LogEntry:
    """Add an entry, one at a time across all processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = LogEntry.objects.order_by("-number").first()
    number, before = (last.number + 1, bytes(last.hash)) if last else (1, START)
    at = timezone.now().replace(microsecond=0)
    return LogEntry.objects.create(
        number=number,
        at=at,
        kind=kind,
        subject=subject,
        digest=digest,
        hash=link(before, number=number, at=at, kind=kind.value, subject=subject, digest=digest),
    )


def broken_at(entries: Iterable[LogEntry], before: bytes = START) -> int | None:
    """The number of the first entry that does not follow from the one before, or None."""
    for entry in entries:
        said: Any = {"number": entry.number, "at": entry.at, "kind": entry.kind, "subject": entry.subject}
        if link(before, digest=bytes(entry.digest), **said) != bytes(entry.hash):
            return entry.number
        before = bytes(entry.hash)
    return None
