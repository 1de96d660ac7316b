"""Reads of the register of places."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from lachan.register.access.models import Account
from lachan.register.places import codes
from lachan.register.places.models import Place, PlaceCode, PlaceInvite, PlaceStaff


def place_by_code(text: str) -> Place | None:
    """The open place whose valid code was scanned or typed, or None."""
    try:
        code = codes.parse(text)
    except codes.NotACodeError:
        return None
    found = (
        PlaceCode.objects.filter(code=code, revoked_at=None, place__closed_at=None)
        .select_related("place__area__parent")
        .first()
    )
    return found.place if found else None


def places_of(account: Account, *roles: str) -> QuerySet[Place]:
    """The open places the account answers for (owner) or helps at, or only those in the given roles."""
    duty = Q(staff__account=account, staff__until=None)
    if roles:
        duty &= Q(staff__role__in=roles)
    return Place.objects.filter(duty, closed_at=None).select_related("area").order_by("folded")


def owned(account: Account) -> QuerySet[Place]:
    return places_of(account, PlaceStaff.Role.OWNER)


def code_in_force(place: Place) -> PlaceCode | None:
    """The newest valid code: the one to print."""
    return place.codes.filter(revoked_at=None).order_by("-issued_at", "code").first()


def staff_of(place: Place) -> QuerySet[PlaceStaff]:
    return place.staff.filter(until=None).select_related("account").order_by("-role", "since")


def open_invites(place: Place) -> QuerySet[PlaceInvite]:
    return place.invites.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()).order_by(
        "invited_at"
    )
