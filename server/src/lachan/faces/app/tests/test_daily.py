"""The family's health pages as plain HTML: asked first, offered yesterday's answers, never sent by a look."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.register.forms.models import Response
from lachan.register.people import consents
from lachan.systems.selfreport import purposes
from lachan.systems.selfreport.models import DailyReport, WorkItem
from lachan.systems.selfreport.tests.conftest import ILL, WELL, allow, form, report
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
__all__ = ["form"]


@pytest.fixture
def app(client: Client, hanh: Any, khoi: Any) -> Client:
    sign_in(client, hanh)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_nothing_is_allowed_beforehand(app: Client, hanh: Any, khoi: Any, form: Any) -> None:
    page = text(app.get("/app/consents/"))
    assert "checked" not in page
    assert page.count("chưa đồng ý") == 6
    assert "Chọn việc được phép" in text(app.get("/app/health/"))
    assert app.get(f"/app/health/declare/{khoi.key}/")["Location"] == "/app/consents/?from=health"
    assert app.get(f"/app/health/declare/{khoi.key}/form/symptoms/").status_code == 404


def test_one_press_gives_and_one_press_takes_back(app: Client, hanh: Any, khoi: Any, form: Any) -> None:
    app.post("/app/consents/", {"purpose": purposes.DIARY, "person": "all", "do": "give"})
    assert consents.given(hanh.person, purposes.DIARY)
    assert consents.given(khoi, purposes.DIARY)
    assert not consents.given(khoi, purposes.STATION)
    app.post("/app/consents/", {"purpose": purposes.DIARY, "person": str(khoi.key), "do": "withdraw"})
    assert consents.given(hanh.person, purposes.DIARY)
    assert not consents.given(khoi, purposes.DIARY)


def test_nobody_consents_for_a_stranger(app: Client, tin: Any, form: Any) -> None:
    answer = app.post("/app/consents/", {"purpose": purposes.DIARY, "person": str(tin.person.key), "do": "give"})
    assert answer.status_code == 404
    assert app.get(f"/app/health/diary/{tin.person.key}/").status_code == 404
    assert app.get(f"/app/health/declare/{tin.person.key}/").status_code == 404


def test_yesterday_is_offered_and_never_assumed(app: Client, hanh: Any, khoi: Any, form: Any) -> None:
    allow(khoi, hanh)
    address = f"/app/health/declare/{khoi.key}/"
    assert app.get(address)["Location"] == f"{address}form/"
    report(khoi, hanh, form, ILL, at=timezone.now() - timedelta(days=1), for_another=True)
    page = text(app.get(address))
    assert "Sốt hoặc ớn lạnh, ho" in page
    assert "38,4" not in page
    # Pressing "the same" sends nothing: a page to check comes first, and the temperature is open there.
    answer = app.post(address)
    assert answer["Location"] == f"{address}form/check/"
    assert DailyReport.objects.count() == 1
    check = text(app.get(f"{address}form/check/"))
    assert "Chưa trả lời" in check
    key = check.split('name="key" value="')[1].split('"')[0]
    answer = app.post(f"{address}form/check/", {"go": "send", "key": key})
    assert answer["Location"] == "/app/health/"
    newest = DailyReport.objects.latest("pk")
    assert (newest.day, newest.temperature, newest.fever) == (timezone.localdate(), None, True)
    assert Response.objects.get(pk=newest.response_id).answers["symptoms"] == ["fever", "cough"]


def test_the_page_says_who_needs_help_first(app: Client, hanh: Any, khoi: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    allow(khoi, hanh)
    assert "Hôm nay còn 2 người chưa khai" in text(app.get("/app/health/"))
    report(hanh.person, hanh, form, WELL)
    assert "Hôm nay còn 1 người chưa khai" in text(app.get("/app/health/"))
    report(khoi, hanh, form, WELL, for_another=True)
    assert "Hôm nay cả nhà khỏe" in text(app.get("/app/health/"))
    report(khoi, hanh, form, ILL, for_another=True)
    page = text(app.get("/app/health/"))
    assert "Có người cần được trạm y tế gọi" in page and "38,4 °C, sốt hoặc ớn lạnh, ho" in page
    report(khoi, hanh, form, {"symptoms": ["breath"]} | {"near": "no", "conditions": ["none"]}, for_another=True)
    assert "Có người cần gọi 115 ngay" in text(app.get("/app/health/"))


def test_the_diary_draws_what_was_measured(app: Client, hanh: Any, form: Any) -> None:
    allow(hanh.person, hanh)
    for days_ago, temperature in ((3, 36.6), (2, 38.2), (0, 37.0)):
        at = timezone.now() - timedelta(days=days_ago)
        report(hanh.person, hanh, form, WELL | {"temperature": temperature}, at=at)
    page = text(app.get(f"/app/health/diary/{hanh.person.key}/"))
    assert "Khai 3 trên 30 ngày" in page
    assert "đo 3 lần, từ 36,6 °C tới 38,2 °C, 1 lần từ 38,0 °C." in page
    assert (page.count("<circle"), page.count('<path class="d5"'), page.count("<polyline")) == (2, 1, 1)
    assert page.count("Không khai") == 27


def test_asking_to_be_called_and_how_it_ended(app: Client, hanh: Any, khoi: Any) -> None:
    assert app.post("/app/health/call/", {}).status_code == 422
    app.post("/app/health/call/", {"person": str(khoi.key), "note": "Hết thuốc"})
    item = WorkItem.objects.get()
    assert (item.kind, item.person, item.teller, item.note) == ("ask", khoi, hanh.person, "Hết thuốc")
    with audit.acting(audit.system("tests")):
        from lachan.systems.selfreport import work

        work.end(item=item, outcome="helped", answer="Trạm đã mang thuốc tới.", by=hanh)
    assert "Trạm đã mang thuốc tới." in text(app.get("/app/health/"))


def test_telling_of_something_nearby(app: Client, hanh: Any, area_tree: Any) -> None:
    told = {"what": "case", "note": "Nhà số 4 có hai người ho", "commune": "Phường Hòa Xuân, Thành phố Đà Nẵng"}
    assert app.post("/app/health/tell/", told | {"note": "Ho"}).status_code == 422
    assert app.post("/app/health/tell/", told).status_code == 302
    item = WorkItem.objects.get()
    assert (item.kind, item.area, item.person, item.teller) == ("tip", area_tree.hoaxuan, None, hanh.person)
    assert "Nhà số 4" in text(app.get("/app/health/tell/"))
    with audit.acting(audit.system("tests")):
        from lachan.systems.selfreport import clock

        assert clock.escalate(item.opened_at + timedelta(hours=23)) == 0
        assert clock.escalate(item.opened_at + timedelta(hours=25)) == 1
    assert "Quá hạn ở trạm, đã chuyển lên tỉnh" in text(app.get("/app/health/tell/"))
    assert "Đã chuyển lên tỉnh" in text(app.get("/app/health/"))
    for _time in range(4):
        app.post("/app/health/tell/", told)
    assert app.post("/app/health/tell/", told).status_code == 429
    assert WorkItem.objects.count() == 5


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_opens_in_both_languages(app: Client, hanh: Any, khoi: Any, form: Any, language: str) -> None:
    allow(khoi, hanh)
    report(khoi, hanh, form, WELL, at=timezone.now() - timedelta(days=1), for_another=True)
    app.cookies["lachan_language"] = language
    for address in (
        "",
        "call/",
        "tell/",
        f"declare/{khoi.key}/",
        f"diary/{khoi.key}/",
        f"declare/{khoi.key}/form/near/",
    ):
        page = app.get(f"/app/health/{address}")
        assert page.status_code == 200, address
        assert f'<html lang="{language}"' in page.content.decode()
