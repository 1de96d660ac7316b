"""What this room holds of a person: having been exposed, and having been met by someone who was.

Evidence copied to a contact runs on the contact's own clock: when the person met is erased, the row forgets whom.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from lachan.register.people import holdings
from lachan.response.tracing.models import Contact, Exposure


def register() -> None:
    """Called when the room is ready."""
    holdings.register(
        holdings.Holding(
            room="tracing",
            label=_("Lần tiếp xúc được truy vết"),
            model=Contact,
            person_field="person",
            export=_export,
            erase=lambda person_id: Contact.objects.filter(person_id=person_id).delete()[0],
            repoint=_repoint,
            retain=lambda today: holdings.erase_due(Contact, Contact.objects.filter(erase_at__lte=today)),
            held_until=_held_until,
        )
    )
    holdings.register(
        holdings.Holding(
            room="tracing",
            label=_("Bằng chứng ở hồ sơ của người khác"),
            model=Exposure,
            person_field="via",
            # The row is someone else's record; exporting it would tell whom this person met.
            export=lambda person_id: [],
            erase=lambda person_id: Exposure.objects.filter(via_id=person_id).update(via=None),
            repoint=lambda old, new: Exposure.objects.filter(via_id=old).update(via_id=new),
            retain=lambda today: 0,
        )
    )


def _export(person_id: int) -> Iterable[holdings.Row]:
    # The place and the length, without the other person and without times that would tell theirs.
    contacts = Contact.objects.filter(person_id=person_id).order_by("pk")
    fields = ("outbreak__name", "level", "status", "decided_at", "reason", "current", "erase_at")
    evidence = ("source", "kind", "place__name", "minutes_certain", "minutes_possible")
    return [
        {**row, "exposures": list(Exposure.objects.filter(contact=row.pop("pk")).order_by("pk").values(*evidence))}
        for row in contacts.values("pk", *fields)
    ]


def _held_until(person_id: int) -> date | None:
    last: date | None = Contact.objects.filter(person_id=person_id).aggregate(last=Max("erase_at"))["last"]
    return last


@transaction.atomic
def _repoint(old: int, new: int) -> int:
    moved = 0
    for contact in Contact.objects.select_for_update().filter(person_id=old):
        kept = Contact.objects.filter(outbreak_id=contact.outbreak_id, person_id=new).first()
        if kept is None:
            contact.person_id = new
            contact.save(update_fields=["person"])
        else:
            Exposure.objects.filter(contact=contact).update(contact=kept)
            contact.delete()
        moved += 1
    return moved
