"""Who lives with whom: households of a plausible size, ages that make parents and children, one address."""

import random
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from lachan.simulate import names
from lachan.simulate.names import FEMALE, MALE

# Shares of households of 1 to 7 people; the mean is 3.6, as the 2019 census found for the country.
SIZES = {1: 0.08, 2: 0.17, 3: 0.22, 4: 0.27, 5: 0.15, 6: 0.08, 7: 0.03}
_SIZE_LIST = list(SIZES)
_SIZE_SUMS = list(accumulate(SIZES.values()))
ADULT, PHONE_AGE, ELDER, EXTRAS_ELDERS = 18, 15, 60, ((0, 0.52), (1, 0.32), (2, 0.16))
ELDERS_WITHOUT_PHONE, TEENS_WITHOUT_PHONE, ELDERS_HELPED = 0.12, 0.25, 0.9
LOST_A_SPOUSE, SMALL_LANES = 0.35, 0.45
# 0900 xxx xxx is given to nobody; the cast has 0905 000 xxx.
PHONE_PREFIX, PHONE_ROOM = "+84900", 1_000_000

STREETS: list[str] = tomllib.loads((names.DATA / "places.toml").read_text(encoding="utf-8"))["streets"]


@dataclass(slots=True)
class Human:
    """One made-up person. `guardian` is the index of who acts for them; `phone` is in E.164."""

    name: str
    sex: str
    born: date
    household: int
    phone: str | None = None
    guardian: int | None = None

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass(slots=True)
class Home:
    """A household: which commune (index into the world's), which address, since when. Its people name it."""

    commune: int
    address: str
    since: date


@dataclass(slots=True)
class Population:
    humans: list[Human] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)

    def household_of(self, human: int) -> list[int]:
        """Everyone in the same home, the person included. People of one home are neighbours in the list."""
        home = self.humans[human].household
        first = human
        while first and self.humans[first - 1].household == home:
            first -= 1
        last = human
        while last + 1 < len(self.humans) and self.humans[last + 1].household == home:
            last += 1
        return list(range(first, last + 1))


def address(rng: random.Random, *, lane: float = SMALL_LANES) -> str:
    """ "K8/3 Trần Cao Vân" (a house in a lane, as Đà Nẵng writes it) or "214 Hoàng Diệu"."""
    street = rng.choice(STREETS)
    if rng.random() < lane:
        return f"K{rng.randint(2, 480)}/{rng.randint(1, 60)} {street}"
    return f"{rng.randint(1, 620)} {street}"


def _spouses(rng: random.Random, oldest: int) -> list[tuple[int, str]]:
    """A couple, or the one who is left."""
    other = max(ADULT + 2, oldest - rng.randint(-2, 6))
    couple = [(oldest, MALE), (other, FEMALE)]
    if oldest > ELDER and rng.random() < LOST_A_SPOUSE:
        return [couple[rng.random() < 0.7]]
    return couple


def _of_one(rng: random.Random) -> list[tuple[int, str]]:
    age = rng.randint(60, 87) if rng.random() < 0.4 else rng.randint(19, 48)
    return [(age, rng.choice((FEMALE, MALE)))]


def _of_two(rng: random.Random) -> list[tuple[int, str]]:
    kind = rng.random()
    if kind < 0.75:
        husband = rng.randint(58, 82) if kind < 0.32 else rng.randint(24, 45)
        return [(husband, MALE), (max(20, husband - rng.randint(-2, 6)), FEMALE)]
    if kind < 0.9:
        mother = rng.randint(27, 50)
        return [(mother, FEMALE), (max(0, mother - rng.randint(22, 36)), rng.choice((FEMALE, MALE)))]
    parent = rng.randint(62, 85)
    return [(max(30, parent - rng.randint(24, 36)), rng.choice((FEMALE, MALE))), (parent, FEMALE)]


