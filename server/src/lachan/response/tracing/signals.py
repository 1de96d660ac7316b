"""What rooms to the right of tracing may listen to."""

from django.dispatch import Signal

# Sent inside the transaction, with `contacts`: a list of Contact that nobody should be warned about (any more).
no_longer_confirmed = Signal()
