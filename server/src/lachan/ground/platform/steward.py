"""The registry of work that a room wants done again and again. The steward process (serve/steward.py) runs it."""

from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Chore:
    name: str
    seconds: float
    work: Work
    # "HH:MM" in Asia/Ho_Chi_Minh for a daily chore; then `seconds` is a day.
    daily_at: str | None = None


_chores: dict[str, Chore] = {}
DAY_S = 86_400.0


def every(seconds: float, name: str) -> Callable[[Work], Work]:
    """Register the function to be run every so many seconds, one run at a time across all processes."""

    def register(work: Work) -> Work:
        _chores[name] = Chore(name, seconds, work)
        return work

    return register


def daily(at: str, name: str) -> Callable[[Work], Work]:
    """Register the function to be run once a day at "HH:MM" in Viet Nam."""

    def register(work: Work) -> Work:
        _chores[name] = Chore(name, DAY_S, work, at)
        return work

    return register


def chores() -> list[Chore]:
    return list(_chores.values())
