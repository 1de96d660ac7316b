"""What this room holds of a person: the part of a declaration that is about the person, until the order's days end."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.register.people import holdings
from lachan.systems.entry.models import Declaration, GateTest, Manifest, Passenger, Traveller, Trip

_EXPORTED = (
    "declaration__code",
    "declaration__order__number",
    "declaration__gate__name",
    "declaration__travel_day",
    "declaration__erase_at",
    "trip__conveyance",
    "trip__number",
    "seat",
    "hits",
    "verdict",
)


def register() -> None:
    holdings.register(
        holdings.Holding(
            room="entry",
            label=_("Tờ khai nhập cảnh"),
            model=Traveller,
            person_field="person",
            export=_export,
            erase=_erase,
            repoint=lambda old, new: Traveller.objects.filter(person_id=old).update(person_id=new),
            retain=_retain,
        )
    )


def _export(person_id: int) -> Iterable[dict[str, Any]]:
    rows = Traveller.objects.filter(person_id=person_id).order_by("pk")
    decided = rows.values("decisions__kind", "decisions__at", *_EXPORTED)
    listed = Passenger.objects.filter(traveller__in=rows).order_by("pk")
    lists = listed.values("trip__number", "trip__day", "surname", "given", "birth_date", "nationality", "seat")
    tests = GateTest.objects.filter(traveller__in=rows).order_by("pk")
    made = tests.values("kind", "sampled_at", "result", "resulted_at")
    return [dict(row) for row in (*decided, *lists, *made)]


@transaction.atomic
def _erase(person_id: int) -> int:
    mine = Traveller.objects.filter(person_id=person_id)
    parties = set(mine.values_list("declaration_id", flat=True))
    count = mine.count()
    Passenger.objects.filter(traveller__in=mine).delete()
    mine.delete()
    # A declaration of nobody is of no use, and its address was the party's.
    Declaration.objects.filter(pk__in=parties, travellers=None).delete()
    return count


@transaction.atomic
def _retain(today: date) -> int:
    count = holdings.erase_due(Traveller, Declaration.objects.filter(erase_at__lte=today))
    audit.erase(Manifest.objects.filter(erase_at__lte=today))
    audit.erase(Trip.objects.filter(declarations=None, manifests=None, day__lt=today))
    return count
