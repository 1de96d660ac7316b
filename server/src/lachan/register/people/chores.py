"""What the steward does for this room."""

from lachan.ground.platform import steward
from lachan.register.people import erasing


@steward.daily("02:30", "erase what is past its date")
def retention() -> int:
    return sum(erasing.retention().values())
