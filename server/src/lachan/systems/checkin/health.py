"""The health question of a place, answered with an arrival: kept as answers of the forms room, under their version.

An arrival without answers was not asked, or not answered; that is never the same as "no".
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from lachan.register.access.models import Account
from lachan.register.forms.actions import record_response
from lachan.register.forms.models import FormVersion, Response
from lachan.register.places.kinds import asks_health
from lachan.systems.checkin.keeping import erased_on
from lachan.systems.checkin.models import Direction, Event, Receipt

FORM = "checkin-health"


class NotAskedError(Exception):
    """Nobody asks about health there, or at that moment: a place of another kind, or a departure."""


def asked_at(event: Event) -> bool:
    """Whether this scan comes with the question."""
    return event.direction == Direction.IN and asks_health(event.place.kind)


def key_of(event_id: UUID) -> UUID:
    """The key of the answers that belong to this arrival: one set for each, however often they are sent."""
    return uuid5(event_id, FORM)


def erase_on(event: Event) -> date:
    """The night in which the arrival itself goes (keeping.py)."""
    return erased_on(event.at)


def event_of(device_id: int, checkin: UUID) -> Event | None:
    """The arrival that this device sent under that key, while it is kept."""
    receipt = Receipt.objects.filter(device_id=device_id, key=checkin).first()
    if receipt is None:
        return None
    # The time says in which partition to look.
    return Event.objects.filter(id=receipt.event_id, at=receipt.at).select_related("place", "person").first()


@transaction.atomic
def record_answers(
    *, event: Event, version: FormVersion, answers: dict[str, Any], answered_at: datetime, by: Account
) -> Response:
    """Check and keep the answers given with an arrival. The same answers again change nothing.

    `answered_at` is by the device's clock, which is corrected as the arrival's was and kept between the arrival and
    now. Raises NotAskedError, and what forms.record_response raises.
    """
    if not asked_at(event):
        raise NotAskedError
    corrected = answered_at + timedelta(seconds=event.clock_offset or 0)
    return record_response(
        version=version,
        person=event.person,
        answers=answers,
        by=by,
        answered_at=min(max(corrected, event.at), max(timezone.now(), event.at)),
        erase_at=erase_on(event),
        key=key_of(event.id),
        for_another=event.person.account_id != by.pk,
    )


def answered(event_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the arrivals that have answers."""
    by_key = {key_of(event_id): event_id for event_id in event_ids}
    found = Response.objects.filter(key__in=by_key).values_list("key", flat=True)
    return {by_key[key] for key in found}
