"""Whoever landed against whoever declared: the rows of carriers' lists, held against travellers by matching.py."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from lachan.systems.entry import matching
from lachan.systems.entry.models import LATE_DAYS, Passenger, Traveller, Trip

_State = Passenger.State


def match_trip(trip: Trip) -> None:
    """Hold everybody on the trip's lists who is not found yet against the declarations. Inside a transaction."""
    rows = _open(Passenger.objects.filter(trip=trip))
    certain = Passenger.objects.filter(traveller=OuterRef("pk"), state=_State.DECLARED)
    here = Traveller.objects.filter(~Exists(certain), trip=trip)
    documents = [row.document for row in rows if row.document]
    _settle(rows, [*_declared(here, trip), *_declared(_elsewhere(trip, documents), trip)])


def match_declared(travellers: Sequence[Traveller]) -> None:
    """Hold the travellers of a declaration just taken against the lists that are there. Inside a transaction."""
    if not travellers:
        return
    trip = travellers[0].trip
    near = Q(trip__day__range=(trip.day - timedelta(days=LATE_DAYS), trip.day + timedelta(days=LATE_DAYS)))
    births = [t.person.birth_date for t in travellers if t.person.birth_date]
    keys = [matching.name_key(t.person.name) for t in travellers]
    lists = Passenger.objects.filter(
        near & Q(document_hash__in=[t.document_hash for t in travellers])
        | Q(trip=trip) & (Q(name_key__in=keys) | Q(birth_date__in=births))
    )
    rows = _open(lists)
    if not rows:
        return
    trips = dict(lists.values_list("pk", "trip_id"))
    for there in set(trips.values()):
        some = [row for row in rows if trips[row.id] == there]
        _settle(some, [_as_declared(t, here=t.trip_id == there) for t in travellers])


def _open(passengers: Any) -> list[matching.Listed]:
    """Those of these passengers who are not found for certain."""
    fields = ("pk", "surname", "given", "name_key", "document_hash", "birth_date", "birth_year", "decided_at")
    found = passengers.exclude(state=_State.DECLARED).values_list(*fields)
    return [
        matching.Listed(pk, surname, given, key, bytes(document) if document else None, day, year, bool(decided))
        for pk, surname, given, key, document, day, year, decided in found
    ]


def _elsewhere(trip: Trip, documents: list[bytes]) -> Any:
    """Who declared with one of these documents for another trip of about that day."""
    days = (trip.day - timedelta(days=LATE_DAYS), trip.day + timedelta(days=LATE_DAYS))
    found = Traveller.objects.filter(document_hash__in=documents, trip__day__range=days)
    return found.exclude(trip=trip)


def _declared(travellers: Any, trip: Trip) -> Iterable[matching.Declared]:
    fields = ("pk", "person__name", "document_hash", "person__birth_date", "person__birth_year", "trip_id")
    for pk, name, document, day, year, on in travellers.values_list(*fields):
        yield matching.Declared(pk, name, bytes(document), day, year, on == trip.pk)


def _as_declared(one: Traveller, *, here: bool) -> matching.Declared:
    person = one.person
    return matching.Declared(one.pk, person.name, bytes(one.document_hash), person.birth_date, person.birth_year, here)


_SETTLE = """
UPDATE entry_passenger p SET traveller_id = f.traveller, reason = f.reason, state = f.state
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS f (id, traveller, reason, state)
WHERE p.id = f.id AND (f.state = 'declared' OR p.state = 'absent')
"""


def _settle(rows: Sequence[matching.Listed], declared: Iterable[matching.Declared]) -> None:
    found = matching.match(rows, declared)
    if not found:
        return
    states = [_State.DECLARED.value if one.certain else _State.PROBABLE.value for one in found.values()]
    travellers, reasons = [one.traveller for one in found.values()], [str(one.reason) for one in found.values()]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(found), travellers, reasons, states])


@transaction.atomic
def unmatch(travellers: Any) -> None:
    """Before these travellers go: whoever of a list was found to be one of them is to be found anew."""
    Passenger.objects.filter(traveller__in=travellers).update(
        state=_State.ABSENT, reason="", traveller=None, decided_at=None, decided_by=None
    )
