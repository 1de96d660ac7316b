"""Changes of consequence: orders, declarations and their corrections."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.text import fold
from lachan.register.access import phones
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.forms import queries as forms
from lachan.register.forms.actions import record_response
from lachan.register.forms.models import Response
from lachan.register.forms.validate import VIETNAM, today
from lachan.register.people import actions as people
from lachan.register.people.models import Identifier, Person
from lachan.register.people.queries import find_by_identifier, identifier_hash
from lachan.register.places import codes
from lachan.register.profiles.models import Disease
from lachan.systems.entry import gates, landing, rules
from lachan.systems.entry.models import LATE_DAYS, ActivationOrder, Declaration, Gate, Traveller, Trip
from lachan.systems.entry.queries import is_of_party, order_for

FORM, TRIP_FORM = "entry", "entry-trip"
# Decree 165/2026: up to seven days before the journey.
DAYS_BEFORE = 7
# How long after the journey a paper form is still typed in.
PAPER_DAYS = 7
MOST_TRAVELLERS = 9
ADULT = 18
_ROW = re.compile(r"\s*0*(\d{1,3})\s*[A-Za-z]?\s*")
_NOT_IN_NUMBERS = re.compile(r"[\s.\-/]+")


class EntryError(ValueError):
    """A change that cannot be made; the message says why and what to do, in the user's language."""


class DeclaredTwiceError(EntryError):
    """Somebody of a paper form has declared under the order for that day already, in `declaration`."""

    def __init__(self, declaration: Declaration, document: str) -> None:
        said = _("Số giấy tờ %(document)s đã có tờ khai cho ngày này. Mở tờ khai đó; không nhập lần nữa.")
        super().__init__(said % {"document": document})
        self.declaration = declaration


@dataclass(frozen=True)
class Paper:
    """A form that came on paper: the date written on it, who types it in."""

    on: date
    by: Account


@dataclass(frozen=True)
class Party:
    """What a party declared: the answers of the trip form, and of each traveller's, the leader first."""

    trip: dict[str, Any]
    travellers: Sequence[dict[str, Any]]


@transaction.atomic
def activate(
    *,
    number: str,
    disease: Disease,
    direction: str,
    gates_named: Sequence[Gate],
    starts_on: date,
    ends_on: date | None,
    legal_basis: str,
    retention_days: int,
    languages: Sequence[str],
    by: Account | None,
    rule_data: Any = None,
) -> ActivationOrder:
    """Switch a declaration on, under the forms in force now. Raises EntryError, rules.RuleError."""
    form, trip_form = forms.in_force(FORM), forms.in_force(TRIP_FORM)
    if form is None or trip_form is None:
        raise EntryError(_("Chưa có tờ khai nhập cảnh nào đang dùng. Công bố tờ khai rồi ra lệnh."))
    if not (number.strip() and legal_basis.strip()):
        raise EntryError(_("Ghi số lệnh và căn cứ pháp lý."))
    if ends_on is not None and ends_on < starts_on:
        raise EntryError(_("Ngày cuối phải từ ngày đầu trở đi."))
    data = rules.shipped() if rule_data is None else rule_data
    rules.read(data, (form.content, trip_form.content))
    order = ActivationOrder.objects.create(
        number=number.strip(),
        disease=disease,
        direction=direction,
        starts_on=starts_on,
        ends_on=ends_on,
        legal_basis=legal_basis.strip(),
        form=form,
        trip_form=trip_form,
        languages=[one for one in form.content.languages if one in languages],
        retention_days=retention_days,
        rules=data,
        made_by=by,
    )
    order.gates.set(gates_named)
    audit.record(action="entry.order.make", obj=order, detail={"gates": [gate.pk for gate in gates_named]})
    return order


@transaction.atomic
def end_order(*, order: ActivationOrder, last_day: date) -> None:
    """The order's last day, today or later. Raises EntryError when it has ended already."""
    order = ActivationOrder.objects.select_for_update().get(pk=order.pk)
    if order.ends_on is not None and order.ends_on < today():
        raise EntryError(_("Lệnh này đã hết từ trước."))
    if last_day < max(today(), order.starts_on):
        raise EntryError(_("Ngày cuối phải từ hôm nay, và từ ngày đầu của lệnh, trở đi."))
    order.ends_on = last_day
    order.save(update_fields=["ends_on"])
    audit.record(action="entry.order.end", obj=order, detail={"last_day": last_day})


