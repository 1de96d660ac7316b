"""How many people are at a place: known to the check-in system, which this room can't see and which says here how to
ask. Numbers only, never who."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from lachan.register.places.models import Place


@dataclass(frozen=True)
class Day:
    """Different people who came on that day of Viet Nam's."""

    day: date
    people: int


class Counter(Protocol):
    """What a system that counts visits answers about a place."""

    def arrivals_today(self, place: Place) -> int:
        """Different people since midnight in Viet Nam."""

    def inside_now(self, place: Place) -> int:
        """People whose stay is not over, as far as is known."""

    def by_day(self, place: Place, days: int) -> list[Day]:
        """The last days, oldest first, today included."""


_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Called in the AppConfig.ready() of the system that counts."""
    if not any(type(one) is type(counter) for one in _counters):
        _counters.append(counter)


def arrivals_today(place: Place) -> int:
    """Different people since midnight in Viet Nam, as counted by every system."""
    return sum(counter.arrivals_today(place) for counter in _counters)


def inside_now(place: Place) -> int:
    """People inside at this moment, as counted by every system."""
    return sum(counter.inside_now(place) for counter in _counters)


def by_day(place: Place, days: int = 7) -> list[Day]:
    """The last days, oldest first, today included, as counted by every system."""
    total: dict[date, int] = {}
    for counter in _counters:
        for day in counter.by_day(place, days):
            total[day.day] = total.get(day.day, 0) + day.people
    return [Day(day, people) for day, people in sorted(total.items())]
