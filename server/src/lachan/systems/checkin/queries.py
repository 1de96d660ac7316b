"""Reads of stays and scans."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from lachan.systems.checkin.models import Visit


def visits_of(people: Iterable[int], since: datetime | None = None) -> QuerySet[Visit]:
    """The stays of these people (ids), newest first, with their places; only those that reach past `since`."""
    found = Visit.objects.filter(person_id__in=list(people)).select_related("place__area", "person")
    if since is not None:
        # No stay is longer than a day: the bound on t_in keeps to the index.
        found = found.filter(t_in__gte=since - timedelta(days=1), t_out__gte=since)
    return found.order_by("-t_in", "id")
