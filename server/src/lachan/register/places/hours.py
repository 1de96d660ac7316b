"""When a place is open: the same hours every day, or hours that differ by weekday. Pure; on Viet Nam's clock.

A week is a list of seven entries, Monday first: `["07:00", "18:00"]`, or null for a day on which it stays closed. A
span that ends at or before its beginning goes past midnight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = 7
DAY = timedelta(days=1)
Span = tuple[time, time]


class NotAWeekError(ValueError):
    """What was given is no week of opening hours."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Seven spans, Monday first; None for a closed day."""

    days: tuple[Span | None, ...]

    def spans(self, around: date) -> Iterator[tuple[datetime, datetime]]:
        """The open spans that begin from the day before to a week after that date, in order, aware."""
        for offset in range(-1, DAYS + 1):
            day = around + timedelta(days=offset)
            span = self.days[day.weekday()]
            if span is not None:
                start = datetime.combine(day, span[0], VIETNAM)
                end = datetime.combine(day, span[1], VIETNAM)
                yield start, end if end > start else end + DAY

    def open_at(self, moment: datetime, slack: timedelta = timedelta(0)) -> bool:
        """Whether the place is open at the moment, or was or will be within the slack."""
        around = moment.astimezone(VIETNAM).date()
        return any(start - slack <= moment < end + slack for start, end in self.spans(around))

    def closing_after(self, moment: datetime) -> datetime | None:
        """The first end of an open span after the moment; None for a place that is never open."""
        around = moment.astimezone(VIETNAM).date()
        return min((end for _start, end in self.spans(around) if end > moment), default=None)


def hours(opens: time | None, closes: time | None, week: Sequence[Sequence[str] | None] | None) -> Hours | None:
    """The hours of a place; None when it never closes, or does not say."""
    if week is not None:
        return Hours(tuple(None if day is None else (_clock(day[0]), _clock(day[1])) for day in week))
    if closes is None:
        return None
    # A closing time alone says nothing of when it opens: then it is open up to that hour.
    return Hours(((opens or closes, closes),) * DAYS)


def checked(week: Any) -> list[list[str] | None]:
    """A week as it is stored, from what a client gave. Raises NotAWeekError."""
    if not isinstance(week, list) or len(week) != DAYS:
        raise NotAWeekError("seven days are needed")
    found: list[list[str] | None] = []
    for day in week:
        if day is None:
            found.append(None)
            continue
        try:
            first, last = (_clock(str(part)) for part in day)
        except (TypeError, ValueError) as error:
            raise NotAWeekError(f"{day!r} is no span of two clock times") from error
        if first == last:
            raise NotAWeekError(f"{day!r} would never be open")
        found.append([f"{first:%H:%M}", f"{last:%H:%M}"])
    if not any(found):
        raise NotAWeekError("a place that is open on no day is closed, not a week")
    return found


def _clock(text: str) -> time:
    return time.fromisoformat(text)
