"""Spreadsheets of places: what is wrong is said cell by cell, nothing comes in unasked, nothing twice."""

import csv
import io
import zipfile
from datetime import time, timedelta
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.ground import audit
from lachan.register.places import importing, rows, sheets, spreadsheet
from lachan.register.places.models import Place, PlaceCode, PlaceImport, PlaceInvite

HEAD = [str(column.title) for column in rows.COLUMNS]
GOOD = [
    "Chợ Cồn",
    "chợ",
    "269 Ông Ích Khiêm",
    "Hải Châu",
    "Đà Nẵng",
    "0905 000 418",
    "5:30",
    "18h00",
    "2.000",
    "30",
    "",
    "",
]
Cells = list[str]


def sheet(*lines: Cells, head: Cells = HEAD) -> bytes:
    return sheets.as_xlsx(head, lines)


def table(content: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python()


def changed(**cells: str) -> Cells:
    at = {column.key: number for number, column in enumerate(rows.COLUMNS)}
    line = list(GOOD)
    for key, value in cells.items():
        line[at[key]] = value
    return line


@pytest.mark.django_db
def test_a_good_row_becomes_a_place_with_a_code_and_an_owner_to_be(area_tree: Any) -> None:
    judged = importing.judge(sheet(GOOD), None)
    assert (judged.rows, len(judged.good)) == (1, 1), judged.rejects
    assert importing.store(judged.good) == 1
    place = Place.objects.get()
    assert (place.name, place.folded, place.kind, place.area) == ("Chợ Cồn", "cho con", "market", area_tree.haichau)
    assert (place.opens, place.closes, place.capacity, place.typical_minutes) == (time(5, 30), time(18), 2000, 30)
    assert place.codes.get().revoked_at is None
    assert place.invites.get().ending == "418"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"name": ""}, "name", "Ghi tên"),
        ({"name": "x" * 81}, "name", "80"),
        ({"kind": "sòng bạc"}, "kind", "sòng bạc"),
        ({"commune": ""}, "commune", "Ghi tên phường, xã"),
        ({"commune": "Atlantis"}, "commune", "Atlantis, Đà Nẵng"),
        ({"phone": "12345"}, "phone", "10 chữ số"),
        ({"phone": "0236 3565656"}, "phone", "di động"),
        ({"opens": "sáng"}, "opens", "sáng"),
        ({"closes": ""}, "closes", "cả giờ mở"),
        ({"closes": "5:30"}, "closes", "khác giờ mở cửa"),
        ({"capacity": "-3"}, "capacity", "-3"),
        ({"capacity": "vài trăm"}, "capacity", "vài trăm"),
        ({"minutes": "2000"}, "minutes", "1440"),
        ({"latitude": "16.06"}, "longitude", "cả vĩ độ và kinh độ"),
        ({"latitude": "51.5", "longitude": "108"}, "latitude", "51.5"),
    ],
)
def test_every_wrong_cell_is_named_with_its_mend(area_tree: Any, cells: dict[str, str], column: str, says: str) -> None:
    judged = importing.judge(sheet(changed(**cells)), None)
    assert not judged.good
    (row,) = judged.rejects
    assert [key for key, _mend in row.faults] == [column]
    assert says in row.faults[0][1]


@pytest.mark.django_db
def test_rejects_come_back_marked_and_can_be_mended_and_sent_again(area_tree: Any) -> None:
    judged = importing.judge(sheet(changed(kind="", capacity="nhiều"), GOOD), None)
    back = table(importing.rejects_file(judged))
    assert back[0] == [*HEAD, "Sửa thế nào"]
    assert len(back) == 2
    assert "Loại nơi: " in back[1][-1] and "Sức chứa: " in back[1][-1]
    mended = [str(cell) for cell in back[1]]
    mended[1], mended[8] = "chợ", "2000"
    again = importing.judge(sheets.as_xlsx([str(cell) for cell in back[0]], [mended]), None)
    assert len(again.good) == 1
    third = table(importing.rejects_file(importing.judge(sheets.as_xlsx([str(c) for c in back[0]], [back[1]]), None)))
    assert third[0].count("Sửa thế nào") == 1


@pytest.mark.django_db
def test_look_alikes_are_told_never_decided(area_tree: Any, market: Any) -> None:
    same = changed(name="CHO DAU CAU", address="")
    judged = importing.judge(sheet(same, GOOD, [*GOOD], changed(commune="Hòa Xuân")), None)
    assert [row.number for row in judged.good] == [2, 4]
    assert [row.number for row in judged.twins] == [1, 3]
    assert "Chợ Đầu Cầu" in judged.twins[0].twin
    assert "dòng 3" in judged.twins[1].twin
    assert [row.number for row in judged.wanted(with_twins=True)] == [1, 2, 3, 4]


@pytest.mark.django_db
def test_rows_outside_the_officer_s_area_are_refused(area_tree: Any, commune_officer: Any) -> None:
    allowed = importing.allowed_for(commune_officer)
    judged = importing.judge(sheet(GOOD, changed(commune="Ba Đình", province="Hà Nội")), allowed)
    assert len(judged.good) == 1
    assert "ngoài phạm vi" in judged.rejects[0].faults[0][1]


