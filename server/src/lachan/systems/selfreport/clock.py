"""By when an item of the worklist is to be answered, and what happens to one that is not."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, Value, When
from django.utils import timezone

from lachan.ground import audit
from lachan.systems.selfreport import risk
from lachan.systems.selfreport.models import WorkItem

#: An item about a person with danger signs.
URGENT = Q(kind=WorkItem.Kind.PERSON, detail__level=risk.Level.URGENT.value)


def within(kind: str) -> timedelta:
    """How long the health station may take: a kind of item, or "urgent"."""
    return timedelta(hours=risk.rules().answer_within[kind])  # type: ignore[index]


def due() -> "ExpressionWrapper[Any]":
    """The moment by which an item is to be ended, as the database reckons it."""
    spans = [When(URGENT, then=Value(within("urgent")))]
    spans += [When(kind=kind, then=Value(within(kind))) for kind in WorkItem.Kind.values]
    span = Case(*spans, output_field=DurationField())
    return ExpressionWrapper(F("opened_at") + span, output_field=DateTimeField())


def due_of(item: WorkItem) -> datetime:
    """The same of one item in hand."""
    urgent = item.kind == WorkItem.Kind.PERSON and item.detail.get("level") == risk.Level.URGENT
    return item.opened_at + within("urgent" if urgent else item.kind)


@transaction.atomic
def escalate(now: datetime | None = None) -> int:
    """What a commune has not ended in time goes up to the province, once; returns how many items did."""
    moment = now or timezone.now()
    late = WorkItem.objects.annotate(due=due()).filter(closed_at=None, escalated_at=None, due__lt=moment)
    found = list(late.select_for_update(skip_locked=True).order_by("pk"))
    for item in found:
        item.escalated_at = moment
        item.save(update_fields=["escalated_at"])
        audit.record(action="selfreport.work.escalate", subject=item.person_id, obj=item, detail={"kind": item.kind})
    return len(found)
