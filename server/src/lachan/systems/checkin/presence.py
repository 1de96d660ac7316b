"""Who was at a place between two moments: for an officer with a purpose and a case, each read audited per person."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models, transaction
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.places.models import Place
from lachan.systems.checkin.models import Visit

# Longer would be watching a place, not looking for who met a case.
LONGEST: Final = timedelta(hours=24)
# What a name read by an officer is called in the trail of the person concerned.
READ, EXPORT = "checkin.visitors.read", "checkin.visitors.export"
# No stay is longer, which bounds the search by time of arrival.
_MAX_STAY: Final = timedelta(days=1)


class PresenceError(ValueError):
    """A question that is not answered; str() says why and what to write."""


@transaction.atomic
def visitors(
    *, place: Place, start: datetime, end: datetime, purpose: str, case: models.Model, export: bool = False
) -> list[Visit]:
    """The stays of named check-ins that overlap [start, end), with their persons, in order of arrival.

    One audit row for each person, with the purpose and the case; one without a person when nobody was there. Raises
    PresenceError without a purpose, or for a span that is empty or longer than LONGEST.
    """
    if not purpose.strip():
        raise PresenceError(_("Ghi mục đích xem."))
    if end <= start:
        raise PresenceError(_("Giờ cuối phải sau giờ đầu."))
    if end - start > LONGEST:
        raise PresenceError(_("Mỗi lần xem nhiều nhất 24 giờ. Chia thành nhiều lần."))
    found = Visit.objects.filter(place=place, t_in__gt=start - _MAX_STAY, t_in__lt=end, t_out__gt=start)
    listed = list(found.select_related("person__area").order_by("t_in", "id"))
    people = sorted({visit.person_id for visit in listed})
    audit.record(
        action=EXPORT if export else READ,
        subject=None,
        subjects=people or None,
        obj=case,
        purpose=_("%(purpose)s: %(place)s") % {"purpose": purpose.strip(), "place": place.name},
        detail={"place": place.pk, "start": start, "end": end},
    )
    return listed
