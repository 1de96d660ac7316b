"""A merge moves everything and remembers it; undone, each record has again what it had, and keeps what came since."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.people import actions, consents, erasing, holdings, merging, trail
from lachan.register.people.models import Guardianship, MatchPair, Merge, Person
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db
Held = dict[str, list[str]]


def held(person_id: int) -> Held:
    """Every row of every room that leads to the person, as the database writes it.

    The trail grows, and stays are computed again: both have their own tests.
    """
    found: Held = {}
    with connection.cursor() as cursor:
        for holding in holdings.all_holdings():
            if holding.remember is not None or holding.model in {Merge, MatchPair}:
                continue
            cursor.execute(
                f"SELECT to_jsonb(t)::text FROM {holding.table} t WHERE {holding.column} = %s",  # noqa: S608
                [person_id],
            )
            found[f"{holding.table}.{holding.column}"] = sorted(row[0] for row in cursor.fetchall())
    return found


@pytest.fixture
def double(area_tree: Areas, hanh: Any, khoi: Person) -> Person:
    """Khôi entered a second time, with a home, a number of his own, a shared one, and the same guardian."""
    person = actions.register_person(
        name="Nguyễn Minh Khôi",
        area=area_tree.haichau,
        phone="0905000418",
        citizen_id="048217000999",
        birth_date=date(2017, 3, 2),
        sex="male",
    )
    actions.add_to_household(person=person, household=actions.create_household(area=area_tree.hoaxuan))
    actions.appoint_guardian(guardian=hanh.person, ward=person)
    actions.add_identifier(person=khoi, kind="phone", value="0905000418")
    return person


def test_undone_both_have_what_they_had(khoi: Person, double: Person) -> None:
    before = held(khoi.pk), held(double.pk)
    merge = merging.merge(keep=khoi, drop=double, reason="cùng một cháu", by=None)
    assert held(double.pk) == {column: [] for column in before[1]}
    khoi.refresh_from_db()
    assert (khoi.birth_date, khoi.sex) == (date(2017, 3, 2), "male"), "what was not known there is taken over"
    restored, _rows = merging.undo(merge=merge, reason="hai anh em", by=None)
    assert restored.key == double.key
    assert (held(khoi.pk), held(double.pk)) == before


def test_what_came_since_stays_where_it_was_put(area_tree: Areas, hanh: Any, khoi: Person, double: Person) -> None:
    merge = merging.merge(keep=khoi, drop=double, reason="x", by=None)
    actions.add_identifier(person=khoi, kind="bhyt", value="TE1480000000001")
    consents._purposes.setdefault("test", consents.Purpose("test", "Thử", "x", "y"))
    consents.give(person=khoi, code="test", by=hanh)
    actions.correct_person(person=Person.objects.get(pk=khoi.pk), sex="other")
    merging.undo(merge=merge, reason="x", by=None)
    consents._purposes.pop("test")
    khoi.refresh_from_db()
    assert khoi.sex == "other", "changed since, so it keeps what it was changed to"
    assert khoi.birth_date is None and khoi.birth_year == 2017
    assert khoi.identifiers.filter(kind="bhyt").exists() and khoi.consents.count() == 1
    assert sorted(double.identifiers.values_list("kind", flat=True)) == ["cccd", "phone"]
    assert Guardianship.objects.filter(ward=double, until=None).count() == 1


def test_the_pair_is_told_apart_for_good(khoi: Person, double: Person) -> None:
    merge = merging.merge(keep=khoi, drop=double, reason="x", by=None)
    merging.undo(merge=merge, reason="hai anh em", by=None)
    pair = MatchPair.objects.get()
    assert (pair.state, pair.source, pair.note) == ("different", "undone", "hai anh em")


def test_an_undone_merge_does_not_outlive_who_came_back(area_tree: Areas, khoi: Person, double: Person) -> None:
    merge = merging.merge(keep=khoi, drop=double, reason="cháu của bà Hạnh", by=None)
    restored, _rows = merging.undo(merge=merge, reason="hai anh em", by=None)
    merge.refresh_from_db()
    assert merge.dropped_name == ""
    elsewhere = actions.register_person(name="Nguyễn Minh Khôi", area=area_tree.haichau, passport="C7654321")
    third = merging.merge(keep=khoi, drop=elsewhere, reason="x", by=None)
    erasing.erase_person(person=restored, reason="tests")
    assert list(Merge.objects.all()) == [third], "what was said of others stays"


def test_with_a_record_goes_what_was_merged_into_it(area_tree: Areas, khoi: Person, double: Person) -> None:
    merging.undo(merge=merging.merge(keep=khoi, drop=double, reason="x", by=None), reason="x", by=None)
    other = actions.register_person(name="Nguyễn Minh Khôi", area=area_tree.haichau, passport="C7654321")
    merging.merge(keep=other, drop=Person.objects.get(pk=double.pk), reason="x", by=None)
    assert Merge.objects.count() == 2
    erasing.erase_person(person=Person.objects.get(pk=other.pk), reason="tests")
    assert not Merge.objects.exists()


def test_it_is_undone_once_and_in_its_time(khoi: Person, double: Person) -> None:
    merge = merging.merge(keep=khoi, drop=double, reason="x", by=None)
    merging.undo(merge=merge, reason="x", by=None)
    with pytest.raises(merging.MergeError, match="đã được gỡ"):
        merging.undo(merge=merge, reason="x", by=None)
    again = merging.merge(keep=khoi, drop=Person.objects.get(pk=double.pk), reason="x", by=None)
    merges = next(h for h in holdings.all_holdings() if h.model is Merge)
    assert merges.retain(again.undo_until - timedelta(days=1)) == 0
    assert merges.retain(again.undo_until) == 1
    with pytest.raises(merging.MergeError, match="quá hạn"):
        merging.undo(merge=again, reason="x", by=None)


def test_merges_on_merges_are_undone_from_the_last(area_tree: Areas, khoi: Person, double: Person) -> None:
    third = actions.register_person(name="Nguyễn Minh Khôi", area=area_tree.haichau, passport="C7654321")
    before = held(double.pk)
    first = merging.merge(keep=khoi, drop=double, reason="x", by=None)
    second = merging.merge(keep=third, drop=khoi, reason="x", by=None)
    assert merging.became(khoi.key) == third
    with pytest.raises(merging.MergeError, match="Gỡ lần gộp sau trước"):
        merging.undo(merge=first, reason="x", by=None)
    merging.undo(merge=second, reason="x", by=None)
    merging.undo(merge=first, reason="x", by=None)
    assert held(double.pk) == before


def test_two_accounts_are_not_one(hanh: Any, tin: Any) -> None:
    with pytest.raises(merging.MergeError, match="đóng một tài khoản"):
        merging.merge(keep=hanh.person, drop=tin.person, reason="x", by=None)
    with pytest.raises(merging.MergeError):
        merging.merge(keep=hanh.person, drop=hanh.person, reason="x", by=None)


def test_an_account_goes_along_and_comes_back(area_tree: Areas, hanh: Any) -> None:
    known = actions.register_person(name="Nguyễn Thị Hạnh", area=area_tree.haichau)
    number = hanh.person.pk
    merge = merging.merge(keep=known, drop=hanh.person, reason="x", by=None)
    known.refresh_from_db()
    assert known.account == hanh
    merging.undo(merge=merge, reason="x", by=None)
    known.refresh_from_db()
    assert known.account is None and Person.objects.get(pk=number).account == hanh


def test_the_trail_tells_of_both_and_the_citizen_reads_it_as_one(
    area_tree: Areas, hanh: Any, commune_officer: Any
) -> None:
    known = actions.register_person(name="Nguyễn Thị Hạnh", area=area_tree.haichau)
    merge = merging.merge(keep=hanh.person, drop=known, reason="trùng số điện thoại", by=commune_officer)
    events = AuditEvent.objects.filter(action="people.person.merge")
    assert {event.subject_id for event in events} == {hanh.person.pk, known.pk or merge.dropped_number}
    lines, _older = trail.entries(hanh.person, hanh)
    told = [line.what for line in lines]
    assert told.count("Gộp hai hồ sơ trùng") == 1
    assert told.count("Ghi tên vào sổ") == 2, "what was done to the other record is the person's business too"


def test_the_journal_is_sealed(khoi: Person, double: Person) -> None:
    merging.merge(keep=khoi, drop=double, reason="x", by=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal, dropped_name FROM people_merge")
        journal, name = (bytes(value) for value in cursor.fetchone())
    assert b"people_" not in journal and "Khôi".encode() not in name
    assert Merge.objects.get().undo_until == timezone.localdate() + merging.UNDO_FOR
