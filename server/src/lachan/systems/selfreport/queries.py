"""Reads of daily reports. A face narrows what an officer sees by scope."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from lachan.register.people.models import Person
from lachan.systems.selfreport.models import DailyReport, WorkItem

_COUNTS = """
SELECT area_id, day, count(DISTINCT person_id)
FROM selfreport_dailyreport
WHERE counted AND ill AND day BETWEEN %s AND %s AND area_id IS NOT NULL
GROUP BY area_id, day
"""


def latest_on(people: Iterable[Person], day: date) -> dict[int, DailyReport]:
    """Person's id → the last report of that day."""
    found = DailyReport.objects.filter(person__in=list(people), day=day).select_related("response__version")
    return {report.person_id: report for report in found.order_by("at", "pk")}


def before(person: Person, day: date) -> DailyReport | None:
    """The report of the day before, if there is one: what is offered, not assumed."""
    return latest_on([person], day - timedelta(days=1)).get(person.pk)


def diary(person: Person, days: int, today: date | None = None) -> list[tuple[date, DailyReport | None]]:
    """Every day of the last `days`, oldest first, with its last report; None where nothing was given."""
    last = today or timezone.localdate()
    first = last - timedelta(days=days - 1)
    found = DailyReport.objects.filter(person=person, day__range=(first, last)).select_related("response__version")
    by_day = {report.day: report for report in found.order_by("at", "pk")}
    return [(first + timedelta(days=n), by_day.get(first + timedelta(days=n))) for n in range(days)]


def ill_by_day(last: date, days: int) -> dict[int, list[int]]:
    """Area's id → people with fever or cough on each of the `days` up to `last`, oldest first. Only areas with any."""
    first = last - timedelta(days=days - 1)
    series: dict[int, list[int]] = defaultdict(lambda: [0] * days)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [first, last])
        for area_id, day, people in cursor.fetchall():
            series[area_id][(day - first).days] = people
    return dict(series)


def told_by(people: Iterable[Person]) -> Any:
    """What these people asked for or told, newest first."""
    kinds = [WorkItem.Kind.ASK, WorkItem.Kind.TIP]
    found = WorkItem.objects.filter(teller__in=list(people), kind__in=kinds).select_related("person", "area")
    return found.order_by("-opened_at", "-pk")
