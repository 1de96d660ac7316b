"""Places of the dispatch's kinds: invented names one believes, hours, staff, popularity with a long tail."""

import random
import tomllib
from dataclasses import dataclass
from itertools import accumulate

from lachan.simulate.households import address
from lachan.simulate.names import DATA

# Zipf–Mandelbrot within a kind: weight of the k-th most popular is 1 / (k + Q)^S.
ZIPF_S, ZIPF_Q = 0.8, 10.0
JITTER_DEGREES = 0.008


@dataclass(frozen=True, slots=True)
class Habit:
    """How people use a kind of place. Minutes; `peaks` are (minute of the day, spread, share); `hours` are choices."""

    share: float
    visits: float
    stay: float
    spread: float
    peaks: tuple[tuple[int, int, float], ...]
    hours: tuple[tuple[int, int] | None, ...]
    staff: tuple[int, int]
    weekend: float
    # Chance of infection in an hour beside one average infectious person.
    hazard: float


HABITS: dict[str, Habit] = {
    "restaurant": Habit(
        share=0.36,
        visits=0.30,
        stay=42,
        spread=0.45,
        peaks=((425, 40, 0.3), (705, 40, 0.35), (1130, 60, 0.35)),
        hours=((360, 1320), (540, 1320)),
        staff=(2, 6),
        weekend=1.2,
        hazard=0.10,
    ),
    "office": Habit(
        share=0.16,
        visits=0.07,
        stay=30,
        spread=0.6,
        peaks=((520, 50, 0.6), (860, 60, 0.4)),
        hours=((450, 1020),),
        staff=(8, 30),
        weekend=0.0,
        hazard=0.03,
    ),
    # Parents at the gate and visitors; the school keeps its own roll of pupils.
    "school": Habit(
        share=0.12,
        visits=0.06,
        stay=15,
        spread=0.5,
        peaks=((410, 15, 0.5), (1005, 25, 0.5)),
        hours=((390, 1050),),
        staff=(8, 24),
        weekend=0.0,
        hazard=0.03,
    ),
    "lodging": Habit(
        share=0.09,
        visits=0.012,
        stay=640,
        spread=0.25,
        peaks=((1080, 120, 0.7), (840, 60, 0.3)),
        hours=(None,),
        staff=(2, 8),
        weekend=1.3,
        hazard=0.02,
    ),
    "supermarket": Habit(
        share=0.08,
        visits=0.17,
        stay=32,
        spread=0.5,
        peaks=((600, 70, 0.3), (1060, 60, 0.4), (1190, 50, 0.3)),
        hours=((480, 1320), (420, 1320)),
        staff=(4, 16),
        weekend=1.4,
        hazard=0.03,
    ),
    "hospital": Habit(
        share=0.06,
        visits=0.06,
        stay=75,
        spread=0.6,
        peaks=((490, 60, 0.6), (870, 60, 0.4)),
        hours=((450, 1020), None),
        staff=(6, 25),
        weekend=0.4,
        hazard=0.05,
    ),
    "market": Habit(
        share=0.035,
        visits=0.22,
        stay=27,
        spread=0.45,
        peaks=((395, 45, 0.55), (545, 60, 0.2), (1000, 45, 0.25)),
        hours=((300, 1080), (300, 1140)),
        staff=(4, 10),
        weekend=1.2,
        hazard=0.035,
    ),
    "worship": Habit(
        share=0.035,
        visits=0.03,
        stay=55,
        spread=0.35,
        peaks=((350, 30, 0.3), (1090, 40, 0.7)),
        hours=((300, 1260),),
        staff=(1, 3),
        weekend=1.8,
        hazard=0.05,
    ),
    "transport": Habit(
        share=0.015,
        visits=0.03,
        stay=28,
        spread=0.4,
        peaks=((400, 60, 0.5), (1030, 80, 0.5)),
        hours=((240, 1380),),
        staff=(4, 10),
        weekend=1.3,
        hazard=0.04,
    ),
    "event": Habit(
        share=0.015,
        visits=0.01,
        stay=110,
        spread=0.25,
        peaks=((540, 40, 0.4), (1130, 30, 0.6)),
        hours=((420, 1320),),
        staff=(2, 5),
        weekend=2.0,
        hazard=0.10,
    ),
    "other": Habit(
        share=0.03,
        visits=0.038,
        stay=50,
        spread=0.5,
        peaks=((530, 60, 0.4), (1080, 80, 0.6)),
        hours=((360, 1260),),
        staff=(1, 5),
        weekend=1.1,
        hazard=0.05,
    ),
}

