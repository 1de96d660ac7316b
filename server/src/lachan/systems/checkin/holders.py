"""Whom a card, a number or a declaration at a gate means: found in the register, or entered with the little there is.

Runs on Django's connection in a thread, before the visit is queued. Asking again finds the same person, so a repeated
visit enters nobody twice. Nothing of what is read here is logged.

The register says nothing back: a gatekeeper who types numbers must not learn whose they are, nor by way of a limit
whether anybody has them.
"""

from datetime import date, datetime
from http import HTTPStatus
from uuid import NAMESPACE_OID, uuid5

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform.text import fold
from lachan.register.access import phones, ratelimit
from lachan.register.access.models import Device
from lachan.register.areas.models import Area
from lachan.register.people import actions as people
from lachan.register.people import queries
from lachan.register.people.models import Person
from lachan.register.places.models import Place, PlaceStaff
from lachan.systems.checkin import cards, gate_api, sealed_cards
from lachan.systems.checkin.answering import Problem
from lachan.systems.checkin.gate_reading import Declared, Phone, Sealed
from lachan.systems.checkin.gate_statement import DUTY_SENDS, GateVisit
from lachan.systems.checkin.models import Means
from lachan.systems.checkin.reading import CLOCK_TOLERANCE
from lachan.systems.checkin.sealed_cards import SealedCard, Spoken

OLDEST = 125
# By the gate's device. A gate with a queue writes one visit in five seconds and may send a morning's visits at once;
# whoever tries numbers out needs far more.
LOOKUPS = ratelimit.Limit("gate-lookup", burst=600, seconds=600.0)
NEWCOMERS = ratelimit.Limit("gate-newcomer", burst=400, seconds=3600.0)


def resolve(visit: GateVisit, holder: Sealed | Phone | Declared) -> str:
    """Fill in the visit's person and means. Who may not write there finds and enters nobody: the statement refuses.

    Returns the masked name that the gate itself has sent, "" where it sent a number only: never one of the register.
    Raises Problem for what can't be opened or read, and for a device that looks up or enters too many.
    """
    device = (
        Device.objects.select_related("account")
        .filter(token_hash=bytes.fromhex(visit.token_hash), revoked_at=None, expires_at__gt=timezone.now())
        .filter(account__is_active=True, account__is_officer=False)
        .first()
    )
    standing = Q(closed_at=None) | Q(closed_at__gt=visit.at)
    place = Place.objects.select_related("area").filter(standing, key=visit.place).first()
    if device is None or place is None or not _on_duty(place, device, visit.at):
        return ""
    if wait := ratelimit.take(LOOKUPS, str(device.pk)):
        raise _too_many(wait)
    given = _opened(holder, visit)
    paper = visit.means == Means.PAPER
    with audit.acting(audit.Actor(account_id=device.account_id, role="gatekeeper")), transaction.atomic():
        # Taken before anybody is looked for, and held until the end: a device that has none left learns nothing.
        if wait := ratelimit.take(NEWCOMERS, str(device.pk)):
            raise _too_many(wait)
        try:
            if isinstance(given, SealedCard):
                (person, known), means = _of_card(given, place.area), Means.CARD
            elif given.name:
                (person, known), means = _of_words(given, place.area, device.pk, visit), Means.DECLARED
            else:
                (person, known), means = _of_phone(given.phone, place.area), Means.PHONE
        except (people.WrongDetailError, phones.NotAPhoneError) as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "holder_wrong", str(error)) from None
        if known:
            ratelimit.give_back(NEWCOMERS, str(device.pk))
    visit.person = person.pk
    visit.means = Means.PAPER if paper else means
    return cards.mask(" ".join(given.name.split()))


def _on_duty(place: Place, device: Device, at: datetime) -> bool:
    """What the statement asks as well (gate_statement.py): on duty then, and ended not too long ago to be sent now."""
    ended_late = Q(until__gt=max(at, timezone.now() - DUTY_SENDS))
    duty = PlaceStaff.objects.filter(place=place, account=device.account_id, since__lte=at + CLOCK_TOLERANCE)
    return duty.filter(Q(until=None) | ended_late).exists()


def _too_many(wait: int) -> Problem:
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "limited", retry=wait)


def _opened(holder: Sealed | Phone | Declared, visit: GateVisit) -> SealedCard | Spoken:
    if isinstance(holder, Phone):
        return Spoken(phone=holder.phone)
    if isinstance(holder, Declared):
        return Spoken(name=holder.name, birth_year=holder.birth_year, phone=holder.phone or "")
    try:
        return sealed_cards.unseal_any(gate_api.decode(holder.sealed), visit.key)
    except ValueError:
        # From None: what a decoder complains of may quote the content.
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "card_unreadable") from None


def _alone(number_hash: bytes) -> None:
    """Two gates may meet one new number at once; the second waits and finds the person of the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(number_hash[:8], "big", signed=True)])


def _of_card(card: SealedCard, area: Area) -> tuple[Person, bool]:
    """The holder, and whether the register knew them before."""
    _alone(sealed_cards.number_hash(card))
    found = queries.find_by_identifier(card.number_kind, card.number).first()
    if found is not None:
        return found, True
    born = _believable(card.born)
    entered = people.register_person(
        name=card.name or _unnamed(card.number),
        area=area,
        citizen_id=card.number if card.number_kind == "cccd" else None,
        insurance=card.number if card.number_kind == "bhyt" else None,
        passport=card.number if card.number_kind == "passport" else None,
        birth_date=date.fromisoformat(born) if len(born) > 4 else None,
        birth_year=int(born[:4]) if born else None,
        sex=card.sex,
    )
    return entered, False


def _of_phone(phone: str, area: Area) -> tuple[Person, bool]:
    """A number may lead to a whole family: its account's own person is meant, else the one known longest."""
    number = phones.normalise(phone)
    _alone(queries.identifier_hash("phone", number))
    known = queries.find_by_identifier("phone", number)
    found = known.exclude(account=None).first() or known.first()
    return found or people.register_person(name=_unnamed(number), area=area, phone=number), found is not None


def _of_words(said: Spoken, area: Area, device: int, visit: GateVisit) -> tuple[Person, bool]:
    """A declaration with a known phone and that name is that person; else somebody new, one for each visit's key."""
    key = uuid5(NAMESPACE_OID, f"gate {device} {visit.key}")
    known = Q(key=key)
    number = phones.normalise(said.phone) if said.phone else None
    if number:
        number_hash = queries.identifier_hash("phone", number)
        _alone(number_hash)
        known |= Q(identifiers__kind="phone", identifiers__value_hash=number_hash, folded=fold(said.name))
    else:
        _alone(key.bytes)
    found = Person.objects.filter(known).order_by("pk").first()
    if found is not None:
        return found, True
    entered = people.register_person(name=said.name, area=area, phone=number, birth_year=said.birth_year, key=key)
    return entered, False


def _believable(born: str) -> str:
    """A card's date of birth, or nothing where no one living can have it: the visit counts all the same."""
    today = timezone.localdate()
    return born if born and today.year - OLDEST <= int(born[:4]) and born <= today.isoformat() else ""


def _unnamed(number: str) -> str:
    """A record, not a page: alike in every language."""
    return f"Số … {number[-3:]}"
