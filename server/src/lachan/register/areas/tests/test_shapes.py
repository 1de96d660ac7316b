"""The drawing of the country: right place for every point, and both archipelagos on every map."""

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from lachan.register.areas import outline, queries, shapes
from lachan.register.areas.models import Area, AreaLink, Level
from lachan.testing.vectors import vectors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture(autouse=True)
def drawing() -> None:
    try:
        shapes.drawing_file()
    except shapes.ShapesMissingError as missing:
        pytest.skip(str(missing))


def test_all_63_provinces_know_the_one_they_belong_to_now() -> None:
    paths = shapes.province_paths()
    assert len({p.old_code for p in paths}) == 63
    assert len({p.code for p in paths}) == 34
    links = dict(AreaLink.objects.filter(old__level=Level.PROVINCE).values_list("old__code", "new__code"))
    assert {p.old_code: p.code for p in paths} == links
    assert all(re.fullmatch(r"[Mlz\d .\-]+", p.path) for p in paths)


def test_commune_points_fall_in_their_own_province() -> None:
    """The fit of the projection, on points that the outlines know nothing of."""
    by_code = {old: key for key, old in keys_by_old_code().items()}
    rings = shapes.rings()
    inside = total = 0
    for area in Area.objects.filter(level=Level.COMMUNE, valid_to__isnull=False).select_related("parent__parent")[::7]:
        assert area.parent
        assert area.parent.parent
        if area.latitude is None or area.longitude is None or area.parent.code in {"498", "576"}:
            continue
        total += 1
        inside += outline.contains(
            rings[by_code[area.parent.parent.code]], shapes.project(area.latitude, area.longitude)
        )
    assert total > 1_400
    assert inside / total > 0.98


def keys_by_old_code() -> dict[str, str]:
    """Key of the drawing → old province, by which simplified path starts where (the room hides its keys)."""
    starts = {p.path: p.old_code for p in shapes.province_paths()}
    return {key: starts[path] for key, (path, _) in shapes._drawing().items() if path in starts}


def test_every_commune_in_force_has_a_dot_on_the_drawing() -> None:
    dots = shapes.dots(queries.in_force(Level.COMMUNE))
    assert len(dots) == 3_321
    assert all(0 <= dot.x <= shapes.WIDTH and 0 <= dot.y <= shapes.HEIGHT for dot in dots)


def test_both_archipelagos_are_always_in_the_output() -> None:
    hoang_sa, truong_sa = shapes.archipelagos()
    assert (hoang_sa.name, hoang_sa.province) == ("Quần đảo Hoàng Sa", "Thành phố Đà Nẵng")
    assert (truong_sa.name, truong_sa.province) == ("Quần đảo Trường Sa", "Tỉnh Khánh Hoà")
    for archipelago in (hoang_sa, truong_sa):
        area = queries.unit(Level.COMMUNE, archipelago.area_code)
        assert archipelago.province == queries.path(area).rpartition(", ")[2]
        left, top, width, height = (float(value) for value in archipelago.view_box.split())
        assert left + width <= shapes.WIDTH
        assert top + height <= shapes.HEIGHT
        marks = [archipelago.label, *((island.x, island.y) for island in archipelago.islands)]
        marks += [point for ring in outline.read(archipelago.path) for point in ring]
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in marks)
        assert len(archipelago.islands) >= 8


def test_the_archipelagos_lie_where_charts_put_them() -> None:
    hoang_sa, truong_sa = shapes.archipelagos()
    for archipelago, (south, west, north, east) in (
        (hoang_sa, (15.5, 111.0, 17.3, 113.0)),
        (truong_sa, (6.8, 109.3, 12.0, 118.0)),
    ):
        for ring in outline.read(archipelago.path):
            for point in ring:
                latitude, longitude = shapes.unproject(*point)
                assert south < latitude < north
                assert west < longitude < east


def test_the_islands_are_those_of_the_outside_boundaries() -> None:
    """Each named island lies within 12 km of a polygon of the boundary file."""
    features = json.loads(vectors("map", "vn_hoangsa_truongsa.geojson").read_text(encoding="utf-8"))["features"]
    shores = {
        f["properties"]["code"]: [
            point for polygon in f["geometry"]["coordinates"] for ring in polygon for point in ring
        ]
        for f in features
    }
    for archipelago in shapes.archipelagos():
        for island in archipelago.islands:
            latitude, longitude = shapes.unproject(island.x, island.y)
            nearest = min(
                math.hypot((y - latitude) * 111, (x - longitude) * 111 * math.cos(math.radians(latitude)))
                for x, y in shores[archipelago.area_code]
            )
            assert nearest < 12, (island.name, nearest)


@given(st.floats(6, 24), st.floats(102, 118))
def test_projection_goes_there_and_back(latitude: float, longitude: float) -> None:
    back = shapes.unproject(*shapes.project(latitude, longitude))
    assert back == pytest.approx((latitude, longitude), abs=0.002)


def test_a_missing_drawing_names_the_command_that_mends_it(settings: LazySettings, tmp_path: Path) -> None:
    settings.WEB = tmp_path
    with pytest.raises(shapes.ShapesMissingError, match="npm ci"):
        shapes.drawing_file()


points = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda p: (p[0] / 10, p[1] / 10))


@given(st.lists(st.lists(points, min_size=3, max_size=12), min_size=1, max_size=4))
def test_an_outline_is_read_as_it_was_written(rings: list[outline.Ring]) -> None:
    back = outline.read(outline.write(rings))
    assert len(back) == len(rings)
    for ring, again in zip(rings, back, strict=True):
        # A point exactly on the line between its neighbours says nothing and is left out.
        corners = outline.simplified(ring, 0.0)
        kept = [point for i, point in enumerate(corners) if i == 0 or point != corners[i - 1]]
        if len(kept) > 1:
            assert [(round(x, 1), round(y, 1)) for x, y in again] == kept


@given(st.lists(points, min_size=4, max_size=30), st.floats(0.05, 5))
def test_simplifying_drops_nothing_far_from_the_line(ring: outline.Ring, tolerance: float) -> None:
    kept = outline.simplified(ring, tolerance)
    assert kept[0] == ring[0]
    assert kept[-1] == ring[-1]
    for point in ring:
        assert min(outline._distance(point, a, b) for a, b in pairwise(kept)) <= tolerance + 1e-9


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(ValueError, match="'A'"):
        outline.read("M0 0A1 1 0 0 1 2 2z")
