"""What this room holds of a person: being a case, its tests, and for how long (the profile's case_retention_days)."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from lachan.register.people import holdings
from lachan.response.cases.models import Case, LabTest


def register() -> None:
    """Called when the room is ready."""
    holdings.register(
        holdings.Holding(
            room="cases",
            label=_("Ca bệnh và xét nghiệm"),
            model=Case,
            person_field="person",
            export=_export,
            erase=lambda person_id: Case.objects.filter(person_id=person_id).delete()[0],
            repoint=_repoint,
            retain=lambda today: holdings.erase_due(Case, Case.objects.filter(erase_at__lte=today)),
            held_until=_held_until,
        )
    )


def _export(person_id: int) -> Iterable[holdings.Row]:
    # Who infected whom is about someone else too, and stays out.
    cases = Case.objects.filter(person_id=person_id).order_by("pk")
    fields = (
        "number",
        "outbreak__name",
        "status",
        "onset_on",
        "sampled_on",
        "isolated_at",
        "care",
        "reported_at",
        "erase_at",
    )
    tests = ("kind", "sampled_at", "result", "resulted_at")
    return [
        {**row, "tests": list(LabTest.objects.filter(case=row.pop("pk")).order_by("pk").values(*tests))}
        for row in cases.values("pk", *fields)
    ]


def _held_until(person_id: int) -> date | None:
    last: date | None = Case.objects.filter(person_id=person_id).aggregate(last=Max("erase_at"))["last"]
    return last


@transaction.atomic
def _repoint(old: int, new: int) -> int:
    moved = 0
    for case in Case.objects.select_for_update().filter(person_id=old):
        kept = Case.objects.filter(outbreak_id=case.outbreak_id, person_id=new).first()
        if kept is None:
            case.person_id = new
            case.save(update_fields=["person"])
        else:
            # One person is one case: whom the doubled record infected, and its tests, go to the one that stays.
            Case.objects.filter(infector=case).exclude(pk=kept.pk).update(infector=kept)
            LabTest.objects.filter(case=case).update(case=kept)
            case.delete()
        moved += 1
    return moved
