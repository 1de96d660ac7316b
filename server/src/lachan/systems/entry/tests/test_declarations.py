"""Orders, declarations of a party, their corrections, the rules and the desk's decisions."""

import json
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.forms.actions import AnswersError
from lachan.register.forms.models import Response
from lachan.register.forms.validate import VIETNAM, today
from lachan.register.people import actions as people
from lachan.register.people import holdings, trail
from lachan.register.people.models import Person
from lachan.systems.entry import actions, deciding, keeping, queries, rules, signed
from lachan.systems.entry.models import LATE_DAYS, ActivationOrder, Decision, Declaration, Gate, Traveller
from lachan.systems.entry.tests.conftest import make_order, tomorrow, traveller, trip
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db


@pytest.fixture
def declare(order: ActivationOrder, airport: Gate, area_tree: Areas) -> Any:
    def made(*travellers: dict[str, Any], **changes: Any) -> Declaration:
        given: dict[str, Any] = {
            "order": order,
            "gate": airport,
            "travel_day": tomorrow(),
            "language": "en",
            "area": area_tree.haichau,
            "party": actions.Party(changes.pop("trip", trip()), travellers or (traveller(),)),
            "key": uuid4(),
        }
        return actions.declare(**given | changes)

    return made


def decide_on(person: Traveller, officer: Any, **changes: Any) -> Decision:
    """Let through whoever has that number, as the officer read the declaration."""
    given: dict[str, Any] = {
        "declaration": person.declaration,
        "number": person.number,
        "revision": person.declaration.revision,
        "kind": "pass",
        "at": timezone.now(),
        "by": officer,
        "key": uuid4(),
    }
    return deciding.decide(**given | changes)


def test_without_an_order_nobody_declares(airport: Gate, area_tree: Areas) -> None:
    assert queries.order_for(airport, "entry", today()) is None
    elsewhere = make_order(gates_named=[Gate.objects.get(pk="noi-bai")])
    assert queries.order_for(airport, "entry", today()) is None
    assert queries.order_for(Gate.objects.get(pk="noi-bai"), "entry", today()) == elsewhere
    everywhere = make_order(starts_on=today() + timedelta(days=2))
    assert queries.order_for(airport, "entry", today()) is None
    assert queries.order_for(airport, "entry", today() + timedelta(days=2)) == everywhere
    assert queries.order_for(airport, "exit", today() + timedelta(days=2)) is None


def test_an_order_ends_on_its_last_day(order: ActivationOrder, airport: Gate) -> None:
    actions.end_order(order=order, last_day=today())
    assert queries.order_for(airport, "entry", today()) == order
    assert queries.order_for(airport, "entry", tomorrow()) is None
    with pytest.raises(actions.EntryError):
        actions.end_order(order=order, last_day=today() - timedelta(days=1))


def test_a_party_declares_once(declare: Any, area_tree: Areas) -> None:
    child = traveller("NOI KAEWMANEE", "AC999", birth_date=None, birth_year=today().year - 6, fever="yes", seat="17A")
    key = uuid4()
    declaration = declare(traveller(), child, key=key)
    assert declare(traveller(), child, key=key) == declaration
    leader, noi = declaration.travellers.order_by("number")
    assert (noi.guardian, leader.guardian) == (leader, None)
    assert (leader.verdict, leader.hits, noi.verdict, noi.hits) == ("clear", [], "examine", ["fever"])
    assert (leader.seat_row, leader.trip, noi.trip.number) == (17, noi.trip, "VN627")
    assert queries.why(declaration.order, noi.hits, "en") == ["Fever"]
    assert leader.person.area == area_tree.haichau
    assert declaration.erase_at == declaration.travel_day + timedelta(days=30)
    assert set(Response.objects.values_list("erase_at", flat=True)) == {declaration.erase_at}
    assert Response.objects.get(pk=noi.response_id).answers["birth_year"] == today().year - 6
    event = AuditEvent.objects.filter(action="entry.declaration.submit").first()
    assert event is not None
    assert event.detail["ground"] == declaration.order.legal_basis


