"""How many people are at a place, from the projected stays: what its owner may see. Numbers, never who."""

from datetime import datetime, time, timedelta

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from lachan.register.places.footfall import Day
from lachan.register.places.kinds import typical_stay
from lachan.register.places.models import Place
from lachan.systems.checkin.keeping import VIETNAM
from lachan.systems.checkin.models import Direction, PrivateCount, Visit

MAX_STAY = timedelta(hours=24)


def _midnight(days_ago: int = 0) -> datetime:
    today = timezone.now().astimezone(VIETNAM).date()
    return datetime.combine(today - timedelta(days=days_ago), time(), VIETNAM)


class VisitCounter:
    """Counts of the check-in system (register.places.footfall.Counter). Who came privately counts once an arrival."""

    def arrivals_today(self, place: Place) -> int:
        came = self._people(Visit.objects.filter(place=place, t_in__gte=_midnight()))
        return came + self._private(place, Direction.IN, _midnight())

    def inside_now(self, place: Place) -> int:
        """Stays that are open at this moment; one without a departure is open until its inferred end."""
        now = timezone.now()
        # No stay is longer than a day: the bound on t_in keeps to the index.
        named = self._people(Visit.objects.filter(place=place, t_in__gt=now - MAX_STAY, t_in__lte=now, t_out__gt=now))
        return named + self._private_inside(place, now)

    def _private_inside(self, place: Place, now: datetime) -> int:
        """Of those without a name only the hour is known: who came within a usual stay and did not leave may be inside.

        Hour by hour, since those who leave early in that time came before it.
        """
        usual = timedelta(minutes=place.typical_minutes or typical_stay(place.kind))
        counts = PrivateCount.objects.filter(place=place, hour__gt=now - usual - timedelta(hours=1), hour__lte=now)
        hours: dict[datetime, int] = {}
        for hour, direction, visits in counts.values_list("hour", "direction", "visits"):
            hours[hour] = hours.get(hour, 0) + (visits if direction == Direction.IN else -visits)
        inside = 0
        for _hour, moved in sorted(hours.items()):
            inside = max(0, inside + moved)
        return inside

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
        private = dict(
            PrivateCount.objects.filter(place=place, hour__gte=first, direction=Direction.IN)
            .annotate(day=TruncDate("hour", tzinfo=VIETNAM))
            .values_list("day")
            .annotate(people=Sum("visits"))
            .order_by()
        )
        all_days = [first.date() + timedelta(days=number) for number in range(days)]
        return [Day(day, found.get(day, 0) + private.get(day, 0)) for day in all_days]

    def _people(self, visits: QuerySet[Visit]) -> int:
        return visits.values("person_id").distinct().count()

    def _private(self, place: Place, direction: Direction, since: datetime) -> int:
        counts = PrivateCount.objects.filter(place=place, direction=direction, hour__gte=since)
        return counts.aggregate(total=Sum("visits"))["total"] or 0