@transaction.atomic
def declare(
    *,
    order: ActivationOrder,
    gate: Gate,
    travel_day: date,
    language: str,
    area: Area,
    party: Party,
    key: UUID,
    at: datetime | None = None,
    paper: Paper | None = None,
) -> Declaration:
    """Take a party's declaration. The same key gives the one already stored.

    `paper`: an officer types it in, up to a week after the journey; who has declared already is refused then. Raises
    EntryError, DeclaredTwiceError, forms.AnswersError, people.WrongDetailError.
    """
    known = Declaration.objects.filter(key=key).first()
    if known is not None:
        return known
    now = at or timezone.now()
    _check(order, gate, travel_day, party, today(now), paper=paper)
    if paper is not None:
        _not_twice(order, travel_day, party)
    declaration = Declaration(
        key=key,
        code=codes.new(),
        order=order,
        gate=gate,
        travel_day=travel_day,
        language=language,
        area=area,
        submitted_at=now,
        paper_on=paper.on if paper else None,
        typed_by=paper.by if paper else None,
        erase_at=travel_day + timedelta(days=order.retention_days),
    )
    _fill(declaration, party, now)
    audit.record(
        action="entry.declaration.submit",
        subjects=[t.person_id for t in declaration.travellers.all()],
        obj=declaration,
        detail={"order": order.pk, "ground": order.legal_basis, "paper": paper is not None},
    )
    return declaration


def _not_twice(order: ActivationOrder, travel_day: date, party: Party) -> None:
    """Two officers may type one paper in at the same moment: the second waits and is told of the first's."""
    written = [str(answers.get("document") or "") for answers in party.travellers]
    papers = {identifier_hash(Identifier.Kind.PASSPORT, document): document for document in written}
    with connection.cursor() as cursor:
        # One lock a document, in one order, so that parties that share anybody meet and none waits in a circle.
        for digest in sorted(papers):
            named = hashlib.sha256(f"entry paper {order.pk} {travel_day} ".encode() + digest).digest()
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(named[:8], "big", signed=True)])
    for digest, document in papers.items():
        known = Declaration.objects.filter(order=order, travel_day=travel_day, travellers__document_hash=digest).first()
        if known is not None:
            raise DeclaredTwiceError(known, document)


@transaction.atomic
def correct(
    *, declaration: Declaration, area: Area, party: Party, revision: int, at: datetime | None = None
) -> Declaration:
    """Replace a party's answers, while no officer has decided on anybody of it.

    `revision` is the one the correction was begun from: a second press, or an older tab, changes nothing. Raises as
    declare.
    """
    declaration = Declaration.objects.select_for_update().get(pk=declaration.pk)
    if declaration.revision > revision:
        return declaration
    if declaration.travellers.filter(Q(decisions__isnull=False) | Q(tests__isnull=False)).exists():
        raise EntryError(_("Kiểm dịch viên đã xem tờ khai này. Cần sửa thì nói với kiểm dịch viên tại quầy."))
    now = at or timezone.now()
    _check(declaration.order, declaration.gate, declaration.travel_day, party, today(now), correcting=True)
    landing.unmatch(declaration.travellers.all())
    old = [t.response_id for t in declaration.travellers.all()]
    declaration.travellers.all().delete()
    Response.objects.filter(pk__in=[*old, declaration.trip_response_id]).delete()
    declaration.revision += 1
    declaration.area, declaration.submitted_at = area, now
    _fill(declaration, party, now)
    audit.record(
        action="entry.declaration.correct",
        subjects=[t.person_id for t in declaration.travellers.all()],
        obj=declaration,
        detail={"revision": declaration.revision},
    )
    return declaration


@transaction.atomic
def open_again(*, code: str, born: str) -> Declaration | None:
    """The declaration of that short code (as codes.parse gives it), for who knows a birth of the party.

    Leaves its trace with everybody of the party; a birth that nobody of it has leaves one with the declaration alone.
    """
    found = Declaration.objects.filter(code=code).first()
    if found is None:
        return None
    if not is_of_party(found, born):
        audit.record(action="entry.declaration.miss", obj=found)
        return None
    persons = list(found.travellers.order_by("number").values_list("person_id", flat=True))
    audit.record(action="entry.declaration.open", subjects=persons, obj=found)
    return found


def _check(
    order: ActivationOrder,
    gate: Gate,
    travel_day: date,
    party: Party,
    on: date,
    *,
    correcting: bool = False,
    paper: Paper | None = None,
) -> None:
    if not party.travellers:
        raise EntryError(_("Đoàn chưa có ai. Thêm ít nhất một người."))
    if len(party.travellers) > MOST_TRAVELLERS:
        raise EntryError(
            _("Một tờ khai ghi tối đa %(most)d người. Đoàn đông hơn thì chia ra.") % {"most": MOST_TRAVELLERS}
        )
    if correcting:
        if on > travel_day + timedelta(days=LATE_DAYS):
            raise EntryError(_("Chuyến đi đã qua. Tờ khai này không sửa được nữa."))
        return
    if paper is not None and not travel_day - timedelta(days=DAYS_BEFORE) <= paper.on <= on:
        raise EntryError(_("Ngày ghi trên giấy phải trong bảy ngày trước chuyến đi, và không sau hôm nay."))
    first = on if paper is None else on - timedelta(days=PAPER_DAYS)
    if not first <= travel_day <= on + timedelta(days=DAYS_BEFORE):
        raise EntryError(_("Khai từ bảy ngày trước chuyến đi đến ngày tới cửa khẩu."))
    if order_for(gate, order.direction, travel_day) != order:
        raise EntryError(_("Lệnh khai báo không áp dụng cho cửa khẩu này vào ngày đó."))


