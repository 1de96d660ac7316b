"""One world, imagined whole before a row of it is written: pure, and the same for the same arguments."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from lachan.simulate import epidemic, households, places, recording, story, visits
from lachan.simulate.clock import DAY, HOUR, MINUTE, Calendar
from lachan.simulate.epidemic import Infection
from lachan.simulate.households import Human, Population
from lachan.simulate.places import HABITS, Ground, Venue
from lachan.simulate.visits import WORK_FROM, WORK_TO, Going, Ints, Presences

LEAST_INFECTIONS, MOST_INFECTIONS, CONFIRMED, ATTEMPTS = 15, 40, 3, 200
# How strongly the disease of this world spreads; chosen so that about half of the attempts fall into the wanted range.
STRENGTH = 1.0
GATES_WITH_KEEPER = 60
SMALLEST_PEOPLE, SMALLEST_PLACES, SMALLEST_DAYS = 60, 8, 3

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """People, homes and places are positions in the lists. `known`: the cases the desk hears of first."""

    seed: int
    calendar: Calendar
    population: Population
    venues: list[Venue]
    owners: dict[int, int]
    gatekeepers: dict[int, int]
    stays: Presences
    # Who scans for each of the stays (-1: nobody can).
    reporters: Ints
    infections: list[Infection]
    known: list[Infection]
    cast: story.Cast

    @property
    def humans(self) -> list[Human]:
        return self.population.humans

    @property
    def today(self) -> date:
        return self.calendar.today


def imagine(
    *,
    seed: int,
    now: datetime,
    people: int,
    count: int,
    days: int,
    grounds: dict[str, Ground],
    say: Say = lambda _: None,
) -> Plan:
    """`people` persons and `count` places in the communes `grounds` (by code), `days` whole days and today until `now`.

    Raises ValueError for a world too small for its cast.
    """
    if people < SMALLEST_PEOPLE or count < SMALLEST_PLACES or days < SMALLEST_DAYS:
        raise ValueError(f"a world needs {SMALLEST_PEOPLE} people, {SMALLEST_PLACES} places and {SMALLEST_DAYS} days")
    calendar = Calendar.until(now, days)
    codes, ground = list(grounds), list(grounds.values())
    cast = story.gather(codes, [(one.latitude, one.longitude) for one in ground], calendar.today)
    population = households.populate(
        _source(seed, "households"),
        today=calendar.today,
        people=people,
        commune_shares=[one.share for one in ground],
        cast=cast.population,
    )
    venues = places.build(_source(seed, "places"), grounds=ground, count=count, cast=cast.venues)
    say(f"{len(population.humans):,} people in {len(population.homes):,} households, {len(venues)} places")
    jobs = _jobs(_source(seed, "jobs"), population, venues, calendar.today, set(cast.people.values()))
    stays = visits.imagine(
        sequence(seed, "visits"),
        calendar=calendar,
        going=_going(population, jobs, calendar.today),
        venues=venues,
        appointments=story.meetings(cast, calendar),
        quiet=set(cast.people.values()),
    )
    owners, gatekeepers = _duties(venues, jobs, cast)
    by = recording.reporters(stays, population, owners, gatekeepers, len(venues))
    stays = recording.only_reported(stays, by)
    infections, known = _outbreak(
        seed=seed,
        calendar=calendar,
        population=population,
        venues=venues,
        stays=stays,
        cast=cast,
        jobs=jobs,
    )
    happened = epidemic.happened(stays, infections)
    stays, by = stays.where(happened), by[happened]
    say(f"{len(stays):,} stays, {int(stays.scanned.sum()):,} of them scanned; {len(infections)} infections")
    return Plan(seed, calendar, population, venues, owners, gatekeepers, stays, by, infections, known, cast)


def _source(seed: int, part: str) -> random.Random:
    """Each part draws from its own source, so that a change in one does not shift the others."""
    return random.Random(f"{seed}/{part}")


def sequence(seed: int, part: str) -> np.random.Generator:
    """The numpy counterpart of _source."""
    return np.random.Generator(np.random.PCG64(random.Random(f"{seed}/{part}").getrandbits(128)))


def _jobs(
    rng: random.Random, population: Population, venues: list[Venue], today: date, cast: set[int]
) -> dict[int, int]:
    """Who works at which place: adults with a phone, from the same commune while there are any."""
    free: dict[int, list[int]] = {}
    for index, human in enumerate(population.humans):
        if human.phone and index not in cast and WORK_FROM <= human.age(today) <= WORK_TO:
            free.setdefault(population.homes[human.household].commune, []).append(index)
    for adults in free.values():
        rng.shuffle(adults)
    # Small worlds have more places than staff; nobody is left at home only because the list is short.
    enough = sum(map(len, free.values())) // 2
    jobs: dict[int, int] = {}
    for place, venue in enumerate(venues):
        for _ in range(venue.staff):
            nearby = free.get(venue.commune) or next((adults for adults in free.values() if adults), None)
            if nearby is None or len(jobs) >= enough:
                break
            jobs[nearby.pop()] = place
    return jobs


def _going(population: Population, jobs: dict[int, int], today: date) -> Going:
    humans = population.humans
    return Going(
        ages=np.array([human.age(today) for human in humans], dtype=np.int64),
        commune=np.array([population.homes[human.household].commune for human in humans], dtype=np.int64),
        has_phone=np.array([human.phone is not None for human in humans]),
        jobs=jobs,
    )


def _outbreak(
    *,
    seed: int,
    calendar: Calendar,
    population: Population,
    venues: list[Venue],
    stays: Presences,
    cast: story.Cast,
    jobs: dict[int, int],
) -> tuple[list[Infection], list[Infection]]:
    """The first attempt that is neither over at once nor all over town; the nearest one where none is."""
    least = min(LEAST_INFECTIONS, max(CONFIRMED, len(population.humans) // 60))
    scripts = story.scripts(cast, calendar)
    best: tuple[float, list[Infection], list[Infection]] = (float("inf"), [], [])
    for attempt in range(ATTEMPTS):
        infections = epidemic.Outbreak(
            sequence(seed, f"outbreak/{attempt}"),
            calendar=calendar,
            stays=stays,
            hazard=[HABITS[venue.kind].hazard for venue in venues],
            homes=population.household_of,
            scripts=scripts,
            strength=STRENGTH,
        ).run()
        infections, known = _first_known(infections, calendar, population, cast, jobs)
        off = max(least - len(infections), len(infections) - MOST_INFECTIONS, 0) + 10 * (CONFIRMED - len(known))
        if off < best[0]:
            best = off, infections, known
        if off == 0:
            break
    return best[1], best[2]


def _first_known(
    infections: list[Infection], calendar: Calendar, population: Population, cast: story.Cast, jobs: dict[int, int]
) -> tuple[list[Infection], list[Infection]]:
    """The two cases of the story and whoever fell ill next and went for a test: isolated three hours ago."""
    storied = [cast.people["thinh"], cast.people["khoa"]]
    isolated = (calendar.now - 3 * HOUR) // (15 * MINUTE) * (15 * MINUTE)
    ill = [
        one
        for one in infections
        if one.person not in cast.people.values()
        and one.onset is not None
        and one.onset <= calendar.now - 1.2 * DAY
        and population.humans[one.person].phone
        and one.person not in jobs
    ]
    numbers = list(storied)
    for one in sorted(ill, key=lambda infection: (infection.onset, infection.person)):
        changed = epidemic.isolate(infections, one.person, isolated)
        if changed is not None:
            infections = changed
            numbers.append(one.person)
            break
    by_person = {one.person: one for one in infections}
    return infections, [by_person[number] for number in numbers if number in by_person]


def _duties(venues: list[Venue], jobs: dict[int, int], cast: story.Cast) -> tuple[dict[int, int], dict[int, int]]:
    """Place → owner, and place → gatekeeper for the busiest."""
    staff: dict[int, list[int]] = {}
    for person, place in sorted(jobs.items()):
        staff.setdefault(place, []).append(person)
    owners = {place: people[0] for place, people in staff.items()}
    busiest = sorted(range(len(venues)), key=lambda place: (-venues[place].weight, place))[:GATES_WITH_KEEPER]
    gatekeepers = {place: staff[place][1] for place in busiest if len(staff.get(place, [])) > 1}
    owners |= {cast.places[name]: cast.people[key] for name, key in story.OWNERS.items()}
    gatekeepers |= {cast.places[name]: cast.people[key] for name, key in story.GATEKEEPERS.items()}
    return owners, gatekeepers
