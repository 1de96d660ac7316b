"""What the steward does for this room."""

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.systems.selfreport import work


@steward.every(3600, "signals of fever and cough")
def look_for_signals() -> int:
    with audit.acting(audit.system("signals")):
        return work.sweep()
