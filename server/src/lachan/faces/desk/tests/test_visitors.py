"""Who was at a place: only with a purpose and a case, only in one's area, and everyone named can read of it."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text, today_at
from lachan.ground.audit.models import AuditEvent
from lachan.register.people.models import Person

pytestmark = pytest.mark.django_db


def question(story: Story, **changes: Any) -> dict[str, Any]:
    asked = {
        "place": story.market.codes.get(part=None).code,
        "start": f"{today_at(8, 0, 2):%Y-%m-%dT%H:%M}",
        "end": f"{today_at(9, 0, 2):%Y-%m-%dT%H:%M}",
        "case": str(story.case.key),
        "purpose": "contacts",
    }
    return asked | changes


def test_everyone_named_can_read_who_asked_and_why(desk: Client, story: Story, hanh: Any) -> None:
    page = text(desk.post(story.address("visitors/"), question(story)))
    assert "7 người đã tới Chợ Đầu Cầu" in page and "Nguyễn Thị Hạnh" in page and "8:12–8:50" in page
    assert audited("checkin.visitors.read") == 7
    event = AuditEvent.objects.get(action="checkin.visitors.read", subject_id=story.hanh.pk)
    assert (event.object_kind, event.object_id) == ("cases.case", str(story.case.pk))
    own = text(as_officer(hanh).get("/app/my-data/"))
    assert "Xem ai đã tới một nơi" in own and "Tìm người tiếp xúc với ca bệnh: Chợ Đầu Cầu" in own
    assert "CDC cấp tỉnh" in own and story.case.number not in own


def test_a_name_is_enough_when_it_is_the_only_one(desk: Client, story: Story) -> None:
    assert "7 người" in text(desk.post(story.address("visitors/"), question(story, place="cho dau cau")))


def test_nobody_there_is_said_and_recorded(desk: Client, story: Story) -> None:
    asked = question(story, start=f"{today_at(3, 0, 9):%Y-%m-%dT%H:%M}", end=f"{today_at(4, 0, 9):%Y-%m-%dT%H:%M}")
    assert "Không ai ghi tên ở đó" in text(desk.post(story.address("visitors/"), asked))
    assert audited("checkin.visitors.read") == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"purpose": ""}, "Chọn một mục đích"),
        ({"purpose": "other"}, "Ghi lý do"),
        ({"case": ""}, "Chọn ca bệnh"),
        ({"case": "x"}, "Chọn"),
        ({"place": ""}, "Ghi mã hoặc tên nơi"),
        ({"place": "Không Có"}, "Không có nơi “Không Có”"),
        ({"start": ""}, "Ghi ngày và giờ"),
        ({"end": "hôm qua"}, "Ghi ngày và giờ"),
        ({"end": f"{today_at(8, 0, 2):%Y-%m-%dT%H:%M}"}, "Giờ cuối phải sau giờ đầu"),
        ({"start": f"{today_at(8, 0, 2) - timedelta(hours=30):%Y-%m-%dT%H:%M}"}, "nhiều nhất 24 giờ"),
    ],
)
def test_no_answer_without_all_of_it(desk: Client, story: Story, changes: dict[str, str], says: str) -> None:
    answer = desk.post(story.address("visitors/"), question(story, **changes))
    assert answer.status_code == 422
    assert says in text(answer) and "Nguyễn Thị Hạnh" not in text(answer)
    assert audited("checkin.visitors.read") == 0


def test_no_address_by_itself_reads_a_name(desk: Client, story: Story) -> None:
    assert "Nguyễn Thị Hạnh" not in text(desk.get(story.address("visitors/"), question(story)))


def test_places_and_outbreaks_of_another_office_are_not_there(
    desk: Client, story: Story, other_province_officer: Any, commune_officer: Any, owner: Any
) -> None:
    from lachan.register.places.actions import register_place

    register_place(account=owner, name="Chợ Hôm", kind="market", area=story.areas.badinh)
    assert desk.post(story.address("visitors/"), question(story, place="Chợ Hôm")).status_code == 422
    assert as_officer(other_province_officer).post(story.address("visitors/"), question(story)).status_code == 404
    assert as_officer(commune_officer).post(story.address("visitors/"), question(story)).status_code == 403


def test_the_workbook_holds_no_formula_and_its_making_is_recorded(desk: Client, story: Story) -> None:
    Person.objects.filter(pk=story.elder.pk).update(name='=HYPERLINK("http://x";"y")')
    answer = desk.post(story.address("visitors/"), question(story, form="xlsx"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 8
    assert '=HYPERLINK("http://x";"y")' in {row[0] for row in rows}
    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert (audited("checkin.visitors.export"), audited("checkin.visitors.read")) == (7, 0)
