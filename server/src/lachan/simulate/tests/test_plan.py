"""The imagined world: the same from the same seed, plausible, and at one with its own truth. No database."""

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import astuple
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.simulate import epidemic, recording, story, visits
from lachan.simulate.clock import DAY, HOUR, LOCAL, MINUTE, Calendar, instant
from lachan.simulate.plan import Plan, sequence
from lachan.simulate.tests.conftest import NOW, plan


def fingerprint(world: Plan) -> tuple[object, ...]:
    stays = tuple(column.tobytes() for column in astuple(world.stays))
    return repr(world.humans), repr(world.population.homes), repr(world.venues), stays, repr(world.infections)


def test_the_same_seed_and_moment_make_the_same_world() -> None:
    assert fingerprint(plan(people=400, count=20, days=5)) == fingerprint(plan(people=400, count=20, days=5))


@pytest.mark.parametrize("change", [{"seed": 8}, {"now": NOW + timedelta(days=1)}])
def test_another_seed_or_day_makes_another_world(change: dict[str, object]) -> None:
    assert fingerprint(plan(people=400, count=20, days=5)) != fingerprint(plan(people=400, count=20, days=5, **change))


def test_the_moment_counts_whatever_zone_it_is_told_in() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert fingerprint(plan(people=400, count=20, days=5)) == fingerprint(plan(people=400, count=20, days=5, now=tokyo))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        plan(now=datetime(2026, 3, 10, 7, 25))  # noqa: DTZ001  the naive moment is the point


@pytest.mark.parametrize("change", [{"people": 10}, {"count": 3}, {"days": 1}])
def test_a_world_too_small_for_its_cast_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a world needs"):
        plan(**change)


# --- People


def test_there_are_as_many_people_and_places_as_asked(planned: Plan) -> None:
    assert (len(planned.humans), len(planned.venues)) == (2500, 80)


def test_households_are_of_plausible_size(planned: Plan) -> None:
    sizes = Counter(Counter(human.household for human in planned.humans).values())
    homes = sum(sizes.values())
    assert homes == len(planned.population.homes)
    assert 3.3 < len(planned.humans) / homes < 3.9
    assert 0.04 < sizes[1] / homes < 0.12
    assert max(sizes) <= 7


def test_people_of_one_home_stand_together(planned: Plan) -> None:
    homes = [human.household for human in planned.humans]
    assert homes == sorted(homes)
    for index in range(0, len(homes), 97):
        together = planned.population.household_of(index)
        assert together == [other for other, home in enumerate(homes) if home == homes[index]]


def test_ages_make_a_pyramid(planned: Plan) -> None:
    ages = np.array([human.age(planned.today) for human in planned.humans])
    assert 0.15 < (ages < 15).mean() < 0.32
    assert 0.09 < (ages >= 60).mean() < 0.22
    assert ages.min() >= 0
    assert ages.max() < 100


def test_nobody_lives_alone_as_a_child(planned: Plan) -> None:
    oldest: dict[int, int] = defaultdict(int)
    for human in planned.humans:
        oldest[human.household] = max(oldest[human.household], human.age(planned.today))
    assert min(oldest.values()) >= 18


def test_children_have_guardians_with_a_phone_in_the_same_home(planned: Plan) -> None:
    for index, human in enumerate(planned.humans):
        if human.age(planned.today) < 15:
            assert human.phone is None
            assert human.guardian is not None
        if human.guardian is not None:
            guardian = planned.humans[human.guardian]
            assert guardian.phone
            assert guardian.household == human.household
            assert human.guardian != index


def test_adults_have_phones_but_some_elders(planned: Plan) -> None:
    cast = set(planned.cast.people.values())
    adults = [human for index, human in enumerate(planned.humans) if index not in cast]
    assert all(human.phone for human in adults if 18 <= human.age(planned.today) < 60)
    elders = [human for human in adults if human.age(planned.today) >= 60]
    assert 0.06 < sum(human.phone is None for human in elders) / len(elders) < 0.19


def test_phone_numbers_are_nobodys_and_differ(planned: Plan) -> None:
    numbers = [human.phone for human in planned.humans if human.phone]
    assert len(numbers) == len(set(numbers))
    assert all(number.startswith(("+84900", "+84905000")) and len(number) == 12 for number in numbers)


