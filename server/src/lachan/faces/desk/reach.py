"""What an officer may see and act on: every list and every page of the desk is narrowed here.

An outbreak belongs to the office of its area, which sees all of its cases and contacts, wherever they live. An office
below (or of another province) sees of it only who lives in its own area.
"""

from collections.abc import Iterable
from typing import TypeVar, cast
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest

from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people.models import Person
from lachan.response.alerts.models import DirectNotice
from lachan.response.cases.models import Case, Outbreak
from lachan.response.tracing.models import Contact

_Row = TypeVar("_Row", bound=Model)


def officer(request: HttpRequest) -> Account:
    """The officer behind a page guarded by require()."""
    return cast(Account, request.user)


def own_outbreaks(account: Account, permission: Permission) -> QuerySet[Outbreak]:
    """The outbreaks that the officer's office runs."""
    return Outbreak.objects.filter(area__in=visible(account, permission)).select_related("disease", "area")


def outbreaks(account: Account, permission: Permission = Permission.CASE_READ) -> QuerySet[Outbreak]:
    """The outbreaks that concern the officer: the office's own, and those with a case or a contact who lives there."""
    areas = visible(account, permission)
    cases = Case.objects.filter(Q(area__in=areas) | Q(person__area__in=areas), outbreak=OuterRef("pk"))
    contacts = Contact.objects.filter(outbreak=OuterRef("pk"), current=True, person__area__in=areas)
    found = Outbreak.objects.filter(Q(area__in=areas) | Exists(cases) | Exists(contacts))
    return found.select_related("disease", "area").order_by("closed_on", "-opened_on", "-pk")


def cases(account: Account, permission: Permission = Permission.CASE_READ) -> QuerySet[Case]:
    """The cases the officer may see."""
    areas = visible(account, permission)
    return Case.objects.filter(Q(outbreak__area__in=areas) | Q(area__in=areas) | Q(person__area__in=areas))


def contacts(account: Account, permission: Permission = Permission.CONTACT_READ) -> QuerySet[Contact]:
    """The contacts the officer may see."""
    areas = visible(account, permission)
    return Contact.objects.filter(Q(outbreak__area__in=areas) | Q(person__area__in=areas))


def own_contacts(account: Account) -> QuerySet[Contact]:
    """The contacts the officer may decide on: those of the office's own outbreaks."""
    return Contact.objects.filter(outbreak__area__in=visible(account, Permission.CONTACT_DECIDE))


def outbreak(request: HttpRequest, number: int, permission: Permission = Permission.CONTACT_READ) -> Outbreak:
    """The outbreak, if it concerns the officer; else 404, which tells nothing."""
    return _one(outbreaks(officer(request), permission).filter(pk=number))


def own_outbreak(request: HttpRequest, number: int, permission: Permission) -> Outbreak:
    """The outbreak, if the officer's office runs it and the officer holds the permission there; else 404."""
    return _one(own_outbreaks(officer(request), permission).filter(pk=number))


def case(request: HttpRequest, key: UUID, permission: Permission = Permission.CASE_READ) -> Case:
    """The case with person, area and outbreak; 404 out of scope. To write, the office must run the outbreak."""
    account = officer(request)
    found = cases(account)
    if permission != Permission.CASE_READ:
        found = found.filter(outbreak__area__in=visible(account, permission))
    return _one(found.filter(key=key).select_related("person__area", "area", "outbreak__disease", "outbreak__area"))


def contact(request: HttpRequest, key: UUID) -> Contact:
    """The contact with its person and outbreak; 404 out of scope."""
    found = contacts(officer(request)).filter(key=key)
    return _one(found.select_related("person__area", "outbreak__disease", "outbreak__area", "decided_by"))


def person(request: HttpRequest, key: UUID, permission: Permission = Permission.PERSON_READ) -> Person:
    """A person living in the officer's area; else 404."""
    areas = visible(officer(request), permission)
    return _one(Person.objects.filter(key=key, area__in=areas).select_related("area"))


def call(request: HttpRequest, key: UUID) -> DirectNotice:
    """A notice on the call list of the officer's area, called or not; else 404."""
    areas = visible(officer(request), Permission.CALL_LIST)
    found = DirectNotice.objects.filter(
        key=key, channel=DirectNotice.Channel.CALL, withdrawn_at=None, person__area__in=areas
    )
    return _one(
        found.select_related("person__area", "contact__outbreak__area", "contact__outbreak__disease", "taken_by")
    )


def names_visible(account: Account, persons: Iterable[int]) -> dict[int, str]:
    """The names, of those persons, that the officer may read: their own residents."""
    areas = visible(account, Permission.CONTACT_READ)
    return dict(Person.objects.filter(pk__in=list(persons), area__in=areas).values_list("pk", "name"))


def _one(found: QuerySet[_Row]) -> _Row:
    row = found.first()
    if row is None:
        raise Http404
    return row
