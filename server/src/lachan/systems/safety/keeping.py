"""How long names and pictures stay, and what this room holds of a person: the commitments they signed."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.register.people import holdings
from lachan.systems.safety.models import Entry, Photo

#: After this the chain still holds, and nobody can tell any more who signed.
NAMES = timedelta(days=365)
PHOTOS = timedelta(days=90)
#: A picture whose form never came.
STRAY = timedelta(days=8)
_FORGOTTEN = {"person": None, "name": "", "account_number": None, "device_number": None, "nonce": None}


def register() -> None:
    """Called when the room is ready."""
    holdings.register(
        holdings.Holding(
            room="safety",
            label=_("Cam kết, đánh giá đã ký cho cơ sở"),
            model=Entry,
            person_field="person",
            export=lambda person_id: list(
                Entry.objects.filter(person_id=person_id)
                .order_by("pk")
                .values("place__name", "kind", "at", "name", "outcome", "complete", "note")
            ),
            erase=lambda person_id: Entry.objects.filter(person_id=person_id).update(**_FORGOTTEN),
            repoint=lambda old, new: Entry.objects.filter(person_id=old).update(person_id=new),
            # Names of officers, who are no persons of the register, go by the same date: forget_old().
            retain=lambda today: 0,
        )
    )


@transaction.atomic
def forget_old() -> int:
    """Take names from entries of a year ago, pictures of three months ago; how many rows changed."""
    now = timezone.now()
    names = Entry.objects.filter(received_at__lt=now - NAMES).exclude(nonce=None).update(**_FORGOTTEN)
    old = Photo.objects.filter(received_at__lt=now - PHOTOS).exclude(content=None).update(content=None)
    stray = Photo.objects.filter(entry=None, received_at__lt=now - STRAY).delete()[0]
    return audit.removed({"safety_entry": names, "safety_photo": old + stray})
