"""What this room holds of a person: the daily reports, and the items about them or told by them."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lachan.register.people import holdings
from lachan.systems.selfreport.models import DailyReport, WorkItem


def register() -> None:
    """Called when the room is ready."""
    holdings.register(
        holdings.of_model(
            room="selfreport",
            label=_("Nhật ký sức khỏe"),
            model=DailyReport,
            person_field="person",
            fields=["day", "at", "level", "reasons", "temperature", "shared", "counted", "erase_at"],
            erase_by="erase_at",
        )
    )
    about = holdings.of_model(
        room="selfreport",
        label=_("Việc của trạm y tế về mình"),
        model=WorkItem,
        person_field="person",
        fields=["kind", "detail", "note", "opened_at", "closed_at", "outcome", "answer", "erase_at"],
        erase_by="erase_at",
    )
    holdings.register(replace(about, repoint=_repoint))
    told = holdings.of_model(
        room="selfreport",
        label=_("Điều mình đã xin, đã phản ánh"),
        model=WorkItem,
        person_field="teller",
        fields=["kind", "detail", "note", "opened_at", "closed_at", "outcome", "answer", "erase_at"],
    )
    # The item stays with the station; it forgets who told of it.
    holdings.register(
        replace(told, erase=lambda person_id: WorkItem.objects.filter(teller_id=person_id).update(teller=None))
    )


@transaction.atomic
def _repoint(old: int, new: int) -> int:
    moved = 0
    for item in WorkItem.objects.select_for_update().filter(person_id=old):
        doubled = item.closed_at is None and WorkItem.objects.filter(kind=item.kind, about=str(new), closed_at=None)
        if doubled and doubled.exists():
            item.delete()
        else:
            item.person_id, item.about = new, str(new)
            item.save(update_fields=["person", "about"])
        moved += 1
    return moved
