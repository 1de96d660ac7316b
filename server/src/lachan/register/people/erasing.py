"""A person's rights over what is held: a copy of everything, erasure, and the nightly end of what is past its date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.people import holdings
from lachan.register.people.models import Household, Person


class HeldError(Exception):
    """The law keeps something of the person until that day; until then nothing of the whole is erased."""

    def __init__(self, until: date, labels: list[str]) -> None:
        super().__init__(
            _("Còn phải giữ tới %(day)s: %(what)s") % {"day": until.isoformat(), "what": ", ".join(labels)}
        )
        self.until, self.labels = until, labels


def export_person(person: Person) -> dict[str, Any]:
    """Everything the rooms hold of the person, as a JSON-ready document. The caller writes the audit row."""
    return {
        "format": "lachan-person-1",
        "made_at": timezone.now().isoformat(),
        "holdings": [
            {
                "room": holding.room,
                "what": str(holding.label),
                "table": holding.table,
                "rows": [_plain(row) for row in holding.export(person.pk)],
            }
            for holding in reversed(holdings.all_holdings())
        ],
    }


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    def value(item: object) -> object:
        if isinstance(item, datetime | date):
            return item.isoformat()
        return item if isinstance(item, str | int | float | bool | dict | list | None) else str(item)

    return {key: value(item) for key, item in row.items()}


@dataclass(frozen=True)
class Hold:
    until: date
    labels: list[str]


def hold_of(person_id: int) -> Hold | None:
    """What still has to be kept of the person after today, or None."""
    today = timezone.localdate()
    kept = [(until, str(h.label)) for h in holdings.all_holdings() if (until := h.held_until(person_id)) is not None]
    kept = [(until, label) for until, label in kept if until > today]
    return Hold(max(until for until, _label in kept), [label for _until, label in kept]) if kept else None


@transaction.atomic
def erase_person(*, person: Person, reason: str) -> dict[str, int]:
    """Erase everything the rooms hold of the person, the account included; rows erased per table. Raises HeldError.

    The audit row of the erasure stays, with the person's bare number and the counts.
    """
    hold = hold_of(person.pk)
    if hold is not None:
        raise HeldError(hold.until, hold.labels)
    number = person.pk
    erased: dict[str, int] = {}
    for holding in holdings.all_holdings():
        erased[holding.table] = erased.get(holding.table, 0) + holding.erase(number)
    Household.objects.filter(members=None).delete()
    audit.record(action="people.person.erase", subject=number, purpose=reason, detail={"rows": erased})
    return erased


def retention(today: date | None = None) -> dict[str, int]:
    """Erase what is past its date, room by room, then the persons past theirs; rows per table.

    Each room is a transaction of its own: one that fails is raised after the others are done.
    """
    day = today or timezone.localdate()
    gone: dict[str, int] = {}
    # What went with persons erased whole.
    whole: dict[str, int] = {}
    failed: list[Exception] = []
    with audit.acting(audit.system("retention")):
        for holding in holdings.all_holdings():
            try:
                with transaction.atomic():
                    count = audit.removed({holding.table: holding.retain(day)})
            except Exception as error:
                failed.append(error)
            else:
                gone[holding.table] = gone.get(holding.table, 0) + count
        for person in Person.objects.filter(erase_at__lte=day).order_by("pk"):
            with transaction.atomic():
                hold = hold_of(person.pk)
                if hold is not None:
                    # Shown to the person as the erase date, so it must be the true one.
                    Person.objects.filter(pk=person.pk).update(erase_at=hold.until)
                    continue
                for table, count in erase_person(person=person, reason="retention").items():
                    whole[table] = whole.get(table, 0) + count
                gone["people_person"] = gone.get("people_person", 0) + 1
        with transaction.atomic():
            audit.removed(whole)
    if failed:
        raise ExceptionGroup("retention failed in some rooms", failed)
    return gone
