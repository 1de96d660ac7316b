"""The rule of tracing, by enumeration of every chain: no SQL, no dynamic programming, no code of the engine.

Written from the rule's text. A stay is at a place or in a household; `until` None means it has not ended.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Stay:
    person: int
    source: str
    where: int
    since: datetime
    until: datetime | None
    certain_until: datetime | None = None


@dataclass(frozen=True)
class Times:
    """The figures of the rule that the oracle needs."""

    latent: timedelta
    minimum: timedelta
    tail: timedelta


@dataclass(frozen=True)
class Evidence:
    via: int
    contact: int
    level: int
    source: str
    where: int
    start: datetime
    end: datetime
    seconds_certain: int


@dataclass(frozen=True)
class Answer:
    levels: dict[int, int]
    earliest: dict[int, datetime]
    latest: dict[int, datetime]
    # One per pair of stays: two encounters may look alike.
    evidence: list[Evidence]


@dataclass(frozen=True)
class _Window:
    start: datetime
    end: datetime


def _meetings(via: int, window: _Window, stays: Sequence[Stay], times: Times) -> list[tuple[Stay, Stay, _Window]]:
    """Every pair of stays of `via` and another person that counts within the window."""
    found = []
    for mine in stays:
        for theirs in stays:
            if mine.person != via or theirs.person == via:
                continue
            if (mine.source, mine.where) != (theirs.source, theirs.where):
                continue
            tail = times.tail if mine.source == "checkin" else timedelta(0)
            start = max(mine.since, theirs.since, window.start)
            ends = [window.end]
            if mine.until is not None:
                ends.append(mine.until + tail)
            if theirs.until is not None:
                ends.append(theirs.until)
            if min(ends) - start >= times.minimum:
                found.append((mine, theirs, _Window(start, min(ends))))
    return found


def _certain(mine: Stay, theirs: Stay, overlap: _Window) -> int:
    if mine.certain_until is None or theirs.certain_until is None:
        return 0
    last = min(mine.certain_until, theirs.certain_until, overlap.end)
    return max(0, int((last - overlap.start).total_seconds()))


def answer(
    *,
    index: dict[int, tuple[datetime, datetime]],
    stays: Sequence[Stay],
    times: Times,
    horizon: datetime,
    depth: int,
    excluded: Collection[int] = (),
) -> Answer:
    """Who is reached from the index persons (person → window), which level, since when, by what meetings."""
    levels: dict[int, int] = {}
    earliest: dict[int, datetime] = {}
    # The earliest exposure over chains that leave one more hop: with it a person is expanded for the last time.
    expanding: dict[int, datetime] = {}

    def follow(person: int, window: _Window, hop: int) -> None:
        """Continue every chain that has reached `person` after hop − 1 exposures."""
        for _mine, theirs, overlap in _meetings(person, window, stays, times):
            contact = theirs.person
            if contact in index:
                continue
            levels[contact] = min(hop, levels.get(contact, hop))
            earliest[contact] = min(overlap.start, earliest.get(contact, overlap.start))
            if hop == depth:
                continue
            expanding[contact] = min(overlap.start, expanding.get(contact, overlap.start))
            if contact not in excluded:
                follow(contact, _Window(overlap.start + times.latent, horizon), hop + 1)

    windows = {p: _Window(start, min(end, horizon)) for p, (start, end) in index.items()}
    for person, window in windows.items():
        follow(person, window, 1)
    windows |= {p: _Window(at + times.latent, horizon) for p, at in expanding.items() if p not in excluded}
    evidence = [
        Evidence(
            via,
            theirs.person,
            levels.get(via, 0) + 1,
            mine.source,
            mine.where,
            overlap.start,
            overlap.end,
            _certain(mine, theirs, overlap),
        )
        for via, window in windows.items()
        for mine, theirs, overlap in _meetings(via, window, stays, times)
        if theirs.person not in index
    ]
    latest = {c: max(e.end for e in evidence if e.contact == c) for c in levels}
    return Answer(levels, earliest, latest, evidence)
