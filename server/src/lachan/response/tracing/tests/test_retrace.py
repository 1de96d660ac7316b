"""Tracing an outbreak again and again: merging, decisions, what changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform.ids import uuid7
from lachan.register.people.models import Person
from lachan.register.places.models import Place
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions as cases
from lachan.response.cases.models import Outbreak
from lachan.response.tracing import actions, sources
from lachan.response.tracing.errors import DecisionConflict, NothingToTrace, TracingError
from lachan.response.tracing.models import Contact
from lachan.response.tracing.tests.visits import VisitSource

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def visit(person: Person, place: Place, hours_ago: float, minutes: int, certain: int | None = None) -> None:
    start = NOW - timedelta(hours=hours_ago)
    end = start + timedelta(minutes=minutes)
    sure = end if certain is None else start + timedelta(minutes=certain)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkin_visit (id, place_id, person_id, t_in, t_out, certain_until, ending, trust) "
            "VALUES (%s, %s, %s, %s, %s, %s, 1, 1)",
            [uuid7(), place.pk, person.pk, start, end, sure],
        )


@pytest.fixture(autouse=True)
def only_test_sources() -> Iterator[None]:
    before = {s.name: s for s in sources.registered()}
    sources.register(VisitSource())
    yield
    sources._sources.clear()
    sources._sources.update(before)


@pytest.fixture
def outbreak(area_tree: Any, province_officer: Any) -> Outbreak:
    load_profiles()
    return cases.open_outbreak(
        disease=Disease.objects.get(pk="covid19"), name="Ổ dịch chợ", area=area_tree.danang, by=province_officer
    )


@pytest.fixture
def people(area_tree: Any) -> list[Person]:
    today = timezone.localdate()
    return [Person.objects.create(name=f"Người {n}", area=area_tree.haichau, erase_at=today) for n in range(5)]


@pytest.fixture
def place(area_tree: Any) -> Place:
    return Place.objects.create(name="Chợ", kind=Place.Kind.MARKET, area=area_tree.haichau)


def confirmed(outbreak: Outbreak, person: Person, **dates: Any) -> Any:
    dates = dates or {"onset_on": timezone.localdate(NOW) - timedelta(days=1)}
    return cases.record_case(outbreak=outbreak, person=person, status="confirmed", by=None, **dates)


def levels(outbreak: Outbreak) -> dict[int, int]:
    return dict(Contact.objects.filter(outbreak=outbreak, current=True).values_list("person_id", "level"))


def test_contacts_with_evidence(outbreak: Outbreak, people: list[Person], place: Place, province_officer: Any) -> None:
    visit(people[0], place, 60, 60, certain=40)
    visit(people[1], place, 59.5, 60)
    visit(people[1], place, 30, 60)
    visit(people[2], place, 30, 60)
    case = confirmed(outbreak, people[0])
    run = actions.retrace(outbreak=outbreak, by=province_officer, now=NOW)
    assert levels(outbreak) == {people[1].pk: 1, people[2].pk: 2}
    assert run.found["levels"] == {"1": 1, "2": 1}
    assert run.found["new"] == 2
    exposure = Contact.objects.get(person=people[1]).exposures.get()
    assert (exposure.index_case, exposure.via, exposure.place) == (case, people[0], place)
    assert (exposure.minutes_certain, exposure.minutes_possible) == (10, 30)
    assert len(exposure.evidence["visits"]) == 2
    second = Contact.objects.get(person=people[2]).exposures.get()
    assert (second.level, second.via, second.index_case) == (2, people[1], case)


def test_a_trace_is_audited_for_everyone_it_looked_at(outbreak: Outbreak, people: list[Person], place: Place) -> None:
    visit(people[0], place, 60, 60)
    visit(people[1], place, 60, 60)
    confirmed(outbreak, people[0])
    run = actions.retrace(outbreak=outbreak, by=None, now=NOW)
    seen = AuditEvent.objects.filter(action="tracing.run", object_id=str(run.pk)).values_list("subject_id", flat=True)
    assert sorted(seen) == [people[0].pk, people[1].pk]


def test_an_index_person_is_never_a_contact(outbreak: Outbreak, people: list[Person], place: Place) -> None:
    for person in people[:3]:
        visit(person, place, 60, 60)
    confirmed(outbreak, people[0])
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert levels(outbreak) == {people[1].pk: 1, people[2].pk: 1}
    confirmed(outbreak, people[1])
    run = actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert levels(outbreak) == {people[2].pk: 1}
    assert run.found["gone"] == 1
    assert Contact.objects.get(person=people[2]).exposures.count() == 2


def test_a_changed_onset_tells_what_changed_and_keeps_decisions(
    outbreak: Outbreak, people: list[Person], place: Place, province_officer: Any
) -> None:
    visit(people[0], place, 24 * 9, 60)
    visit(people[1], place, 24 * 9, 60)
    visit(people[0], place, 60, 60)
    visit(people[2], place, 60, 60)
    case = confirmed(outbreak, people[0])
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert levels(outbreak) == {people[2].pk: 1}
    kept = actions.dismiss(contact=Contact.objects.get(), reason="vách kính", by=province_officer)

    cases.update_case(case=case, by=province_officer, onset_on=timezone.localdate(NOW) - timedelta(days=8))
    run = actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert (run.found["new"], run.found["gone"]) == (1, 0)
    kept.refresh_from_db()
    assert (kept.status, kept.reason, kept.current) == ("dismissed", "vách kính", True)

    cases.update_case(case=case, by=province_officer, isolated_at=NOW - timedelta(days=5))
    run = actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert (run.found["new"], run.found["gone"], run.found["ids"]["gone"]) == (0, 1, [kept.pk])
    kept.refresh_from_db()
    assert (kept.status, kept.current) == ("dismissed", False)
    assert kept.exposures.exists()

    cases.update_case(case=case, by=province_officer, isolated_at=None)
    run = actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert run.found["ids"]["back"] == [kept.pk]


def test_a_level_that_changed_is_told(outbreak: Outbreak, people: list[Person], place: Place) -> None:
    visit(people[0], place, 60, 60)
    visit(people[1], place, 60, 60)
    visit(people[1], place, 30, 60)
    visit(people[2], place, 30, 60)
    confirmed(outbreak, people[0])
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    contact = Contact.objects.get(person=people[2])
    assert contact.level == 2
    visit(people[0], place, 30, 60)
    run = actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert run.found["ids"]["moved"] == [contact.pk]
    assert levels(outbreak)[people[2].pk] == 1


def test_a_dismissed_contact_passes_nothing_on(outbreak: Outbreak, people: list[Person], place: Place) -> None:
    visit(people[0], place, 60, 60)
    visit(people[1], place, 60, 60)
    visit(people[1], place, 30, 60)
    visit(people[2], place, 30, 60)
    confirmed(outbreak, people[0])
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    first = Contact.objects.get(person=people[1])
    actions.dismiss(contact=first, reason="không tới chợ hôm đó", by=None)
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert levels(outbreak) == {people[1].pk: 1}
    actions.undo(contact=first, by=None)
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    assert levels(outbreak) == {people[1].pk: 1, people[2].pk: 2}


def test_dismissal_needs_a_reason(outbreak: Outbreak, people: list[Person], place: Place) -> None:
    visit(people[0], place, 60, 60)
    visit(people[1], place, 60, 60)
    confirmed(outbreak, people[0])
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    contact = Contact.objects.get()
    with pytest.raises(TracingError, match="Ghi lý do") as refused:
        actions.dismiss(contact=contact, reason="  ", by=None)
    assert refused.value.field == "reason"
    contact.refresh_from_db()
    assert contact.status == "found"


def test_two_officers_on_one_contact(
    outbreak: Outbreak, people: list[Person], place: Place, province_officer: Any, commune_officer: Any
) -> None:
    visit(people[0], place, 60, 60)
    visit(people[1], place, 60, 60)
    confirmed(outbreak, people[0])
    actions.retrace(outbreak=outbreak, by=None, now=NOW)
    hers, his = Contact.objects.get(), Contact.objects.get()
    actions.confirm(contact=hers, by=province_officer)
    with pytest.raises(DecisionConflict, match="Trần Thị Mai vừa chuyển"):
        actions.dismiss(contact=his, reason="nhầm", by=commune_officer)
    assert Contact.objects.get().status == "confirmed"
    # Her own next decision is not a conflict.
    actions.undo(contact=hers, by=province_officer)


def test_nothing_to_trace(outbreak: Outbreak, people: list[Person]) -> None:
    cases.record_case(outbreak=outbreak, person=people[0], by=None, onset_on=timezone.localdate())
    with pytest.raises(NothingToTrace, match="chưa có ca"):
        actions.retrace(outbreak=outbreak, by=None)