@pytest.mark.django_db
def test_csv_as_people_save_it(area_tree: Any) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([[f"{title} *" if at < 2 else title for at, title in enumerate(HEAD)], GOOD, [], GOOD])
    text = out.getvalue()
    for content in (text.encode(), "\ufeff".encode() + text.encode(), text.encode("utf-16")):
        judged = importing.judge(content, None)
        assert (len(judged.good), len(judged.twins)) == (1, 1)
        assert judged.twins[0].number == 3


def test_numbers_dates_and_times_of_a_workbook_read_as_people_write_them() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    clock = book.add_format({"num_format": "hh:mm"})
    page.write_row(0, 0, ["a", "b", "c", "d"])
    page.write_number(1, 0, 905000418)
    page.write_datetime(1, 1, time(7, 30), clock)
    page.write_number(1, 2, 16.0605)
    page.write_boolean(1, 3, True)
    book.close()
    assert spreadsheet.read(out.getvalue())[1] == ["905000418", "07:30", "16.0605", "true"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"a,b\n", "empty"),
        (b"PK\x03\x04nonsense", "broken"),
        ("tên;loại\nchợ;chợ".encode("cp1258", "ignore") + b"\xff\xfe\x81", "encoding"),
        (b"a,b\n\0,\n", "broken"),
    ],
)
def test_what_is_no_table_is_said(content: bytes, code: str) -> None:
    with pytest.raises(spreadsheet.SpreadsheetError) as caught:
        spreadsheet.read(content)
    assert caught.value.code == code


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as entry,
    ):
        for _ in range(401):
            entry.write(b"0" * 1024 * 1024)
    with pytest.raises(spreadsheet.SpreadsheetError) as caught:
        spreadsheet.read(out.getvalue())
    assert caught.value.code == "too_large"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "\ufeff".encode()):
        try:
            spreadsheet.read(start + content)
        except spreadsheet.SpreadsheetError:
            continue


@pytest.mark.django_db
def test_a_missing_column_is_named(area_tree: Any) -> None:
    with pytest.raises(importing.UnreadableFile, match="Loại nơi"):
        importing.judge(sheets.as_xlsx(["Tên nơi"], [["Chợ"]]), None)


@pytest.mark.django_db
def test_the_template_itself_can_be_sent(area_tree: Any) -> None:
    assert len(importing.judge(importing.template(), None).good) == 1


@pytest.mark.django_db
def test_an_import_waits_for_its_officer(area_tree: Any, province_officer: Any) -> None:
    content = sheet(GOOD, changed(name=""), changed(address="1 Lê Lợi"))
    with audit.acting(audit.system("tests")):
        job = importing.submit(by=province_officer, filename="chợ.xlsx", content=content)
        assert importing.work()
        job.refresh_from_db()
        assert (job.status, job.rows, job.good, job.rejected) == ("checked", 3, 2, 1)
        assert not Place.objects.exists()
        assert not importing.work()
        assert importing.confirm(job=job, with_twins=False)
        assert not importing.confirm(job=job, with_twins=True)
        assert importing.work()
    job.refresh_from_db()
    assert (job.status, job.stored, job.content) == ("done", 2, None)
    assert Place.objects.count() == PlaceCode.objects.count() == PlaceInvite.objects.count() == 2


@pytest.mark.django_db
def test_an_import_that_was_stopped_goes_on_where_it_was(
    area_tree: Any, province_officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    content = sheet(*[changed(name=f"Nơi {n}") for n in range(7)])
    plain = importing.store

    def dies_at_the_third(wanted: Any) -> int:
        if Place.objects.count() >= 4:
            raise RuntimeError("stopped")
        return plain(wanted)

    with audit.acting(audit.system("tests")):
        job = importing.submit(by=province_officer, filename="a.xlsx", content=content)
        importing.work()
        importing.confirm(job=job, with_twins=False)
        monkeypatch.setattr(importing, "store", dies_at_the_third)
        with pytest.raises(RuntimeError):
            importing.work()
        assert Place.objects.count() == 4
        monkeypatch.setattr(importing, "store", plain)
        importing.work()
    assert sorted(Place.objects.values_list("name", flat=True)) == [f"Nơi {n}" for n in range(7)]
    job.refresh_from_db()
    assert (job.status, job.stored) == ("done", 7)


@pytest.mark.django_db
def test_a_discarded_or_forgotten_file_is_gone(area_tree: Any, province_officer: Any) -> None:
    with audit.acting(audit.system("tests")):
        job = importing.submit(by=province_officer, filename="a.xlsx", content=sheet(GOOD))
        importing.work()
        importing.discard(job=job)
        job.refresh_from_db()
        assert job.content is None
        old = importing.submit(by=province_officer, filename="b.xlsx", content=sheet(GOOD, changed(name="")))
        importing.work()
    PlaceImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert importing.forget_old() == 1
    old.refresh_from_db()
    assert (old.content, old.rejects) == (None, None)
    assert not importing.confirm(job=old, with_twins=False)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_no_cell_of_an_export_begins_as_a_formula(text: str) -> None:
    safe = str(sheets.safe(text))
    assert not safe.lstrip(" \u00a0\ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert safe.removeprefix("'") == text.removeprefix("'")
