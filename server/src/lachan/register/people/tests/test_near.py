"""Near-duplicates: the same person written another way is found, somebody else of the family is not."""

import random
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.ground.platform.text import fold
from lachan.register.people import actions
from lachan.register.people.models import MatchPair, Person
from lachan.register.people.near import facts_of, hashes, near
from lachan.register.people.similarity import BITS, LIKELY, OFFERED, Facts, compare
from lachan.simulate import households
from lachan.testing.cast import Areas

BORN = date(1985, 4, 7)


def alike(name: str, other: str, **more: Any) -> float:
    return compare(Facts(name, **more), Facts(other, **more)).probability


@pytest.mark.parametrize(
    "written",
    [
        "Nguyễn Thị Hạnh",
        "nguyen thi hanh",
        "NGUYỄN THỊ HẠNH",
        "Hạnh Nguyễn Thị",
        "Nguyễn Hạnh",
        "Nguyễn Thị Hạn",
        "Nguyễn Thị Hạhn",
        "Nguyen Thi  Hanh",
        "NguyenThi Hanh",
    ],
)
def test_one_name_however_it_is_written(written: str) -> None:
    # A letter less may also make the name of a twin; anything else is as good as sure.
    sure = OFFERED if written in {"Nguyễn Thị Hạn", "Nguyễn Thị Hạhn"} else LIKELY
    assert alike("Nguyễn Thị Hạnh", written, birth_date=BORN) > sure


@pytest.mark.parametrize(("one", "other"), [("Đặng Văn Đạt", "Dang Van Dat"), ("Lê Thị Mỹ", "Lê Thị Mĩ")])
def test_letters_that_are_one_letter(one: str, other: str) -> None:
    assert compare(Facts(one, birth_date=BORN), Facts(other, birth_date=BORN)).reasons[:2] == ("birth", "name")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Minh Khôi", "Nguyễn Minh Khang"),
        ("Nguyễn Minh Khôi", "Nguyễn Minh Anh"),
        ("Trần Văn Hùng", "Trần Thị Hoa"),
    ],
)
def test_brothers_and_sisters_of_one_phone_are_two(one: str, other: str) -> None:
    home = {"area": 7, "address": "12 Trần Phú", "papers": frozenset({("phone", b"x")})}
    older, younger = Facts(one, birth_date=date(2012, 3, 1), **home), Facts(other, birth_date=date(2015, 9, 20), **home)
    assert compare(older, younger).probability < OFFERED


def test_a_document_decides_and_another_one_speaks_against() -> None:
    number, second = frozenset({("cccd", b"1")}), frozenset({("cccd", b"2")})
    same = compare(Facts("Lê Thị Ba", papers=number), Facts("Lê Ba", papers=number))
    assert same.probability > LIKELY and same.reasons[0] == "paper"
    other = compare(Facts("Lê Thị Ba", BORN, papers=number), Facts("Lê Thị Ba", BORN, papers=second))
    assert other.probability < OFFERED and "not_paper" in other.against


def test_a_year_alone_and_a_day_and_month_changed_round() -> None:
    whole = Facts("Nguyễn Thị Hạnh", birth_date=BORN, area=1)
    assert compare(whole, Facts("Nguyễn Thị Hạnh", birth_year=1985, area=1)).probability > OFFERED
    assert compare(whole, Facts("Nguyễn Thị Hạnh", birth_date=date(1985, 7, 4), area=1)).probability > LIKELY
    assert compare(whole, Facts("Nguyễn Thị Hạnh", birth_year=1960, area=1)).probability < OFFERED


_WORD = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệ ", min_size=1, max_size=24)
_FACTS = st.builds(
    Facts,
    name=_WORD,
    birth_date=st.none() | st.dates(date(1920, 1, 1), date(2026, 1, 1)),
    birth_year=st.none() | st.integers(1920, 2026),
    sex=st.sampled_from(["", "female", "male"]),
    area=st.none() | st.integers(1, 3),
    papers=st.frozensets(st.tuples(st.sampled_from(["phone", "cccd"]), st.sampled_from([b"1", b"2"])), max_size=2),
)


@given(_FACTS, _FACTS)
@settings(max_examples=200, deadline=None)
def test_comparing_is_the_same_from_both_sides(one: Facts, other: Facts) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there.bits == pytest.approx(back.bits) and set(there.reasons) == set(back.reasons)
    assert set(there.reasons) | set(there.against) <= BITS.keys()


@given(_FACTS)
@settings(max_examples=100, deadline=None)
def test_nothing_is_more_like_a_record_than_itself(one: Facts) -> None:
    itself = compare(one, one)
    assert not itself.against and itself.bits >= compare(one, Facts("zzz qqq", sex="other")).bits


