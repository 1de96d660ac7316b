"""Who in the register may be the person just described: found through indexes, weighed by similarity.py.

A record is looked at when it shares a number, the whole day of birth, the year of birth with the family and given name,
the commune with the year of birth or the given name, or the household. Nothing else of the register is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lachan.ground.platform.text import fold
from lachan.register.access import phones
from lachan.register.people.models import HouseholdMember, Identifier, MatchPair, Person
from lachan.register.people.queries import identifier_hash
from lachan.register.people.similarity import OFFERED, Facts, Likeness, compare

# As many as one index may bring; a common name in a large commune stays below.
_BLOCK = 2000
_WEIGHED_TWICE = 60
# The same expressions as the indexes of Person.
_FAMILY, _GIVEN = "split_part(folded, ' ', 1)", "substring(folded, '[^ ]+$')"
_BY_BIRTH = "SELECT id FROM people_person WHERE birth_date = ANY(%s)"
_BY_YEAR_AND_NAME = (
    f"SELECT id FROM people_person WHERE birth_year = ANY(%s) AND ({_GIVEN}, {_FAMILY}) IN ((%s, %s), (%s, %s))"  # noqa: S608  constants
)
_BY_AREA_AND_YEAR = "SELECT id FROM people_person WHERE area_id = %s AND birth_year = ANY(%s)"
_BY_AREA_AND_NAME = f"SELECT id FROM people_person WHERE area_id = %s AND {_GIVEN} = ANY(%s)"  # noqa: S608  constants
_BY_NUMBER = "SELECT person_id FROM people_identifier WHERE kind = %s AND value_hash = %s"


@dataclass(frozen=True)
class Near:
    """A record that may be the same human being."""

    person: Person
    likeness: Likeness


def hashes(numbers: Iterable[tuple[str, str]]) -> frozenset[tuple[str, bytes]]:
    """(kind, keyed hash) of numbers as typed; what is no phone number is left out."""
    found = set()
    for kind, value in numbers:
        if value.strip():
            try:
                found.add((str(kind), identifier_hash(str(kind), value)))
            except phones.NotAPhoneError:
                continue
    return frozenset(found)


def facts_of(people: Iterable[Person]) -> dict[int, Facts]:
    """What is known of each person, by id."""
    listed = list(people)
    numbers: dict[int, set[tuple[str, bytes]]] = {}
    rows = Identifier.objects.filter(person__in=[p.pk for p in listed]).values_list("person_id", "kind", "value_hash")
    for person_id, kind, digest in rows:
        numbers.setdefault(person_id, set()).add((kind, bytes(digest)))
    return {person.pk: _facts(person, frozenset(numbers.get(person.pk, ()))) for person in listed}


def _facts(person: Person, papers: frozenset[tuple[str, bytes]] = frozenset()) -> Facts:
    return Facts(
        name=person.name,
        birth_date=person.birth_date,
        birth_year=person.birth_year,
        sex=person.sex,
        area=person.area_id,
        address=person.address,
        papers=papers,
    )


def near(
    facts: Facts,
    *,
    among: QuerySet[Person] | None = None,
    household: int | None = None,
    apart_from: Person | None = None,
    least: float = OFFERED,
    most: int = 8,
) -> list[Near]:
    """The records most like the facts, the likeliest first. `among` narrows to whom the officer may see.

    `apart_from`: the record the facts were taken from; it and those an officer told apart from it are left out.
    """
    ids = _candidates(facts, household)
    if apart_from is not None:
        ids -= {apart_from.pk, *told_apart(apart_from)}
    if not ids:
        return []
    people = (Person.objects.all() if among is None else among).filter(pk__in=ids)
    sure = _owners(facts.papers)
    weighed = [(compare(facts, _facts(person)).bits, person) for person in people]
    weighed.sort(key=lambda pair: (pair[1].pk not in sure, -pair[0], pair[1].pk))
    # Numbers tell the last doubt, and are read of the most alike only.
    alike = facts_of(person for _bits, person in weighed[:_WEIGHED_TWICE])
    found = [
        Near(person, compare(facts, alike[person.pk]))
        for _bits, person in weighed[:_WEIGHED_TWICE]
        if person.pk in alike
    ]
    found = [one for one in found if one.likeness.probability >= least]
    return sorted(found, key=lambda one: (-one.likeness.bits, one.person.pk))[:most]


def told_apart(person: Person) -> set[int]:
    """Whom an officer has told to be somebody else than the person."""
    pairs = MatchPair.objects.filter(state=MatchPair.State.DIFFERENT)
    first = pairs.filter(left=person).values_list("right_id", flat=True)
    return {*first, *pairs.filter(right=person).values_list("left_id", flat=True)}


def _owners(papers: Iterable[tuple[str, bytes]]) -> set[int]:
    with connection.cursor() as cursor:
        found: set[int] = set()
        for kind, digest in papers:
            cursor.execute(f"{_BY_NUMBER} LIMIT {_BLOCK}", [kind, digest])
            found.update(row[0] for row in cursor.fetchall())
    return found


def _births(facts: Facts) -> tuple[list[date], list[int]]:
    """The days and the years of birth that may have been meant."""
    day = facts.birth_date
    days = [day] if day else []
    if day is not None and day.day <= 12:
        days.append(date(day.year, day.day, day.month))
    year = day.year if day else facts.birth_year
    return days, [] if year is None else [year - 1, year, year + 1]


def _candidates(facts: Facts, household: int | None) -> set[int]:
    words = fold(facts.name).split()
    days, years = _births(facts)
    asked: list[tuple[str, list[Any]]] = []
    if days:
        asked.append((_BY_BIRTH, [days]))
    if years and words:
        asked.append((_BY_YEAR_AND_NAME, [years, words[-1], words[0], words[0], words[-1]]))
    if facts.area is not None:
        if years:
            asked.append((_BY_AREA_AND_YEAR, [facts.area, years]))
        if words:
            asked.append((_BY_AREA_AND_NAME, [facts.area, list({words[-1], words[0]})]))
    found = _owners(facts.papers)
    with connection.cursor() as cursor:
        for statement, values in asked:
            cursor.execute(f"{statement} LIMIT {_BLOCK}", values)
            found.update(row[0] for row in cursor.fetchall())
    if household is not None:
        members = HouseholdMember.objects.filter(household=household, until=None)
        found.update(members.values_list("person_id", flat=True))
    return found
