"""A set of safety criteria as a document: items, the rule that judges the answers, the day's tasks, the rhythm.

Pure: a set is data (`data/*.toml`), checked here once, stored as JSON, never edited once it is published. Four families
of rules cover every official set that is known; what an official text leaves open is decided in the document, in sight.
"""

import re
import tomllib
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Code = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
Text = Annotated[str, Meta(min_length=1, max_length=600)]
Share = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=1, le=730)]
#: "safe": may operate. "low": may operate, something is to be mended. "unsafe": may not.
Outcome = Literal["safe", "low", "unsafe"]
#: Where the words come from: the official text, a published draft of it, or ours until somebody has the text.
Source = Literal["official", "draft", "template"]
#: Not applicable here. Never the same as not answered.
NA = "na"
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


class CriteriaError(ValueError):
    """A document that cannot be used; the message says where and what to write instead."""


class _Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Option(_Part, frozen=True):
    """One of the answers of an item that offers a choice."""

    points: Annotated[int, Meta(ge=0, le=100)]
    vi: Text
    en: Text


class Item(_Part, frozen=True):
    """A criterion. Its answer is 0 to `points`, or "na" where `optional` allows it. One point: passed or not."""

    code: Code
    vi: Text
    en: Text
    source: Source
    points: Annotated[int, Meta(ge=1, le=100)] = 1
    optional: bool = False
    chapter: str = ""
    options: tuple[Option, ...] = ()


class Chapter(_Part, frozen=True):
    code: Code
    vi: Text
    en: Text


class Band(_Part, frozen=True):
    """A result that a rule can give. After `grace_days` without a better one, a "low" counts as unsafe."""

    code: Code
    vi: Text
    en: Text
    outcome: Outcome
    grace_days: Days | None = None


class CountBand(Band, frozen=True):
    """At least and at most so many passed, and every item of `must` among them."""

    at_least: Annotated[int, Meta(ge=0)] = 0
    at_most: Annotated[int, Meta(ge=0)] | None = None
    must: tuple[str, ...] = ()


class ShareBand(Band, frozen=True):
    """A share of the applicable points in percent: `more_than` excludes the bound, `at_least` includes it."""

    more_than: Share | None = None
    at_least: Share | None = None


class RiskBand(Band, frozen=True):
    """An index up to a bound (`at_most` includes it, `below` does not), while no item reaches `no_item_from`."""

    at_most: Share | None = None
    below: Share | None = None
    no_item_from: Annotated[int, Meta(ge=1)] | None = None


class PassCount(_Part, frozen=True, tag_field="family", tag="pass_count"):
    """Passed items are counted, best band first. `gap` names the band for what no band of the official text covers. An
    item that does not apply counts as passed: the thresholds are absolute numbers."""

    bands: Annotated[tuple[CountBand, ...], Meta(min_length=2)]
    gap: str


class PercentOfApplicable(_Part, frozen=True, tag_field="family", tag="percent_of_applicable"):
    """Points as a share of what applies, best band first. `zero` names the band of whoever has any item at 0."""

    bands: Annotated[tuple[ShareBand, ...], Meta(min_length=2)]
    zero: str | None = None


class RiskIndex(_Part, frozen=True, tag_field="family", tag="risk_index"):
    """Points are risk: the lower, the better; the least risky band first. What reaches a cap falls to the next band."""

    bands: Annotated[tuple[RiskBand, ...], Meta(min_length=2)]


class Points(_Part, frozen=True, tag_field="family", tag="points", kw_only=True):
    """Points as a share of what applies, best band first; a mandatory item at 0 gives the band named `failed`."""

    bands: Annotated[tuple[ShareBand, ...], Meta(min_length=2)]
    mandatory: tuple[str, ...] = ()
    failed: str


Rule = PassCount | PercentOfApplicable | RiskIndex | Points


class Challenge(_Part, frozen=True):
    """What one of the days asks for beside the tasks; `{n}` becomes a number from 1 to `upto`."""

    vi: Text
    en: Text
    upto: Annotated[int, Meta(ge=1, le=20)] = 1


class Task(_Part, frozen=True):
    """A task of the day: done or not, or "na" where `optional` allows it."""

    code: Code
    vi: Text
    en: Text
    source: Source = "template"
    optional: bool = False


class Daily(_Part, frozen=True):
    """The day's commitment: the tasks, until when it is due ("HH:MM" in Viet Nam), what else may be asked for."""

    by: str
    tasks: Annotated[tuple[Task, ...], Meta(min_length=1, max_length=8)]
    challenges: tuple[Challenge, ...] = ()


