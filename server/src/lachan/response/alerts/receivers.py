"""What other rooms' changes mean for notices."""

from typing import Any

from django.dispatch import receiver

from lachan.response.alerts import actions
from lachan.response.tracing.models import Contact
from lachan.response.tracing.signals import no_longer_confirmed


@receiver(no_longer_confirmed, sender=Contact)
def take_back(*, contacts: list[Contact], by: Any = None, **_signal: Any) -> None:
    """Nobody keeps a warning that no longer holds."""
    actions.withdraw_for(contacts=contacts, by=by)
