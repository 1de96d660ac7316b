"""The worklist of a health station: reports, wishes and signals become items; an officer takes and ends each."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.systems.selfreport import ears, queries, risk
from lachan.systems.selfreport.models import DailyReport, WorkItem

KEEP = timedelta(days=60)
# A commune whose signal was ended rests for this long before it is raised again.
QUIET = timedelta(days=3)
LOCK = 7_205_013


class NotOpenError(Exception):
    """The item has been ended meanwhile."""


def _erase_on() -> date:
    return timezone.localdate() + KEEP


def _put(kind: str, about: str, fresh: Mapping[str, Any], changed: Mapping[str, Any]) -> WorkItem:
    """The open item of that kind, made or brought up to date."""
    item, created = WorkItem.objects.select_for_update().get_or_create(
        kind=kind,
        about=about,
        closed_at=None,
        defaults={**fresh, **changed, "seen_at": timezone.now(), "erase_at": _erase_on()},
    )
    if not created:
        for name, value in {**changed, "seen_at": timezone.now()}.items():
            setattr(item, name, value)
        item.save(update_fields=[*changed, "seen_at"])
    action = "selfreport.work.open" if created else "selfreport.work.renew"
    audit.record(action=action, subject=item.person_id, obj=item, detail={"kind": kind})
    return item


def of_report(report: DailyReport) -> WorkItem | None:
    """The item for whoever should be called today, once while it is open; None where nobody is asked to."""
    if not report.shared or report.area is None:
        return None
    if report.level not in {risk.Level.URGENT, risk.Level.CALL}:
        return None
    detail = {"level": report.level, "reasons": report.reasons, "report": report.pk, "day": report.day.isoformat()}
    if report.temperature is not None:
        detail["temperature"] = float(report.temperature)
    return _put(
        WorkItem.Kind.PERSON,
        str(report.person_id),
        {"area": report.area, "person": report.person},
        {"detail": detail},
    )


@transaction.atomic
def ask_call(*, person: Person, teller: Person, area: Area, note: str) -> WorkItem:
    """Somebody of the family asks to be called. Asked again while it waits, the newer words count."""
    return _put(
        WorkItem.Kind.ASK,
        str(person.pk),
        {"area": area, "person": person, "teller": teller},
        {"note": note or None},
    )


@transaction.atomic
def tell(*, teller: Person, area: Area, what: str, note: str) -> WorkItem:
    """Somebody tells of a suspected case or of an arrival nobody knows of, in that commune."""
    detail = {"what": WorkItem.What(what).value}
    return _put(WorkItem.Kind.TIP, str(uuid4()), {"area": area, "teller": teller}, {"detail": detail, "note": note})


@transaction.atomic
def sweep(now: datetime | None = None) -> int:
    """Judge every commune's count of fever or cough, today's and yesterday's; returns how many signals were opened.

    Today is not over, but its count only grows: what is too many already will stay so.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    moment = now or timezone.now()
    rule, opened = risk.ears_rule(), 0
    resting = set(
        WorkItem.objects.filter(kind=WorkItem.Kind.SIGNAL, closed_at__gt=moment - QUIET).values_list("about", flat=True)
    )
    known = set(WorkItem.objects.filter(kind=WorkItem.Kind.SIGNAL, closed_at=None).values_list("about", flat=True))
    today = timezone.localtime(moment).date()
    for day in (today, today - timedelta(days=1)):
        for area_id, counts in queries.ill_by_day(day, ears.DAYS).items():
            judged = ears.judge(counts, rule)
            if not judged.flags or str(area_id) in resting:
                continue
            fresh = str(area_id) not in known
            if not fresh and day != today:
                continue
            _put(
                WorkItem.Kind.SIGNAL,
                str(area_id),
                {"area_id": area_id},
                {"detail": _signal(day, counts, judged)},
            )
            opened += fresh
            known.add(str(area_id))
    return opened


def _signal(day: date, counts: list[int], judged: ears.Judgement) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 2)

    return {
        "day": day.isoformat(),
        "counts": counts,
        "expected": rounded(judged.expected),
        "c1": rounded(judged.c1),
        "c2": rounded(judged.c2),
        "c3": rounded(judged.c3),
        "flags": list(judged.flags),
    }


def _open(item: WorkItem) -> WorkItem:
    locked = WorkItem.objects.select_for_update(of=("self",)).filter(pk=item.pk, closed_at=None).first()
    if locked is None:
        raise NotOpenError
    return locked


@transaction.atomic
def take(*, item: WorkItem, by: Account) -> WorkItem:
    """The officer answers for the item. Taking it over from a colleague is allowed and seen in the trail."""
    locked = _open(item)
    before = locked.owner_id
    locked.owner, locked.taken_at = by, timezone.now()
    locked.save(update_fields=["owner", "taken_at"])
    audit.record(action="selfreport.work.take", subject=locked.person_id, obj=locked, detail={"from": before})
    return locked


@transaction.atomic
def give_back(*, item: WorkItem) -> WorkItem:
    """Nobody answers for the item again."""
    locked = _open(item)
    locked.owner = locked.taken_at = None
    locked.save(update_fields=["owner", "taken_at"])
    audit.record(action="selfreport.work.give_back", subject=locked.person_id, obj=locked)
    return locked


@transaction.atomic
def end(*, item: WorkItem, outcome: str, answer: str, by: Account) -> WorkItem:
    """The item is done with, and how; who told of it reads `answer`. Raises NotOpenError, a colleague was quicker."""
    locked = _open(item)
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.outcome, locked.answer = WorkItem.Outcome(outcome), answer
    locked.save(update_fields=["closed_at", "closed_by", "outcome", "answer"])
    audit.record(action="selfreport.work.end", subject=locked.person_id, obj=locked, detail={"outcome": outcome})
    return locked


def items(areas: QuerySet[Any, int], *, closed: bool = False) -> QuerySet[WorkItem]:
    """The items of these areas, the longest waiting first; the ended ones newest first."""
    found = WorkItem.objects.filter(area__in=areas, closed_at__isnull=not closed)
    order = ["-closed_at", "-pk"] if closed else ["opened_at", "pk"]
    return found.select_related("person__area", "area__parent", "owner").order_by(*order)
