"""Profiles are data: checked, dated, never changed in place."""

from datetime import date
from typing import Any

import pytest

from lachan.register.profiles import actions, queries
from lachan.register.profiles.document import LANGUAGES, ProfileError, dump, parse, parse_toml
from lachan.register.profiles.models import Disease, ProfileVersion

COVID = (actions.DATA / "covid19" / "1.toml").read_text(encoding="utf-8")


def changed(**fields: Any) -> dict[str, Any]:
    return dump(parse_toml(COVID)) | fields


@pytest.mark.parametrize("path", sorted(actions.DATA.glob("*/*.toml")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_shipped_profiles_are_complete(path: Any) -> None:
    profile = parse_toml(path.read_text(encoding="utf-8"))
    assert profile.disease == path.parent.name
    assert str(profile.number) == path.stem
    assert parse(dump(profile)) == profile
    for language in LANGUAGES:
        assert profile.words(1, language)


def test_covid_window_is_that_of_decision_5053() -> None:
    profile = parse_toml(COVID)
    assert (profile.infectious_days_before_onset, profile.depth, profile.minimum_minutes) == (3, 3, 15)


def test_measles_is_airborne_and_counted_from_the_rash() -> None:
    profile = parse_toml((actions.DATA / "measles" / "1.toml").read_text(encoding="utf-8"))
    assert (profile.infectious_days_before_onset, profile.infectious_days_after_onset) == (4, 4)
    assert profile.tail_minutes == 120
    assert "ban" in profile.onset_vi


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"minimum_minutes": 0}, r"minimum_minutes"),
        ({"infectious_days_before_onset": "three"}, r"infectious_days_before_onset"),
        ({"surprise": 1}, r"surprise"),
        ({"contact_retention_days": 3}, r"contact_retention_days is 3"),
        ({"disease": "COVID 19"}, r"disease"),
    ],
)
def test_a_wrong_figure_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        parse(changed(**change))


def test_words_can_ask_for_nothing_of_the_case() -> None:
    document = changed()
    document["notices"]["1"]["vi"]["why"] = "Ca bệnh là {case_name}"
    with pytest.raises(ProfileError, match=r"\{case_name\} is not filled in"):
        parse(document)


def test_words_in_one_language_only_are_refused() -> None:
    document = changed()
    del document["notices"]["2"]["en"]
    with pytest.raises(ProfileError, match=r"notices\.2: write the words in en too"):
        parse(document)


def test_no_exclamation_marks_and_no_begging_in_the_words() -> None:
    for path in actions.DATA.glob("*/*.toml"):
        text = path.read_text(encoding="utf-8")
        assert "!" not in text
        assert "vui lòng" not in text.lower()
        assert "F0" not in text


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    first = [v.pk for v in actions.load_profiles()]
    assert [v.pk for v in actions.load_profiles()] == first
    assert set(Disease.objects.values_list("code", flat=True)) == {"covid19", "measles"}


@pytest.mark.django_db
def test_a_published_version_never_changes() -> None:
    actions.load_profiles()
    with pytest.raises(ProfileError, match="give the changed rules the number 2"):
        actions.publish_version(profile=parse(changed(minimum_minutes=10)))


@pytest.mark.django_db
def test_the_version_in_force_depends_on_the_day() -> None:
    actions.load_profiles()
    actions.publish_version(profile=parse(changed(number=2, valid_from="2021-08-01", minimum_minutes=5)))
    assert queries.profile_in_force("covid19", date(2021, 7, 31)).minimum_minutes == 15
    assert queries.profile_in_force("covid19", date(2021, 8, 1)).minimum_minutes == 5
    with pytest.raises(ProfileVersion.DoesNotExist):
        queries.profile_in_force("covid19", date(2019, 1, 1))
