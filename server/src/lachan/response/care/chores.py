"""What the steward does for this room."""

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.response.care import actions


@steward.every(60, "missed slots")
def look_for_missed() -> int:
    with audit.acting(audit.system("care")):
        return actions.escalate()
