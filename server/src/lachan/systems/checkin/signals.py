"""What looks wrong with a place or its code, found in the check-ins: the method of each signal, as SQL.

The thresholds are data (data/signals.toml). A finding names places and numbers, never a person or a phone: what an
officer does next is go there, call the owner, replace a code.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from lachan.register.places.hours import hours
from lachan.register.places.models import CodeReport, Place
from lachan.systems.checkin.models import Direction, Trust, WorkItem

Kind = WorkItem.Kind
_EARTH_KM = 12742
# Kilometres between the places a and b. A place without a position of its own has its commune's, which may be some way
# off: `slack` is what must be taken off then.
_AWAY = f"""{_EARTH_KM} * asin(least(1, sqrt(sin(radians(b_lat - a_lat) / 2) ^ 2
    + cos(radians(a_lat)) * cos(radians(b_lat)) * sin(radians(b_lon - a_lon) / 2) ^ 2)))"""
_COMMUNE_SLACK_KM = 10


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `about` tells it from others of its kind; `detail` has numbers, times and ids of places."""

    kind: str
    about: str
    area_id: int
    place_id: int | None
    detail: dict[str, Any]


@cache
def thresholds() -> dict[str, Any]:
    """The numbers of data/signals.toml."""
    with (Path(__file__).parent / "data" / "signals.toml").open("rb") as file:
        return tomllib.load(file)


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


_SILENT = """
SELECT place.id, place.area_id, place.created_at,
       (SELECT max(t_in) FROM checkin_visit visit WHERE visit.place_id = place.id)
FROM places_place place
WHERE place.closed_at IS NULL AND place.paused_at IS NULL AND place.created_at < %(since)s
  AND NOT EXISTS (SELECT FROM checkin_visit visit WHERE visit.place_id = place.id AND visit.t_in >= %(since)s)
  AND NOT EXISTS (SELECT FROM checkin_privatecount came WHERE came.place_id = place.id AND came.hour >= %(since)s)
"""


def silent(now: datetime) -> Iterator[Finding]:
    """Registered, open, and nobody has scanned for days, with a name or without."""
    since = now - timedelta(days=thresholds()["silent"]["days"])
    for place, area, created, last in _rows(_SILENT, {"since": since}):
        detail = {"registered": created.isoformat(), "last": last.isoformat() if last else None}
        yield Finding(Kind.SILENT, str(place), area, place, detail)


_BURST = """
SELECT place.id, place.area_id, max(heap.n), min(heap.first), max(heap.at), count(DISTINCT heap.device_id)
FROM (
    SELECT place_id, device_id, at, count(*) OVER recent AS n, min(at) OVER recent AS first
    FROM checkin_event
    WHERE at >= %(since)s AND at <= %(now)s AND device_id IS NOT NULL AND direction = %(arrival)s AND trust < %(gate)s
    WINDOW recent AS (PARTITION BY place_id, device_id ORDER BY at RANGE BETWEEN %(span)s PRECEDING AND CURRENT ROW)
) heap
JOIN places_place place ON place.id = heap.place_id
WHERE heap.n >= %(least)s
GROUP BY place.id, place.area_id
"""


def burst(now: datetime) -> Iterator[Finding]:
    """Many arrivals from one phone within minutes: a list typed in, or a code scanned for show."""
    rule = thresholds()["burst"]
    values = {
        "since": _back(now),
        "now": now,
        "arrival": Direction.IN.value,
        "gate": Trust.GATEKEEPER.value,
        "span": timedelta(minutes=rule["minutes"]),
        "least": rule["checkins"],
    }
    for place, area, most, first, last, devices in _rows(_BURST, values):
        detail = {"most": most, "from": first.isoformat(), "to": last.isoformat(), "phones": devices}
        yield Finding(Kind.BURST, str(place), area, place, detail)


_TRAVEL = f"""
WITH leap AS (
    SELECT lag(place_id) OVER own AS a, place_id AS b, lag(at) OVER own AS left_at, at AS came_at, person_id,
           lag(trust) OVER own AS a_trust, trust AS b_trust
    FROM checkin_event
    WHERE at >= %(since)s AND at <= %(now)s
    WINDOW own AS (PARTITION BY person_id ORDER BY at, id)
), far AS (
    SELECT leap.*, {_AWAY} - CASE WHEN whole THEN 0 ELSE %(slack)s END AS km
    FROM (
        SELECT leap.*, coalesce(pa.latitude, aa.latitude) AS a_lat, coalesce(pa.longitude, aa.longitude) AS a_lon,
               coalesce(pb.latitude, ab.latitude) AS b_lat, coalesce(pb.longitude, ab.longitude) AS b_lon,
               pa.latitude IS NOT NULL AND pb.latitude IS NOT NULL AS whole
        FROM leap
        JOIN places_place pa ON pa.id = leap.a JOIN areas_area aa ON aa.id = pa.area_id
        JOIN places_place pb ON pb.id = leap.b JOIN areas_area ab ON ab.id = pb.area_id
        WHERE leap.a <> leap.b
    ) leap
)
SELECT least(a, b), greatest(a, b), count(DISTINCT person_id), max(km), min(came_at - left_at), max(came_at),
       (array_agg(CASE WHEN a_trust < b_trust THEN a ELSE b END ORDER BY came_at DESC))[1]
FROM far
WHERE km >= %(least)s AND km > %(speed)s * extract(epoch FROM came_at - left_at) / 3600
GROUP BY 1, 2
"""  # noqa: S608  only our own formula is put in


