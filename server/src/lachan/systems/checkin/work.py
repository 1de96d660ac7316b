"""The worklist about places: findings become items, officers take and end them, what passes by itself ends itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.systems.checkin.models import WorkItem
from lachan.systems.checkin.signals import SIGNALS, Finding, thresholds

CHUNK = 1000
LOCK = 7_205_002
# These say how things stand now, so they end when they no longer do; the others are events that stay true.
PASSING = (WorkItem.Kind.SILENT,)


class NotOpenError(Exception):
    """The item has been ended meanwhile."""


def sweep(kinds: Iterable[str] | None = None, now: datetime | None = None) -> int:
    """Look for every signal (or those named); returns how many items were opened."""
    now = now or timezone.now()
    return sum(_sweep(kind, now) for kind in (kinds or SIGNALS))


@transaction.atomic
def _sweep(kind: str, now: datetime) -> int:
    # Two sweeps at once (the steward's and an officer's wish) would open an item twice.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    findings = list(SIGNALS[kind](now))
    about = {finding.about for finding in findings}
    quiet = now - timedelta(days=thresholds()["quiet_days"])
    known = WorkItem.objects.filter(kind=kind)
    if kind in PASSING:
        known.filter(closed_at=None).exclude(about__in=about).update(
            closed_at=now, outcome=WorkItem.Outcome.PASSED, seen_at=now
        )
    ended = known.exclude(outcome=WorkItem.Outcome.PASSED)
    if kind != WorkItem.Kind.REPORT:
        # A report is looked at once; the others may come back after a while.
        ended = ended.filter(closed_at__gt=quiet)
    rested = set(ended.exclude(closed_at=None).values_list("about", flat=True))
    there = {item.about: item for item in known.filter(closed_at=None)}
    fresh = [finding for finding in findings if finding.about not in there and finding.about not in rested]
    WorkItem.objects.bulk_create([_item(finding, now) for finding in fresh], batch_size=CHUNK)
    known.filter(closed_at=None, about__in=about).update(seen_at=now)
    changed = []
    for finding in findings:
        item = there.get(finding.about)
        if item is not None and item.detail != finding.detail:
            item.detail = finding.detail
            changed.append(item)
    WorkItem.objects.bulk_update(changed, ["detail"], batch_size=CHUNK)
    if fresh:
        audit.record(action="checkin.work.open", detail={"kind": kind, "items": len(fresh)})
    return len(fresh)


def _item(finding: Finding, now: datetime) -> WorkItem:
    return WorkItem(
        kind=finding.kind,
        about=finding.about,
        place_id=finding.place_id,
        area_id=finding.area_id,
        detail=finding.detail,
        seen_at=now,
    )


@transaction.atomic
def take(*, item: WorkItem, by: Account) -> WorkItem:
    """The officer answers for the item. Taking it over from a colleague is allowed and seen in the trail."""
    locked = _open(item)
    before = locked.owner_id
    locked.owner, locked.taken_at = by, timezone.now()
    locked.save(update_fields=["owner", "taken_at"])
    audit.record(action="checkin.work.take", obj=locked, detail={"from": before})
    return locked


@transaction.atomic
def give_back(*, item: WorkItem) -> WorkItem:
    """Nobody answers for the item again."""
    locked = _open(item)
    locked.owner = locked.taken_at = None
    locked.save(update_fields=["owner", "taken_at"])
    audit.record(action="checkin.work.give_back", obj=locked)
    return locked


@transaction.atomic
def end(*, item: WorkItem, outcome: str, note: str, by: Account) -> WorkItem:
    """The item is done with, and how. Raises NotOpenError when a colleague was quicker."""
    locked = _open(item)
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.outcome, locked.note = WorkItem.Outcome(outcome), note
    locked.save(update_fields=["closed_at", "closed_by", "outcome", "note"])
    audit.record(action="checkin.work.end", obj=locked, detail={"outcome": locked.outcome})
    return locked


def _open(item: WorkItem) -> WorkItem:
    locked = WorkItem.objects.select_for_update().filter(pk=item.pk, closed_at=None).first()
    if locked is None:
        raise NotOpenError
    return locked


def items(areas: QuerySet[Any, int], *, closed: bool = False) -> QuerySet[WorkItem]:
    """The items of these areas, the newest signal first."""
    found = WorkItem.objects.filter(area__in=areas, closed_at__isnull=not closed)
    return found.select_related("place", "area__parent", "owner").order_by("-seen_at", "-pk")
