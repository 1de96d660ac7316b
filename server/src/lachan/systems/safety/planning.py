"""What an officer sees of an area: who is late, where self-report and inspection part, whom to inspect next."""

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from lachan.register.areas.models import Area
from lachan.systems.safety.models import Status
from lachan.systems.safety.refreshing import GONE
from lachan.systems.safety.standing import WORST

#: So many are proposed by risk, so many drawn: what can be foreseen can be prepared for.
BY_RISK, DRAWN = 8, 4


def of_areas(areas: QuerySet[Any, int]) -> QuerySet[Status]:
    """The statuses of the facilities of these areas."""
    return Status.objects.filter(place__area__in=areas).exclude(state=GONE).select_related("place__area")


def counts(statuses: QuerySet[Status]) -> dict[str, int]:
    """How many facilities have each state, the worst first."""
    found = dict(statuses.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found[state] for state in WORST if found.get(state)}


@dataclass(frozen=True)
class Gap:
    """Of the facilities of an area that were inspected: how many call themselves safe, how many were found so."""

    area: Area
    inspected: int
    declared_safe: int
    found_safe: int

    @property
    def declared(self) -> int:
        """Percent of the inspected that call themselves safe."""
        return round(100 * self.declared_safe / self.inspected)

    @property
    def found(self) -> int:
        return round(100 * self.found_safe / self.inspected)


def gaps(statuses: QuerySet[Status]) -> list[Gap]:
    """Where the self-reported picture and the inspected one part, the widest gap first."""
    rows = (
        statuses.exclude(inspected="")
        .order_by()
        .values("place__area")
        .annotate(
            inspections=Count("pk"),
            declared_safe=Count("pk", filter=Q(declared="safe")),
            found_safe=Count("pk", filter=Q(inspected="safe")),
        )
    )
    areas = Area.objects.in_bulk([row["place__area"] for row in rows])
    found = [
        Gap(areas[row["place__area"]], row["inspections"], row["declared_safe"], row["found_safe"]) for row in rows
    ]
    return sorted(found, key=lambda gap: (gap.found - gap.declared, gap.area.name))


@dataclass(frozen=True)
class Proposal:
    """A facility to inspect next; `drawn` by lot rather than by risk."""

    status: Status
    drawn: bool


def to_inspect(statuses: QuerySet[Status], day: date) -> list[Proposal]:
    """First by risk: found unsafe longest ago, time to mend over, disputed, never inspected and late. Then by lot, the
    same for all officers of these areas on that day."""
    risky = list(
        statuses.filter(
            Q(inspected="unsafe") | Q(inspected="low") | Q(state__in=["disputed", "unsafe"])
            | Q(inspected="", state__in=["late", "none"])
        )
    )  # fmt: skip
    weight = {"unsafe": 0, "disputed": 1}
    risky.sort(key=lambda s: (weight.get(s.state, 2), s.inspected != "low", s.inspected_at is not None, s.changed_at))
    chosen = risky[:BY_RISK]
    taken = {status.pk for status in chosen}
    rest = [pk for pk in statuses.order_by("place").values_list("place_id", flat=True) if pk not in taken]
    lot = random.Random(f"{day.isoformat()}:{rest[0] if rest else 0}").sample(rest, min(DRAWN, len(rest)))  # noqa: S311
    drawn = list(statuses.filter(place__in=lot).order_by("place__folded"))
    return [Proposal(status, False) for status in chosen] + [Proposal(status, True) for status in drawn]