@pytest.mark.parametrize("days", [-1, 8])
def test_the_day_of_travel_is_at_most_a_week_ahead(declare: Any, days: int) -> None:
    with pytest.raises(actions.EntryError):
        declare(travel_day=today() + timedelta(days=days))


def test_an_unanswered_question_keeps_everything_out(declare: Any) -> None:
    with pytest.raises(AnswersError):
        declare(traveller(), traveller("NOI KAEWMANEE", "AC999", fever=None))


def test_the_register_finds_who_is_known_and_never_learns_from_a_stranger(declare: Any, area_tree: Areas) -> None:
    known = people.register_person(
        name="Somchai Kaewmanee", area=area_tree.tayho, passport="ac 1234417", birth_year=1988
    )
    assert declare().travellers.get().person == known
    known.refresh_from_db()
    assert known.area == area_tree.tayho
    other = declare(traveller("SOMEBODY ELSE")).travellers.get().person
    assert other != known


def test_one_person_twice_in_a_party_is_refused(declare: Any) -> None:
    with pytest.raises(actions.EntryError):
        declare(traveller(), traveller())


def test_a_correction_replaces_the_answers_until_an_officer_has_decided(
    declare: Any, area_tree: Areas, border_officer: Any
) -> None:
    declaration = declare()
    party = actions.Party(trip(vehicle_number="VN 629"), [traveller(cough="yes"), traveller("NOI", "AC9")])
    corrected = actions.correct(declaration=declaration, area=area_tree.hoaxuan, party=party, revision=1)
    assert (corrected.code, corrected.revision, corrected.trip.number) == (declaration.code, 2, "VN629")
    assert corrected.travellers.count() == 2
    # Three answers: the trip's and two travellers'; the earlier ones are gone.
    assert Response.objects.count() == 3
    actions.correct(declaration=declaration, area=area_tree.haichau, party=party, revision=1)
    assert Declaration.objects.get().revision == 2
    first = corrected.travellers.get(number=1)
    decide_on(first, border_officer)
    with pytest.raises(actions.EntryError):
        actions.correct(declaration=corrected, area=area_tree.haichau, party=party, revision=2)


def test_the_short_code_opens_with_a_birth_of_the_party_and_leaves_a_trace(declare: Any) -> None:
    declaration = declare(traveller(), traveller("NOI", "AC9", birth_date=None, birth_year=2020))
    persons = {one.person_id for one in declaration.travellers.all()}
    for born in ("1988-03-04", "2020"):
        assert actions.open_again(code=declaration.code, born=born) == declaration
    opened = AuditEvent.objects.filter(action="entry.declaration.open", object_id=str(declaration.pk))
    assert opened.count() == 4
    assert set(opened.values_list("subject_id", flat=True)) == persons
    for born in ("1988-03-05", "1988", "", "None"):
        assert actions.open_again(code=declaration.code, born=born) is None
    assert opened.count() == 4
    missed = AuditEvent.objects.filter(action="entry.declaration.miss", object_id=str(declaration.pk))
    assert list(missed.values_list("subject_id", flat=True)) == [None] * 4
    assert actions.open_again(code="nonsense", born="2020") is None
    assert AuditEvent.objects.filter(action="entry.declaration.miss").count() == 4, "no declaration, nothing to tell"


def test_a_citizen_reads_that_the_declaration_was_opened(declare: Any, hanh: Any) -> None:
    declaration = declare()
    actions.open_again(code=declaration.code, born="1988-03-04")
    lines, _more = trail.entries(declaration.travellers.get().person, hanh)
    assert "Mở lại tờ khai nhập cảnh bằng mã ngắn" in [line.what for line in lines]


def test_the_code_tells_no_birth_and_three_signs_of_the_document(declare: Any) -> None:
    child = traveller("NOI KAEWMANEE", "AC999", birth_date=None, birth_year=2019)
    declaration = declare(traveller(), child)
    text = queries.qr_text(declaration)
    now = datetime.combine(tomorrow() + timedelta(days=LATE_DAYS + 1), time(), VIETNAM).timestamp()
    public = queries.signing_key().public_key()
    verdict = signed.read(text, public, now)
    assert verdict.state == "valid"
    assert signed.read(text, public, now + 1).state == "expired"
    assert verdict.body[7] == [
        [1, "SOMCHAI KAEWMANEE", "417", "THA", "17C", "clear", []],
        [2, "NOI KAEWMANEE", "999", "THA", "17C", "clear", []],
    ]
    said = json.dumps(verdict.body[4:])
    assert "1988" not in said
    assert "2019" not in said


