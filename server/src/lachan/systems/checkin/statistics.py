"""How places are used, by commune and kind: for officers with every number, for everybody with small ones left out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from lachan.systems.checkin.keeping import VIETNAM

DAYS = 7
#: Below this, a number of people could be somebody in particular.
LEAST = 5

_USE = """
SELECT place.area_id, place.kind, count(*) AS registered, count(coalesce(seen.place_id, private.place_id)) AS used,
       coalesce(sum(seen.visits), 0), coalesce(sum(seen.left_scanned), 0), coalesce(sum(private.visits), 0)
FROM places_place place
LEFT JOIN (
    SELECT place_id, count(*) AS visits, count(*) FILTER (WHERE ending = 1) AS left_scanned
    FROM checkin_visit WHERE t_in >= %(since)s AND t_in < %(until)s GROUP BY place_id
) seen ON seen.place_id = place.id
LEFT JOIN (
    SELECT place_id, sum(visits) AS visits FROM checkin_privatecount
    WHERE hour >= %(since)s AND hour < %(until)s AND direction = 1 GROUP BY place_id
) private ON private.place_id = place.id
WHERE place.closed_at IS NULL AND place.created_at < %(until)s {scope}
GROUP BY place.area_id, place.kind ORDER BY place.area_id, place.kind
"""
_BY_DAY = """
SELECT (visit.t_in AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*), count(DISTINCT visit.place_id)
FROM checkin_visit visit JOIN places_place place ON place.id = visit.place_id
WHERE visit.t_in >= %(since)s AND visit.t_in < %(until)s {scope}
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Use:
    """One commune and kind over the days: places registered, places with any scan, stays, stays with a scanned end.

    `unverified`: arrivals counted without a name. Anybody who has the code can add to them, so they stand apart.
    """

    area_id: int
    kind: str
    registered: int
    used: int
    visits: int
    left_scanned: int
    unverified: int


@dataclass(frozen=True)
class DayUse:
    day: date
    visits: int
    places: int


def window(days: int = DAYS, until: date | None = None) -> tuple[datetime, datetime]:
    """The last whole days of Viet Nam's calendar: from the first midnight to the last."""
    last = until or timezone.now().astimezone(VIETNAM).date()
    end = datetime.combine(last, time(), VIETNAM)
    return end - timedelta(days=days), end


def _scope(areas: QuerySet[Any, int] | None) -> tuple[str, dict[str, Any]]:
    if areas is None:
        return "", {}
    return "AND place.area_id = ANY(%(areas)s)", {"areas": list(areas)}


def use(areas: QuerySet[Any, int] | None = None, days: int = DAYS) -> list[Use]:
    """How the places of these areas (None: the country) were used on the last whole days."""
    since, until = window(days)
    scope, values = _scope(areas)
    with connection.cursor() as cursor:
        cursor.execute(_USE.format(scope=scope), {"since": since, "until": until} | values)
        rows = cursor.fetchall()
    return [
        Use(area, kind, n, used, int(visits), int(left), int(own)) for area, kind, n, used, visits, left, own in rows
    ]


def by_day(areas: QuerySet[Any, int] | None = None, days: int = DAYS) -> list[DayUse]:
    """Stays and used places on each of the last whole days, days without any as 0."""
    since, until = window(days)
    scope, values = _scope(areas)
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY.format(scope=scope), {"since": since, "until": until} | values)
        found = {row[0]: DayUse(*row) for row in cursor.fetchall()}
    listed = [since.date() + timedelta(days=number) for number in range(days)]
    return [found.get(day, DayUse(day, 0, 0)) for day in listed]


def small(value: int) -> int | None:
    """The number as everybody may see it: 0, or 5 and more; None ("under 5") for what could be somebody."""
    return None if 0 < value < LEAST else value
