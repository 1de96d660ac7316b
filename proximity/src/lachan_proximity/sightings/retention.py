"""Erasure on date, and its proof."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from lachan_proximity.sightings.store import DAY, Sightings


@dataclass(frozen=True)
class Erased:
    """One run: sightings of days before `before_day` (days since 1970) went at `at` (unix seconds)."""

    at: int
    before_day: int
    days: int
    sightings: int


@dataclass(frozen=True)
class Proof:
    """What is kept and what went. `faults` is empty where retention holds and the log is whole."""

    oldest_day: int | None
    limit_day: int
    runs: list[Erased]
    faults: list[str]


def _link(previous: bytes, run: Erased) -> bytes:
    return sha256(previous + b"|%d|%d|%d|%d" % (run.at, run.before_day, run.days, run.sightings)).digest()


def limit_day(store: Sightings, now: float) -> int:
    """The oldest UTC day still kept at `now`: today and `retention_days` before it."""
    return int(now // DAY) - store.retention_days


def erase(store: Sightings, now: float) -> Erased:
    """Erase every day past its date: rows, ledger, own keys, and the day's key, whose old wraps no lock opens after.

    Safe to run at any time and after any crash. A clock set into the future by mistake would erase everything, so a run
    that would go more than `retention_days` past the newest ledger entry is refused with ValueError: listen first.
    """
    before = limit_day(store, now)
    newest = store.db.execute("SELECT max(hour) FROM listening").fetchone()[0]
    if newest is not None and now > newest * 3600 + store.retention_days * DAY + DAY:
        raise ValueError(
            "the clock is far past the last hour this device listened; check it, or listen for a scan first"
        )
    days = [day for (day,) in store.db.execute("SELECT day FROM day WHERE day < ?", (before,))]
    run = Erased(int(now), before, len(days), 0)
    if days:
        vault = store.vault()
        rows = store.db.execute("SELECT count(*) FROM sighting WHERE day < ?", (before,)).fetchone()[0]
        run = Erased(int(now), before, len(days), int(rows))
        vault.add_lock()

        def write() -> None:
            store.db.execute("DELETE FROM sighting WHERE day < ?", (before,))
            store.db.execute("DELETE FROM own_key WHERE day < ?", (before,))
            store.db.execute("DELETE FROM listening WHERE hour < ?", (before * 24,))
            store.db.execute("DELETE FROM day WHERE day < ?", (before,))
            for day, wrapped in store.db.execute("SELECT day, wrapped FROM day").fetchall():
                name = b"day %d" % day
                fresh = vault.wrap(vault.unwrap(wrapped, name), name)
                store.db.execute("UPDATE day SET wrapped = ? WHERE day = ?", (fresh, day))
            _log(store, run)

        store.transaction(write)
        store.forget_days(days)
        # The log of the database still holds the old pages until it is emptied.
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        vault.drop_old_locks()
    return run


def _log(store: Sightings, run: Erased) -> None:
    last = store.db.execute("SELECT hash FROM erasure ORDER BY nr DESC LIMIT 1").fetchone()
    store.db.execute(
        "INSERT INTO erasure (at, before_day, days, sightings, hash) VALUES (?, ?, ?, ?, ?)",
        (run.at, run.before_day, run.days, run.sightings, _link(last[0] if last else b"", run)),
    )


def _runs(store: Sightings) -> Iterator[tuple[Erased, bytes]]:
    for at, before, days, sightings, link in store.db.execute(
        "SELECT at, before_day, days, sightings, hash FROM erasure ORDER BY nr"
    ):
        yield Erased(at, before, days, sightings), link


def prove(store: Sightings, now: float) -> Proof:
    """Look at every table for something past its date, and follow the log of erasures link by link."""
    limit = limit_day(store, now)
    faults = []
    for table, column, bound in (
        ("sighting", "day", limit),
        ("own_key", "day", limit),
        ("day", "day", limit),
        ("listening", "hour", limit * 24),
    ):
        past = store.db.execute(f"SELECT count(*) FROM {table} WHERE {column} < ?", (bound,)).fetchone()[0]  # noqa: S608 - fixed names
        if past:
            faults.append(f"{past} rows of {table} are past their date")
    previous, runs = b"", []
    for run, link in _runs(store):
        if link != _link(previous, run):
            faults.append(f"the log of erasures was changed at the run of {run.at}")
        previous = link
        runs.append(run)
    oldest = store.db.execute("SELECT min(day) FROM day").fetchone()[0]
    return Proof(oldest, limit, runs, faults)
