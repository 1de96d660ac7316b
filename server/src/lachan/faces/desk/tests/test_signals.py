"""The health station's worklist on the desk: scoped, audited, taken and ended."""

from typing import Any

import pytest
from django.test import Client

from lachan.faces.desk.tests.conftest import as_officer, audited, text
from lachan.ground import audit
from lachan.systems.selfreport import work
from lachan.systems.selfreport.models import DailyReport, WorkItem
from lachan.systems.selfreport.tests.conftest import ILL, allow, form, report

pytestmark = pytest.mark.django_db
__all__ = ["form"]


@pytest.fixture
def ill(hanh: Any, khoi: Any, form: Any) -> Any:
    allow(khoi, hanh)
    report(khoi, hanh, form, ILL, for_another=True)
    return khoi


def test_a_fever_reaches_the_communes_own_list_and_no_other(
    ill: Any, commune_officer: Any, other_commune_officer: Any
) -> None:
    page = text(as_officer(commune_officer).get("/desk/today/"))
    assert "Nguyễn Minh Khôi" in page
    assert "38,4 °C, sốt hoặc ớn lạnh, ho" in page
    assert audited("desk.today.list", ill) == 1
    item = WorkItem.objects.get()
    other = as_officer(other_commune_officer)
    assert "Không việc nào đang chờ hôm nay" in text(other.get("/desk/today/"))
    for rest in ("", "take/", "phone/"):
        assert other.post(f"/desk/signals/{item.key}/{rest}", {"outcome": "helped"}).status_code == 404
    assert other.get(f"/desk/signals/{item.key}/").status_code == 404


def test_the_number_is_the_guardians_and_looking_is_recorded(ill: Any, hanh: Any, commune_officer: Any) -> None:
    desk, item = as_officer(commune_officer), WorkItem.objects.get()
    assert "0905 000 418" not in text(desk.get(f"/desk/signals/{item.key}/"))
    assert "0905 000 418" in text(desk.post(f"/desk/signals/{item.key}/phone/"))
    assert audited("people.record.read", ill) == 1
    assert audited("people.record.read", hanh.person) == 1


def test_the_answers_go_out_as_fhir_while_they_are_shared(
    ill: Any, hanh: Any, commune_officer: Any, other_commune_officer: Any
) -> None:
    address = f"/desk/signals/{WorkItem.objects.get().key}/answers.fhir.json"
    desk = as_officer(commune_officer)
    answer = desk.get(address)
    assert answer["Content-Type"] == "application/fhir+json"
    assert {item["linkId"] for item in answer.json()["item"]} == {"symptoms", "temperature", "near", "conditions"}
    assert "Khôi" not in answer.content.decode()
    assert audited("desk.signal.answers", ill) == 1
    assert as_officer(other_commune_officer).get(address).status_code == 404
    DailyReport.objects.update(shared=False)
    assert desk.get(address).status_code == 404


def test_taken_and_ended(ill: Any, commune_officer: Any, minister: Any) -> None:
    desk, item = as_officer(commune_officer), WorkItem.objects.get()
    address = f"/desk/signals/{item.key}/"
    desk.post(f"{address}take/")
    assert "Đỗ Thị Sen nhận" in text(desk.get(address))
    before = audited("desk.signal.read", ill)
    assert desk.post(address, {}).status_code == 422
    assert audited("desk.signal.read", ill) == before + 1, "a refused form shows the person too"
    assert as_officer(minister).post(address, {"outcome": "helped"}).status_code == 404
    assert desk.post(address, {"outcome": "helped", "answer": "Đã dặn uống nước"}).status_code == 302
    assert "Đã dặn uống nước" in text(desk.get(address))
    assert "Nguyễn Minh Khôi" in text(desk.get("/desk/today/?state=closed"))
    assert desk.post(address, {"outcome": "helped"}).status_code == 302
    assert WorkItem.objects.get().closed_by == commune_officer


def test_every_kind_of_item_is_drawn(hanh: Any, area_tree: Any, commune_officer: Any, client: Client) -> None:
    with audit.acting(audit.system("tests")):
        work.tell(teller=hanh.person, area=area_tree.haichau, what="entrant", note="Nhà số 4 mới có người về")
        work.ask_call(person=hanh.person, teller=hanh.person, area=area_tree.haichau, note="Hết thuốc")
        from lachan.systems.selfreport import ears

        counts = [1] * 11 + [6]
        work._put(
            "signal",
            str(area_tree.haichau.pk),
            {"area": area_tree.haichau},
            {"detail": work._signal(hanh.person.created_at.date(), counts, ears.judge(counts))},
        )
    desk = as_officer(commune_officer)
    listed = text(desk.get("/desk/today/"))
    assert "3 việc hôm nay" in listed
    assert "6 người sốt hoặc ho" in listed
    rising = text(desk.get("/desk/signals/"))
    assert "Sốt, ho tăng ở 1 phường" in rising and "Nguyễn Thị Hạnh" not in rising
    for item in WorkItem.objects.all():
        page = text(desk.get(f"/desk/signals/{item.key}/"))
        assert ("EARS" in page) == (item.kind == "signal")
        assert ("Nhà số 4" in page) == (item.kind == "tip")
