"""Scope: "this area and all below it", the one question behind every list an officer sees."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from lachan.register.areas.models import AreaCover


def within(area_id: int) -> QuerySet[AreaCover, int]:
    """The ids of the area and of all it answers for, as a subquery: `.filter(area_id__in=within(scope))`.

    Holds the area's own subtree and, for a unit in force, every closed unit whose whole ground is now below it.
    """
    return AreaCover.objects.filter(holder_id=area_id).values_list("area_id", flat=True)


def within_any(area_ids: Collection[int]) -> QuerySet[AreaCover, int]:
    """The same for several areas at once."""
    return AreaCover.objects.filter(holder_id__in=area_ids).values_list("area_id", flat=True)


def covers(holder_id: int, area_id: int) -> bool:
    """Whether `holder_id` answers for `area_id`."""
    return AreaCover.objects.filter(holder_id=holder_id, area_id=area_id).exists()


def holders(area_id: int) -> QuerySet[AreaCover, int]:
    """The ids of every unit that answers for this one, itself among them."""
    return AreaCover.objects.filter(area_id=area_id).values_list("holder_id", flat=True)


def scope_sql(parameter: str = "holder_id") -> str:
    """SQL of within() for queries written by hand, with one named parameter: `WHERE area_id IN ({scope_sql()})`."""
    if not parameter.isidentifier():
        raise ValueError(f"{parameter!r} is not a parameter's name")
    return f"SELECT area_id FROM areas_areacover WHERE holder_id = %({parameter})s"  # noqa: S608  a checked identifier


def within_sql(holder_id: int) -> list[int]:
    """The ids of within(), by one plain query without the ORM (for benches and for the hot lanes)."""
    with connection.cursor() as cursor:
        cursor.execute(scope_sql(), {"holder_id": holder_id})
        return [row[0] for row in cursor.fetchall()]
