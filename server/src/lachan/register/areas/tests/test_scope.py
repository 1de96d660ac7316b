"""Scope against a brute-force walk written from its words, not from closure.py."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.register.areas import queries
from lachan.register.areas.closure import cover
from lachan.register.areas.models import Area, AreaCover, AreaLink, Level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


class Walk:
    """Asks upwards, unit by unit, whether a holder answers for a unit."""

    def __init__(self, parents: dict[int, int | None], successors: dict[int, list[int]], closed: set[int]) -> None:
        self.parents, self.successors, self.closed = parents, successors, closed
        self.children: dict[int, list[int]] = {}
        for unit, parent in parents.items():
            if parent is not None:
                self.children.setdefault(parent, []).append(unit)

    def below(self, holder: int, unit: int | None) -> bool:
        return unit is not None and (unit == holder or self.below(holder, self.parents[unit]))

    def covers(self, holder: int, unit: int) -> bool:
        return self.below(holder, unit) or self.took(holder, unit)

    def took(self, holder: int, unit: int) -> bool:
        """Whether all the unit's ground went below the holder."""
        if unit not in self.closed:
            return False
        if self.successors.get(unit):
            return all(self.covers(holder, new) for new in self.successors[unit])
        if unit in self.children:
            return all(self.took(holder, child) for child in self.children[unit])
        above = self.parents[unit]
        while above is not None and not self.successors.get(above):
            above = self.parents[above]
        return above is not None and self.took(holder, above)


@pytest.fixture(scope="module")
def walk(loaded: None) -> Walk:
    areas = list(Area.objects.all())
    successors: dict[int, list[int]] = {}
    for old, new in AreaLink.objects.values_list("old_id", "new_id"):
        successors.setdefault(old, []).append(new)
    return Walk({a.pk: a.parent_id for a in areas}, successors, {a.pk for a in areas if a.closed})


def test_within_equals_the_walk_for_random_holders(walk: Walk) -> None:
    dice = random.Random(2025)
    units = list(walk.parents)
    provinces = list(Area.objects.filter(level=Level.PROVINCE).values_list("pk", flat=True))
    for holder in [*dice.sample(provinces, 4), *dice.sample(units, 8)]:
        expected = {unit for unit in units if walk.covers(holder, unit)}
        assert set(queries.within(holder)) == set(queries.within_sql(holder)) == expected


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_covers_equals_the_walk_for_random_pairs(walk: Walk, data: st.DataObject) -> None:
    units = sorted(walk.parents)
    unit = data.draw(st.sampled_from(units))
    # Half of the holders are drawn near the unit, or nearly every answer would be no.
    near = sorted(queries.holders(unit))
    holder = data.draw(st.sampled_from(near) | st.sampled_from(units))
    assert queries.covers(holder, unit) == walk.covers(holder, unit)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int | None], dict[int, list[int]], set[int]]:
    """A country of two structures: an old one of three levels, a new one of two, any links between them."""
    parents: list[int | None] = [None]
    closed: set[int] = set()
    old_units: list[int] = []
    for _ in range(draw(st.integers(1, 3))):
        province = len(parents)
        parents.append(0)
        for _ in range(draw(st.integers(0, 3))):
            district = len(parents)
            parents.append(province)
            for _ in range(draw(st.integers(0, 3))):
                old_units.append(len(parents))
                parents.append(district)
            old_units.append(district)
        old_units.append(province)
    closed |= set(old_units)
    communes: list[int] = []
    provinces: list[int] = []
    for _ in range(draw(st.integers(1, 3))):
        provinces.append(len(parents))
        parents.append(0)
        for _ in range(draw(st.integers(1, 3))):
            communes.append(len(parents))
            parents.append(provinces[-1])
    links = {
        unit: draw(st.lists(st.sampled_from(communes + provinces), min_size=0, max_size=3, unique=True))
        for unit in old_units
    }
    return parents, {unit: new for unit, new in links.items() if new}, closed


@settings(max_examples=500, deadline=None)
@given(worlds())
def test_closure_equals_the_walk_in_random_countries(
    world: tuple[list[int | None], dict[int, list[int]], set[int]],
) -> None:
    parents, successors, closed = world
    walk = Walk(dict(enumerate(parents)), successors, closed)
    expected = {(h, u) for h in range(len(parents)) for u in range(len(parents)) if walk.covers(h, u)}
    found = cover(parents, successors, closed)
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_the_country_covers_everything() -> None:
    assert queries.within(queries.country().pk).count() == Area.objects.count()


def test_a_split_commune_belongs_to_what_holds_all_its_successors() -> None:
    split = Area.objects.filter(successor_links__kind="split").distinct()
    assert split.count() == 471
    for area in split[:40]:
        new = [link.new for link in area.successor_links.select_related("new")]
        assert not any(queries.covers(commune.pk, area.pk) for commune in new)
        assert {commune.parent_id for commune in new} == set(
            queries.holders(area.pk).filter(holder__level=Level.PROVINCE, holder__valid_to__isnull=True)
        )


def test_a_vanished_commune_is_seen_by_the_province_that_has_its_ground() -> None:
    vanished = Area.objects.filter(level=Level.COMMUNE, closed_before__isnull=False).first()
    assert vanished
    holders = Area.objects.filter(
        pk__in=queries.holders(vanished.pk), valid_to__isnull=True, closed_before__isnull=True
    )
    assert sorted(holders.values_list("level", flat=True)) == [Level.COUNTRY, Level.PROVINCE]


def test_nobody_outside_sees_a_unit() -> None:
    hanoi, danang = queries.unit(Level.PROVINCE, "01"), queries.unit(Level.PROVINCE, "48")
    assert not set(queries.within(hanoi.pk)) & set(queries.within(danang.pk))
    assert set(queries.within_any([hanoi.pk, danang.pk])) == set(queries.within(hanoi.pk)) | set(
        queries.within(danang.pk)
    )


def test_scope_sql_refuses_anything_but_a_name() -> None:
    assert "%(mine)s" in queries.scope_sql("mine")
    with pytest.raises(ValueError, match="not a parameter"):
        queries.scope_sql("x)s OR 1=1 --")


def test_cover_is_written_by_loading_only() -> None:
    with pytest.raises(TypeError):
        AreaCover(holder_id=1, area_id=1).save()
