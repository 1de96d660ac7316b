"""Reads of the register of places."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from lachan.register.access.models import Account
from lachan.register.places import codes, rotation
from lachan.register.places.models import Part, Place, PlaceCode, PlaceInvite, PlaceStaff, PlaceTransfer


def code_by_text(text: str) -> PlaceCode | None:
    """The valid code of an open place that was scanned or typed, or None.

    A screen's code is found with or without its tag; whether the tag still holds is asked of rotation.fits.
    """
    try:
        code = codes.parse(rotation.split(text)[0])
    except codes.NotACodeError:
        return None
    return (
        PlaceCode.objects.filter(code=code, revoked_at=None, place__closed_at=None)
        .select_related("part", "place__area__parent")
        .first()
    )


def place_by_code(text: str) -> Place | None:
    """The open place whose valid code was scanned or typed, or None."""
    found = code_by_text(text)
    return found.place if found else None


def places_of(account: Account, *roles: str) -> QuerySet[Place]:
    """The open places the account answers for (owner) or helps at, or only those in the given roles."""
    duty = Q(staff__account=account, staff__until=None)
    if roles:
        duty &= Q(staff__role__in=roles)
    return Place.objects.filter(duty, closed_at=None).select_related("area").order_by("folded")


def owned(account: Account) -> QuerySet[Place]:
    return places_of(account, PlaceStaff.Role.OWNER)


def code_in_force(place: Place, part: Part | None = None) -> PlaceCode | None:
    """The newest valid code of the place, or of one part of it: the one to print."""
    return place.codes.filter(revoked_at=None, rotating=False, part=part).order_by("-issued_at", "code").first()


def codes_to_print(owner: Account) -> list[PlaceCode]:
    """The newest valid poster's code of each place the account owns, by the places' names."""
    found = PlaceCode.objects.filter(place__in=owned(owner), revoked_at=None, rotating=False, part=None)
    newest = {
        code.place_id: code for code in found.order_by("issued_at", "-code").select_related("place__area__parent")
    }
    return sorted(newest.values(), key=lambda code: (code.place.folded, code.place_id))


def parts_of(place: Place) -> QuerySet[Part]:
    """The gates, floors, tables and coaches in use, in the order people count them."""
    return place.parts.filter(removed_at=None).order_by("kind", Length("name"), "name")


def staff_of(place: Place) -> QuerySet[PlaceStaff]:
    return place.staff.filter(until=None).select_related("account").order_by("-role", "since")


def open_invites(place: Place) -> QuerySet[PlaceInvite]:
    return place.invites.filter(_open()).order_by("invited_at")


def _open() -> Q:
    return Q(accepted_at=None, declined_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


def invites_for(account: Account) -> QuerySet[PlaceInvite]:
    """The open invitations to the account's own number."""
    if account.phone_hash is None:
        return PlaceInvite.objects.none()
    return (
        PlaceInvite.objects.filter(_open(), phone_hash=account.phone_hash, place__closed_at=None)
        .select_related("place__area")
        .order_by("invited_at")
    )


def offers_for(account: Account) -> QuerySet[PlaceTransfer]:
    """The places that somebody wants to hand over to the account's own number."""
    if account.phone_hash is None:
        return PlaceTransfer.objects.none()
    return (
        PlaceTransfer.objects.filter(_open(), phone_hash=account.phone_hash, place__closed_at=None)
        .select_related("place__area", "giver")
        .order_by("offered_at")
    )


def open_offer(place: Place) -> PlaceTransfer | None:
    return place.transfers.filter(_open()).first()