_WORDS = tomllib.loads((DATA / "places.toml").read_text(encoding="utf-8"))


@dataclass(slots=True)
class Venue:
    """One place. Hours are minutes of the local day (None: always open); `weight` its popularity within its kind."""

    name: str
    kind: str
    commune: int
    address: str
    opens: int | None
    closes: int | None
    capacity: int
    weight: float
    staff: int
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Ground:
    """A commune as far as needed: its bare name ("Thanh Khê"), its share of the people, a point inside it."""

    name: str
    share: float
    latitude: float | None
    longitude: float | None


def build(rng: random.Random, *, grounds: list[Ground], count: int, cast: list[Venue]) -> list[Venue]:
    """`count` places, those of the cast first, each kind in its share and at least one of each where there is room."""
    venues = list(cast)
    taken = {venue.name for venue in venues}
    ranks = dict.fromkeys(HABITS, 0)
    for venue in venues:
        ranks[venue.kind] += 1
    sums = list(accumulate(ground.share for ground in grounds))
    clinics = [f"Trạm Y tế {ground.name}" for ground in grounds]
    for kind in _kinds(count, ranks):
        commune = rng.choices(range(len(grounds)), cum_weights=sums)[0]
        name = None
        if kind == "hospital":
            free = [index for index, clinic in enumerate(clinics) if clinic not in taken]
            if free:
                commune, name = free[0], clinics[free[0]]
        name = name or _name(rng, kind, taken, grounds[commune].name)
        taken.add(name)
        ranks[kind] += 1
        venues.append(_venue(rng, name=name, kind=kind, commune=commune, ground=grounds[commune], rank=ranks[kind]))
    return venues


def _kinds(count: int, have: dict[str, int]) -> list[str]:
    """The kinds still to be built, the one furthest below its share first."""
    have = dict(have)
    wanted: list[str] = []
    for _ in range(count - sum(have.values())):
        kind = max(HABITS, key=lambda k: HABITS[k].share * count - have[k])
        have[kind] += 1
        wanted.append(kind)
    return wanted


def _name(rng: random.Random, kind: str, taken: set[str], commune: str) -> str:
    for _ in range(60):
        name = f"{rng.choice(_WORDS['heads'][kind])} {rng.choice(_WORDS['tails'][kind])}"
        if name not in taken:
            return name
    if f"{name} {commune}" not in taken:
        return f"{name} {commune}"
    number = 2
    while f"{name} {commune}, cơ sở {number}" in taken:
        number += 1
    return f"{name} {commune}, cơ sở {number}"


def weight(kind: str, rank: int) -> float:
    """Popularity of the rank-th place of a kind (from 1). Markets are few, so their curve is steeper from the start."""
    return float((rank + (2.0 if kind == "market" else ZIPF_Q)) ** -ZIPF_S)


def _venue(rng: random.Random, *, name: str, kind: str, commune: int, ground: Ground, rank: int) -> Venue:
    habit = HABITS[kind]
    hours = (450, 1020) if name.startswith("Trạm Y tế") else rng.choice(habit.hours)
    size = weight(kind, rank) / weight(kind, 1)
    low, high = habit.staff
    north, east = rng.gauss(0, JITTER_DEGREES), rng.gauss(0, JITTER_DEGREES)
    return Venue(
        name=name,
        kind=kind,
        commune=commune,
        address=address(rng, lane=0.1),
        opens=hours[0] if hours else None,
        closes=hours[1] if hours else None,
        capacity=round(20 + size * rng.uniform(40, 400)),
        weight=weight(kind, rank) * rng.lognormvariate(0, 0.35),
        staff=round(low + (high - low) * size * rng.random()),
        latitude=None if ground.latitude is None else round(ground.latitude + north, 5),
        longitude=None if ground.longitude is None else round(ground.longitude + east, 5),
    )
