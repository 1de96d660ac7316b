"""What the steward does for the trail."""

from lachan.ground.audit.seal import seal_all
from lachan.ground.platform import steward

SEAL_EVERY_S = 5


@steward.every(SEAL_EVERY_S, "seal the audit trail")
def seal() -> int:
    return seal_all()


@steward.daily("03:10", "seal what a very long transaction left open")
def seal_everything() -> int:
    return seal_all(everything=True)
