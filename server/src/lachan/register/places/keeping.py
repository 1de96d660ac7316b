"""How long this room keeps what is about somebody: phone numbers of invitations, words of passers-by."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lachan.ground import audit
from lachan.register.places.models import CodeReport, PlaceInvite, PlaceTransfer

# Long enough to answer "who was asked, and what became of it"; the audit trail keeps that there was one.
AFTER_ANSWER = timedelta(days=30)
REPORTS = timedelta(days=90)


@transaction.atomic
def forget_old() -> int:
    """Delete invitations and offers a month after they ended, reports after three months; how many rows went."""
    now = timezone.now()
    old = now - AFTER_ANSWER
    ended = Q(accepted_at__lt=old) | Q(declined_at__lt=old) | Q(withdrawn_at__lt=old) | Q(expires_at__lt=old)
    gone = sum(audit.erase(model.objects.filter(ended)) for model in (PlaceInvite, PlaceTransfer))
    return gone + audit.erase(CodeReport.objects.filter(reported_at__lt=now - REPORTS))
