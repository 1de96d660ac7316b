"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.systems.checkin import actions

PROJECT_EVERY_S = 2


@steward.every(PROJECT_EVERY_S, "project stays")
def project() -> int:
    return actions.project()


# After the nightly retention, so that the weeks it emptied go the same night.
@steward.daily("03:00", "tend the weeks of check-ins")
def tend_partitions() -> list[str]:
    return actions.tend_partitions()
