"""The registry of holdings: nothing of a person is forgotten when it is copied, erased, merged or past its date."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account, Device
from lachan.register.access.tokens import issue_device
from lachan.register.people import actions, checks, erasing, holdings, merging
from lachan.register.people.models import Guardianship, Household, HouseholdMember, Identifier, Person
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db


def test_every_model_field_that_points_to_a_person_is_registered() -> None:
    assert checks.unregistered_fields() == []


def test_every_column_that_leads_to_a_person_is_registered() -> None:
    assert checks.unregistered_columns() == []


def test_an_unregistered_column_is_found_also_in_a_partition() -> None:
    before = checks.unregistered_columns()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE rogue_note (id int, person_id bigint) PARTITION BY RANGE (id)")
        cursor.execute("CREATE TABLE rogue_note_1 PARTITION OF rogue_note FOR VALUES FROM (0) TO (9)")
        cursor.execute("CREATE TABLE rogue_visit (id int, visited bigint REFERENCES people_person)")
        cursor.execute("CREATE TABLE rogue_list (persons bigint[])")
    rogue = [("rogue_list", "persons"), ("rogue_note", "person_id"), ("rogue_visit", "visited")]
    assert sorted(set(checks.unregistered_columns()) - set(before)) == rogue
    assert [e.id for e in checks.person_columns(None, databases=["default"])][-3:] == ["people.E002"] * 3


def test_two_rooms_may_not_register_one_column() -> None:
    mine = next(h for h in holdings.all_holdings() if h.model is Identifier)
    with pytest.raises(ValueError, match="people_identifier"):
        holdings.register(
            holdings.of_model(room="other", label="x", model=Identifier, person_field="person", fields=["kind"])
        )
    assert mine in holdings.all_holdings()


def test_the_copy_holds_everything_and_is_json(hanh: Any, khoi: Person) -> None:
    issue_device(account=hanh)
    document = erasing.export_person(hanh.person)
    text = json.dumps(document, ensure_ascii=False)
    for part in ("Nguyễn Thị Hạnh", "+84905000418", "12 Trần Phú", "Nguyễn Minh Khôi"):
        assert part in text
    assert {entry["table"] for entry in document["holdings"]} == {h.table for h in holdings.all_holdings()}


def rows_about(person_id: int, account_id: int) -> int:
    """Rows anywhere in the database that still lead to the person, the audit trail aside."""
    found = 0
    with connection.cursor() as cursor:
        cursor.execute(checks._COLUMNS)
        for table, column in cursor.fetchall():
            if table.startswith("audit_"):
                continue
            operator = "= ANY" if column.endswith("s") else "="
            value = f"({column})" if operator == "= ANY" else column
            cursor.execute(f"SELECT count(*) FROM {table} WHERE %s {operator} {value}", [person_id])  # noqa: S608
            found += cursor.fetchone()[0]
    return found + Account.objects.filter(pk=account_id).count() + Device.objects.filter(account=account_id).count()


def test_erasing_leaves_no_row_and_one_audit_event(hanh: Any, khoi: Person) -> None:
    issue_device(account=hanh)
    number, account = hanh.person.pk, hanh.pk
    assert rows_about(number, account) > 0
    erasing.erase_person(person=hanh.person, reason="asked")
    assert rows_about(number, account) == 0
    assert not Person.objects.filter(pk=number).exists()
    assert AuditEvent.objects.filter(action="people.person.erase", subject_id=number).count() == 1
    assert Person.objects.filter(pk=khoi.pk).exists()
    assert Household.objects.count() == 1, "the child still lives there"


@pytest.fixture
def law() -> Any:
    """A law that keeps something of everybody for ten days, for one test."""
    plain = dict(holdings._registry)
    identifiers = next(h for h in holdings.all_holdings() if h.model is Identifier)
    until = timezone.localdate() + timedelta(days=10)
    held = {**identifiers.__dict__, "held_until": lambda person_id: until}
    holdings._registry[(identifiers.table, identifiers.column)] = holdings.Holding(**held)
    yield until
    holdings._registry.clear()
    holdings._registry.update(plain)


def test_what_the_law_keeps_is_not_erased_before(hanh: Any, law: date) -> None:
    with pytest.raises(erasing.HeldError) as caught:
        erasing.erase_person(person=hanh.person, reason="asked")
    assert caught.value.until == law
    assert Person.objects.filter(pk=hanh.person.pk).exists()
    Person.objects.update(erase_at=timezone.localdate())
    erasing.retention()
    hanh.person.refresh_from_db()
    assert hanh.person.erase_at == law


def test_the_night_erases_persons_past_their_date_and_no_other(hanh: Any, tin: Any) -> None:
    gone = hanh.person.pk
    Person.objects.filter(pk=gone).update(erase_at=timezone.localdate())
    erasing.retention()
    assert list(Person.objects.values_list("pk", flat=True)) == [tin.person.pk]
    event = AuditEvent.objects.get(action="people.person.erase")
    assert (event.subject_id, event.actor_role) == (gone, "system:retention")


def test_merging_moves_everything_and_keeps_the_rules(area_tree: Areas, hanh: Any, khoi: Person) -> None:
    """Khôi was entered a second time by an officer, with a home and the same guardian."""
    double = actions.register_person(
        name="Nguyễn Minh Khôi", area=area_tree.haichau, phone="0905000418", citizen_id="048217000999"
    )
    actions.add_to_household(person=double, household=actions.create_household(area=area_tree.hoaxuan))
    actions.appoint_guardian(guardian=hanh.person, ward=double)
    actions.add_identifier(person=khoi, kind="phone", value="0905000418")
    merging.merge(keep=khoi, drop=double, reason="tests", by=None)
    assert not Person.objects.filter(name="Nguyễn Minh Khôi").exclude(pk=khoi.pk).exists()
    assert sorted(khoi.identifiers.values_list("kind", flat=True)) == ["cccd", "phone"]
    assert HouseholdMember.objects.filter(person=khoi, until=None).count() == 1
    assert Guardianship.objects.filter(ward=khoi, until=None).count() == 1


def test_signing_in_moves_the_erase_date_on(hanh: Any, khoi: Person) -> None:
    from lachan.register.access.signals import citizen_seen

    Person.objects.update(erase_at=timezone.localdate() + timedelta(days=3))
    citizen_seen.send(sender=Account, account=hanh)
    for person in (hanh.person, khoi):
        person.refresh_from_db()
        assert person.erase_at == timezone.localdate() + actions.KEEP_UNUSED
