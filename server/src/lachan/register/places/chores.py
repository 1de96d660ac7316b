"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.register.places import actions, importing, keeping


@steward.every(2, "import places")
def import_places() -> None:
    importing.work_aside()


@steward.daily("00:05", "open places again")
def reopen_places() -> int:
    return actions.reopen_due()


@steward.daily("02:40", "forget what places no longer need")
def forget() -> int:
    return importing.forget_old() + keeping.forget_old()
