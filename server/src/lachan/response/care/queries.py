"""Reads of plans and tasks. A face narrows what an officer sees by scope."""

from collections.abc import Iterable
from datetime import date, datetime
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
    day_now = today or timezone.localdate()
    missed: set[date] = set()
    seen: set[date] = set()
    for opens_at, reported_at, missed_at in plan.slots.values_list("opens_at", "reported_at", "missed_at"):
        day = timezone.localtime(opens_at).date()
        if missed_at is not None and reported_at is None:
            missed.add(day)
        elif reported_at is not None:
            seen.add(day)
    marks = []
    for number in range((plan.ends_on - plan.starts_on).days + 1):
        day = date.fromordinal(plan.starts_on.toordinal() + number)
        marks.append("miss" if day in missed else "now" if day == day_now else "ok" if day in seen else "")
    return marks


def heaviest_first(found: QuerySet[Task]) -> QuerySet[Task]:
    """Danger signs, then fever, then missed slots, then plans to end; each oldest first."""
    order = Case(
        *[When(kind=kind, then=Value(n)) for n, kind in enumerate(Task.Kind.values)], output_field=IntegerField()
    )
    return found.order_by(order, "opened_at", "pk")


def tasks(areas: QuerySet[Any, int]) -> QuerySet[Task]:
    """What waits in these areas, heaviest first."""
    found = Task.objects.filter(plan__area__in=areas, closed_at=None, plan__status=Plan.Status.OPEN)
    return heaviest_first(found).select_related("plan__person__area", "slot", "owner")


def unwatched(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Of these contacts, the confirmed ones for whom no plan was ever made."""
    mine = Plan.objects.filter(contact=OuterRef("pk"))
    found = contacts.filter(~Exists(mine), status=Contact.Status.CONFIRMED, current=True, outbreak__closed_on=None)
    return found.select_related("person__area", "outbreak__disease").order_by("last_exposure_at", "pk")