def _fill(declaration: Declaration, party: Party, now: datetime) -> None:
    """Store answers, persons and what the rules say of them."""
    order = declaration.order
    persons = [_person(answers, declaration.area, party.trip) for answers in party.travellers]
    if len({person.pk for person in persons}) != len(persons):
        raise EntryError(_("Hai người trong đoàn ghi cùng một số giấy tờ và ngày sinh. Mỗi người khai một lần."))
    kept = record_response(
        version=order.trip_form,
        person=persons[0],
        answers=party.trip,
        by=None,
        answered_at=now,
        erase_at=declaration.erase_at,
        key=uuid5(declaration.key, f"trip {declaration.revision}"),
    )
    declaration.trip_response = kept
    declaration.trip = _trip(kept.answers, declaration)
    declaration.save()
    starts = datetime.combine(declaration.travel_day, time(), VIETNAM)
    checked = rules.reopen(order.rules)
    leader: Traveller | None = None
    made: list[Traveller] = []
    for number, (person, answers) in enumerate(zip(persons, party.travellers, strict=True), 1):
        response = record_response(
            version=order.form,
            person=person,
            answers=answers,
            by=None,
            answered_at=now,
            erase_at=declaration.erase_at,
            key=uuid5(declaration.key, f"{number} {declaration.revision}"),
        )
        given = response.answers
        hits = rules.strike(checked, {**kept.answers, **given}, today(now))
        traveller = Traveller.objects.create(
            declaration=declaration,
            number=number,
            person=person,
            trip=declaration.trip,
            guardian=leader if leader is not None and _minor(given, declaration.travel_day) else None,
            response=response,
            document_hash=identifier_hash(Identifier.Kind.PASSPORT, given["document"]),
            seat=given.get("seat", "").upper(),
            seat_row=row_of(given.get("seat", "")),
            hits=[rule.code for rule in hits],
            verdict=rules.verdict(hits),
            day_starts=starts,
            day_ends=starts + timedelta(days=1),
        )
        leader = leader or traveller
        made.append(traveller)
    landing.match_declared(made)


def row_of(seat: str) -> int | None:
    """The row in a seat as people write it ("17C", "017 c"), None where there is none."""
    found = _ROW.fullmatch(seat)
    return int(found[1]) if found else None


def vehicle_key(number: str) -> str:
    """One spelling of a flight's, ship's or coach's number: "VN 0627", "vn-627" are one flight."""
    bare = _NOT_IN_NUMBERS.sub("", number).upper()
    flight = re.fullmatch(r"([A-Z]{2}|[A-Z]\d|\d[A-Z])0*(\d{1,4})", bare)
    return flight[1] + flight[2] if flight else bare


def trip_of(conveyance: str, number: str, day: date) -> Trip:
    """The trip of that conveyance and number (as vehicle_key spells it) on that day, made where it is new."""
    near = {"rows_near": gates.rows_near().get(conveyance)}
    found, _created = Trip.objects.get_or_create(conveyance=conveyance, number=number, day=day, defaults=near)
    return found


def _trip(answers: dict[str, Any], declaration: Declaration) -> Trip:
    conveyance = answers["conveyance"]
    number = vehicle_key(answers.get("vehicle_number", "")) or declaration.code
    return trip_of(conveyance, number, declaration.travel_day)


def _born(answers: dict[str, Any]) -> tuple[date | None, int | None]:
    day = answers.get("birth_date")
    return (date.fromisoformat(day) if isinstance(day, str) else None), answers.get("birth_year")


def _minor(answers: dict[str, Any], on: date) -> bool:
    day, year = _born(answers)
    if day is not None:
        return (on.year - day.year) - ((on.month, on.day) < (day.month, day.day)) < ADULT
    return year is not None and on.year - year < ADULT


def _person(answers: dict[str, Any], area: Area, trip: dict[str, Any]) -> Person:
    """The person of the register with that document, name and birth; else a new one.

    Whoever declares proves nothing: what the register knows of a person is never overwritten from here.
    """
    # The answers are checked in record_response; until then only what a person needs is looked at.
    name, document = str(answers.get("name") or ""), str(answers.get("document") or "")
    day, year = _born(answers)
    for person in find_by_identifier(Identifier.Kind.PASSPORT, document) if document else ():
        if day and person.birth_date:
            same_birth = person.birth_date == day
        else:
            # Where either has no birth at all, a like name is not enough to be the same person.
            given = day.year if day else year
            same_birth = given is not None and person.birth_year == given
        if sorted(person.folded.split()) == sorted(fold(name).split()) and same_birth:
            return person
    sex = str(answers.get("sex") or "")
    try:
        phone: str | None = phones.normalise(str(trip.get("phone") or ""))
    except phones.NotAPhoneError:
        # A foreign number as its owner writes it stays with the answers.
        phone = None
    return people.register_person(
        name=name,
        area=area,
        phone=phone,
        passport=document or None,
        birth_date=day,
        birth_year=year,
        sex=sex if sex in Person.Sex.values else Person.Sex.NOT_ASKED,
        address=str(trip.get("stay_address") or ""),
    )