def test_the_travellers_of_a_code_are_fetched_once(declare: Any, django_assert_num_queries: Any) -> None:
    party = [traveller("A" * 55 + str(number), f"AC{number}", seat="") for number in range(9)]
    declaration = declare(*party)
    declaration = Declaration.objects.select_related("order", "trip").get(pk=declaration.pk)
    with django_assert_num_queries(1):
        text = queries.qr_text(declaration)
    assert len(text) <= signed.LONGEST


def test_a_decision_on_what_was_corrected_since_is_refused(declare: Any, area_tree: Areas, border_officer: Any) -> None:
    declaration = declare(traveller(), traveller("NOI", "AC9"))
    read = declaration.travellers.get(number=1)
    # The order of the party changes: the number that the officer read is now another person's.
    party = actions.Party(trip(), [traveller("NOI", "AC9")])
    actions.correct(declaration=declaration, area=area_tree.haichau, party=party, revision=1)
    for number in (1, 2):
        with pytest.raises(deciding.DecisionError, match="sửa sau khi quét") as refused:
            decide_on(read, border_officer, number=number, revision=1)
        assert refused.value.field == "revision"
    assert not Decision.objects.exists()
    assert decide_on(read, border_officer, revision=2).traveller.person.name == "NOI"
    with pytest.raises(deciding.DecisionError) as nobody:
        decide_on(read, border_officer, number=2, revision=2)
    assert nobody.value.field == "number"


def test_a_decision_about_an_erased_declaration_is_refused(declare: Any, border_officer: Any) -> None:
    read = declare().travellers.select_related("declaration").get()
    Declaration.objects.all().delete()
    with pytest.raises(deciding.DecisionError):
        decide_on(read, border_officer)


def test_a_journey_is_corrected_until_its_last_day(declare: Any, area_tree: Areas) -> None:
    declaration = declare(travel_day=today())
    noon = datetime.combine(declaration.last_day, time(12), VIETNAM)
    given: dict[str, Any] = {
        "declaration": declaration,
        "area": area_tree.haichau,
        "party": actions.Party(trip(), [traveller()]),
    }
    assert actions.correct(revision=1, at=noon, **given).revision == 2
    with pytest.raises(actions.EntryError):
        actions.correct(revision=2, at=noon + timedelta(days=1), **given)


def test_a_name_and_a_document_without_a_birth_find_nobody(area_tree: Areas) -> None:
    known = people.register_person(name="Somchai Kaewmanee", area=area_tree.tayho, passport="AC1234417")
    given = {"name": "Somchai Kaewmanee", "document": "AC1234417"}
    for answers in (given, given | {"birth_year": 1988}, given | {"birth_date": "1988-03-04"}):
        with transaction.atomic():
            assert actions._person(answers, area_tree.tayho, {}) != known
            transaction.set_rollback(True)


def test_decisions_are_kept_once_and_a_quarantine_is_whole(declare: Any, border_officer: Any) -> None:
    person = declare().travellers.get()
    key, now = uuid4(), timezone.now()
    given: dict[str, Any] = {
        "declaration": person.declaration,
        "number": 1,
        "revision": 1,
        "at": now,
        "by": border_officer,
    }
    first = deciding.decide(kind="test", key=key, **given)
    assert deciding.decide(kind="test", key=key, **given) == first
    with pytest.raises(deciding.DecisionError):
        deciding.decide(kind="pass", key=key, **given)
    with pytest.raises(deciding.DecisionError) as refused:
        deciding.decide(kind="quarantine", key=uuid4(), **given)
    assert refused.value.field == "order_number"
    whole = deciding.QuarantineOrder(
        "15/QĐ-KDYT", "Luật 114/2025/QH15", today(), today() + timedelta(days=7), "Khu cách ly Hòa Xuân", "Vũ Minh Quân"
    )
    kept = deciding.decide(kind="quarantine", key=uuid4(), quarantine=whole, **given)
    assert kept.ends_on == today() + timedelta(days=7)
    seen = queries.travellers_of(border_officer).get()
    assert seen.decided == "quarantine"
    assert AuditEvent.objects.filter(action="entry.traveller.decide", subject_id=person.person_id).count() == 2


