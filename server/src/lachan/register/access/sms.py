"""Text messages: queued in the transaction that needs them, sent by a chore, confirmed by the carrier's receipt."""

from datetime import datetime

from lachan.register.access.models import Sms


def queue(*, to: str, text: str, useless_after: datetime | None = None) -> Sms:
    """Put a message to an E.164 number in the queue; it leaves only if the transaction commits."""
    return Sms.objects.create(to=to, text=text, useless_after=useless_after)
