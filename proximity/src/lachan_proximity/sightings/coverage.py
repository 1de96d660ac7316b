"""The ledger of listening: for every hour how long the device heard, and why not where it did not.

Without it, "nobody was near" and "the device was off" look the same.
"""

from dataclasses import dataclass

from lachan_proximity.sightings.store import DAY, Sightings

HOUR = 3600


@dataclass(frozen=True)
class Hour:
    """`hour` since 1970 UTC; `covered` seconds of it in which a contact would have been noticed."""

    hour: int
    covered: float
    scans: int
    heard: int
    fault: str


def record(store: Sightings, *, start: float, end: float, scans: int = 0, heard: int = 0, fault: str = "") -> None:
    """Add the time from `start` to `end` (unix seconds) that a scan at `end` answers for; split at the hours.

    `fault` says why nothing was heard ("adapter gone"); such time counts as not covered.
    """
    if end < start:
        raise ValueError("the end of listening is before its start")
    rows = []
    for hour in range(int(start // HOUR), int(end // HOUR) + 1):
        seconds = max(min(end, (hour + 1) * HOUR) - max(start, hour * HOUR), 0.0)
        last = hour == int(end // HOUR)
        rows.append((hour, 0.0 if fault else seconds, scans if last else 0, heard if last else 0, fault))

    def write() -> None:
        store.db.executemany(
            "INSERT INTO listening (hour, seconds, scans, heard, fault) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (hour) DO UPDATE SET seconds = min(seconds + excluded.seconds, 3600),"
            " scans = scans + excluded.scans, heard = heard + excluded.heard,"
            " fault = CASE WHEN excluded.fault = '' THEN fault ELSE excluded.fault END",
            rows,
        )

    store.transaction(write)


def newest_hour(store: Sightings) -> int | None:
    """The last hour since 1970 with an entry; None in a new store."""
    newest: int | None = store.db.execute("SELECT max(hour) FROM listening").fetchone()[0]
    return newest


def hours(store: Sightings, start: float, end: float) -> list[Hour]:
    """Every hour from `start` to `end`, those without an entry too: not listening is an answer."""
    known = {
        row[0]: Hour(*row)
        for row in store.db.execute(
            "SELECT hour, seconds, scans, heard, fault FROM listening WHERE hour BETWEEN ? AND ?",
            (int(start // HOUR), int(end // HOUR)),
        )
    }
    return [known.get(hour, Hour(hour, 0.0, 0, 0, "")) for hour in range(int(start // HOUR), -int(-end // HOUR))]


def share(store: Sightings, start: float, end: float) -> float:
    """0 to 1: how much of the time from `start` to `end` was covered, whole hours."""
    listed = hours(store, start, end)
    return sum(hour.covered for hour in listed) / (HOUR * len(listed)) if listed else 0.0


def days(store: Sightings, now: float, count: int = 14) -> list[tuple[int, float]]:
    """(UTC day since 1970, share covered) of today and the days before it, newest first; today until now."""
    today = int(now // DAY)
    return [(day, share(store, day * DAY, min((day + 1) * DAY, now))) for day in range(today, today - count, -1)]
