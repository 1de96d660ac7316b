"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.register.places import importing


@steward.every(2, "import places")
def import_places() -> None:
    importing.work_aside()


@steward.daily("02:40", "forget imported files")
def forget_files() -> int:
    return importing.forget_old()
