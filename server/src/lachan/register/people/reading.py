"""An officer reads a person's record: the only way to it, and it leaves a row in the audit trail."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.people import queries
from lachan.register.people.models import HouseholdMember, Person


@dataclass(frozen=True)
class Record:
    """A person as shown to an officer."""

    person: Person
    phones: list[str]
    identifiers: list[tuple[str, str]]
    household: HouseholdMember | None
    housemates: list[Person]
    guardians: list[Person]
    wards: list[Person]


@transaction.atomic
def open_record(person: Person, purpose: str, case: models.Model | None = None) -> Record:
    """The record of a person, for a stated purpose (of a case, if one is given). Writes one audit row.

    Raises ValueError without a purpose. The caller has checked the scope, or uses open_record_as.
    """
    if not purpose.strip():
        raise ValueError(_("Ghi mục đích xem hồ sơ."))
    audit.record(action="people.record.read", subject=person.pk, obj=case or person, purpose=purpose.strip())
    numbers = list(person.identifiers.order_by("pk"))
    return Record(
        person=person,
        phones=[number.value for number in numbers if number.kind == "phone"],
        identifiers=[(number.kind, number.value) for number in numbers if number.kind != "phone"],
        household=person.memberships.filter(until=None).select_related("household").first(),
        housemates=list(queries.housemates_of(person)),
        guardians=list(queries.guardians_of(person)),
        wards=list(queries.wards_of(person)),
    )


def open_record_as(account: Account, key: UUID, purpose: str, case: models.Model | None = None) -> Record:
    """open_record for the person of that key within the officer's scope. Raises PermissionDenied for anyone else."""
    person = queries.visible_people(account, Permission.PERSON_READ).filter(key=key).first()
    if person is None:
        raise PermissionDenied
    return open_record(person, purpose, case)
