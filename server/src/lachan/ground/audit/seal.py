"""The hash chain over the trail: linked within seconds by one job, checked from the first link to the last.

Writers never wait for the chain: a job links what has been committed since, in id order. A transaction that commits
late is linked later, so the chain's order is the order of links, not of events. After each run the newest hash is also
kept in a file outside the database, so that cutting off the newest links is noticed too.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from lachan.ground.platform import config

GENESIS = bytes(32)
BATCH = 5_000
# An event older than this without a link means that the sealing job stands still.
SEALED_WITHIN_S = 10
_LOCK = 0x1A_C4_A2  # pg advisory lock of the sealing job

_COLUMNS = (
    "id, at, actor_id, actor_role, actor_area_id, action, subject_id, object_kind, object_id, purpose, detail::text"
)
_SELECT_OPEN = f"""
SELECT {_COLUMNS} FROM audit_auditevent e
WHERE e.id > %s AND NOT EXISTS (SELECT FROM audit_auditlink l WHERE l.event_id = e.id)
ORDER BY e.id LIMIT %s
"""  # noqa: S608  constant columns
# A transaction that took its event's id more than an hour ago and is still open is found by the nightly full pass.
_FLOOR = "SELECT coalesce(max(event_id), 0) FROM audit_auditlink WHERE sealed_at < now() - interval '1 hour'"
_SELECT_CHAIN = f"""
SELECT l.id, l.event_id, l.hash, {", ".join("e." + column.strip() for column in _COLUMNS.split(","))}
FROM audit_auditlink l LEFT JOIN audit_auditevent e ON e.id = l.event_id ORDER BY l.id
"""  # noqa: S608  constant columns

Row = tuple[Any, ...]


def canonical(row: Row) -> bytes:
    """The event's bytes in the chain: its columns in order as JSON, the time in UTC to the microsecond."""
    number, at, *middle, detail = row
    assert isinstance(at, datetime)  # noqa: S101  the column's type
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body = json.dumps(json.loads(detail), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return json.dumps([number, when, *middle, body], separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, row: Row) -> bytes:
    return hashlib.sha256(previous + canonical(row)).digest()


@transaction.atomic
def seal(*, everything: bool = False) -> int:
    """Link up to BATCH committed events that have no link yet and return how many; 0 while another process is at it.

    `everything` looks at the whole trail instead of its last hour.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        floor = 0
        if not everything:
            cursor.execute(_FLOOR)
            floor = cursor.fetchone()[0]
        cursor.execute("SELECT id, hash FROM audit_auditlink ORDER BY id DESC LIMIT 1")
        last = cursor.fetchone()
        previous = bytes(last[1]) if last else GENESIS
        cursor.execute(_SELECT_OPEN, [floor, BATCH])
        events = cursor.fetchall()
        if not events:
            return 0
        hashes = []
        for event in events:
            previous = link(previous, event)
            hashes.append(previous)
        cursor.execute(
            "INSERT INTO audit_auditlink (event_id, hash) SELECT event, hash"
            " FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS t (event, hash, place) ORDER BY place",
            [[event[0] for event in events], hashes],
        )
        cursor.execute("SELECT id FROM audit_auditlink WHERE event_id = %s", [events[-1][0]])
        newest = cursor.fetchone()[0]
    transaction.on_commit(lambda: _keep_head(newest, previous))
    return len(events)


def seal_all(*, everything: bool = False) -> int:
    """seal() until nothing is left."""
    total = 0
    while done := seal(everything=everything):
        total += done
        if done < BATCH:
            break
    return total


def head_file() -> Path:
    """Where the newest hash is kept outside the database."""
    return config.data_dir() / "audit.head"


def _keep_head(number: int, value: bytes) -> None:
    path = head_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_text(f"{number} {value.hex()}\n")
    partial.replace(path)


@dataclass(frozen=True)
class Fault:
    """`kind`: "changed" (a link no longer fits its event or its predecessor), "deleted" (a link without its event),
    "unsealed" (an old event without a link), "cut" (the newest links are gone)."""

    kind: str
    event_id: int | None = None
    link_id: int | None = None


@dataclass
class Verdict:
    """What verify() found over `links` links; `head` is the newest hash, to be compared with one noted elsewhere."""

    links: int = 0
    head: str = GENESIS.hex()
    faults: list[Fault] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.faults


def _chain() -> Iterator[Row]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DECLARE audit_chain NO SCROLL CURSOR FOR {_SELECT_CHAIN}")
        while True:
            cursor.execute(f"FETCH {BATCH} FROM audit_chain")
            rows = cursor.fetchall()
            if not rows:
                break
            yield from rows
        cursor.execute("CLOSE audit_chain")


def verify(*, known_head: tuple[int, bytes] | None = None) -> Verdict:
    """Recompute the chain. `known_head` is a (link id, hash) noted earlier; by default the one in head_file()."""
    verdict = Verdict()
    previous = GENESIS
    expected = known_head or _read_head()
    seen = expected is None
    for link_id, event_id, stored, *event in _chain():
        stored_hash = bytes(stored)
        verdict.links += 1
        if event[0] is None:
            verdict.faults.append(Fault("deleted", event_id, link_id))
        elif link(previous, tuple(event)) != stored_hash:
            verdict.faults.append(Fault("changed", event_id, link_id))
        if expected is not None and link_id == expected[0]:
            seen = stored_hash == expected[1]
        # The stored hash goes on, so that one changed event is one fault and not one for every later link.
        previous = stored_hash
    verdict.head = previous.hex()
    if not seen and expected is not None:
        verdict.faults.append(Fault("cut", link_id=expected[0]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM audit_auditevent e WHERE e.at < clock_timestamp() - make_interval(secs => %s)"
            " AND NOT EXISTS (SELECT FROM audit_auditlink l WHERE l.event_id = e.id) ORDER BY e.id LIMIT 100",
            [SEALED_WITHIN_S],
        )
        verdict.faults.extend(Fault("unsealed", row[0]) for row in cursor.fetchall())
    return verdict


def _read_head() -> tuple[int, bytes] | None:
    try:
        number, value = head_file().read_text().split()
    except FileNotFoundError:
        return None
    return int(number), bytes.fromhex(value)
