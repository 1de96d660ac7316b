"""Who lands at an officer's gates on a day, not seen yet: those who declared, and those only on a list."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.systems.entry import queries
from lachan.systems.entry.models import Decision, Manifest, Passenger, Traveller, Trip

_State = Passenger.State
# Why somebody of a list is, or may be, a traveller who declared: the reasons of matching.py.
REASONS: dict[str, str | Promise] = {
    "document": _("Trùng số giấy tờ và họ tên"),
    "name_birth": _("Trùng họ tên và ngày sinh"),
    "other_trip": _("Trùng số giấy tờ, nhưng khai chuyến khác"),
    "other_birth": _("Trùng số giấy tờ, ngày sinh khác"),
    "other_name": _("Trùng số giấy tờ, họ tên khác"),
    "other_document": _("Trùng họ tên và ngày sinh, số giấy tờ khác"),
    "name": _("Trùng họ tên, chưa đủ ngày sinh để chắc"),
    "near_name": _("Trùng ngày sinh, họ tên gần giống"),
}


@dataclass
class Landing:
    """A trip of the day in figures. `listed` is 0 where no carrier's list came."""

    trip: Trip
    listed: int = 0
    undeclared: int = 0
    probable: int = 0
    declared: int = 0
    waiting: int = 0

    @property
    def left(self) -> int:
        """How many people are still to be seen."""
        return self.waiting + self.undeclared + self.probable


def manifests_of(account: Account) -> QuerySet[Manifest]:
    """The carriers' lists for the officer's gates, the newest first."""
    found = Manifest.objects.filter(gate__area__in=visible(account, Permission.ENTRY_DECIDE))
    return found.select_related("gate", "trip", "by").order_by("-created_at", "-pk")


def passengers_of(account: Account) -> QuerySet[Passenger]:
    """Everybody on a list for the officer's gates."""
    mine = visible(account, Permission.ENTRY_DECIDE)
    return Passenger.objects.filter(manifest__gate__area__in=mine, manifest__status=Manifest.Status.DONE)


def landings(account: Account, day: date) -> list[Landing]:
    """Every conveyance of the day at the officer's gates, whoever walks apart, the one with most to see first."""
    found: dict[int, Landing] = {}
    seen = Exists(Decision.objects.filter(traveller=OuterRef("pk")))
    travellers = Traveller.objects.filter(
        declaration__gate__area__in=visible(account, Permission.ENTRY_DECIDE), declaration__travel_day=day
    ).exclude(trip__conveyance="foot")
    waiting = Count(Case(When(~seen, then=Value(1))))
    counted = travellers.values_list("trip").annotate(all=Count("pk"), waiting=waiting).order_by()
    for trip, all_of_them, left in counted:
        found[trip] = Landing(Trip(pk=trip), declared=all_of_them, waiting=left)
    absent, probable = (Count("pk", filter=Q(state=state)) for state in (_State.ABSENT, _State.PROBABLE))
    lists = (
        passengers_of(account)
        .filter(trip__day=day)
        .values_list("trip")
        .annotate(listed=Count("pk"), absent=absent, probable=probable)
    )
    for trip, listed, undeclared, unsure in lists.order_by():
        landing = found.setdefault(trip, Landing(Trip(pk=trip)))
        landing.listed, landing.undeclared, landing.probable = listed, undeclared, unsure
    for one in Trip.objects.filter(pk__in=found):
        found[one.pk].trip = one
    return sorted(found.values(), key=lambda one: (-one.left, one.trip.number))


def undeclared(account: Account, day: date, vehicle: str = "") -> QuerySet[Passenger]:
    """Who is on a list of the day and has not declared, or perhaps has: those to ask first come first."""
    rows = passengers_of(account).filter(trip__day=day, state__in=(_State.ABSENT, _State.PROBABLE))
    if vehicle:
        rows = rows.filter(trip__number=vehicle)
    return rows.select_related("trip").order_by("trip__number", "state", "seat_row", "seat", "pk")


def not_seen(account: Account, day: date, vehicle: str = "") -> QuerySet[Traveller]:
    """Who declared for the day and has not been seen; on a trip with a list, those who are on it first.

    `aboard`: on the trip's list; `has_list`: whether the trip has one.
    """
    rows = queries.not_seen(account, day)
    if vehicle:
        rows = rows.filter(trip__number=vehicle)
    aboard = Passenger.objects.filter(traveller=OuterRef("pk"), trip=OuterRef("trip"))
    has_list = Manifest.objects.filter(trip=OuterRef("trip"), status=Manifest.Status.DONE)
    found = rows.annotate(aboard=Exists(aboard), has_list=Exists(has_list))
    return found.order_by("trip__number", "-aboard", "seat_row", "seat", "declaration_id", "number")
