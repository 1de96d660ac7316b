"""EARS against figures worked by hand and against the formulas written out again the long way."""

import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.systems.selfreport import ears


def test_by_hand() -> None:
    # Days t-9 … t-3 are 2 4 4 4 5 5 4: mean 4, squared deviations 4 0 0 0 1 1 0, so the variance is 6/6 and the sd 1.
    # Days t-7 … t-1 are 4 4 5 5 4 6 7: mean 5, squared deviations 1 1 0 0 1 1 4, variance 8/6, sd 1.1547.
    judged = ears.judge([2, 4, 4, 4, 5, 5, 4, 6, 7, 10])
    assert judged.expected == 5
    assert judged.c1 == pytest.approx(5 / 1.1547, abs=1e-4)
    assert judged.c2 == pytest.approx(6.0)
    assert judged.c3 is None
    assert judged.flags == ("C1", "C2")


def test_c3_adds_what_three_days_lie_above_one_deviation() -> None:
    # The baselines of the three days are all 4 4 4 5 3 4 4 moved along; each day's C2 is worked out apart.
    counts = [4, 4, 4, 5, 3, 4, 4, 4, 4, 6, 6, 6]
    twos = [ears.deviation(counts, day, ears.LAG, 0.5) for day in (9, 10, 11)]
    assert all(two is not None and two > 1 for two in twos)
    assert ears.judge(counts).c3 == pytest.approx(sum(two - 1 for two in twos if two is not None))


def test_a_quiet_commune_is_not_alarmed_by_two_people() -> None:
    assert ears.judge([0] * 11 + [2]).flags == ()
    assert ears.judge([0] * 11 + [3]).flags == ("C1", "C2", "C3")


def test_too_few_days_say_nothing() -> None:
    judged = ears.judge([3, 3, 3])
    assert (judged.c1, judged.c2, judged.c3, judged.expected, judged.flags) == (None, None, None, None, ())
    with pytest.raises(ValueError, match="no day"):
        ears.judge([])


def long_way(counts: list[int], least_sd: float) -> tuple[float, float, float]:
    def standardised(day: int, first: int, last: int) -> float:
        base = [Fraction(counts[day + offset]) for offset in range(first, last + 1)]
        return float(counts[day] - statistics.mean(base)) / max(statistics.stdev(base), least_sd)

    t = len(counts) - 1
    c3 = sum(max(0.0, standardised(day, -9, -3) - 1) for day in (t, t - 1, t - 2))
    return standardised(t, -7, -1), standardised(t, -9, -3), c3


@given(st.lists(st.integers(0, 400), min_size=12, max_size=30))
def test_the_same_as_the_long_way(counts: list[int]) -> None:
    judged = ears.judge(counts)
    assert (judged.c1, judged.c2, judged.c3) == pytest.approx(long_way(counts, 0.5), rel=1e-9, abs=1e-9)
