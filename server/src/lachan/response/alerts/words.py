"""A direct notice in words: what the profile says, filled with the person's own times. Pure.

Only what the person already knows of themselves goes in: where they were and when, by their own scans. Nothing of the
case.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from lachan.register.profiles.document import LANGUAGES, Profile
from lachan.response.alerts import dates

_SPACES = re.compile(r" {2,}")
YOU = "{xung_ho}"


class Sure(IntEnum):
    """How sure we are that the person was near the case: có thể, khá chắc, rất chắc."""

    POSSIBLE = 1
    FAIRLY = 2
    VERY = 3


@dataclass(frozen=True)
class OwnStay:
    """A stay of the person's own, as their own scans tell it."""

    place: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Facts:
    """What fills the words. `stations` is the health station's name by language."""

    level: int
    stays: Sequence[OwnStay]
    sure: Sure
    stations: dict[str, str]
    issued: datetime
    test_by: date
    follow_up_until: date
    erased: date


def how_sure(level: int, meetings: Iterable[tuple[str, int]], minimum_minutes: int) -> Sure:
    """From (source, certain minutes) of each meeting. Beyond the first level nobody knows whether the other is ill."""
    listed = list(meetings)
    if level > 1 or not listed:
        return Sure.POSSIBLE
    if len({source for source, _ in listed}) > 1 or any(source == "household" for source, _ in listed):
        return Sure.VERY
    return Sure.FAIRLY if any(certain >= minimum_minutes for _, certain in listed) else Sure.POSSIBLE


def render(profile: Profile, facts: Facts) -> dict[str, Any] | None:
    """The notice by language, keys in the order of reading, or None when the profile warns no one at that level.

    `{xung_ho}` is left in: how the reader wishes to be called is known where it is shown (fill()).
    """
    by_language = {language: _one(profile, facts, language) for language in LANGUAGES}
    return None if any(words is None for words in by_language.values()) else by_language


def _one(profile: Profile, facts: Facts, language: str) -> dict[str, Any] | None:
    words = profile.words(facts.level, language)
    if words is None:
        return None
    places = ", ".join(dict.fromkeys(stay.place for stay in facts.stays))
    values = {
        "xung_ho": YOU,
        "disease": profile.name_en if language == "en" else profile.name,
        "station": facts.stations[language],
        "hotline": profile.hotline,
        "places": places,
        "test_by": dates.day(facts.test_by, facts.issued, language),
        "until": dates.day(facts.test_by, facts.issued, language),
        "follow_up_until": dates.day(facts.follow_up_until, facts.issued, language),
        "issued": dates.moment(facts.issued, language),
        "erased": dates.day(facts.erased, facts.issued, language),
    }
    say: Callable[[str], str] = lambda text: text.format(**values)  # noqa: E731  one word for one thing, used ten times
    return {
        "heading": say(words.heading),
        "verdict": say(words.verdict),
        "stays": [
            {
                "place": stay.place,
                "start": stay.start.isoformat(),
                "end": stay.end.isoformat(),
                "when": dates.span(stay.start, stay.end, facts.issued, language),
            }
            for stay in facts.stays
        ],
        "things": [{"do": say(thing.do), "detail": say(thing.detail)} for thing in words.things],
        "call": say(words.call),
        "station": facts.stations[language],
        "hotline": profile.hotline,
        "why": say(words.why if facts.stays else words.why_close),
        "sure": int(facts.sure),
        "unknown": say(words.unknown),
        "who_knows": say(words.who_knows),
        "help": say(words.help),
        "object": say(words.object),
        "footer": say(words.footer),
    }


def fill(words: dict[str, Any], you: str) -> dict[str, Any]:
    """The words of one language with the reader addressed as `you` ("cô", a ward's name), or without a subject ("")."""

    def put(value: Any) -> Any:
        if isinstance(value, str) and YOU in value:
            text = _SPACES.sub(" ", value.replace(YOU, you)).replace(" ,", ",").replace(" .", ".").strip()
            return text[:1].upper() + text[1:]
        if isinstance(value, dict):
            return {key: put(inner) for key, inner in value.items()}
        return [put(inner) for inner in value] if isinstance(value, list) else value

    filled: dict[str, Any] = put(words)
    return filled
