"""From answers to a verdict, by the rule of a set of criteria. Pure and exact: shares are fractions, never rounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lachan.systems.safety.criteria import (
    NA,
    Band,
    Criteria,
    Daily,
    PassCount,
    PercentOfApplicable,
    Points,
    RiskBand,
    RiskIndex,
    ShareBand,
)

#: Points, or "na".
Answer = int | str
Answers = Mapping[str, Answer]
#: Which part of the rule decided: a band by its bounds, an item at 0, a mandatory item, an item at a cap, a gap.
Decider = Literal["band", "zero", "mandatory", "cap", "gap"]


class AnswersError(ValueError):
    """Answers that can't be judged: `missing` and `wrong` are codes of items, `unknown` codes that no item has."""

    def __init__(self, missing: list[str], wrong: list[str], unknown: list[str]) -> None:
        super().__init__(f"missing {missing}, wrong {wrong}, unknown {unknown}")
        self.missing, self.wrong, self.unknown = missing, wrong, unknown


class NothingAppliesError(ValueError):
    """Every item was said not to apply: there is nothing to judge."""


@dataclass(frozen=True)
class Verdict:
    """`score` of `maximum` (of what applies; passed items for a count); `failed` are the items that decided against."""

    band: Band
    decided_by: Decider
    score: int
    maximum: int
    failed: tuple[str, ...] = ()

    @property
    def percent(self) -> Fraction:
        return Fraction(100 * self.score, self.maximum)


def checked(criteria: Criteria, answers: Answers) -> dict[str, Answer]:
    """The answers in the order of the items. Raises AnswersError."""
    missing, wrong = [], []
    for item in criteria.items:
        if item.code not in answers:
            missing.append(item.code)
            continue
        given = answers[item.code]
        allowed = {option.points for option in item.options} or set(range(item.points + 1))
        if not (given == NA and item.optional) and (isinstance(given, bool) or given not in allowed):
            wrong.append(item.code)
    unknown = sorted(answers.keys() - {item.code for item in criteria.items})
    if missing or wrong or unknown:
        raise AnswersError(missing, wrong, unknown)
    return {item.code: answers[item.code] for item in criteria.items}


def judge(criteria: Criteria, answers: Answers) -> Verdict:
    """The verdict on a complete set of answers. Raises AnswersError, NothingAppliesError."""
    given = checked(criteria, answers)
    points = {code: value for code, value in given.items() if isinstance(value, int)}
    if not points:
        raise NothingAppliesError
    rule = criteria.rule
    if isinstance(rule, PassCount):
        return _count(rule, given)
    score = sum(points.values())
    maximum = sum(item.points for item in criteria.items if item.code in points)
    if isinstance(rule, RiskIndex):
        return _risk(rule, points, score, maximum)
    zeros = tuple(code for code, value in points.items() if value == 0)
    return _share(rule, zeros, score, maximum)


def _named(bands: tuple[Band, ...], code: str) -> Band:
    return next(band for band in bands if band.code == code)


def _count(rule: PassCount, given: Answers) -> Verdict:
    passed = {code for code, value in given.items() if value != 0}
    count = len(passed)
    lacking: tuple[str, ...] = ()
    for band in rule.bands:
        missed = tuple(code for code in band.must if code not in passed)
        if count >= band.at_least and (band.at_most is None or count <= band.at_most):
            if not missed:
                return Verdict(band, "band", count, len(given))
            lacking = lacking or missed
    return Verdict(_named(rule.bands, rule.gap), "gap", count, len(given), lacking)


def _reaches(band: ShareBand, score: int, maximum: int) -> bool:
    if band.more_than is not None:
        return 100 * score > band.more_than * maximum
    return band.at_least is None or 100 * score >= band.at_least * maximum


def _share(rule: PercentOfApplicable | Points, zeros: tuple[str, ...], score: int, maximum: int) -> Verdict:
    if isinstance(rule, PercentOfApplicable):
        if rule.zero is not None and zeros:
            return Verdict(_named(rule.bands, rule.zero), "zero", score, maximum, zeros)
    elif failed := tuple(code for code in rule.mandatory if code in zeros):
        return Verdict(_named(rule.bands, rule.failed), "mandatory", score, maximum, failed)
    band = next(band for band in rule.bands if _reaches(band, score, maximum))
    return Verdict(band, "band", score, maximum)


def _within(band: RiskBand, score: int, maximum: int) -> bool:
    if band.below is not None:
        return 100 * score < band.below * maximum
    return band.at_most is None or 100 * score <= band.at_most * maximum


def _risk(rule: RiskIndex, points: Mapping[str, int], score: int, maximum: int) -> Verdict:
    capped: tuple[str, ...] = ()
    for band in rule.bands:
        if not _within(band, score, maximum):
            continue
        cap = band.no_item_from
        over = tuple(code for code, value in points.items() if cap is not None and value >= cap)
        if not over:
            return Verdict(band, "cap" if capped else "band", score, maximum, capped)
        capped = over
    raise AssertionError("the last band has no bound")


@dataclass(frozen=True)
class Kept:
    """A day's commitment: whether every task that applies is done, and which are not."""

    complete: bool
    open_tasks: tuple[str, ...]


def kept(daily: Daily, answers: Answers) -> Kept:
    """What the day's answers amount to. Raises AnswersError for what is not answered or not offered."""
    missing, wrong = [], []
    for task in daily.tasks:
        if task.code not in answers:
            missing.append(task.code)
        elif not (answers[task.code] in (0, 1) and not isinstance(answers[task.code], bool)) and not (
            answers[task.code] == NA and task.optional
        ):
            wrong.append(task.code)
    unknown = sorted(answers.keys() - {task.code for task in daily.tasks})
    if missing or wrong or unknown:
        raise AnswersError(missing, wrong, unknown)
    left = tuple(task.code for task in daily.tasks if answers[task.code] == 0)
    return Kept(not left, left)
