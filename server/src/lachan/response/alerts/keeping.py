"""What this room holds of a person: the notices sent to them, erased a week after what they advise has ended; and what
they asked of the health station."""

from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.register.people import holdings
from lachan.response.alerts.models import DirectNotice, FeedEdition, HelpRequest, PlaceNotice, Release
from lachan.response.tracing.models import Contact

# Phones fetch the newest edition; older ones are kept only as long as a question may come about them.
EDITIONS_KEPT = timedelta(days=30)


def register() -> None:
    """Called when the room is ready."""
    fields = [
        "issued_at",
        "channel",
        "words",
        "delivered_at",
        "read_at",
        "acted_at",
        "called_at",
        "call_outcome",
        "erase_at",
    ]
    usual = holdings.of_model(
        room="alerts",
        label=_("Tin báo đã gửi"),
        model=DirectNotice,
        person_field="person",
        fields=fields,
        erase_by="erase_at",
    )
    holdings.register(replace(usual, repoint=_repoint))
    asked = holdings.of_model(
        room="alerts",
        label=_("Lời nhờ trạm y tế"),
        model=HelpRequest,
        person_field="person",
        fields=["asked_at", "kind", "taken_at", "closed_at", "outcome", "erase_at"],
        erase_by="erase_at",
    )
    holdings.register(replace(asked, repoint=_repoint_requests))


@transaction.atomic
def _repoint_requests(old: int, new: int) -> int:
    """What both have open of one kind is one: the older record's is ended."""
    both = HelpRequest.objects.filter(person_id=new, closed_at=None).values("kind")
    double = HelpRequest.objects.filter(person_id=old, closed_at=None, kind__in=both)
    double.update(closed_at=timezone.now())
    return HelpRequest.objects.filter(person_id=old).update(person_id=new)


@transaction.atomic
def _repoint(old: int, new: int) -> int:
    """Before the contacts themselves are merged: a notice follows its person to the contact that will stay."""
    moved = 0
    for notice in DirectNotice.objects.select_for_update().filter(person_id=old).select_related("contact"):
        kept = Contact.objects.filter(outbreak_id=notice.contact.outbreak_id, person_id=new).first()
        if kept is not None:
            if notice.withdrawn_at is None and kept.notices.filter(withdrawn_at=None).exists():
                notice.withdrawn_at = timezone.now()
            notice.contact = kept
        notice.person_id = new
        notice.save(update_fields=["person", "contact", "withdrawn_at"])
        moved += 1
    return moved


@transaction.atomic
def expire(today: date | None = None) -> int:
    """Remove place notices past their date and editions nobody fetches any more; returns how many of these."""
    day = today or timezone.localdate()
    notices = holdings.erase_due(PlaceNotice, PlaceNotice.objects.filter(erase_at__lte=day))
    audit.removed({PlaceNotice._meta.db_table: notices})
    # A decided release goes with the last of what it was about.
    audit.erase(Release.objects.exclude(state=Release.State.WAITING).filter(windows=None, contacts=None))
    newest = FeedEdition.objects.order_by("-number").first()
    old = FeedEdition.objects.filter(published_at__lt=timezone.now() - EDITIONS_KEPT)
    if newest is not None:
        old = old.exclude(pk=newest.pk)
    return notices + audit.erase(old)
