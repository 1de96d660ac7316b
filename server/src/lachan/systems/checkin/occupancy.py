"""How many people are at a place, from the projected stays: what its owner may see. Numbers, never who."""

from datetime import datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from lachan.register.places.footfall import Day
from lachan.register.places.models import Place
from lachan.systems.checkin.keeping import VIETNAM
from lachan.systems.checkin.models import Visit

MAX_STAY = timedelta(hours=24)


def _midnight(days_ago: int = 0) -> datetime:
    today = timezone.now().astimezone(VIETNAM).date()
    return datetime.combine(today - timedelta(days=days_ago), time(), VIETNAM)


class VisitCounter:
    """Counts of the check-in system (register.places.footfall.Counter)."""

    def arrivals_today(self, place: Place) -> int:
        return self._people(Visit.objects.filter(place=place, t_in__gte=_midnight()))

    def inside_now(self, place: Place) -> int:
        """Stays that are open at this moment; one without a departure is open until its inferred end."""
        now = timezone.now()
        # No stay is longer than a day: the bound on t_in keeps to the index.
        return self._people(Visit.objects.filter(place=place, t_in__gt=now - MAX_STAY, t_in__lte=now, t_out__gt=now))

    def by_day(self, place: Place, days: int) -> list[Day]:
        """Days without visits are there, as 0."""
        first = _midnight(days - 1)
        found = dict(
            Visit.objects.filter(place=place, t_in__gte=first)
            .annotate(day=TruncDate("t_in", tzinfo=VIETNAM))
            .values_list("day")
            .annotate(people=Count("person_id", distinct=True))
            .order_by()
        )
        all_days = [first.date() + timedelta(days=number) for number in range(days)]
        return [Day(day, found.get(day, 0)) for day in all_days]

    def _people(self, visits: QuerySet[Visit]) -> int:
        return visits.values("person_id").distinct().count()
