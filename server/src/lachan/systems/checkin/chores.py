"""What the steward does for this room."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.systems.checkin import actions, keeping, signals, work
from lachan.systems.checkin.models import PrivateCount, PrivateOnce, WorkItem

PROJECT_EVERY_S = 2
# An item about a place that has been ended is looked up again within the year, if ever.
ENDED_ITEMS_KEPT = timedelta(days=365)


@steward.every(PROJECT_EVERY_S, "project stays")
def project() -> int:
    return actions.project()


# After the nightly retention, so that the weeks it emptied go the same night.
@steward.daily("03:00", "tend the weeks of check-ins")
def tend_partitions() -> list[str]:
    return actions.tend_partitions()


@steward.daily("02:35", "forget counts without names and old work about places")
@transaction.atomic
def forget_counts() -> int:
    """Counts go with the visits of their day, one-time ids as soon as a repetition would be refused anyway, ended work
    after a year."""
    today = timezone.localdate()
    return audit.removed(
        {
            "checkin_privatecount": PrivateCount.objects.filter(hour__lt=keeping.first_kept(today)).delete()[0],
            "checkin_privateonce": PrivateOnce.objects.filter(until__lt=today).delete()[0],
        }
    ) + audit.erase(WorkItem.objects.filter(closed_at__lt=timezone.now() - ENDED_ITEMS_KEPT))


@steward.every(60, "reports of codes")
def look_at_reports() -> int:
    return work.sweep([WorkItem.Kind.REPORT])


@steward.every(3600, "signals of places")
def look_for_signals() -> int:
    return work.sweep([kind for kind in signals.SIGNALS if kind != WorkItem.Kind.REPORT])
