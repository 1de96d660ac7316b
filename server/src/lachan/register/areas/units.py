"""Units by date and code, their paths and names, and what became of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from lachan.register.areas.models import Area, AreaLink, AreaName, Level, LinkKind


@dataclass(frozen=True, slots=True)
class Successor:
    """What a unit became, or a part of it. `path` reads "Phường Ba Đình, Thành phố Hà Nội"."""

    area_id: int
    name: str
    path: str
    kind: LinkKind
    legal_basis: str


def in_force(level: Level | int, on: date | None = None) -> QuerySet[Area]:
    """The units of a level on that day (default: today in Vietnam), by code.

    Where a start is not known, the unit counts from the first list that names it; where an end is not known, until
    the first list that lacks it. Nothing is known before 2021.
    """
    return Area.objects.filter(_in_force(on or timezone.localdate()), level=level).order_by("code")


def _in_force(day: date, prefix: str = "") -> Q:
    """Needs no annotation, so that it also filters names by their area (prefix "area__")."""
    begun = Q(**{f"{prefix}valid_from__lte": day}) | Q(
        **{f"{prefix}valid_from__isnull": True, f"{prefix}first_listed__lte": day}
    )
    open_end = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    not_gone = Q(**{f"{prefix}closed_before__isnull": True}) | Q(**{f"{prefix}closed_before__gt": day})
    return begun & open_end & not_gone


def country() -> Area:
    """The root: the whole country. Raises Area.DoesNotExist before the first load."""
    return Area.objects.get(level=Level.COUNTRY, code="VN")


def unit(level: Level | int, code: str, on: date | None = None) -> Area:
    """The unit with that GSO code on that day (default: today). Raises Area.DoesNotExist."""
    return in_force(level, on).get(code=code)


def name_on(area: Area, on: date) -> str:
    """The name the unit bore on that day, as far as lists and laws tell."""
    return names_on([area.pk], on).get(area.pk, area.name)


def names_on(area_ids: Collection[int], on: date) -> dict[int, str]:
    """name_on() of many units in one query; a unit without a known name on that day is left out."""
    known = (
        AreaName.objects.filter(area__in=area_ids)
        .annotate(since=Coalesce(F("valid_from"), F("listed")))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), since__lte=on)
        .order_by("since")
        .values_list("area_id", "name")
    )
    # Where two lists name the unit, the later one before that day is right, and it comes last.
    return dict(known)


def path(area: Area) -> str:
    """The unit and all above it but the country: "Phường Ba Đình, Thành phố Hà Nội"."""
    return paths([area.pk])[area.pk]


def paths(area_ids: Collection[int]) -> dict[int, str]:
    """path() of many units in one query."""
    rows = Area.objects.filter(pk__in=area_ids).values_list(
        "pk", "name", "parent__name", "parent__level", "parent__parent__name", "parent__parent__level"
    )
    return {pk: _path(name, (above, level), (top, top_level)) for pk, name, above, level, top, top_level in rows}


def _path(name: str, *above: tuple[str | None, int | None]) -> str:
    return ", ".join([name, *(upper for upper, level in above if upper and level)])


def successors(area: Area) -> list[Successor]:
    """What the unit became: nothing for one in force or vanished before 2025, several for one that was split."""
    return successors_of([area.pk]).get(area.pk, [])


def successors_of(area_ids: Collection[int]) -> dict[int, list[Successor]]:
    """successors() of many units in one query."""
    links = AreaLink.objects.filter(old__in=area_ids).select_related("new__parent__parent").order_by("new__code")
    found: dict[int, list[Successor]] = {}
    for link in links:
        above = link.new.parent
        text = _path(link.new.name, (above.name, above.level) if above else (None, None))
        successor = Successor(link.new_id, link.new.name, text, LinkKind(link.kind), link.legal_basis)
        found.setdefault(link.old_id, []).append(successor)
    return found


def responsible(area: Area) -> Area | None:
    """The one unit in force that answers for this one; None where only the person can say (split) or nobody (vanished).

    Districts have no successor: None, unless the district had no communes and went whole (Hoàng Sa, Lý Sơn …).
    """
    seen: set[int] = set()
    unit_now = area
    while unit_now.closed:
        links = list(AreaLink.objects.filter(old=unit_now).select_related("new")[:2])
        if len(links) != 1 or unit_now.pk in seen:
            return None
        seen.add(unit_now.pk)
        unit_now = links[0].new
    return unit_now
