"""The truth of the outbreak, in a file beside the keys and never in the database: the desk must find it by its work."""

import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from lachan.ground.platform import config
from lachan.simulate.clock import instant
from lachan.simulate.officers import Officer
from lachan.simulate.plan import Plan


@dataclass(frozen=True, slots=True)
class TrueInfection:
    """One infection by ids of the register; instants in RFC 3339 (UTC), None where there is none."""

    person_id: int
    infector_id: int | None
    at: str
    how: str
    place_id: int | None
    start: str
    end: str
    recorded: bool
    infectious_from: str
    infectious_until: str
    onset: str | None
    isolated: str | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a world outside its database."""

    key: str
    officers: list[Officer]
    infections: list[TrueInfection]
    known: list[int]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the infected who were found, and of the found who were infected (None: there were none)."""

    recall: float | None
    precision: float | None


def of(plan: Plan, first_person: int, first_place: int) -> list[TrueInfection]:
    return [
        TrueInfection(
            person_id=first_person + one.person,
            infector_id=None if one.infector is None else first_person + one.infector,
            at=_text(one.at),
            how=one.how,
            place_id=None if one.place is None else first_place + one.place,
            start=_text(one.start),
            end=_text(one.end),
            recorded=one.recorded,
            infectious_from=_text(one.infectious_from),
            infectious_until=_text(one.infectious_until),
            onset=None if one.onset is None else _text(one.onset),
            isolated=None if one.isolated is None else _text(one.isolated),
        )
        for one in plan.infections
    ]


def _text(seconds: int) -> str:
    return instant(seconds).isoformat()


def path(key: str) -> Path:
    return config.data_dir() / "worlds" / f"{key}.json"


def remember(memory: Memory) -> None:
    """Write the file whole or not at all; it holds log-ins, so only its owner can read it."""
    target = path(memory.key)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(f".{os.getpid()}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(memory), file, ensure_ascii=False, indent=1)
    partial.replace(target)


def recall(key: str) -> Memory | None:
    """What was remembered of that world, or None when the file is gone."""
    if not path(key).exists():
        return None
    kept = json.loads(path(key).read_text(encoding="utf-8"))
    return Memory(
        key=kept["key"],
        officers=[Officer(**one) for one in kept["officers"]],
        infections=[TrueInfection(**one) for one in kept["infections"]],
        known=kept["known"],
    )


def score(infections: Collection[TrueInfection], known: Collection[int], found: Collection[int]) -> Score:
    """Of the infections that the desk did not know, those among the found persons (ids)."""
    infected = {one.person_id for one in infections} - set(known)
    met = set(found) - set(known)
    return Score(
        recall=len(infected & met) / len(infected) if infected else None,
        precision=len(infected & met) / len(met) if met else None,
    )