def test_a_desk_with_a_wrong_clock_decides_between_the_declaration_and_now(declare: Any, border_officer: Any) -> None:
    person = declare().travellers.get()
    for hours in (-100, 100):
        at = timezone.now() + timedelta(hours=hours)
        kept = decide_on(person, border_officer, at=at)
        assert person.declaration.submitted_at <= kept.at <= timezone.now()


def test_officers_see_their_own_gates(declare: Any, border_officer: Any, province_officer: Any, minister: Any) -> None:
    declare()
    assert queries.not_seen(border_officer, tomorrow()).count() == 1
    assert queries.not_seen(border_officer, today()).count() == 0
    assert queries.by_document(border_officer, "ac-1234417").count() == 1
    Gate.objects.filter(pk="da-nang").update(area=Gate.objects.get(pk="noi-bai").area)
    assert queries.travellers_of(border_officer).count() == 0
    for account in (province_officer, minister):
        assert queries.travellers_of(account).count() == 0


def test_everything_leaves_on_its_day(declare: Any) -> None:
    declaration = declare()
    person = declaration.travellers.get().person_id
    holding = next(h for h in holdings.all_holdings() if h.model is Traveller)
    assert [row["declaration__code"] for row in holding.export(person)] == [declaration.code]
    assert holding.retain(declaration.erase_at - timedelta(days=1)) == 0
    assert holding.retain(declaration.erase_at) == 1
    assert not Declaration.objects.exists()


def test_erasing_the_last_of_a_party_takes_the_declaration_along(declare: Any) -> None:
    declaration = declare(traveller(), traveller("NOI", "AC9"))
    first, second = (t.person_id for t in declaration.travellers.order_by("number"))
    assert keeping._erase(first) == 1
    assert Declaration.objects.filter(pk=declaration.pk).exists()
    assert keeping._erase(second) == 1
    assert not Declaration.objects.exists()
    assert Person.objects.filter(pk=first).exists()


def test_rules_are_data_that_is_checked(order: ActivationOrder) -> None:
    documents = (order.form.content, order.trip_form.content)
    assert rules.read(rules.shipped(), documents)
    laos = {
        "code": "from_laos",
        "verdict": "ask",
        "when": {"op": "eq", "left": {"op": "answer", "of": "departure_country"}, "right": "lao"},
        "why": {"vi": "Từ Lào", "en": "From Laos"},
    }
    assert rules.strike(rules.read([laos], documents), {"departure_country": "lao"}, today())
    wrong = [
        [laos | {"when": {"op": "eq", "left": {"op": "answer", "of": "nothing"}, "right": "x"}}],
        [laos, laos],
        [laos | {"why": {"vi": "Từ Lào"}}],
        [laos | {"verdict": "maybe"}],
    ]
    for data in wrong:
        with pytest.raises(rules.RuleError):
            rules.read(data, documents)


@pytest.mark.parametrize(
    ("typed", "row"), [("17C", 17), ("017 c", 17), ("4", 4), ("", None), ("C17", None), ("17CD", None), ("9999A", None)]
)
def test_the_row_of_a_seat(typed: str, row: int | None) -> None:
    assert actions.row_of(typed) == row


@pytest.mark.parametrize(
    ("typed", "key"),
    [("VN 627", "VN627"), ("vn-0627", "VN627"), ("3K 551", "3K551"), ("43B-012.34", "43B01234"), ("Hải Âu", "HẢIÂU")],
)
def test_one_spelling_of_a_vehicle(typed: str, key: str) -> None:
    assert actions.vehicle_key(typed) == key
