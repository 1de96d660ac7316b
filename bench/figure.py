"""One measured figure, and how two ways of doing the same thing are measured in turn."""

import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Figure:
    """A line of the result. `value`, `against_value`: medians over `runs`; the ratio is turned so that more is
    better."""

    bench: str
    value: float
    unit: str
    better: Better
    runs: int
    against: str | None = None
    against_value: float | None = None
    note: str | None = None

    @property
    def ratio(self) -> float | None:
        if not self.against_value or not self.value:
            return None
        ours_over_theirs = self.value / self.against_value
        return ours_over_theirs if self.better == "higher" else 1 / ours_over_theirs

    def line(self) -> str:
        fields: dict[str, Any] = {"bench": self.bench, "value": tidy(self.value), "unit": self.unit}
        if self.against is not None:
            fields |= {"against": self.against, "against_value": tidy(self.against_value), "ratio": tidy(self.ratio)}
        fields |= {"better": self.better, "runs": self.runs}
        if self.note:
            fields["note"] = self.note
        return json.dumps(fields, ensure_ascii=False)


def tidy(number: float | None) -> float | int | None:
    """Four significant digits: more would be noise."""
    if number is None or number == 0:
        return number
    rounded = float(f"{number:.4g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) >= 100 else rounded


def say(text: str) -> None:
    """Progress, to stderr: stdout carries figures only."""
    print(text, file=sys.stderr, flush=True)


def in_turn(ways: dict[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """The median of each way, measured in turn (A B A B …), so that a noisy minute hits all."""
    values: dict[str, list[float]] = {name: [] for name in ways}
    for run in range(runs):
        for name, measure in ways.items():
            values[name].append(measure())
            say(f"  run {run + 1}/{runs} {name}: {tidy(values[name][-1])}")
    return {name: statistics.median(measured) for name, measured in values.items()}