def test_names_have_three_parts_and_the_usual_surnames(planned: Plan) -> None:
    assert all(len(human.name.split()) >= 3 for human in planned.humans)
    surnames = Counter(human.name.split()[0] for human in planned.humans)
    assert surnames.most_common(1)[0][0] == "Nguyễn"
    assert 0.25 < surnames["Nguyễn"] / len(planned.humans) < 0.42


def test_children_bear_their_fathers_name(planned: Plan) -> None:
    for human in planned.humans[len(planned.cast.population.humans) :: 31]:
        if human.age(planned.today) < 15:
            home = [other for other in planned.humans if other.household == human.household]
            assert any(
                other.age(planned.today) > 18 and other.name.split()[0] == human.name.split()[0] for other in home
            )


# --- Places and stays


def test_places_have_different_names_and_all_kinds(planned: Plan) -> None:
    assert len({venue.name for venue in planned.venues}) == len(planned.venues)
    kinds = Counter(venue.kind for venue in planned.venues)
    assert set(kinds) >= {"office", "hospital", "school", "supermarket", "market", "lodging", "restaurant"}
    assert kinds.most_common(1)[0][0] == "restaurant"


def test_popularity_has_a_long_tail(planned: Plan) -> None:
    visits = sorted(Counter(planned.stays.place.tolist()).values(), reverse=True)
    assert sum(visits[:8]) > 2 * 8 / 80 * sum(visits)
    markets = [p for p, venue in enumerate(planned.venues) if venue.kind == "market"]
    restaurants = [p for p, venue in enumerate(planned.venues) if venue.kind == "restaurant"]
    mean = {
        place: np.mean([np.count_nonzero(planned.stays.place == p) for p in group])
        for place, group in (("m", markets), ("r", restaurants))
    }
    assert mean["m"] > 2 * mean["r"]


def test_nobody_is_at_two_places_at_once(planned: Plan) -> None:
    stays = planned.stays
    same = stays.person[1:] == stays.person[:-1]
    assert (stays.t_in[1:] >= stays.t_out[:-1])[same].all()
    assert (stays.t_out > stays.t_in).all()
    assert (stays.t_out - stays.t_in <= DAY).all()


def test_stays_lie_in_opening_hours(planned: Plan) -> None:
    for place, t_in, t_out in zip(planned.stays.place, planned.stays.t_in, planned.stays.t_out, strict=True):
        venue = planned.venues[place]
        if venue.opens is None or venue.closes is None:
            continue
        begin, end = (instant(int(t)).astimezone(LOCAL) for t in (t_in, t_out))
        midnight = begin.replace(hour=0, minute=0, second=0)
        assert venue.opens * 60 - 1 <= (begin - midnight).total_seconds()
        assert (end - midnight).total_seconds() <= venue.closes * 60


