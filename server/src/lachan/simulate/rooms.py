"""What the other rooms have to show of the world: a declaration switched on, parties on their way, contacts watched."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account
from lachan.register.profiles.models import Disease
from lachan.response.care.actions import open_for_contact
from lachan.response.tracing.models import Contact
from lachan.simulate import safety
from lachan.simulate.clock import LOCAL
from lachan.systems.entry.actions import Party, activate, declare
from lachan.systems.entry.models import ActivationOrder, Gate
from lachan.systems.entry.queries import order_for

if TYPE_CHECKING:
    from lachan.simulate.world import World

Say = Callable[[str], None]
FURNISHED = "simulate.world.furnish"
GATE = "da-nang"
WATCHED = 12
# What a traveller who is well says no to.
_WELL = ("fever", "cough", "breath", "sore_throat", "vomiting", "diarrhoea", "bleeding", "rash", "animals", "patient")


def furnish(world: "World", progress: Say = lambda _: None) -> list[str]:
    """Fill the rooms once a world, after play(); returns the short codes of the declarations, dashes left out."""
    event = AuditEvent.objects.filter(action=FURNISHED, detail__world=world.key).first()
    if event is not None:
        return list(event.detail["codes"])
    minister = Account.objects.get(username=world.officers["ministry"].username)
    officer = Account.objects.get(username=world.officers["province"].username)
    with transaction.atomic():
        with audit.acting(audit.Actor(account_id=minister.pk, role="ministry")):
            # Declarations are made now, also in a world of last week: their forms and orders are of today.
            today = timezone.now().astimezone(LOCAL).date()
            order = _order(today, minister)
            codes = _declare(world, order, today + timedelta(days=1))
        with audit.acting(audit.Actor(account_id=officer.pk, role="province", area_id=world.province.pk)):
            watched = _watch(world, officer)
            safety.furnish(world, officer, progress)
            audit.record(action=FURNISHED, obj=order, detail={"world": world.key, "codes": codes})
    progress(f"Entry declaration {order.number} in force at one gate, {len(codes)} parties declared")
    progress(f"{watched} contacts watched")
    return codes


def _order(today: date, minister: Account) -> ActivationOrder:
    gate = Gate.objects.get(pk=GATE)
    return order_for(gate, ActivationOrder.Direction.ENTRY, today + timedelta(days=1)) or activate(
        number=f"01/{today.year}/BT",
        disease=Disease.objects.get(code="covid19"),
        direction=ActivationOrder.Direction.ENTRY,
        gates_named=[gate],
        starts_on=today - timedelta(days=2),
        ends_on=None,
        legal_basis="Luật 114/2025/QH15, Nghị định 165/2026/NĐ-CP (lệnh của bản thử)",
        retention_days=28,
        languages=["vi", "en", "zh", "ko", "ja", "lo", "km", "ru", "fr", "es", "it"],
        by=minister,
    )


def _declare(world: "World", order: ActivationOrder, day: date) -> list[str]:
    """A family who are well, and a traveller with fever and cough, on two flights of that day."""
    commune = world.communes[0]
    family = [
        _traveller("KIM MINJUN|M12345678|1988-04-17|male|kor|14C"),
        _traveller("LEE SEOYEON|M23456789|1990-09-02|female|kor|14D"),
        _traveller("KIM HAEUN|M34567890|2019-01-25|female|kor|14E"),
    ]
    ill = [_traveller("SOMCHAI KAEWMANEE|AC1234417|1979-11-30|male|tha|17C", fever="yes", cough="yes")]
    parties = (
        ("ko", "VJ 881", "kor", "Incheon", "Khách sạn Bạch Đằng", "+82 10 1234 5678", family),
        ("en", "FD 634", "tha", "Bangkok", "Khách sạn Sông Hàn", "+66 81 234 5678", ill),
    )
    codes = []
    for language, flight, country, city, stay, phone, travellers in parties:
        trip = {
            "conveyance": "air", "vehicle_number": flight, "departure_country": country, "departure_place": city,
            "departure_day": day.isoformat(), "stay_commune": commune.name, "stay_address": stay, "phone": phone,
        }  # fmt: skip
        declaration = declare(
            order=order,
            gate=Gate.objects.get(pk=GATE),
            travel_day=day,
            language=language,
            area=commune,
            party=Party(trip, travellers),
            key=_key(world, flight),
        )
        codes.append(declaration.code)
    return codes


def _key(world: "World", flight: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{world.key} {flight}")


def _traveller(said: str, **ill: str) -> dict[str, Any]:
    """The answers of somebody who is well but for what is named: name, document, birth, sex, country, seat."""
    name, document, born, sex, nationality, seat = said.split("|")
    return {
        "name": name,
        "birth_date": born,
        "sex": sex,
        "nationality": nationality,
        "document": document,
        "category": "visitor",
        "seat": seat,
        "test_result": "none",
        **dict.fromkeys(_WELL, "no"),
        **ill,
    }


def _watch(world: "World", officer: Account) -> int:
    """The first of the confirmed contacts are followed by their station; the rest wait to be."""
    near = Contact.objects.filter(outbreak__area=world.province, current=True, status=Contact.Status.CONFIRMED)
    chosen = list(
        near.select_related("person__area", "outbreak__disease").order_by("-last_exposure_at", "pk")[:WATCHED]
    )
    for contact in chosen:
        open_for_contact(contact=contact, by=officer, now=world.now)
    return len(chosen)
