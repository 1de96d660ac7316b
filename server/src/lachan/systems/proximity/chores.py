"""What the steward does for this room."""

from datetime import timedelta

from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.systems.proximity import exporting, keeping, log
from lachan.systems.proximity.models import Decoy, Heard
from lachan.systems.proximity.statements import KEEP_DAYS


@steward.every(300, "proximity.export")
def export() -> int:
    """Key files of each hour, soon after it is over."""
    with audit.acting(audit.system("proximity")):
        exporting.note_settings()
        return len(exporting.export())


@steward.daily("02:50", "proximity.expire")
def expire() -> int:
    """Old files and keys, identifiers nobody answered for in fourteen days, the hours of decoys."""
    now = timezone.now()
    with audit.acting(audit.system("retention")):
        gone = exporting.erase_old() + keeping.expire(timezone.localdate(now))
        before = int((now - timedelta(days=KEEP_DAYS)).timestamp()) // 600
        gone += audit.erase(Heard.objects.filter(interval__lt=before))
        return gone + audit.erase(Decoy.objects.filter(hour__lt=now - timedelta(days=KEEP_DAYS)))


@steward.daily("03:10", "proximity.log")
def check_log() -> None:
    """Whether the public log still follows link by link: devices refuse every key file once it does not."""
    if (number := log.broken_at()) is not None:
        raise RuntimeError(f"entry {number} of the public log of key files does not follow from the one before")
