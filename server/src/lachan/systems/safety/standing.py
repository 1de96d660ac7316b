"""What a facility's status is at a moment: a pure function of what is known, its rhythm and the clock.

A status decays by itself: safe, due, late, not assessed. Nothing stays green for ever. Against it stand verified
facts: an inspection that found it unsafe, a confirmed report that is still open. The official status is the worst.

What counts (the oracle in the tests is written from this):

- Only what had happened by that moment counts, so the same function answers for any moment of the past.
- A day asks for a commitment when the place is open on that weekday and is not closed for the season at the hour the
  commitment is due. A day is missed when that hour has passed without a complete commitment on it or later. Any missed
  day since the last commitment (or since it joined): late; `silent_days` of them: nothing is known. None missed, and
  today asks and has none: due.
- The last assessment, by itself or by an inspector, falls due after `every_days`; `due_days` later it is late;
  `lapse_days` after that nothing is known. Without any assessment nothing is known.
- The last inspection judges; so does an own assessment made after it. The worse of the two holds: an own assessment
  never clears what an inspector found. "Low" with a time to mend becomes unsafe when that time has passed; after an
  inspection, not if the facility has declared itself safe since: then the next inspection decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from lachan.systems.safety.criteria import Outcome

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
State = Literal["safe", "due", "late", "unsafe", "disputed", "paused", "none"]
#: Which statuses are worse: the order in which an area's table and a cluster of the map choose.
WORST: tuple[State, ...] = ("unsafe", "disputed", "late", "none", "due", "paused", "safe")
_FRESH: tuple[State, ...] = ("safe", "due", "late", "none")
_OUTCOMES: tuple[Outcome, ...] = ("safe", "low", "unsafe")


@dataclass(frozen=True)
class Rhythm:
    """How often a facility must speak. `by`: the hour in Viet Nam; `weekdays`: open ones, Monday is 0, never empty."""

    every_days: int
    due_days: int
    lapse_days: int
    silent_days: int
    by: time
    weekdays: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True)
class Judged:
    """An assessment: by the facility itself, or by an inspector."""

    at: datetime
    outcome: Outcome
    inspected: bool = False
    mend_until: datetime | None = None


@dataclass(frozen=True)
class Span:
    """A time closed for the season, or a confirmed report that was open. No end: still so."""

    start: datetime
    end: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class History:
    """All that is known of a facility, in any order. `committed`: when a complete commitment was made."""

    joined: datetime
    committed: tuple[datetime, ...] = ()
    judged: tuple[Judged, ...] = ()
    paused: tuple[Span, ...] = ()
    disputed: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Standing:
    """The status, what the facility declared and what an inspector found last, and when to look again."""

    state: State
    declared: Outcome | None
    inspected: Outcome | None
    outcome: Outcome | None
    next_at: datetime


def standing(history: History, rhythm: Rhythm, now: datetime) -> Standing:
    """The status at `now` (aware). Nothing changes before `next_at` unless something new becomes known."""
    judged = [one for one in history.judged if one.at <= now]
    own = max((one for one in judged if not one.inspected), key=_order, default=None)
    seen = max((one for one in judged if one.inspected), key=_order, default=None)
    verdicts = [_holds(seen, own, now)] if seen else []
    if own and (seen is None or own.at > seen.at):
        verdicts.append(_holds(own, None, now))
    outcome: Outcome | None = max(verdicts, key=_OUTCOMES.index, default=None)
    state: State
    if any(span.covers(now) for span in history.paused):
        state = "paused"
    elif outcome == "unsafe":
        state = "unsafe"
    elif any(span.covers(now) for span in history.disputed):
        state = "disputed"
    else:
        state = max(_daily(history, rhythm, now), _periodic(judged, rhythm, now), key=_FRESH.index)
    return Standing(
        state,
        _holds(own, None, now) if own else None,
        _holds(seen, own, now) if seen else None,
        outcome,
        _next(history, rhythm, now),
    )


def _order(one: Judged) -> tuple[datetime, int]:
    # Of two at the same moment the worse counts, whichever came in first.
    return one.at, _OUTCOMES.index(one.outcome)


def _holds(one: Judged, own: Judged | None, now: datetime) -> Outcome:
    """The verdict as it stands now; `own` is the facility's last assessment, where `one` is an inspection."""
    if one.outcome != "low" or one.mend_until is None or now < one.mend_until:
        return one.outcome
    mended = own is not None and own.at > one.at and own.outcome == "safe"
    return "low" if mended else "unsafe"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(HOME)


def _daily(history: History, rhythm: Rhythm, now: datetime) -> State:
    made = [moment for moment in history.committed if moment <= now]
    today = _local(now).date()
    last = max((_local(moment).date() for moment in made), default=None)
    first = _local(history.joined).date() if last is None else last + timedelta(days=1)
    missed = 0
    # Nothing more is learned from days before the last silent ones, so the walk is short for the longest silence.
    day = today
    while day >= first and missed < rhythm.silent_days:
        due = datetime.combine(day, rhythm.by, HOME)
        if day.weekday() in rhythm.weekdays and due <= now and not _any(history.paused, due) and history.joined <= due:
            missed += 1
        day -= timedelta(days=1)
    if missed >= rhythm.silent_days:
        return "none"
    if missed:
        return "late"
    due_today = datetime.combine(today, rhythm.by, HOME)
    asks = today.weekday() in rhythm.weekdays and now < due_today and not _any(history.paused, due_today)
    return "due" if asks and first <= today and history.joined <= due_today else "safe"


def _any(spans: Iterable[Span], moment: datetime) -> bool:
    return any(span.covers(moment) for span in spans)


def _periodic(judged: list[Judged], rhythm: Rhythm, now: datetime) -> State:
    if not judged:
        return "none"
    age = (_local(now).date() - _local(max(one.at for one in judged)).date()).days
    late = rhythm.every_days + rhythm.due_days
    if age < rhythm.every_days:
        return "safe"
    if age < late:
        return "due"
    return "late" if age < late + rhythm.lapse_days else "none"


def _next(history: History, rhythm: Rhythm, now: datetime) -> datetime:
    today = _local(now).date()
    moments = [_start(today + timedelta(days=1)), datetime.combine(today, rhythm.by, HOME)]
    moments += [one.mend_until for one in history.judged if one.mend_until]
    moments += [one.at for one in history.judged] + list(history.committed)
    for span in (*history.paused, *history.disputed):
        moments += [span.start, *([span.end] if span.end else [])]
    return min(moment for moment in moments if moment > now)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), HOME)
