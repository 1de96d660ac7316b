"""The desk's pages about places: whose they are, what they say, what they change."""

import io
from typing import Any

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lachan.ground import audit
from lachan.register.places import actions, importing, queries, rows, sheets
from lachan.register.places.models import Place, PlaceImport
from lachan.systems.checkin import work
from lachan.systems.checkin.models import WorkItem
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(market: Any) -> WorkItem:
    with audit.acting(audit.system("tests")):
        actions.report_code(code=market.codes.get(), area=market.area, what="covered", note="Dán đè ở cổng <b>sau</b>")
        work.sweep(["report"])
    return WorkItem.objects.get()


def test_the_worklist_is_the_officer_s_area(
    client: Client, reported: WorkItem, commune_officer: Any, other_commune_officer: Any, inspector: Any
) -> None:
    for officer, sees in ((commune_officer, True), (inspector, True), (other_commune_officer, False)):
        sign_in(client, officer)
        page = client.get("/desk/places/").content.decode()
        assert ("Chợ Đầu Cầu" in page) is sees
        assert client.get(f"/desk/places/work/{reported.key}/").status_code == (200 if sees else 404)


def test_an_officer_takes_and_ends_an_item(client: Client, reported: WorkItem, commune_officer: Any) -> None:
    sign_in(client, commune_officer)
    page = client.get(f"/desk/places/work/{reported.key}/").content.decode()
    assert "Mã bị dán đè một mã khác" in page
    assert "&lt;b&gt;sau&lt;/b&gt;" in page
    client.post(f"/desk/places/work/{reported.key}/take/")
    assert "Đỗ Thị Sen" in client.get("/desk/places/?state=mine").content.decode()
    assert client.post(f"/desk/places/work/{reported.key}/", {}).status_code == 422
    old = queries.code_in_force(reported.place) if reported.place else None
    client.post(f"/desk/places/work/{reported.key}/", {"outcome": "replaced", "replace": "on", "note": "Dán lại"})
    reported.refresh_from_db()
    assert (reported.outcome, reported.closed_by) == ("replaced", commune_officer)
    assert old is not None
    old.refresh_from_db()
    assert old.revoked_because == "copied"
    assert "Đã đổi mã, dán bảng mới" in client.get("/desk/places/?state=closed").content.decode()


def test_an_inspector_ends_but_does_not_replace_and_the_ministry_reads(
    client: Client, reported: WorkItem, inspector: Any, minister: Any
) -> None:
    sign_in(client, minister)
    assert client.get(f"/desk/places/work/{reported.key}/").status_code == 200
    assert client.post(f"/desk/places/work/{reported.key}/", {"outcome": "nothing"}).status_code == 404
    assert client.post(f"/desk/places/work/{reported.key}/take/").status_code == 404
    sign_in(client, inspector)
    client.post(f"/desk/places/work/{reported.key}/", {"outcome": "nothing", "replace": "on"})
    reported.refresh_from_db()
    assert reported.outcome == "nothing"
    assert reported.place is not None and reported.place.codes.filter(revoked_at=None).count() == 1


def test_every_kind_of_item_reads_as_a_sentence(client: Client, market: Any, commune_officer: Any) -> None:
    at = "2026-11-24T03:00:00+00:00"
    details: dict[str, dict[str, Any]] = {
        "far": {"phones": 3, "metres": 5200, "last": at},
        "travel": {"other": market.pk, "people": 2, "kilometres": 600, "minutes": 30, "last": at},
        "burst": {"most": 24, "from": at, "to": at, "phones": 1},
        "hours": {"arrivals": 9, "from": at, "to": at},
        "silent": {"registered": at, "last": None},
    }
    for kind, detail in details.items():
        WorkItem.objects.create(kind=kind, about=kind, place=market, area=market.area, detail=detail, seen_at=at)
    sign_in(client, commune_officer)
    page = client.get("/desk/places/").content.decode()
    for said in (
        "cách đây 5,2 km",
        "cách 600 km, trong 30 phút",
        "24 lượt vào",
        "9 lượt vào ngoài giờ",
        "chưa có lượt",
    ):
        assert said in page
    for item in WorkItem.objects.all():
        answer = client.get(f"/desk/places/work/{item.key}/")
        assert answer.status_code == 200
        assert "Tìm ra thế nào" in answer.content.decode()
    assert client.get("/desk/places/?kind=far").content.decode().count("/desk/places/work/") == 1
    assert client.get("/desk/places/?kind=nonsense&state=x&page=99999").status_code == 200


def test_statistics_are_in_scope_and_leave_as_a_file(client: Client, market: Any, commune_officer: Any) -> None:
    Place.objects.update(created_at="2026-01-01T00:00:00Z", name="=cmd()")
    sign_in(client, commune_officer)
    page = client.get("/desk/places/statistics/").content.decode()
    assert "0% nơi đã đăng ký có lượt quét trong 7 ngày" in page
    assert 'role="img"' in page and "style=" not in page
    book = client.get("/desk/places/statistics.xlsx").content
    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert table[1][:2] == ["20242", "Phường Hải Châu"]


def upload(client: Client, content: bytes, name: str = "chợ.xlsx") -> Any:
    return client.post("/desk/places/import/", {"file": SimpleUploadedFile(name, content)})


def test_a_list_is_sent_read_and_brought_in(client: Client, area_tree: Any, province_officer: Any) -> None:
    sign_in(client, province_officer)
    head = [str(column.title) for column in rows.COLUMNS]
    bad = [*rows.EXAMPLE]
    bad[1] = "sòng bạc"
    answer = upload(client, sheets.as_xlsx(head, [rows.EXAMPLE, bad]))
    job = PlaceImport.objects.get()
    assert answer["Location"] == f"/desk/places/import/{job.key}/"
    assert "Đang đọc chợ.xlsx" in client.get(answer["Location"]).content.decode()
    importing.work()
    page = client.get(answer["Location"]).content.decode()
    assert "1 dòng sẵn sàng đưa vào" in page
    back = client.get(f"/desk/places/import/{job.key}/rejects.xlsx")
    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(back.content)).get_sheet_by_index(0).to_python()
    assert "sòng bạc" in table[1][-1]
    client.post(answer["Location"], {"good": ""})
    importing.work()
    assert "Đã đưa 1 nơi vào" in client.get(answer["Location"]).content.decode()
    assert Place.objects.get().name == "Chợ Đầu Cầu"


def test_a_list_is_its_officer_s_own(
    client: Client, area_tree: Any, province_officer: Any, commune_officer: Any, inspector: Any
) -> None:
    sign_in(client, province_officer)
    upload(client, importing.template())
    key = PlaceImport.objects.get().key
    importing.work()
    sign_in(client, commune_officer)
    assert client.get(f"/desk/places/import/{key}/").status_code == 404
    assert client.get(f"/desk/places/import/{key}/rejects.xlsx").status_code == 404
    sign_in(client, inspector)
    assert client.get("/desk/places/import/").status_code == 403


def test_a_file_that_is_no_table_is_explained(client: Client, area_tree: Any, province_officer: Any) -> None:
    sign_in(client, province_officer)
    assert client.post("/desk/places/import/", {}).status_code == 422
    upload(client, b"PK\x03\x04 no workbook")
    importing.work()
    job = PlaceImport.objects.get()
    page = client.get(f"/desk/places/import/{job.key}/").content.decode()
    assert "lưu lại thành xlsx" in page
    assert job.content is None
    client.post(f"/desk/places/import/{job.key}/", {"good": ""})
    assert not Place.objects.exists()
