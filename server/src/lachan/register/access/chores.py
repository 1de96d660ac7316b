"""What the steward does for this room."""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform import steward
from lachan.register.access import sms
from lachan.register.access.models import Device, OneTimeCode, RateBucket, Sms

SEND_EVERY_S = 1
DEVICE_KEEP = timedelta(days=30)


@steward.every(SEND_EVERY_S, "send text messages")
def send() -> int:
    return sms.send_due()


@steward.daily("02:20", "forget old codes, messages, devices and sessions")
@transaction.atomic
def forget() -> int:
    """Remove what sign-in leaves behind once it is of no use; returns how many rows."""
    now = timezone.now()
    gone = audit.erase(OneTimeCode.objects.filter(expires_at__lt=now - timedelta(days=1)))
    gone += audit.erase(Sms.objects.filter(created_at__lt=now - timedelta(days=sms.KEEP_DAYS)))
    ended = Q(expires_at__lt=now - DEVICE_KEEP) | Q(revoked_at__lt=now - DEVICE_KEEP)
    gone += audit.erase(Device.objects.filter(ended))
    # The longest bucket is a day, so after two it is full again and says nothing.
    gone += audit.erase(RateBucket.objects.filter(updated_at__lt=now - timedelta(days=2)))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session WHERE expire_date < now()")
        gone += audit.removed({"django_session": cursor.rowcount})
        cursor.execute("DELETE FROM access_cache WHERE expires < now()")
        gone += audit.removed({"access_cache": cursor.rowcount})
    return gone
