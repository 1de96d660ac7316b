"""The shape of a disease profile: every figure that tracing, notices and retention take from the disease.

Pure: a profile is data (`data/<disease>/<number>.toml`), checked here once, stored as JSON, never edited in place.
"""

import re
import tomllib
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

LANGUAGES = ("vi", "en")
# What a notice's words may ask to have filled in. Nothing of the case is among them.
PLACEHOLDERS = frozenset(
    {"xung_ho", "disease", "station", "hotline", "test_by", "until", "follow_up_until", "places", "issued", "erased"}
)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
Days = Annotated[int, Meta(ge=0, le=3650)]
Text = Annotated[str, Meta(min_length=1)]


class ProfileError(ValueError):
    """A profile that cannot be used; the message says where and what to write instead."""


class Thing(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do: the sentence, and the detail under it."""

    do: Text
    detail: Text


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """A notice in one language, in the order in which it is read: what, to do, whom to call, why, how sure."""

    heading: Text
    verdict: Text
    things: Annotated[tuple[Thing, ...], Meta(min_length=1, max_length=3)]
    call: Text
    why: Text
    # Instead of `why` when no place may be named, such as a shared home.
    why_close: Text
    unknown: Text
    who_knows: Text
    help: Text
    object: Text
    footer: Text


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The rules of one disease from `valid_from` on. Hours, minutes and days are whole numbers of those units."""

    disease: Code
    name: Text
    name_en: Text
    number: Annotated[int, Meta(ge=1, le=30_000)]
    valid_from: date
    legal_basis: Text

    # What "onset" means for this disease, as an officer reads it beside the field.
    onset_vi: Text
    onset_en: Text
    # Whole days before the day of onset from which a case is infectious, and after it when nobody isolated the case.
    infectious_days_before_onset: Days
    infectious_days_after_onset: Days
    # Which date stands in for onset when there was none: the day of the first sample.
    missing_onset_stand_in: Literal["sample"]
    # Hours from being exposed to being able to infect.
    latent_hours: Annotated[int, Meta(ge=0, le=1440)]
    # The shortest overlap that counts, and how long the air of a place stays infectious after the person left.
    minimum_minutes: Annotated[int, Meta(ge=1, le=1440)]
    tail_minutes: Annotated[int, Meta(ge=0, le=1440)]
    # The parts of a place so small that two people who were at the same one were near each other. At the same place
    # or another of its parts, nothing is known of the distance.
    near_parts: tuple[Literal["gate", "floor", "table", "coach"], ...] = ("table", "coach")
    # No stay is longer: what makes a search by time of arrival exact.
    max_stay_hours: Annotated[int, Meta(ge=1, le=24)]
    # Levels to trace: 1 = close contacts only.
    depth: Annotated[int, Meta(ge=1, le=6)]
    person_to_person: bool

    follow_up_days: Annotated[int, Meta(ge=1, le=365)]
    # Days a stay is kept, a contact with its evidence after the last exposure, a case after its report.
    retention_days: Annotated[int, Meta(ge=1, le=60)]
    contact_retention_days: Days
    case_retention_days: Days

    # The disease's number in the anonymous feed, never reused.
    feed_index: Annotated[int, Meta(ge=1, le=255)]
    # 1 for information, 2 take a test, 3 stay at home and take a test.
    place_notice_grade: Literal[1, 2, 3]
    # A second officer releases place notices, and more direct notices at once than this; after so many minutes without
    # an answer they go by themselves.
    direct_release_above: Annotated[int, Meta(ge=1, le=100_000)] = 50
    release_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    hotline: Text
    # Level ("1", "2", ...) → language → words. A level without words gets no direct notice.
    notices: dict[Annotated[str, Meta(pattern=r"^[1-6]$")], dict[str, Words]]

    def words(self, level: int, language: str) -> Words | None:
        """The words for a contact of that level, or None when the profile warns no one at that level."""
        return self.notices.get(str(level), {}).get(language)


def _check(profile: Profile) -> Profile:
    for level, by_language in profile.notices.items():
        missing = [language for language in LANGUAGES if language not in by_language]
        if missing:
            raise ProfileError(f"notices.{level}: write the words in {', '.join(missing)} too")
        for language, words in by_language.items():
            if language not in LANGUAGES:
                raise ProfileError(f"notices.{level}.{language}: the languages are {', '.join(LANGUAGES)}")
            asked = set(_PLACEHOLDER.findall(" ".join(_texts(msgspec.to_builtins(words)))))
            if unknown := asked - PLACEHOLDERS:
                raise ProfileError(
                    f"notices.{level}.{language}: {{{min(unknown)}}} is not filled in; "
                    f"use one of {', '.join(sorted(PLACEHOLDERS))}"
                )
    if profile.contact_retention_days < profile.follow_up_days:
        raise ProfileError(
            f"contact_retention_days is {profile.contact_retention_days}: a contact must be kept at least "
            f"the {profile.follow_up_days} days of follow-up"
        )
    return profile


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in _texts(part)]


def parse(document: dict[str, Any]) -> Profile:
    """The profile in a decoded document. Raises ProfileError that names the field and the mend."""
    try:
        return _check(msgspec.convert(document, Profile))
    except msgspec.ValidationError as error:
        raise ProfileError(str(error)) from error


def parse_toml(text: str) -> Profile:
    """The profile in a TOML text. Raises ProfileError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"not TOML: {error}") from error
    return parse(document)


def dump(profile: Profile) -> dict[str, Any]:
    """The document as JSON types, for storage; parse(dump(p)) == p."""
    built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(profile))
    return built
