"""A carrier's list from the file to the queue: nothing silently, nothing twice, nothing that is not asked for."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import python_calamine

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.forms.validate import today
from lachan.register.people import holdings
from lachan.systems.entry import actions, deciding, keeping, manifests
from lachan.systems.entry.models import ActivationOrder, Declaration, Gate, Manifest, Passenger, Traveller, Trip
from lachan.systems.entry.tests.conftest import traveller, trip
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db
State = Passenger.State
HEAD = "Surname,Given names,Passport No.,DOB,Nationality,Seat,Frequent flyer\n"
LINES = (
    "KAEWMANEE,SOMCHAI,AC1234417,04MAR88,THA,17C,TG99\n"
    "KAEWMANEE,NOI,,04MAR88,THA,17A,\n"
    "KAEWMANE,MALI,ZZ11,04MAR88,THA,17B,\n"
    "TRAN,BINH,B7654321,1/2/1990,VNM,20A,\n"
    "=HYPERLINK(1),X,,soon,VNM,99,\n"
)


def declare(order: ActivationOrder, areas: Areas, *people: dict[str, Any], number: str = "VN 627") -> Declaration:
    return actions.declare(
        order=order,
        gate=Gate.objects.get(pk="da-nang"),
        travel_day=today(),
        language="en",
        area=areas.haichau,
        party=actions.Party(trip(vehicle_number=number), people),
        key=uuid4(),
    )


def submit(officer: Any, content: str = HEAD + LINES, **changes: Any) -> Manifest:
    given = {"gate": Gate.objects.get(pk="da-nang"), "conveyance": "air", "number": "vn 0627", "day": today()}
    with audit.acting(audit.system("tests")):
        return manifests.submit(by=officer, filename="list.csv", content=content.encode(), **given | changes)


def bring_in(officer: Any, content: str = HEAD + LINES) -> Manifest:
    job = submit(officer, content)
    with audit.acting(audit.system("tests")):
        assert manifests.work()
        assert manifests.confirm(job=job)
        assert manifests.work()
    job.refresh_from_db()
    assert job.status == Manifest.Status.DONE
    return job


def states() -> dict[str, tuple[str, str]]:
    return {p.given: (p.state, p.reason) for p in Passenger.objects.order_by("row")}


FAMILY = (traveller(), traveller("NOI KAEWMANEE", "AC999"), traveller("MALI KAEWMANEE", "AC998"))


def test_a_list_is_judged_then_matched_and_the_file_goes(
    order: ActivationOrder, area_tree: Areas, border_officer: Any
) -> None:
    declare(order, area_tree, *FAMILY)
    job = submit(border_officer)
    with audit.acting(audit.system("tests")):
        assert manifests.work()
        job.refresh_from_db()
        assert (job.status, job.rows, job.good, job.rejected, job.known) == ("checked", 5, 4, 1, 0)
        assert not Passenger.objects.exists()
        assert manifests.confirm(job=job)
        assert not manifests.confirm(job=job)
        assert manifests.work()
        assert not manifests.work()
    job.refresh_from_db()
    assert (job.status, job.stored, job.content) == ("done", 4, None)
    assert Trip.objects.get() == job.trip
    assert states() == {
        "SOMCHAI": (State.DECLARED, "document"),
        "NOI": (State.DECLARED, "name_birth"),
        "MALI": (State.PROBABLE, "near_name"),
        "BINH": (State.ABSENT, ""),
    }
    back = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(bytes(job.rejects or b""))).get_sheet_by_index(0)
    cells = back.to_python()[1]
    assert cells[0] == "=HYPERLINK(1)"
    assert "soon" in str(cells[-1])


def test_whoever_declares_after_landing_is_found_at_once(
    order: ActivationOrder, area_tree: Areas, border_officer: Any
) -> None:
    bring_in(border_officer)
    assert {state for state, _reason in states().values()} == {State.ABSENT}
    declared = declare(order, area_tree, *FAMILY)
    assert states()["SOMCHAI"] == (State.DECLARED, "document")
    assert states()["MALI"] == (State.PROBABLE, "near_name")
    # A correction is found anew, whoever is left out of it is not declared any more.
    party = actions.Party(trip(), [traveller(), traveller("MALI KAEWMANEE", "ZZ11")])
    actions.correct(declaration=declared, area=area_tree.haichau, party=party, revision=1)
    assert [states()[name][0] for name in ("SOMCHAI", "NOI", "MALI")] == [State.DECLARED, State.ABSENT, State.PROBABLE]
    assert declare(order, area_tree, traveller("TRAN BINH", "B7654321", birth_date="1990-02-01"), number="VN 99")
    assert states()["BINH"] == (State.PROBABLE, "other_trip")


def test_a_second_list_of_the_trip_doubles_nobody(
    order: ActivationOrder, area_tree: Areas, border_officer: Any
) -> None:
    bring_in(border_officer)
    job = bring_in(border_officer, HEAD + LINES + "LE,HOA,C1234567,2/2/1992,VNM,1A,\n")
    assert (job.good, job.known, job.stored) == (1, 4, 1)
    assert Passenger.objects.count() == 5


def test_a_stop_in_the_middle_loses_and_doubles_nobody(
    order: ActivationOrder, area_tree: Areas, border_officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "CHUNK", 2)
    job = submit(border_officer)
    plain, stored = manifests.store, []

    def stops(*args: Any) -> int:
        if stored:
            raise ConnectionError("stopped")
        stored.append(1)
        return plain(*args)

    with audit.acting(audit.system("tests")):
        manifests.work()
        manifests.confirm(job=job)
        monkeypatch.setattr(manifests, "store", stops)
        with pytest.raises(ConnectionError):
            manifests.work()
        assert Passenger.objects.count() == 2
        monkeypatch.setattr(manifests, "store", plain)
        manifests.work()
    assert list(Passenger.objects.order_by("row").values_list("row", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "chưa có dòng nào"), ("Passport,Seat\nAC1,2\n", "Họ và tên"), ("Name\n", "chưa có dòng nào")],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    order: ActivationOrder, border_officer: Any, content: str, says: str
) -> None:
    job = submit(border_officer, content)
    with audit.acting(audit.system("tests")):
        manifests.work()
    job.refresh_from_db()
    assert job.status == Manifest.Status.REFUSED
    assert says in job.refusal
    assert job.content is None


def test_no_order_no_list(order: ActivationOrder, border_officer: Any) -> None:
    for changes in ({"number": " - "}, {"conveyance": "foot"}, {"day": today() + timedelta(days=30)}):
        with pytest.raises(actions.EntryError):
            submit(border_officer, **changes)
    ActivationOrder.objects.update(ends_on=today() - timedelta(days=1))
    with pytest.raises(actions.EntryError, match="Không có lệnh khai báo"):
        submit(border_officer)
    assert not Manifest.objects.exists()


def test_an_officers_word_stands_against_a_guess_but_not_against_the_document(
    order: ActivationOrder, area_tree: Areas, border_officer: Any
) -> None:
    declare(order, area_tree, *FAMILY)
    bring_in(border_officer)
    mali = Passenger.objects.get(given="MALI")
    with audit.acting(audit.system("tests")):
        manifests.say(passenger=mali, verdict="other", by=border_officer)
        with pytest.raises(actions.EntryError):
            manifests.say(passenger=mali, verdict="same", by=border_officer)
        from lachan.systems.entry import landing

        landing.match_trip(mali.trip)
        assert states()["MALI"][0] == State.ABSENT
        manifests.say(passenger=mali, verdict="away", by=border_officer)
    declare(order, area_tree, traveller("MALI KAEWMANE", "ZZ11"))
    assert states()["MALI"] == (State.DECLARED, "document")
    said = AuditEvent.objects.filter(action="entry.passenger.say", object_id=str(mali.pk))
    assert said.count() == 2


def test_the_lists_go_on_their_date_and_with_the_person(
    order: ActivationOrder, area_tree: Areas, border_officer: Any
) -> None:
    declared = declare(order, area_tree, *FAMILY)
    job = bring_in(border_officer)
    person = declared.travellers.get(number=1).person
    held = next(one for one in holdings.all_holdings() if one.model is Traveller)
    assert {"surname": "KAEWMANEE", "seat": "17C"}.items() <= list(held.export(person.pk))[-1].items()
    held.erase(person.pk)
    assert "SOMCHAI" not in states()
    keeping._retain(job.erase_at - timedelta(days=1))
    assert Passenger.objects.count() == 3
    keeping._retain(job.erase_at)
    assert not Passenger.objects.exists()
    assert not Trip.objects.exists()


def test_a_decision_does_not_wait_for_the_list(order: ActivationOrder, area_tree: Areas, border_officer: Any) -> None:
    declared = declare(order, area_tree, traveller())
    with audit.acting(audit.system("tests")):
        deciding.decide(
            declaration=declared,
            number=1,
            revision=1,
            kind="pass",
            at=declared.submitted_at,
            by=border_officer,
            key=uuid4(),
        )
    bring_in(border_officer)
    assert states()["SOMCHAI"] == (State.DECLARED, "document")