def test_stays_fill_the_days_up_to_now(planned: Plan) -> None:
    stays, calendar = planned.stays, planned.calendar
    assert stays.t_in.min() >= calendar.start
    assert stays.t_in.max() < calendar.now
    days = Counter(((stays.t_in - calendar.start) // DAY).tolist())
    assert set(days) == set(range(15))
    # Today has only begun.
    assert days[14] < np.mean([days[day] for day in range(14)])


def test_a_third_of_stays_is_not_scanned_out(planned: Plan) -> None:
    stays = planned.stays
    assert 0.22 < 1 - stays.scanned_out.sum() / stays.scanned.sum() < 0.38
    assert not (stays.scanned_out & ~stays.scanned).any()
    assert not (stays.scanned_out & (stays.t_out > planned.calendar.now)).any()


def test_mornings_are_busier_than_afternoons_at_the_market_and_nights_are_quiet(planned: Plan) -> None:
    hours = Counter(((planned.stays.t_in + 7 * HOUR) % DAY // HOUR).tolist())
    assert hours[7] > 10 * hours[3]
    markets = [p for p, venue in enumerate(planned.venues) if venue.kind == "market"]
    at_market = ((planned.stays.t_in[np.isin(planned.stays.place, markets)] + 7 * HOUR) % DAY) // HOUR
    assert np.count_nonzero(at_market == 6) > np.count_nonzero(at_market == 13)


def test_scans_tell_of_scanned_stays_only(planned: Plan) -> None:
    owned = [human.phone is not None or human.guardian is not None for human in planned.humans]
    scans = recording.record(sequence(7, "scans"), planned.stays, planned.reporters, owned)
    told = set(
        zip(scans.person.tolist(), scans.place.tolist(), scans.at.tolist(), scans.direction.tolist(), strict=True)
    )
    stays = planned.stays
    rows = zip(*(column.tolist() for column in astuple(stays)), strict=True)
    true = set()
    for person, place, t_in, t_out, scanned, scanned_out in rows:
        if scanned:
            true.add((person, place, t_in, recording.IN))
        if scanned_out:
            true.add((person, place, t_out, recording.OUT))
    assert told == true
    for person, by, trust in zip(scans.person.tolist(), scans.by.tolist(), scans.trust.tolist(), strict=True):
        human = planned.humans[person]
        own = person if human.phone else human.guardian
        assert planned.humans[by].phone
        assert (trust == recording.GATEKEEPER) == (own is None)
        assert own is None or by == own


# --- The outbreak


def test_the_outbreak_is_of_the_wanted_size() -> None:
    world = plan(people=4000, count=100)
    assert 15 <= len(world.infections) <= 40
    assert len(world.known) == 3


def test_every_infection_has_an_exposure_to_an_infectious_person(planned: Plan) -> None:
    infected = {one.person: one for one in planned.infections}
    assert len(infected) == len(planned.infections) > 3
    for one in planned.infections:
        assert one.at + epidemic.LATENT_LEAST <= one.infectious_from <= one.infectious_until
        assert one.at <= planned.calendar.now
        if one.how == "imported":
            assert one.infector is None
            continue
        source = infected[one.infector]
        assert one.end - one.start >= epidemic.LEAST_EXPOSURE
        assert one.start <= one.at <= one.end
        assert source.infectious_from <= one.start
        assert one.end <= source.infectious_until
        if one.how == "household":
            assert planned.humans[one.person].household == planned.humans[one.infector].household
        else:
            assert one.place is not None
            for person in (one.person, one.infector):
                assert _was_there(planned, person, one.place, one.start, one.end)
            scanned = all(_scanned(planned, person, one.place, one.start) for person in (one.person, one.infector))
            assert one.recorded == scanned


def _rows(world: Plan, person: int, place: int, at: int) -> np.ndarray:
    stays = world.stays
    return (stays.person == person) & (stays.place == place) & (stays.t_in <= at) & (stays.t_out > at)


def _was_there(world: Plan, person: int, place: int, start: int, end: int) -> bool:
    return bool((_rows(world, person, place, start) & (world.stays.t_out >= end)).any())


def _scanned(world: Plan, person: int, place: int, start: int) -> bool:
    return bool(world.stays.scanned[_rows(world, person, place, start)].any())


def test_nobody_goes_out_after_isolation(planned: Plan) -> None:
    for one in planned.infections:
        if one.cutoff is not None:
            assert (planned.stays.t_out[planned.stays.person == one.person] <= one.cutoff).all()
            assert not any(
                other.infector == one.person and other.end > one.infectious_until for other in planned.infections
            )


def test_the_known_cases_fell_ill_and_are_isolated(planned: Plan) -> None:
    for one in planned.known:
        assert one.onset is not None
        assert one.isolated is not None
        assert one.onset < one.isolated <= planned.calendar.now
    unknown = [one for one in planned.infections if one not in planned.known]
    assert all(one.isolated is None for one in unknown)


# --- The story


def test_the_story_is_told(planned: Plan) -> None:
    cast = planned.cast
    market, eatery = cast.places[story.MARKET], cast.places[story.EATERY]
    morning = planned.calendar.ago(story.MORNING, 8, 12)
    assert _was_there(planned, cast.people["hanh"], market, morning, morning + 38 * MINUTE)
    assert _was_there(planned, cast.people["khoa"], market, morning, morning + 38 * MINUTE)
    assert _scanned(planned, cast.people["hanh"], market, morning)
    khoa = next(one for one in planned.infections if one.person == cast.people["khoa"])
    assert (khoa.infector, khoa.place, khoa.how) == (cast.people["thinh"], eatery, "place")
    hanh = planned.humans[cast.people["hanh"]]
    assert (hanh.name, hanh.age(planned.today), hanh.phone) == ("Nguyễn Thị Hạnh", 42, "+84905000418")
    sau = planned.humans[cast.people["sau"]]
    assert sau.phone is None
    assert sau.guardian == cast.people["hanh"]
    assert sau.household == hanh.household


@pytest.mark.parametrize("day", range(7))
def test_nobody_is_at_school_at_the_weekend(day: int) -> None:
    world = plan(people=300, count=12, days=5, now=NOW + timedelta(days=day))
    schools = [p for p, venue in enumerate(world.venues) if venue.kind == "school"]
    for at in world.stays.t_in[np.isin(world.stays.place, schools)].tolist():
        assert instant(at).astimezone(LOCAL).weekday() < 5


@pytest.mark.parametrize("hour", [0, 3, 9, 23])
def test_the_story_holds_at_every_hour(hour: int) -> None:
    world = plan(people=300, count=12, now=datetime(2026, 3, 10, hour, 5, tzinfo=UTC))
    assert [world.humans[one.person].name for one in world.known[:2]] == ["Đặng Văn Thịnh", "Trần Quốc Khoa"]


def test_a_day_begins_at_midnight_in_viet_nam() -> None:
    calendar = Calendar.until(datetime(2026, 3, 9, 17, 0, tzinfo=UTC), 3)
    assert calendar.today.isoformat() == "2026-03-10"
    assert instant(calendar.midnight(3)).isoformat() == "2026-03-09T17:00:00+00:00"
    assert instant(calendar.ago(2, 8, 12)).astimezone(LOCAL).isoformat() == "2026-03-08T08:12:00+07:00"
    assert calendar.weekday(3) == 1


# --- Properties


def test_another_process_imagines_the_same_world() -> None:
    told = []
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", _DIGEST]
        done = subprocess.run(
            command, env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
        )
        told.append(done.stdout)
    assert told[0] == told[1] == f"{digest(plan(people=400, count=20, days=5))}\n"


def digest(world: Plan) -> str:
    return hashlib.sha256(repr(fingerprint(world)).encode()).hexdigest()


_DIGEST = """
from lachan.simulate.tests.test_plan import digest, plan
print(digest(plan(people=400, count=20, days=5)))
"""

stay = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 20 * MINUTE), st.integers(1, 10 * MINUTE))


@given(st.lists(stay, max_size=30))
def test_one_place_at_a_time(drawn: list[tuple[int, int, int, int]]) -> None:
    person, place, t_in, length = np.array(drawn, dtype=np.int64).reshape(-1, 4).T
    true = np.ones(len(drawn), dtype=np.bool_)
    kept = visits.one_place_at_a_time(visits.Presences(person, place, t_in, t_in + length, true, true))
    rows = list(zip(kept.person.tolist(), kept.place.tolist(), kept.t_in.tolist(), kept.t_out.tolist(), strict=True))
    asked = Counter((a, b, c, c + d) for a, b, c, d in drawn)
    assert not Counter(rows) - asked
    for one, other in combinations(rows, 2):
        assert one[0] != other[0] or one[3] + visits.BETWEEN <= other[2] or other[3] + visits.BETWEEN <= one[2]
    # Whoever was anywhere is still somewhere, and first where they first were.
    for who in {row[0] for row in asked}:
        first = min(row[2] for row in asked if row[0] == who)
        assert min(row[2] for row in rows if row[0] == who) == first


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.integers(3, 30))  # noqa: DTZ001
def test_local_days(now: datetime, days: int) -> None:
    calendar = Calendar.until(now, days)
    here = now.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert calendar.today == here.date()
    assert calendar.midnight(days) <= calendar.now < calendar.midnight(days + 1)
    midnight = instant(calendar.midnight(days)).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (midnight.date(), midnight.hour, midnight.minute) == (here.date(), 0, 0)
    assert calendar.weekday(days) == here.weekday()
