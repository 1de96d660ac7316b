"""The rules of monitoring: when slots are, what escalates, how long each disease is followed. Data, read once. Pure."""

import tomllib
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

FILE = Path(__file__).parent / "data" / "monitoring.toml"
HOME = ZoneInfo("Asia/Ho_Chi_Minh")
OTHER = "OTHER"


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`times` are "HH:MM" in Viet Nam; `fever` in °C; follow-up in days; `answer_within` in hours by kind of task."""

    number: int
    times: tuple[str, ...]
    slot_hours: Annotated[int, msgspec.Meta(ge=1, le=12)]
    fever: float
    severe_symptoms: tuple[str, ...]
    answer_within: dict[Literal["severe", "fever", "missed", "ending"], Annotated[float, msgspec.Meta(gt=0)]]
    follow_up_days: dict[str, int]
    names: dict[str, str]


@cache
def rules() -> Rules:
    """The rules in force."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Rules)


def default_days(disease: str) -> int:
    """Days of follow-up of the disease with that code of ours; those of "other" for one the table does not know."""
    known = rules()
    return known.follow_up_days[known.names.get(disease, OTHER)]


def slots(first: date, last: date, times: Collection[str]) -> list[tuple[datetime, datetime]]:
    """(opens, closes) of every slot from the first day to the last, in order."""
    length = timedelta(hours=rules().slot_hours)
    found = []
    for number in range((last - first).days + 1):
        for text in sorted(times):
            opens = datetime.combine(first + timedelta(days=number), time.fromisoformat(text), HOME)
            found.append((opens, opens + length))
    return found


def answer_within(kind: str) -> timedelta:
    """How long the health station may take to answer a task of that kind."""
    return timedelta(hours=rules().answer_within[kind])  # type: ignore[index]


def escalates(temperature: Decimal | float | None, symptoms: Collection[str] | None) -> str:
    """ "severe", "fever" or "": what a reading calls an officer for. Not measured and not asked call for nothing."""
    known = rules()
    if any(code in known.severe_symptoms for code in symptoms or ()):
        return "severe"
    return "fever" if temperature is not None and float(temperature) >= known.fever else ""
