"""What the steward does for this room."""

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.response.alerts import keeping, place_notices, releases

RENEW_EVERY_S = 600.0
RELEASE_EVERY_S = 5.0


@steward.every(RENEW_EVERY_S, "notices.renew")
def renew() -> None:
    """Keep the newest edition fresh enough for phones to believe it."""
    with audit.acting(audit.system("notices")):
        place_notices.renew_edition()


@steward.every(RELEASE_EVERY_S, "notices.release")
def release() -> None:
    """Send what no second officer answered within the profile's limit."""
    with audit.acting(audit.system("notices")):
        releases.release_due()


@steward.daily("02:40", "notices.expire")
def expire() -> None:
    """Remove what is past its date."""
    with audit.acting(audit.system("retention")):
        keeping.expire()
