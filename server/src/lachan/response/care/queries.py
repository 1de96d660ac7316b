"""Reads of plans and tasks. A face narrows what an officer sees by scope."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.utils import timezone

from lachan.register.people.models import Person
from lachan.response.care.models import Plan, Slot, Task
from lachan.response.tracing.models import Contact


def of_people(people: Iterable[Person]) -> QuerySet[Plan]:
    """The plans of these people, the open ones first, the newest first."""
    found = Plan.objects.filter(person__in=list(people)).select_related("person", "area", "disease")
    return found.order_by(Case(When(status=Plan.Status.OPEN, then=0), default=1), "-starts_on", "-pk")


def next_slot(plan: Plan, now: datetime | None = None) -> Slot | None:
    """The slot that is open and not reported, else the next one to open; None when there is none."""
    moment = now or timezone.now()
    return plan.slots.filter(reported_at=None, closes_at__gt=moment).order_by("opens_at").first()


def day_marks(plan: Plan, today: date | None = None) -> list[str]:
    """One mark a day: "miss" a slot missed, "now" today, "ok" reported and nothing missed, "" nothing was due yet."""
    return marks_of([plan], today)[plan.pk]


def marks_of(plans: Sequence[Plan], today: date | None = None) -> dict[int, list[str]]:
    """day_marks() of many plans in one query."""
    day_now = today or timezone.localdate()
    missed: set[tuple[int, date]] = set()
    seen: set[tuple[int, date]] = set()
    rows = Slot.objects.filter(plan__in=plans).values_list("plan_id", "opens_at", "reported_at", "missed_at")
    for number, opens_at, reported_at, missed_at in rows:
        day = (number, timezone.localtime(opens_at).date())
        if reported_at is not None:
            seen.add(day)
        elif missed_at is not None:
            missed.add(day)

    def mark(number: int, day: date) -> str:
        if (number, day) in missed:
            return "miss"
        return "now" if day == day_now else "ok" if (number, day) in seen else ""

    return {
        plan.pk: [
            mark(plan.pk, plan.starts_on + timedelta(days=n)) for n in range((plan.ends_on - plan.starts_on).days + 1)
        ]
        for plan in plans
    }


def heaviest_first(found: QuerySet[Task]) -> QuerySet[Task]:
    """Danger signs, then fever, then missed slots, then plans to end; each oldest first."""
    order = Case(
        *[When(kind=kind, then=Value(n)) for n, kind in enumerate(Task.Kind.values)], output_field=IntegerField()
    )
    return found.order_by(order, "opened_at", "pk")


def tasks(areas: QuerySet[Any, int]) -> QuerySet[Task]:
    """What waits in these areas, heaviest first."""
    found = Task.objects.filter(plan__area__in=areas, closed_at=None, plan__status=Plan.Status.OPEN)
    return heaviest_first(found).select_related("plan__person__area", "slot")


def unwatched(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Of these contacts, the confirmed ones for whom no plan was ever made."""
    mine = Plan.objects.filter(contact=OuterRef("pk"))
    found = contacts.filter(~Exists(mine), status=Contact.Status.CONFIRMED, current=True, outbreak__closed_on=None)
    return found.select_related("person__area", "outbreak__disease").order_by("last_exposure_at", "pk")
