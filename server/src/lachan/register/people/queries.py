"""Reads of the register of people. A caller that shows a person to an officer goes through reading.py."""

import re
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from lachan.ground.platform import keyring
from lachan.register.access import phones
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people.models import Guardianship, HouseholdMember, Identifier, Person

_SEPARATORS = re.compile(r"[\s.\-/]+")


def normalise(kind: str, value: str) -> str:
    """One form per identifier: E.164 for phones, capitals and digits without separators for the rest.

    Raises phones.NotAPhoneError for a phone that is none.
    """
    if kind == Identifier.Kind.PHONE:
        return phones.normalise(value)
    return _SEPARATORS.sub("", value).upper()


def identifier_hash(kind: str, value: str) -> bytes:
    """The keyed hash under which the identifier is stored. A phone hashes as the account's phone does."""
    return keyring.blind_index(kind, normalise(kind, value))


def find_by_identifier(kind: str, value: str) -> QuerySet[Person]:
    """The persons the number leads to: none, one, or (a phone) a whole family."""
    return Person.objects.filter(identifiers__kind=kind, identifiers__value_hash=identifier_hash(kind, value)).order_by(
        "pk"
    )


def _in_force(on: date) -> Q:
    return Q(since__lte=on) & (Q(until=None) | Q(until__gt=on))


def wards_of(person: Person, on: date | None = None) -> QuerySet[Person]:
    """Whom the person may act for on that day (today), the person not included."""
    held = Guardianship.objects.filter(_in_force(on or timezone.localdate()), guardian=person, ward=OuterRef("pk"))
    return Person.objects.filter(Exists(held)).order_by("pk")


def guardians_of(person: Person, on: date | None = None) -> QuerySet[Person]:
    """Who may act for the person on that day (today)."""
    held = Guardianship.objects.filter(_in_force(on or timezone.localdate()), ward=person, guardian=OuterRef("pk"))
    return Person.objects.filter(Exists(held)).order_by("pk")


def acts_for(account: Account | AnonymousUser) -> QuerySet[Person]:
    """The account's own person and its wards of today, the own one first."""
    if not isinstance(account, Account):
        return Person.objects.none()
    held = Guardianship.objects.filter(_in_force(timezone.localdate()), guardian__account=account, ward=OuterRef("pk"))
    mine = Case(When(account=account, then=0), default=1)
    return Person.objects.filter(Q(account=account) | Exists(held)).order_by(mine, "pk")


def person_of(account: Account | AnonymousUser) -> Person | None:
    """The account's own person, if it has one."""
    return Person.objects.filter(account=account).first() if isinstance(account, Account) else None


def housemates_of(person: Person, on: date | None = None) -> QuerySet[Person]:
    """Who lives with the person on that day (today), the person not included."""
    day = on or timezone.localdate()
    mine = HouseholdMember.objects.filter(_in_force(day), person=person).values("household")
    theirs = HouseholdMember.objects.filter(_in_force(day), household__in=mine, person=OuterRef("pk"))
    return Person.objects.filter(Exists(theirs)).exclude(pk=person.pk).order_by("pk")


def visible_people(
    account: Account | AnonymousUser, permission: Permission = Permission.PERSON_READ
) -> QuerySet[Person]:
    """The persons living where the officer holds the permission."""
    return Person.objects.filter(area__in=visible(account, permission))
