"""What other rooms may hear from this one. Receivers run in the same transaction."""

from django.dispatch import Signal

# A citizen's account was made: account, phone (E.164), name, area.
citizen_joined = Signal()
# A citizen signed in on a device: account.
citizen_seen = Signal()
