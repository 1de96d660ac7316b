"""Time in the made-up world: seconds since 1970 (UTC) for instants, minutes of the local day for habits."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

MINUTE, HOUR, DAY = 60, 3600, 86_400
# Viet Nam keeps UTC+7 all year, and has since 1975.
OFFSET = 7 * HOUR
LOCAL = timezone(timedelta(seconds=OFFSET))


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days` whole local days and today up to `now`. Day 0 is the first of them, day `days` is today."""

    now: int
    days: int

    @classmethod
    def until(cls, now: datetime, days: int) -> "Calendar":
        """Raises ValueError for a moment without a time zone."""
        if now.tzinfo is None:
            raise ValueError("the world's `now` needs a time zone")
        return cls(int(now.timestamp()), days)

    @property
    def today(self) -> date:
        return instant(self.now).astimezone(LOCAL).date()

    @property
    def start(self) -> int:
        """The first instant of day 0."""
        return self.midnight(0)

    def midnight(self, day: int) -> int:
        """The first instant of a local day; negative days lie before the world."""
        today = (self.now + OFFSET) // DAY * DAY - OFFSET
        return today - (self.days - day) * DAY

    def ago(self, days: int, hour: int, minute: int = 0) -> int:
        """The instant at that local time, so many days before today."""
        return self.midnight(self.days - days) + hour * HOUR + minute * MINUTE

    def weekday(self, day: int) -> int:
        """Monday is 0."""
        return (self.today - timedelta(days=self.days - day)).weekday()


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
