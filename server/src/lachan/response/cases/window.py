"""The infectious window of a case. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from lachan.register.profiles.document import Profile

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Dated(Protocol):
    """What the window needs of a case."""

    @property
    def onset_on(self) -> date | None: ...
    @property
    def sampled_on(self) -> date | None: ...
    @property
    def isolated_at(self) -> datetime | None: ...


def anchor(case: Dated) -> date:
    """The day the window is counted from: onset, or the day of the sample when there was none.

    Raises ValueError when the case has neither.
    """
    day = case.onset_on or case.sampled_on
    if day is None:
        raise ValueError("a case needs the day of onset or of a sample")
    return day


def infectious_window(case: Dated, profile: Profile, now: datetime) -> tuple[datetime, datetime]:
    """From the first to the last moment at which the case may have infected others, up to `now`.

    It begins at 0:00 in Viet Nam, `infectious_days_before_onset` days before the anchor day (Decision 5053/QĐ-BYT: 3
    for
    COVID-19), and ends with isolation, at the latest after the last infectious day. Start and end are equal when the
    window
    is empty: isolated before it began, or all in the future.
    """
    day = anchor(case)
    start = _midnight(day - timedelta(days=profile.infectious_days_before_onset))
    end = min(now, _midnight(day + timedelta(days=profile.infectious_days_after_onset + 1)))
    if case.isolated_at is not None:
        end = min(end, case.isolated_at)
    return start, max(start, end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIET_NAM)
