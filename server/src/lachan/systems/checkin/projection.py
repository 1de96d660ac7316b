"""From scans to stays: the rule, and nothing of a database.

One person's scans, in order of time, run through a small automaton:

* "in" opens a stay. Another "in" there, before the stay's inferred end, only shows that the person is still there.
* "out" ends the stay. A second "out" there, soon after and with nothing between, moves its end.
* A stay without an "out" ends, possibly, at the earliest of: the next scan elsewhere, the place's closing time, the
time people
  typically stay after the last scan. It is certain only until the last scan there.
* An "out" without an "in" is a stay that may have begun a typical stay earlier, but not before the person's
previous scan;
  nothing of it is certain.
* No stay is longer than 24 hours: an "out" after that belongs to a stay of its own.

The outcome depends on the set of scans only, never on the order in which they arrived.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from lachan.register.places.hours import Hours
from lachan.systems.checkin.models import Direction, Visit

MAX_STAY = timedelta(hours=24)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
IN, OUT = Direction.IN.value, Direction.OUT.value
SCANNED, NEXT_PLACE = Visit.Ending.SCANNED.value, Visit.Ending.NEXT_PLACE.value
CLOSING, TYPICAL = Visit.Ending.CLOSING.value, Visit.Ending.TYPICAL.value


@dataclass(frozen=True, slots=True)
class Scan:
    """One event of one person. `at` is aware."""

    id: UUID
    place: int
    at: datetime
    direction: int
    trust: int
    # The part of the place whose code it was.
    part: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What is usual at a place. `closes` is in Viet Nam's time, where every day is alike; `hours` where they differ by
    weekday. Both None where it never closes."""

    typical: timedelta
    closes: time | None = None
    hours: Hours | None = None

    def closing_after(self, moment: datetime) -> datetime | None:
        """The first closing time after the moment."""
        if self.hours is not None:
            return self.hours.closing_after(moment)
        return None if self.closes is None else closing_after(moment, self.closes)


@dataclass(slots=True)
class Stay:
    """`id` is that of the scan that opened it. Certain until `certain_until`, possible until `t_out`."""

    id: UUID
    place: int
    t_in: datetime
    t_out: datetime
    certain_until: datetime
    ending: int
    trust: int
    # The parts of the place that were scanned, at whatever moment of the stay.
    parts: set[int] = field(default_factory=set)

    def saw(self, scan: Scan) -> None:
        """Take in what a further scan of the stay says of it, but for its times."""
        self.trust = max(self.trust, scan.trust)
        if scan.part is not None:
            self.parts.add(scan.part)


def order(scan: Scan) -> tuple[datetime, int, UUID]:
    """Scans of one instant: who leaves one place enters another, so "out" goes first; then by id, which never
    changes."""
    return scan.at, -scan.direction, scan.id


def closing_after(moment: datetime, closes: time) -> datetime:
    """The first closing time after the moment."""
    local = moment.astimezone(VIETNAM)
    today = local.replace(hour=closes.hour, minute=closes.minute, second=closes.second, microsecond=0)
    return today if today > local else today + timedelta(days=1)


def _inferred_end(stay: Stay, rule: PlaceRule) -> tuple[datetime, int]:
    """When the stay ends, at the latest, if nothing more is heard of the person; and what ends it."""
    last_seen = stay.certain_until
    end, ending = last_seen + rule.typical, TYPICAL
    closing = rule.closing_after(last_seen)
    if closing is not None and closing <= end:
        end, ending = closing, CLOSING
    latest = stay.t_in + MAX_STAY
    return (latest, TYPICAL) if latest < end else (end, ending)


def stays(scans: Iterable[Scan], rules: Mapping[int, PlaceRule]) -> list[Stay]:
    """The stays of one person, in order of their opening scans."""
    found: list[Stay] = []
    # The last of `found` while the person may still be there.
    present: Stay | None = None
    previous: Scan | None = None
    for scan in sorted(scans, key=order):
        last = found[-1] if found else None
        if present is not None and present.place == scan.place:
            end, ending = _inferred_end(present, rules[scan.place])
            if scan.direction == IN and scan.at <= end:
                present.certain_until = scan.at
                present.saw(scan)
                previous = scan
                continue
            if scan.direction == OUT and scan.at <= present.t_in + MAX_STAY:
                present.t_out = present.certain_until = scan.at
                present.ending = SCANNED
                present.saw(scan)
                present, previous = None, scan
                continue
            present.t_out, present.ending = end, ending
        elif present is not None:
            end, ending = _inferred_end(present, rules[present.place])
            present.t_out, present.ending = (scan.at, NEXT_PLACE) if scan.at <= end else (end, ending)
        present = None
        if scan.direction == IN:
            present = Stay(scan.id, scan.place, scan.at, scan.at, scan.at, TYPICAL, scan.trust, _parts(scan))
            found.append(present)
        elif last is not None and _moves_end(last, previous, scan, rules):
            last.t_out = scan.at
            last.saw(scan)
            if last.certain_until > last.t_in:
                last.certain_until = scan.at
        else:
            start = scan.at - min(rules[scan.place].typical, MAX_STAY)
            if previous is not None:
                start = max(start, previous.at)
            found.append(Stay(scan.id, scan.place, start, scan.at, start, SCANNED, scan.trust, _parts(scan)))
        previous = scan
    if present is not None:
        present.t_out, present.ending = _inferred_end(present, rules[present.place])
    return found


def _parts(scan: Scan) -> set[int]:
    return set() if scan.part is None else {scan.part}


def _moves_end(last: Stay, previous: Scan | None, scan: Scan, rules: Mapping[int, PlaceRule]) -> bool:
    """Whether this "out" follows another "out" of the same stay, soon and with nothing between."""
    return (
        previous is not None
        and previous.direction == OUT
        and last.place == previous.place == scan.place
        and scan.at <= last.t_out + rules[scan.place].typical
        and scan.at <= last.t_in + MAX_STAY
    )
