"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.systems.checkin import actions, signals, work
from lachan.systems.checkin.models import WorkItem

PROJECT_EVERY_S = 2


@steward.every(PROJECT_EVERY_S, "project stays")
def project() -> int:
    return actions.project()


# After the nightly retention, so that the weeks it emptied go the same night.
@steward.daily("03:00", "tend the weeks of check-ins")
def tend_partitions() -> list[str]:
    return actions.tend_partitions()


@steward.every(60, "reports of codes")
def look_at_reports() -> int:
    return work.sweep([WorkItem.Kind.REPORT])


@steward.every(3600, "signals of places")
def look_for_signals() -> int:
    return work.sweep([kind for kind in signals.SIGNALS if kind != WorkItem.Kind.REPORT])
