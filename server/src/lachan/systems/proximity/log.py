"""The public log as the database keeps it (`lachan_proximity.keyfile.chain` has the rule); it only grows."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from lachan.systems.proximity.models import LogEntry
from lachan_proximity.keyfile import chain

_LOCK = 7_205_011


@transaction.atomic
def append(kind: LogEntry.Kind, subject: str, digest: bytes) -> LogEntry:
    """Add an entry, one at a time across all processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = LogEntry.objects.order_by("-number").first()
    number, before = (last.number + 1, bytes(last.hash)) if last else (1, chain.START)
    at = timezone.now().replace(microsecond=0)
    seconds = int(at.timestamp())
    return LogEntry.objects.create(
        number=number,
        at=at,
        kind=kind,
        subject=subject,
        digest=digest,
        hash=chain.link(before, number=number, at=seconds, kind=kind.value, subject=subject, digest=digest),
    )


def links(entries: Iterable[LogEntry]) -> Iterable[chain.Link]:
    """The entries as the chain reckons with them."""
    for row in entries:
        at = int(row.at.timestamp())
        yield chain.Link(row.number, at, str(row.kind), row.subject, bytes(row.digest), bytes(row.hash))


def broken_at() -> int | None:
    """The number of the first entry that does not follow from the one before, or None."""
    return chain.broken_at(links(LogEntry.objects.order_by("number").iterator()))
