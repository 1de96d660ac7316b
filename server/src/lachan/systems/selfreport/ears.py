"""EARS C1, C2 and C3: is today's count above what the days before let expect? Pure.

The Early Aberration Reporting System of the US Centers for Disease Control needs no years of history, only nine days
before the day that is judged (eleven for C3):

    C1(t) = (Y(t) - mean) / sd        over Y(t-7) … Y(t-1)
    C2(t) = (Y(t) - mean) / sd        over Y(t-9) … Y(t-3)
    C3(t) = sum of max(0, C2(i) - 1)  over i = t, t-1, t-2

with the sample standard deviation (n - 1). A day is flagged when C1 > 3, C2 > 3 or C3 > 2.

Source: Hutwagner L, Thompson W, Seeman GM, Treadwell T. The bioterrorism preparedness and response Early Aberration
Reporting System (EARS). J Urban Health 2003; 80 (2 Suppl 1): i89-i96. The formulas as restated by Fricker RD, Hegler
BL, Dunfee DA, Stat Med 2008; 27: 3407-3429.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

BASELINE = 7
LAG = 2
# Days of counts a full judgement needs, the judged one included: C3 looks at C2 of three days.
DAYS = BASELINE + LAG + 3


@dataclass(frozen=True)
class Rule:
    """The thresholds. A quiet commune has no spread at all, so `least_sd` stands in for a smaller deviation, and fewer
    than `least_count` people raise nothing."""

    c1: float = 3.0
    c2: float = 3.0
    c3: float = 2.0
    least_sd: float = 0.5
    least_count: int = 3


@dataclass(frozen=True)
class Judgement:
    """The statistics of the last day; None where there are too few days before it."""

    count: int
    expected: float | None
    c1: float | None
    c2: float | None
    c3: float | None
    flags: tuple[str, ...]


def _mean_sd(values: Sequence[int]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def deviation(counts: Sequence[int], at: int, lag: int, least_sd: float) -> float | None:
    """How many standard deviations counts[at] lies above the seven days that end `lag` days before the day before."""
    start = at - lag - BASELINE
    if start < 0:
        return None
    mean, sd = _mean_sd(counts[start : start + BASELINE])
    return (counts[at] - mean) / max(sd, least_sd)


def judge(counts: Sequence[int], rule: Rule | None = None) -> Judgement:
    """Judge the last of the daily counts, oldest first. Raises ValueError without any."""
    if not counts:
        raise ValueError("no day to judge")
    rule = rule or Rule()
    last = len(counts) - 1
    c1 = deviation(counts, last, 0, rule.least_sd)
    twos = [deviation(counts, day, LAG, rule.least_sd) for day in range(max(0, last - 2), last + 1)]
    c2 = twos[-1]
    known = [value for value in twos if value is not None]
    c3 = sum(max(0.0, value - 1.0) for value in known) if len(known) == 3 else None
    found = (("C1", c1, rule.c1), ("C2", c2, rule.c2), ("C3", c3, rule.c3))
    flags = tuple(name for name, value, above in found if value is not None and value > above)
    expected = _mean_sd(counts[last - BASELINE : last])[0] if last >= BASELINE else None
    return Judgement(counts[last], expected, c1, c2, c3, flags if counts[last] >= rule.least_count else ())
