"""What this room holds of a person: having been watched, with every reading."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lachan.register.people import holdings
from lachan.response.care.models import Plan, Slot, Task


def register() -> None:
    """Called when the room is ready."""
    usual = holdings.of_model(
        room="care",
        label=_("Theo dõi sức khỏe"),
        model=Plan,
        person_field="person",
        fields=["reason", "disease__name", "starts_on", "ends_on", "status", "ending", "erase_at"],
        erase_by="erase_at",
    )
    holdings.register(replace(usual, export=_export, repoint=_repoint))


def _export(person_id: int) -> Iterable[holdings.Row]:
    fields = ("reason", "disease__name", "starts_on", "ends_on", "status", "ending", "erase_at")
    slot = ("opens_at", "reported_at", "temperature", "symptoms", "source", "missed_at")
    task = ("kind", "opened_at", "closed_at", "note")
    found = []
    for row in Plan.objects.filter(person_id=person_id).order_by("pk").values("pk", *fields):
        number = row.pop("pk")
        slots = list(Slot.objects.filter(plan=number).order_by("opens_at").values(*slot))
        tasks = list(Task.objects.filter(plan=number).order_by("pk").values(*task))
        readings = [{name: value if value is None else str(value) for name, value in s.items()} for s in slots]
        done = [{name: value if value is None else str(value) for name, value in t.items()} for t in tasks]
        found.append({**row, "readings": readings, "tasks": done})
    return found


@transaction.atomic
def _repoint(old: int, new: int) -> int:
    moved = 0
    for plan in Plan.objects.select_for_update().filter(person_id=old):
        if (
            plan.status == Plan.Status.OPEN
            and Plan.objects.filter(person_id=new, disease_id=plan.disease_id, status=Plan.Status.OPEN).exists()
        ):
            # One person is watched once: the plan of the record that stays goes on.
            plan.status = Plan.Status.STOPPED
        plan.person_id = new
        plan.save(update_fields=["person", "status"])
        moved += 1
    return moved
