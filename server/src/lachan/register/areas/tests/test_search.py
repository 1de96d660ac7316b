"""Search as people type it."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.register.areas import queries
from lachan.register.areas.models import Level, LinkKind
from lachan.register.areas.spelling import bare_key, official, query_keys, search_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.mark.parametrize("typed", ["thanh hoa", "Thanh Hoá", "Thanh Hóa", "THANH HÓA", "  thanh   hoa "])
def test_any_spelling_finds_the_same(typed: str) -> None:
    expected = queries.search("thanh hoa", limit=200)
    assert expected[0].name == "Tỉnh Thanh Hoá"
    assert expected[0].in_force
    assert queries.search(typed, limit=200) == expected
    assert queries.search(unicodedata.normalize("NFD", typed), limit=200) == expected


def test_an_old_ward_says_what_it_became() -> None:
    found = queries.search("Phường Phúc Xá")
    assert [(f.path, f.in_force, f.ended) for f in found] == [
        ("Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội", False, date(2025, 7, 1))
    ]
    (became,) = found[0].successors
    assert became.path == "Phường Hồng Hà, Thành phố Hà Nội"
    assert became.kind == LinkKind.WHOLE
    assert became.legal_basis == "Nghị quyết 1656/NQ-UBTVQH15 (16/6/2025)"
    assert not found[0].split


def test_a_split_ward_shows_every_part_and_no_default() -> None:
    found = queries.search("Cống Vị, Ba Đình")[0]
    assert found.split
    assert {part.name for part in found.successors} == {"Phường Giảng Võ", "Phường Ngọc Hà"}
    assert {part.kind for part in found.successors} == {LinkKind.SPLIT}
    assert queries.responsible(queries.unit(Level.COMMUNE, found.code, date(2025, 6, 30))) is None


def test_a_vanished_ward_says_that_nothing_is_known() -> None:
    found = next(f for f in queries.search("Thuận Thành, Huế") if f.code == "19765")
    assert not found.in_force
    assert found.ended is None
    assert found.ended_before == date(2025, 6, 30)
    assert found.successors == ()


def test_a_province_is_found_by_the_name_it_had() -> None:
    found = queries.search("Tỉnh Đồng Nai", on=date(2026, 11, 1))[0]
    assert (found.name, found.matched) == ("Thành phố Đồng Nai", "Tỉnh Đồng Nai")
    assert queries.search("Thừa Thiên Huế")[0].successors[0].name == "Thành phố Huế"


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("ba dinh ha noi", "Phường Ba Đình, Thành phố Hà Nội"),
        ("phuong ba dinh, thanh pho ha noi", "Phường Ba Đình, Thành phố Hà Nội"),
        ("tp hcm", "Thành phố Hồ Chí Minh"),
        ("TP. HCM", "Thành phố Hồ Chí Minh"),
        ("P5 Q3", "Phường 05, Quận 3, Thành phố Hồ Chí Minh"),
        ("Phường 5, Quận 3", "Phường 05, Quận 3, Thành phố Hồ Chí Minh"),
        ("mdrak", "Xã M'Drắk, Tỉnh Đắk Lắk"),
        ("M’Drắk", "Xã M'Drắk, Tỉnh Đắk Lắk"),
        ("tân phú, tỉnh đồng nai", "Phường Tân Phú, Thành phố Đồng Nai"),
        ("phan rang-thap cham", "Thành phố Phan Rang-Tháp Chàm, Tỉnh Ninh Thuận"),
        ("hoàng sa", "Đặc khu Hoàng Sa, Thành phố Đà Nẵng"),
        ("trường sa", "Đặc khu Trường Sa, Tỉnh Khánh Hoà"),
    ],
)
def test_what_people_type_finds_the_unit_first(typed: str, path: str) -> None:
    assert queries.search(typed)[0].path == path


def test_date_and_level_narrow() -> None:
    assert {f.level for f in queries.search("ba dinh", levels=[Level.DISTRICT])} == {Level.DISTRICT}
    assert all(f.in_force for f in queries.search("ba dinh", on=date(2026, 1, 1)))
    assert [f.name for f in queries.search("ba dinh", on=date(2022, 1, 1), levels=[Level.DISTRICT])] == ["Quận Ba Đình"]
    assert len(queries.search("a", limit=7)) == 7
    assert len(queries.search("a", limit=10_000)) == 200


@pytest.mark.parametrize("typed", ["", "   ", ", ,", "%", "_", "';--", "🙂", "\x00"])
def test_nothing_typed_finds_nothing(typed: str) -> None:
    assert queries.search(typed) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_search_never_fails(typed: str) -> None:
    for found in queries.search(typed, limit=3):
        assert found.path


def test_every_unit_in_force_is_found_by_its_path() -> None:
    for area in queries.in_force(Level.COMMUNE)[::60]:
        assert area.pk in {f.area_id for f in queries.search(queries.path(area))}, area


def test_responsible_follows_a_whole_link_and_stops_at_itself() -> None:
    old = queries.unit(Level.COMMUNE, "00001", date(2022, 1, 1))
    new = queries.responsible(old)
    assert new
    assert new.name == "Phường Hồng Hà"
    assert queries.responsible(new) == new
    assert queries.responsible(queries.unit(Level.DISTRICT, "001", date(2022, 1, 1))) is None
    lyson = queries.responsible(queries.unit(Level.DISTRICT, "536", date(2022, 1, 1)))
    assert lyson
    assert lyson.name == "Đặc khu Lý Sơn"


def test_paths_have_all_levels_but_the_country() -> None:
    assert queries.path(queries.country()) == "Việt Nam"
    assert queries.path(queries.unit(Level.PROVINCE, "01")) == "Thành phố Hà Nội"
    old = queries.unit(Level.COMMUNE, "00001", date(2022, 1, 1))
    assert queries.path(old) == "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội"


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Tỉnh Thanh Hóa", "Tỉnh Thanh Hoá"),
        ("Xã Thụy Anh", "Xã Thuỵ Anh"),
        ("Phường Nguyễn Úy", "Phường Nguyễn Úy"),
        ("Xã Quý Hòa", "Xã Quý Hoà"),
        ("Xã Hòang", "Xã Hòang"),
        ("Phường Hòa Hiệp", "Phường Hoà Hiệp"),
        ("Xã Thanh Hoá", "Xã Thanh Hoá"),
    ],
)
def test_official_spelling(name: str, spelled: str) -> None:
    assert official(name) == spelled
    assert official(spelled) == spelled
    assert search_key(name) == search_key(spelled)


def test_keys() -> None:
    assert bare_key("Thị trấn M'Drắk") == "mdrak"
    assert bare_key("Phường 05") == "5"
    assert query_keys("x. Tân Phú, H. Tân Phú") == ["xa tan phu", "huyen tan phu"]
