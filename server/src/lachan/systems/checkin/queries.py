"""Reads of stays and scans."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from lachan.register.people.models import Person
from lachan.systems.checkin.models import Direction, Event, Visit


def visits_of(people: Iterable[int], since: datetime | None = None) -> QuerySet[Visit]:
    """The stays of these people (ids), newest first, with their places; only those that reach past `since`."""
    found = Visit.objects.filter(person_id__in=list(people)).select_related("place__area", "person")
    if since is not None:
        # No stay is longer than a day: the bound on t_in keeps to the index.
        found = found.filter(t_in__gte=since - timedelta(days=1), t_out__gte=since)
    return found.order_by("-t_in", "id")


def arrival_of(people: QuerySet[Person], event: UUID, since: datetime) -> Event | None:
    """The scan of that id if it is an arrival of one of these people since that moment, with its place."""
    mine = list(people.values_list("pk", flat=True))
    # By person and time, not by id: the events have no index of their ids.
    found = Event.objects.filter(person_id__in=mine, at__gte=since, id=event, direction=Direction.IN)
    return found.select_related("place").first()