class Criteria(_Part, frozen=True, kw_only=True):
    """A set from `valid_from` on, for places of these kinds, in these provinces (none named: the whole country)."""

    code: Code
    number: Annotated[int, Meta(ge=1, le=30_000)]
    vi: Text
    en: Text
    kinds: Annotated[tuple[str, ...], Meta(min_length=1)]
    provinces: tuple[str, ...] = ()
    valid_from: date
    basis: Text
    # What of it was read in the official text and what was not, as shown on every page that uses the set.
    checked_vi: Text
    checked_en: Text
    rule_source: Source
    every_days: Days
    # Days after the assessment falls due until it is late, and after that until nothing is known any more.
    due_days: Days = 7
    lapse_days: Days = 30
    # Open days without a commitment after which nothing is known any more.
    silent_days: Annotated[int, Meta(ge=1, le=60)] = 7
    chapters: tuple[Chapter, ...] = ()
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=200)]
    rule: Rule
    daily: Daily

    @property
    def is_template(self) -> bool:
        """Whether any of its words or thresholds are not those of an official text."""
        return self.rule_source != "official" or any(item.source != "official" for item in self.items)


def _twice(codes: list[str]) -> str | None:
    return next((code for at, code in enumerate(codes) if code in codes[:at]), None)


def _known(names: tuple[str, ...], codes: list[str], where: str) -> None:
    for name in names:
        if name not in codes:
            raise CriteriaError(f"{where}: {name!r} is not there; use one of {', '.join(codes)}")


def _check_bands(rule: Rule, codes: list[str]) -> None:
    bands: list[str] = [band.code for band in rule.bands]
    if doubled := _twice(bands):
        raise CriteriaError(f"rule.bands: {doubled!r} stands there twice")
    if isinstance(rule, PassCount):
        _known((rule.gap,), bands, "rule.gap")
        for count_band in rule.bands:
            _known(count_band.must, codes, f"rule.bands.{count_band.code}.must")
        return
    if isinstance(rule, RiskIndex):
        bounds = [b.at_most if b.at_most is not None else b.below for b in rule.bands]
        last_caps = rule.bands[-1].no_item_from is not None
    else:
        bounds = [b.at_least if b.at_least is not None else b.more_than for b in rule.bands]
        last_caps = False
    if None in bounds[:-1] or bounds[-1] is not None or last_caps:
        raise CriteriaError("rule.bands: give every band but the last one bound, and the last one none")
    numbers = [bound for bound in bounds if bound is not None]
    if numbers != sorted(numbers, reverse=not isinstance(rule, RiskIndex)):
        raise CriteriaError("rule.bands: write them from the best to the worst")
    if isinstance(rule, PercentOfApplicable) and rule.zero is not None:
        _known((rule.zero,), bands, "rule.zero")
    if isinstance(rule, Points):
        _known((rule.failed,), bands, "rule.failed")
        _known(rule.mandatory, codes, "rule.mandatory")


def _check(criteria: Criteria) -> Criteria:
    codes = [item.code for item in criteria.items]
    if doubled := _twice(codes):
        raise CriteriaError(f"items: {doubled!r} stands there twice")
    chapters = [chapter.code for chapter in criteria.chapters]
    for item in criteria.items:
        if item.chapter:
            _known((item.chapter,), chapters, f"items.{item.code}.chapter")
        if item.options and max(option.points for option in item.options) != item.points:
            raise CriteriaError(f"items.{item.code}: points must be those of its highest option")
        if isinstance(criteria.rule, PassCount) and item.points != 1:
            raise CriteriaError(f"items.{item.code}: counted items are passed or not; leave points out")
    if doubled := _twice([task.code for task in criteria.daily.tasks]):
        raise CriteriaError(f"daily.tasks: {doubled!r} stands there twice")
    if not _CLOCK.match(criteria.daily.by):
        raise CriteriaError(f"daily.by: write a clock as 07:30, not {criteria.daily.by!r}")
    _check_bands(criteria.rule, codes)
    return criteria


def parse(document: Any) -> Criteria:
    """The set in a decoded document. Raises CriteriaError that names the field and the mend."""
    try:
        return _check(msgspec.convert(document, Criteria))
    except msgspec.ValidationError as error:
        raise CriteriaError(str(error)) from error


def parse_toml(text: str) -> Criteria:
    """The set in a TOML text. Raises CriteriaError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CriteriaError(f"not TOML: {error}") from error
    return parse(document)


def dump(criteria: Criteria) -> dict[str, Any]:
    """The document as JSON types, for storage; parse(dump(c)) == c."""
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(criteria))
    return built
