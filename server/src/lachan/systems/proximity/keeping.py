"""What this room holds of a person, and for how long."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.register.people import holdings
from lachan.systems.proximity.models import Code, Encounter, Upload
from lachan.systems.proximity.publishing import take_back


def register() -> None:
    """Called when the room is ready."""
    holdings.register(
        holdings.of_model(
            room="proximity",
            label=_("Mã Bluezone đã nhận"),
            model=Code,
            person_field="person",
            fields=["report", "status", "issued_at", "expires_at", "erase_at"],
            erase_by="erase_at",
        )
    )
    uploads = holdings.of_model(
        room="proximity",
        label=_("Khóa Bluezone đã gửi"),
        model=Upload,
        person_field="person",
        fields=["key", "report", "received_at", "receipt", "erase_at"],
        erase_by="erase_at",
    )
    holdings.register(
        holdings.Holding(
            room=uploads.room,
            label=uploads.label,
            model=Upload,
            person_field="person",
            export=uploads.export,
            erase=_take_back,
            repoint=uploads.repoint,
            retain=uploads.retain,
        )
    )
    for side in ("publisher", "answerer"):
        holdings.register(_encounters(side))


def _encounters(side: str) -> holdings.Holding:
    usual = holdings.of_model(
        room="proximity",
        label=_("Tiếp xúc Bluetooth đã xác nhận"),
        model=Encounter,
        person_field=side,
        # The other one is somebody else's data.
        fields=["starts_at", "ends_at", "seconds_certain", "attenuation", "confidence", "confirmed_at", "erase_at"],
        erase_by="erase_at",
    )

    @transaction.atomic
    def repoint(old: int, new: int) -> int:
        # Two records of one person that met each other were one device heard twice, or a mistake: no encounter.
        other = "answerer" if side == "publisher" else "publisher"
        gone = Encounter.objects.filter(**{f"{side}_id": old, f"{other}_id": new}).delete()[0]
        twins = Encounter.objects.filter(
            answerer_id=new, upload__encounters__answerer_id=old, upload__encounters__starts_at=F("starts_at")
        )
        gone += twins.delete()[0] if side == "answerer" else 0
        return gone + usual.repoint(old, new)

    return holdings.Holding(
        room=usual.room,
        label=usual.label,
        model=Encounter,
        person_field=side,
        export=usual.export,
        erase=usual.erase,
        repoint=repoint,
        retain=usual.retain,
    )


def _take_back(person_id: int) -> int:
    """Erasing a person calls the keys back; the row without a name stays until the key files that hold them go."""
    found = list(Upload.objects.select_for_update().filter(person_id=person_id))
    for upload in found:
        take_back(upload)
    return len(found)


def expire(today: date) -> int:
    """Uploads and their keys past their date, whether or not a name is on them."""
    return audit.erase(Upload.objects.filter(erase_at__lte=today))