def _family(rng: random.Random, size: int) -> list[tuple[int, str]]:
    """Father, mother, then children and the father's parents."""
    father = round(rng.triangular(26, 62, 40))
    mother = max(21, father - rng.randint(-2, 6))
    count = rng.choices([n for n, _ in EXTRAS_ELDERS], [share for _, share in EXTRAS_ELDERS])[0]
    elders = min(count, size - 3) if size > 3 else 0
    members = [(father, MALE), (mother, FEMALE)]
    children = size - 2 - elders
    # The eldest is old enough for the others to have been born since.
    child = max(mother - rng.randint(20, 32), min(2 * (children - 1), mother - 18))
    for _ in range(children):
        # Older children have left for a home of their own.
        members.append((max(0, min(child, rng.randint(17, 27))), rng.choice((FEMALE, MALE))))
        child -= rng.randint(1, 6)
    grandfather = min(92, father + rng.randint(22, 33))
    parents = [(max(55, grandfather - rng.randint(0, 6)), FEMALE), (grandfather, MALE)]
    return members + parents[:elders]


def compose(rng: random.Random, size: int) -> list[tuple[int, str]]:
    """(age, sex) of the members of one household."""
    return _of_one(rng) if size == 1 else _of_two(rng) if size == 2 else _family(rng, size)


def _birth(rng: random.Random, today: date, age: int) -> date:
    """A birthday that makes the person exactly `age` today."""
    leap = (today.month, today.day) == (2, 29)
    return date(today.year - age, today.month, 28 if leap else today.day) - timedelta(days=rng.randrange(365))


def populate(
    rng: random.Random, *, today: date, people: int, commune_shares: list[float], cast: Population
) -> Population:
    """Households until `people` live in the world. The cast comes first and keeps its phones and guardians."""
    world = Population([*cast.humans], [*cast.homes])
    commune_sums = list(accumulate(commune_shares))
    communes = list(range(len(commune_shares)))
    while (room := people - len(world.humans)) > 0:
        size = min(room, rng.choices(_SIZE_LIST, cum_weights=_SIZE_SUMS)[0])
        commune = rng.choices(communes, cum_weights=commune_sums)[0]
        _move_in(rng, world, compose(rng, size), commune, today)
    extras = range(len(cast.humans), len(world.humans))
    _give_phones(rng, world, extras, today)
    _appoint_guardians(rng, world, extras, today)
    return world


def _move_in(rng: random.Random, world: Population, members: list[tuple[int, str]], commune: int, today: date) -> None:
    since = today - timedelta(days=rng.randint(200, 20 * 365))
    home = len(world.homes)
    world.homes.append(Home(commune, address(rng), since))
    family, wife, grandmother = names.surname(rng), names.surname(rng), names.surname(rng)
    for place, (age, sex) in enumerate(members):
        married_in = place == 1 and sex == FEMALE and len(members) > 1
        own = wife if married_in else grandmother if place > 1 and sex == FEMALE and age >= ELDER else family
        born = _birth(rng, today, age)
        world.humans.append(Human(names.full_name(rng, own, sex, born.year), sex, born, home))


def _give_phones(rng: random.Random, world: Population, whom: range, today: date) -> None:
    """Every adult has a phone but some elders; children under 15 have none."""
    for index, number in zip(whom, rng.sample(range(PHONE_ROOM), k=len(whom)), strict=True):
        human = world.humans[index]
        age = human.age(today)
        without = 1.0 if age < PHONE_AGE else TEENS_WITHOUT_PHONE if age < ADULT else 0.0
        without = ELDERS_WITHOUT_PHONE if age >= ELDER else without
        if rng.random() >= without:
            human.phone = f"{PHONE_PREFIX}{number:06d}"


def _appoint_guardians(rng: random.Random, world: Population, whom: range, today: date) -> None:
    """An adult of the home with a phone acts for each child under 15, and for most elders who have no phone."""
    for index in whom:
        human = world.humans[index]
        age = human.age(today)
        elder = age >= ELDER and human.phone is None
        if not (age < PHONE_AGE or (elder and rng.random() < ELDERS_HELPED)):
            continue
        adults = [
            other
            for other in world.household_of(index)
            if other != index and world.humans[other].phone and world.humans[other].age(today) >= ADULT
        ]
        # Women first: that is who fills the forms in most homes.
        human.guardian = min(adults, key=lambda other: (world.humans[other].sex != FEMALE, other), default=None)
