"""Working days of Viet Nam: neither weekend nor public holiday (data/holidays.toml)."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.core import checks
from django.utils import timezone

_DATA = Path(__file__).parent / "data" / "holidays.toml"
SATURDAY = 5


@cache
def _calendar() -> tuple[frozenset[str], frozenset[date], frozenset[date], frozenset[int]]:
    """The fixed days, the days off, the weekend days worked, the years announced."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    years = {int(year): listed for year, listed in data.items() if year.isdigit()}
    off = frozenset(date.fromisoformat(day) for listed in years.values() for day in listed["off"])
    worked = frozenset(date.fromisoformat(day) for listed in years.values() for day in listed["working"])
    announced = frozenset(year for year, listed in years.items() if listed["announced"])
    return frozenset(data["fixed"]["days"]), off, worked, announced


def is_working(day: date) -> bool:
    fixed, off, worked, _announced = _calendar()
    if day in worked:
        return True
    return day.weekday() < SATURDAY and day not in off and day.strftime("%m-%d") not in fixed


def after(day: date, count: int) -> date:
    """The working day that is the count-th after the day, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


@checks.register(checks.Tags.models)
def announced(app_configs: object, **_options: object) -> list[checks.CheckMessage]:
    """From December on, next year's holidays must be in the data."""
    today = timezone.localdate()
    year = today.year + (today.month == 12)
    if year in _calendar()[3]:
        return []
    return [
        checks.Warning(
            f"the public holidays of {year} are not announced in {_DATA.name}",
            hint="enter the days of the official announcement and set announced = true",
            id="people.W001",
        )
    ]
