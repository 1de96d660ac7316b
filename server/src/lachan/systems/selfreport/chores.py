"""What the steward does for this room."""

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.systems.selfreport import clock, work


@steward.every(3600, "signals of fever and cough")
def look_for_signals() -> int:
    with audit.acting(audit.system("signals")):
        return work.sweep()


@steward.every(60, "late items to the province")
def escalate() -> int:
    with audit.acting(audit.system("worklist")):
        return clock.escalate()
