"""System checks of the installation."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution


@register(Tags.security)
def sms_carrier(**_options: Any) -> list[CheckMessage]:
    """Codes must reach phones: no development carrier outside the demo, no gateway without an address."""
    chosen = settings.SMS["carrier"]
    if chosen not in {"http", "development"}:
        return [Error(f"LACHAN_SMS_CARRIER is {chosen!r}; use http or development", id="access.E001")]
    if chosen == "development" and not settings.DEMO:
        return [
            Error("the development SMS carrier works only in the demo; set LACHAN_SMS_CARRIER=http", id="access.E002")
        ]
    if chosen == "http" and not settings.SMS["url"]:
        return [Caution("LACHAN_SMS_URL is not set: one-time codes stay in the queue", id="access.W001")]
    return []
