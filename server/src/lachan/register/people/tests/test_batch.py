"""The whole register compared with itself: doubles come on the list, what an officer decided does not come back."""

import random
from datetime import date

import pytest

from lachan.ground.platform.text import fold
from lachan.register.people import actions, batch, matching
from lachan.register.people.models import MatchPair
from lachan.register.people.similarity import Facts
from lachan.simulate import households
from lachan.testing.cast import Areas


def quiet(_line: str) -> None:
    """Progress is for the command line."""


@pytest.mark.django_db
def test_doubles_are_proposed_with_reasons_and_brothers_are_not(area_tree: Areas) -> None:
    born = date(1990, 4, 8)
    one = actions.register_person(name="Lê Thị Bảy", area=area_tree.haichau, birth_date=born, phone="0905111222")
    two = actions.register_person(name="Le Thi Bay", area=area_tree.haichau, birth_date=born)
    actions.register_person(name="Lê Văn Tám", area=area_tree.haichau, birth_year=1994, phone="0905111222")
    assert batch.run(way="weights", say=quiet) == (1, 1)
    pair = MatchPair.objects.get()
    assert (pair.left, pair.right, pair.source) == (one, two, "batch")
    assert {"name", "birth"} <= set(pair.reasons)
    assert batch.run(way="weights", say=quiet) == (1, 0)


@pytest.mark.django_db
def test_what_was_told_apart_is_not_proposed_again(area_tree: Areas) -> None:
    born = date(1990, 4, 8)
    one, two = (actions.register_person(name="Lê Thị Bảy", area=area_tree.haichau, birth_date=born) for _ in range(2))
    matching.tell_apart(one=two, other=one, by=None, source="entry")
    assert batch.run(way="weights", say=quiet) == (1, 0)
    assert MatchPair.objects.get().state == "different"


@pytest.mark.skipif(
    not batch.splink_is_there(), reason="the extra `match` is not installed: pip install 'server[match]'"
)
@pytest.mark.filterwarnings("ignore")
def test_splink_learns_and_finds_most() -> None:
    """1,500 people of two communes; 75 are there a second time, without marks, without the day or a middle name."""
    rng = random.Random(5)
    world = households.populate(
        rng, today=date(2026, 11, 24), people=1500, commune_shares=[0.6, 0.4], cast=households.Population()
    )
    facts: dict[int, Facts] = {}
    for number, human in enumerate(world.humans, 1):
        home = world.homes[human.household]
        phone = frozenset({("phone", human.phone.encode())} if human.phone else set())
        facts[number] = Facts(human.name, human.born, human.born.year, human.sex, home.commune, home.address, phone)
    truth = set()
    for number in rng.sample(sorted(facts), 75):
        one, words = facts[number], facts[number].name.split()
        name = rng.choice([fold(one.name), one.name, one.name[:-1], f"{words[0]} {words[-1]}"])
        day = one.birth_date if rng.random() < 0.7 else None
        papers = one.papers if rng.random() < 0.5 else frozenset()
        again = len(facts) + 1
        facts[again] = Facts(name, day, one.birth_year, one.sex, one.area, one.address, papers)
        truth.add((number, again))
    found = {(min(p.one, p.other), max(p.one, p.other)) for p in batch.by_splink(facts, 0.5, quiet)}
    assert len(truth & found) > 55 and len(found - truth) < 15
