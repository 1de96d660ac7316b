"""Whatever is done to people, in whatever order: each change leaves exactly its rows, and the chain holds."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from lachan.ground.audit import seal
from lachan.ground.audit.models import AuditEvent
from lachan.register.access import actions as access
from lachan.register.access import otp, tokens
from lachan.register.people import actions, erasing, merging, reading
from lachan.register.people.models import Guardianship, Household, HouseholdMember, Person


class Register(RuleBasedStateMachine):
    """Counts by itself how many rows there must be."""

    area: Any
    people = Bundle("people")
    homes = Bundle("homes")
    guards = Bundle("guards")
    devices = Bundle("devices")

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.before = AuditEvent.objects.count()
        self.expected = 0
        self.phones = 0

    def teardown(self) -> None:
        seal.seal_all()
        assert seal.verify().whole
        transaction.savepoint_rollback(self.savepoint)

    @invariant()
    def every_deed_has_its_row(self) -> None:
        assert AuditEvent.objects.count() - self.before == self.expected

    @rule(target=people, year=st.none() | st.integers(1950, 2020))
    def register(self, year: int | None) -> Any:
        self.expected += 1
        return actions.register_person(name="Ai đó", area=self.area, birth_year=year)

    @rule(target=people)
    def register_badly(self) -> Any:
        with pytest.raises(actions.WrongDetailError):
            actions.register_person(name="", area=self.area)
        return multiple()

    @rule(target=homes)
    def make_home(self) -> Any:
        self.expected += 1
        return actions.create_household(area=self.area)

    @rule(person=people, home=homes)
    def join(self, person: Person, home: Household) -> None:
        present = HouseholdMember.objects.filter(person=person, until=None).first()
        self.expected += present is None or present.household_id != home.pk
        actions.add_to_household(person=person, household=home)

    @rule(person=people)
    def leave(self, person: Person) -> None:
        self.expected += HouseholdMember.objects.filter(person=person, until=None).exists()
        actions.leave_household(person=person)

    @rule(target=guards, guardian=people, ward=people)
    def appoint(self, guardian: Person, ward: Person) -> Any:
        reverse = Guardianship.objects.filter(guardian=ward, ward=guardian, until=None).exists()
        if guardian == ward or reverse:
            with pytest.raises(actions.WrongDetailError):
                actions.appoint_guardian(guardian=guardian, ward=ward)
            return multiple()
        self.expected += not Guardianship.objects.filter(guardian=guardian, ward=ward, until=None).exists()
        return actions.appoint_guardian(guardian=guardian, ward=ward)

    @rule(guard=consumes(guards))
    def dismiss(self, guard: Guardianship) -> None:
        self.expected += Guardianship.objects.filter(pk=guard.pk, until=None).exists()
        actions.end_guardianship(guardianship=guard)

    @rule(person=people, name=st.sampled_from(["Ai đó", "Người khác"]))
    def correct(self, person: Person, name: str) -> None:
        person.refresh_from_db()
        self.expected += person.name != name
        actions.correct_person(person=person, name=name)

    @rule(person=people, number=st.sampled_from(["0905111222", "0905 111 222", "0905111223"]))
    def add_phone(self, person: Person, number: str) -> None:
        known = {str(row.value)[-9:] for row in person.identifiers.filter(kind="phone")}
        self.expected += number.replace(" ", "")[-9:] not in known
        actions.add_identifier(person=person, kind="phone", value=number)

    @rule(person=people)
    def read(self, person: Person) -> None:
        self.expected += 1
        reading.open_record(person, "hỏi")

    @rule(target=devices)
    def sign_in(self) -> Any:
        self.phones += 1
        self.expected += 3  # the account, its person, its device
        account = access.create_citizen(phone=f"0906{self.phones:06}", name="Có máy", area=self.area)
        return tokens.issue_device(account=account)[0]

    @rule(device=consumes(devices), twice=st.booleans())
    def sign_out(self, device: Any, twice: bool) -> None:
        self.expected += 1
        for _ in range(1 + twice):
            tokens.revoke_device(device=device)

    @rule()
    def ask_for_a_code(self) -> None:
        self.phones += 1
        self.expected += 1
        otp.request_code(f"0907{self.phones:06}", f"10.0.{self.phones}.1")

    @rule()
    def nightly(self) -> None:
        erasing.retention()


@pytest.mark.django_db
def test_each_change_and_each_read_has_exactly_its_row(area_tree: Any, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(seal, "head_file", lambda: tmp_path / "audit.head")
    machine = type("Machine", (Register,), {"area": area_tree.haichau})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )


@pytest.mark.django_db
def test_erasing_leaves_a_row_and_merging_one_for_each_record(area_tree: Any) -> None:
    one, two, three = (actions.register_person(name="Ai đó", area=area_tree.haichau) for _ in range(3))
    before = AuditEvent.objects.count()
    erasing.erase_person(person=one, reason="asked")
    merging.merge(keep=two, drop=three, reason="tests", by=None)
    assert AuditEvent.objects.count() - before == 3