def travel(now: datetime) -> Iterator[Finding]:
    """People who were at two places farther apart than anyone can travel: one of the codes was scanned from a copy."""
    rule = thresholds()["travel"]
    values = {
        "since": _back(now),
        "now": now,
        "slack": _COMMUNE_SLACK_KM,
        "least": rule["kilometres"],
        "speed": rule["kilometres_an_hour"],
    }
    found = _rows(_TRAVEL, values)
    areas = dict(Place.objects.filter(pk__in={row[6] for row in found}).values_list("pk", "area"))
    for a, b, people, km, quickest, last, suspect in found:
        other = b if suspect == a else a
        detail = {
            "other": other,
            "people": people,
            "kilometres": round(km),
            "minutes": round(quickest.total_seconds() / 60),
            "last": last.isoformat(),
        }
        yield Finding(Kind.TRAVEL, f"{a}-{b}", areas[suspect], suspect, detail)


_FAR = """
SELECT place.id, place.area_id, count(DISTINCT event.device_id), max(event.apart), max(event.at)
FROM checkin_event event JOIN places_place place ON place.id = event.place_id
WHERE event.at >= %(since)s AND event.at <= %(now)s AND event.apart >= %(metres)s
GROUP BY place.id, place.area_id HAVING count(DISTINCT event.device_id) >= %(phones)s
"""


def far(now: datetime) -> Iterator[Finding]:
    """Phones that said where they were, and were far from the place: its code hangs or circulates elsewhere."""
    rule = thresholds()["far"]
    values = {"since": _back(now), "now": now, "metres": rule["metres"], "phones": rule["phones"]}
    for place, area, phones, metres, last in _rows(_FAR, values):
        yield Finding(Kind.FAR, str(place), area, place, {"phones": phones, "metres": metres, "last": last.isoformat()})


_QUARTERS = """
SELECT event.place_id, date_bin('15 minutes', event.at, '2000-01-01T00:00Z'), count(*)
FROM checkin_event event JOIN places_place place ON place.id = event.place_id
WHERE event.at >= %(since)s AND event.at <= %(now)s AND event.direction = %(arrival)s AND place.closed_at IS NULL
  AND (place.closes IS NOT NULL OR place.week IS NOT NULL OR event.at > place.paused_at)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def outside_hours(now: datetime) -> Iterator[Finding]:
    """Arrivals while the place says it is closed: wrong hours in the register, or a code scanned from a copy."""
    rule = thresholds()["hours"]
    slack = timedelta(minutes=rule["minutes"])
    values = {"since": _back(now), "now": now, "arrival": Direction.IN.value}
    counted: dict[int, list[tuple[datetime, int]]] = {}
    for place_id, quarter, n in _rows(_QUARTERS, values):
        counted.setdefault(place_id, []).append((quarter, n))
    for place in Place.objects.filter(pk__in=counted).iterator():
        opening = hours(place.opens, place.closes, place.week)
        odd = [
            (quarter, n)
            for quarter, n in counted[place.pk]
            if (place.paused_at is not None and quarter >= place.paused_at)
            or (opening is not None and not opening.open_at(quarter, slack))
        ]
        total = sum(n for _quarter, n in odd)
        if total >= rule["arrivals"]:
            detail = {"arrivals": total, "from": odd[0][0].isoformat(), "to": odd[-1][0].isoformat()}
            yield Finding(Kind.HOURS, str(place.pk), place.area_id, place.pk, detail)


def reports(now: datetime) -> Iterator[Finding]:
    """What passers-by reported and no item says yet. The newest only: an old one has been an item before."""
    fresh = CodeReport.objects.filter(reported_at__gte=_back(now), reported_at__lte=now)
    for report in fresh.select_related("part").order_by("pk"):
        detail = {
            "report": report.pk,
            "what": report.what,
            "part": report.part.name if report.part else "",
            "at": report.reported_at.isoformat(),
        }
        yield Finding(Kind.REPORT, str(report.pk), report.area_id, report.place_id, detail)


def _back(now: datetime) -> datetime:
    return now - timedelta(hours=thresholds()["look_back_hours"])


SIGNALS: dict[str, Callable[[datetime], Iterator[Finding]]] = {
    Kind.REPORT: reports,
    Kind.FAR: far,
    Kind.TRAVEL: travel,
    Kind.BURST: burst,
    Kind.HOURS: outside_hours,
    Kind.SILENT: silent,
}
