"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.systems.safety import keeping, refreshing, roots

REFRESH_EVERY_S = 1


@steward.every(REFRESH_EVERY_S, "statuses of facilities")
def refresh() -> int:
    return refreshing.refresh()


@steward.every(15, "facilities closed for the season")
def follow_closures() -> int:
    return refreshing.follow_closures()


# Later than any entry that was received before midnight can still be on its way into the database.
@steward.daily("00:20", "publish the root of the day")
def publish_root() -> int:
    return len(roots.publish_due())


@steward.daily("02:45", "forget who signed long ago")
def forget() -> int:
    return keeping.forget_old()
