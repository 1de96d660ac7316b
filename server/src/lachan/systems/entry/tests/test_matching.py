"""Names on a carrier's list against declarations: what is certain, what an officer must look at, and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.systems.entry.matching import Declared, Found, Listed, match, name_key

BORN = date(1988, 3, 4)
SOMCHAI = Declared(1, "SOMCHAI KAEWMANEE", b"AC1", BORN)


def row(surname: str = "KAEWMANEE", given_name: str = "SOMCHAI", **more: object) -> Listed:
    values = {"document": b"AC1", "born": BORN} | more
    return Listed(7, surname, given_name, name_key(f"{surname} {given_name}"), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("listed", "reason", "certain"),
    [
        (row(), "document", True),
        (row("Kaewmanee", "Somchai", born=None), "document", True),
        (row("KAEW-MANEE", "SOMCHAI"), "document", True),
        (row("", "SOMCHAIKAEWMANEE"), "document", True),
        (row(born=None, year=1988), "document", True),
        (row(born=date(1989, 3, 4)), "other_birth", False),
        (row(born=None, year=1990), "other_birth", False),
        (row("NGUYEN", "AN"), "other_name", False),
        (row(document=None), "name_birth", True),
        (row(document=b"XX9"), "other_document", False),
        (row(document=b"XX9", born=None), "name", False),
        (row(document=None, born=None, year=1988), "name", False),
        (row("KAEWMANE", "SOMCHAI", document=b"XX9"), "near_name", False),
    ],
)
def test_what_a_row_is_found_to_be(listed: Listed, reason: str, certain: bool) -> None:
    assert match([listed], [SOMCHAI]) == {7: Found(1, reason, certain)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "listed",
    [
        row("NGUYEN", "AN", document=b"XX9"),
        row(document=b"XX9", born=date(1960, 1, 1)),
        row(document=None, born=date(1960, 1, 1)),
        row(document=b"XX9", exact_only=True),
        row("NGUYEN", "AN", exact_only=True),
    ],
)
def test_what_is_nobody(listed: Listed) -> None:
    assert match([listed], [SOMCHAI]) == {}


def test_another_trip_is_for_an_officer_to_see() -> None:
    there = Declared(1, SOMCHAI.name, SOMCHAI.document, BORN, here=False)
    assert match([row()], [there]) == {7: Found(1, "other_trip", certain=False)}
    assert match([row(document=None)], [there]) == {}


def test_two_of_one_name_and_birth_are_not_guessed_between() -> None:
    twin = Declared(2, SOMCHAI.name, b"AC2", BORN)
    assert match([row(document=None)], [SOMCHAI, twin]) == {7: Found(1, "name_birth", certain=False)}
    # The document tells them apart, and what is left is one.
    first = Listed(3, "KAEWMANEE", "SOMCHAI", row().key, b"AC1", BORN)
    assert match([first, row(document=None)], [SOMCHAI, twin]) == {
        3: Found(1, "document", certain=True),
        7: Found(2, "name_birth", certain=True),
    }


_NAMES = st.sampled_from(["AN NGUYEN", "NGUYEN AN", "BINH TRAN", "AN NGUYEN VAN"])
_DAYS = st.sampled_from([BORN, date(1990, 1, 1), None])
_DOCS = st.sampled_from([b"A", b"B", b"C"])
_DECLARED = st.lists(st.tuples(_NAMES, _DOCS, _DAYS, st.booleans()), max_size=6)
_LISTED = st.lists(st.tuples(_NAMES, st.one_of(st.none(), _DOCS), _DAYS), max_size=6)


@given(_DECLARED, _LISTED)
def test_nobody_is_certain_twice_and_certainty_has_its_ground(
    people: list[tuple[str, bytes, date | None, bool]], rows: list[tuple[str, bytes | None, date | None]]
) -> None:
    declared = {n: Declared(n, *one[:3], here=one[3]) for n, one in enumerate(people)}
    listed = {n: Listed(n, "", one[0], name_key(one[0]), one[1], one[2]) for n, one in enumerate(rows)}
    found = match(list(listed.values()), declared.values())
    certain = {pk: one for pk, one in found.items() if one.certain}
    assert len({one.traveller for one in certain.values()}) == len(certain)
    for pk, one in certain.items():
        ours, theirs = listed[pk], declared[one.traveller]
        assert theirs.here
        assert ours.key == name_key(theirs.name)
        assert ours.document == theirs.document or (ours.document is None and ours.born == theirs.born)
    # Whoever has the same document, name and birth on the trip is never left out, unless another row has taken it.
    for pk, ours in listed.items():
        if pk in certain:
            continue
        exact = {
            n
            for n, one in declared.items()
            if one.here and one.document == ours.document and name_key(one.name) == ours.key and one.born == ours.born
        }
        assert exact <= {one.traveller for one in certain.values()}