# ---------- the register ----------


@pytest.mark.django_db
def test_the_register_offers_the_record_with_its_reasons(area_tree: Areas, hanh: Any) -> None:
    known = actions.register_person(
        name="Lê Thị Bảy", area=area_tree.haichau, phone="0905111222", birth_date=date(1970, 5, 9), sex="female"
    )
    said = Facts("Le Thi Bay", birth_date=date(1970, 9, 5), area=area_tree.haichau.pk)
    found = near(said)
    assert [one.person for one in found] == [known]
    assert {"birth_swapped", "name"} <= set(found[0].likeness.reasons)
    by_phone = near(Facts("Bảy Lê", papers=hashes([("phone", "0905 111 222"), ("phone", "12")])), least=0.0)
    assert [one.person for one in by_phone] == [known]


@pytest.mark.django_db
def test_who_may_not_be_seen_is_not_offered(area_tree: Areas, tin: Any) -> None:
    person = tin.person
    actions.correct_person(person=person, birth_year=1990)
    said = Facts(person.name, birth_year=1990, papers=hashes([("phone", "0905000419")]))
    assert [one.person for one in near(said)] == [person]
    assert near(said, among=Person.objects.filter(area=area_tree.haichau)) == []


@pytest.mark.django_db
def test_whom_an_officer_told_apart_is_not_offered_again(area_tree: Areas) -> None:
    one, two = (actions.register_person(name="Lê Thị Bảy", area=area_tree.haichau, birth_date=BORN) for _ in range(2))
    facts = facts_of([one])[one.pk]
    assert [found.person for found in near(facts, apart_from=one)] == [two]
    MatchPair.objects.create(left=one, right=two, probability=0.9, source="batch", state="different")
    assert near(facts, apart_from=one) == []


# ---------- how good it is ----------


def _typo(rng: random.Random, name: str) -> str:
    at = rng.randrange(1, len(name) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _without_middle(_rng: random.Random, name: str) -> str:
    words = name.split()
    return f"{words[0]} {words[-1]}" if len(words) > 2 else name


ERRORS: dict[str, Callable[[random.Random, str], str]] = {
    "as it is": lambda _rng, name: name,
    "without marks": lambda _rng, name: fold(name),
    "decomposed": lambda _rng, name: unicodedata.normalize("NFD", name),
    "given name first": lambda _rng, name: " ".join([name.split()[-1], *name.split()[:-1]]),
    "no middle name": _without_middle,
    "a typing error": _typo,
}
BIRTHS = ("whole", "year", "swapped", "none")


def _birth(kind: str, born: date) -> dict[str, Any]:
    if kind == "year":
        return {"birth_year": born.year}
    if kind == "swapped" and born.day <= 12:
        return {"birth_date": date(born.year, born.day, born.month)}
    return {} if kind == "none" else {"birth_date": born}


@pytest.mark.django_db
def test_how_many_are_found_and_how_many_are_wrong(
    area_tree: Areas, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    """2,000 people of two communes in households, 600 of them described once more with known errors."""
    rng = random.Random(20261124)
    world = households.populate(
        rng, today=date(2026, 11, 24), people=2000, commune_shares=[0.6, 0.4], cast=households.Population()
    )
    areas = (area_tree.haichau, area_tree.hoaxuan)
    rows = [
        Person(
            name=human.name,
            folded=fold(human.name),
            birth_date=human.born,
            birth_year=human.born.year,
            sex=human.sex,
            area=areas[world.homes[human.household].commune],
            address=world.homes[human.household].address,
            erase_at=date(2028, 1, 1),
        )
        for human in world.humans
    ]
    people = Person.objects.bulk_create(rows)
    found = offered = wrong = asked = 0
    for person in rng.sample(people, 600):
        name, birth = rng.choice(list(ERRORS)), rng.choice(BIRTHS)
        said = Facts(
            ERRORS[name](rng, person.name),
            **_birth(birth, person.birth_date or date(2000, 1, 1)),
            sex=person.sex if rng.random() < 0.8 else "",
            area=person.area_id,
            address=person.address if birth == "none" else "",
        )
        asked += 1
        shown = [one.person.pk for one in near(said)]
        found += person.pk in shown
        offered += len(shown)
        wrong += sum(1 for pk in shown if pk != person.pk)
    recall, precision = found / asked, (offered - wrong) / offered
    record_property("near.recall", recall)
    with capsys.disabled():
        sys.stdout.write(
            f"\nnear: recall {recall:.3f}, precision {precision:.3f} over {asked} descriptions of 2,000 people\n"
        )
    assert recall > 0.9 and precision > 0.8
