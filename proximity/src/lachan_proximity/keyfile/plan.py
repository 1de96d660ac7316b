"""What goes into which export file, and when: embargo, order, size, padding; and the index beside the files."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lachan_proximity.identifiers.gaen import INTERVAL_SECONDS, KEY_BYTES
from lachan_proximity.keyfile.batch import Export, KeyBatch, ReportType

# Devices accept an identifier up to two hours off their clock, so a key can be replayed that long after its end.
EMBARGO_INTERVALS = 12
OLDEST_DAYS = 14


@dataclass(frozen=True)
class ExportRules:
    """`minimum` keys a file, below which random ones pad it; `maximum` above which it is split."""

    region: str
    minimum: int = 1000
    maximum: int = 500_000
    embargo: int = EMBARGO_INTERVALS
    oldest_days: int = OLDEST_DAYS

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.maximum or self.maximum < 1:
            raise ValueError("minimum and maximum keys a file must fit")


@dataclass(frozen=True)
class Planned:
    """`exports` to write now; `held` keys still usable on the air; `dropped` keys too old to matter; `padded` count."""

    exports: list[Export]
    held: KeyBatch
    dropped: int
    padded: int


def chaff_like(keys: KeyBatch, count: int, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> KeyBatch:
    """`count` random keys whose other columns are drawn, row by row, from `keys`: nothing tells them from real ones."""
    if count and not len(keys):
        raise ValueError("padding is drawn from real keys, and there are none")
    rows = np.frombuffer(random_bytes(8 * count), np.uint64) % np.uint64(max(len(keys), 1))
    like = keys.take(rows.astype(np.int64))
    teks = np.frombuffer(random_bytes(KEY_BYTES * count), np.uint8).reshape(-1, KEY_BYTES)
    return KeyBatch(teks, like.starts, like.periods, like.reports, like.onsets, like.risks)


def plan(keys: KeyBatch, *, start: int, end: int, now: float, rules: ExportRules) -> Planned:
    """Files for the keys that arrived between `start` and `end` (unix seconds), as the world stands at `now`.

    Revoked keys go into `revised`, where devices forget what they warned of. Order is by key bytes. A window without
    keys gives no file: an empty one would say that nobody uploaded.
    """
    this = int(now // INTERVAL_SECONDS)
    ends = keys.ends()
    old = ends <= this - rules.oldest_days * 144
    held = (ends + rules.embargo > this) & ~old
    ready = keys.take(~old & ~held).sorted()
    revoked = ready.reports == ReportType.REVOKED
    fresh, revised = ready.take(~revoked), ready.take(revoked)
    missing = max(rules.minimum - len(ready), 0) if len(fresh) else 0
    if missing:
        fresh = KeyBatch.joined([fresh, chaff_like(fresh, missing)]).sorted()
    files = max(-(-(len(fresh) + len(revised)) // rules.maximum), 1) if len(fresh) + len(revised) else 0
    exports = [
        Export(
            start=start,
            end=end,
            region=rules.region,
            keys=fresh.take(slice(nth, None, files)),
            revised=revised.take(slice(files - 1 - nth, None, files)),
            batch=nth + 1,
            batches=files,
        )
        for nth in range(files)
    ]
    return Planned(exports, keys.take(held), int(old.sum()), missing)


def file_name(export: Export) -> str:
    """`<start>-<end>-<batch>.zip`, sorted by time where numbers have ten digits (until 2286)."""
    return f"{export.start:010d}-{export.end:010d}-{export.batch:05d}.zip"


def index(names: list[str], prefix: str = "") -> str:
    """The text of index.txt: one path a line, oldest first, so that a device reads on from the last it knows."""
    return "".join(f"{prefix}{name}\n" for name in sorted(names))
