"""Recording a case, what its page says, editing what the window hangs on, and the trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.response.cases.models import Case, Outbreak

pytestmark = pytest.mark.django_db


def day(ago: int) -> str:
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


def body(story: Story, **changes: Any) -> dict[str, Any]:
    whole = {
        "outbreak_id": str(story.outbreak.pk),
        "status": "confirmed",
        "symptoms": "yes",
        "onset_on": day(3),
        "test_kind": "RT-PCR",
        "test_at": f"{day(1)}T08:30",
        "test_result": "positive",
        "care": "Bệnh viện 199",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def record(client: Client, story: Story, **changes: Any) -> Any:
    return client.post(f"/desk/cases/new/?person={story.tin.key}", body(story, **changes))


def test_a_case_is_recorded_with_its_test(desk: Client, story: Story) -> None:
    response = record(desk, story)
    case = Case.objects.get(person=story.tin)
    assert response.url == f"/desk/cases/{case.key}/"
    assert (case.number, case.status, case.onset_on.isoformat()) == ("ĐN-0002", "confirmed", day(3))
    assert (case.tests.get().kind, case.tests.get().result) == ("RT-PCR", "positive")
    page = text(desk.get(response.url))
    assert "ĐN-0002" in page and "Tính từ 3 ngày trước ngày khởi phát" in page
    assert "Quyết định 5053/QĐ-BYT" in page
    assert audited("cases.case.record", story.tin) == 1


def test_a_new_outbreak_is_opened_with_the_case(desk: Client, story: Story) -> None:
    response = record(desk, story, outbreak_id="new", disease="measles", outbreak_name="Sởi Hải Châu")
    assert response.status_code == 302
    opened = Outbreak.objects.get(name="Sởi Hải Châu")
    assert opened.area == story.areas.danang
    assert opened.cases.get().person == story.tin


def test_without_symptoms_the_sample_dates_the_window(desk: Client, story: Story) -> None:
    assert record(desk, story, symptoms="no", onset_on=day(3)).status_code == 302
    case = Case.objects.get(person=story.tin)
    assert case.onset_on is None and case.sampled_on.isoformat() == day(1)
    assert "Không có triệu chứng: tính từ 3 ngày" in text(desk.get(f"/desk/cases/{case.key}/"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outbreak_id": None}, "Chọn ổ dịch của ca này"),
        ({"outbreak_id": "new", "outbreak_name": "Sởi"}, "Chọn bệnh của ổ dịch mới"),
        ({"outbreak_id": "new", "disease": "measles"}, "Ghi tên ổ dịch"),
        ({"outbreak_id": "999999"}, "Chọn một ổ dịch đang mở"),
        ({"status": None}, "Chọn một mức"),
        ({"symptoms": None}, "Chọn Có dấu hiệu hoặc Không có triệu chứng"),
        ({"onset_on": None}, "Ghi ngày có dấu hiệu đầu tiên"),
        ({"onset_on": "hôm kia"}, "Ghi ngày, tháng, năm, ví dụ 9/8/2026"),
        ({"onset_on": day(-2)}, "Ngày phải từ hôm nay trở về trước"),
        ({"symptoms": "no", "test_kind": "", "test_at": ""}, "Ghi ngày lấy mẫu, vì không có ngày khởi phát"),
        ({"isolated_at": f"{day(-1)}T08:00"}, "Giờ cách ly phải ở quá khứ"),
        ({"isolated_at": "sáng"}, "Ghi ngày và giờ"),
        ({"test_at": ""}, "Ghi ngày và giờ lấy mẫu"),
        ({"test_result": "negative"}, "Ca xác định thì kết quả phải là dương tính"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(desk: Client, story: Story, changes: dict[str, Any], says: str) -> None:
    response = record(desk, story, **changes)
    assert response.status_code == 422
    assert says in text(response)
    assert not Case.objects.filter(person=story.tin).exists()
    assert not Outbreak.objects.exclude(pk=story.outbreak.pk).exists(), "a refused case opens no outbreak"


def test_a_person_is_a_case_once(desk: Client, story: Story) -> None:
    response = desk.post(f"/desk/cases/new/?person={story.sick.key}", body(story))
    assert response.status_code == 422
    assert "đã là ca ĐN-0001" in text(response)


def test_editing_shows_the_change_before_it_is_made(desk: Client, story: Story) -> None:
    address = f"/desk/cases/{story.case.key}/edit/"
    sent = {"symptoms": "yes", "onset_on": day(4), "care": "Bệnh viện 199"}
    page = text(desk.post(address, sent))
    assert "Cửa sổ lây sẽ đổi" in page
    story.case.refresh_from_db()
    assert story.case.onset_on.isoformat() == day(1), "a look changes nothing"
    assert audited("cases.case.update") == 0
    done = desk.post(address, sent | {"step": "save"}, follow=True)
    assert "Cửa sổ lây đã đổi. Truy vết lại" in text(done)
    story.case.refresh_from_db()
    assert story.case.onset_on.isoformat() == day(4)


def test_status_moves_by_the_rules(desk: Client, story: Story) -> None:
    address = f"/desk/cases/{story.case.key}/status/"
    refused = desk.post(address, {"to": "excluded", "seen": "confirmed"})
    assert refused.status_code == 422 and "Ghi lý do" in text(refused)
    stale = desk.post(address, {"to": "probable", "seen": "suspected"}, follow=True)
    assert "vừa được đổi thành" in text(stale)
    illegal = desk.post(address, {"to": "suspected", "seen": "confirmed"}, follow=True)
    assert "không thể chuyển sang" in text(illegal)
    done = desk.post(address, {"to": "excluded", "seen": "confirmed", "reason": "mẫu bị lẫn"}, follow=True)
    assert "đã chuyển sang “đã loại trừ”" in text(done)
    assert "mẫu bị lẫn" in text(done)


def test_a_result_does_not_change_the_status(desk: Client, story: Story) -> None:
    record(desk, story, status="suspected", test_kind="", test_at="", test_result="pending")
    case = Case.objects.get(person=story.tin)
    address = f"/desk/cases/{case.key}/tests/"
    assert desk.post(address, {"kind": "RT-PCR", "result": "positive"}).status_code == 422
    done = desk.post(address, {"kind": "RT-PCR", "sampled_at": f"{day(1)}T09:00", "result": "positive"}, follow=True)
    assert "cán bộ quyết định" in text(done)
    case.refresh_from_db()
    assert case.status == "suspected"
    assert "Chỉ truy vết ca có thể hoặc xác định" in text(done)


def test_the_trace_needs_a_case(desk: Client, story: Story) -> None:
    Case.objects.filter(pk=story.case.pk).update(status="suspected")
    response = desk.post(story.address("trace/"), follow=True)
    assert response.status_code == 200
    assert "chưa có ca nào có thể hoặc xác định" in text(response)


def test_lists_hold_what_is_in_scope(story: Story, other_commune_officer: Any, commune_officer: Any) -> None:
    mine, other = as_officer(commune_officer), as_officer(other_commune_officer)
    assert "Trần Quốc Khoa" in text(mine.get("/desk/cases/"))
    assert "Trần Quốc Khoa" not in text(other.get("/desk/cases/"))
    assert other.get(f"/desk/cases/{story.case.key}/").status_code == 404
    assert mine.get(f"/desk/cases/{story.case.key}/edit/").status_code == 403
    # An elder of Hòa Xuân is a contact, so the outbreak concerns that commune, without the case.
    page = text(other.get("/desk/outbreaks/"))
    assert "COVID-19 Đà Nẵng 8" in page
    assert "Trần Quốc Khoa" not in text(other.get(story.address("cases/")))


@pytest.mark.parametrize("query", ["?outbreak=abc", "?status=nonsense&page=0", "?page=99999999", "?outbreak=999999999"])
def test_a_strange_address_is_no_error(desk: Client, query: str) -> None:
    assert desk.get("/desk/cases/" + query).status_code == 200


def test_a_case_needs_a_person(desk: Client, story: Story) -> None:
    assert desk.get("/desk/cases/new/").url == "/desk/people/"
    assert desk.get("/desk/cases/new/?person=nobody").url == "/desk/people/"
    assert desk.get(f"/desk/cases/new/?person={story.case.key}").status_code == 404
