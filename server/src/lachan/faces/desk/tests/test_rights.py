"""Requests about one's own data, from the citizen's page to the officer's answer and the proof of an erasure."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.faces.desk.tests.conftest import as_officer, audited, text
from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.people import erasing, rights, working_days
from lachan.register.people.models import Person, RightsRequest
from lachan.register.people.tests.test_holdings import law  # noqa: F401  a fixture
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
MINE, LIST = "/app/my-data/requests/", "/desk/rights/"


@pytest.fixture
def citizen(hanh: Any) -> Client:
    client = Client()
    sign_in(client, hanh)
    return client


@pytest.fixture
def officer(commune_officer: Any) -> Client:
    return as_officer(commune_officer)


def ask(citizen: Client, kind: str, **more: str) -> RightsRequest:
    answer = citizen.post(MINE, {"kind": kind} | more)
    assert answer.status_code == 302, text(answer)
    return RightsRequest.objects.latest("pk")


@pytest.mark.parametrize(
    ("asked", "answer_by"),
    [
        ("2026-11-24", "2026-11-26"),
        ("2026-11-26", "2026-11-30"),  # over a weekend
        ("2026-04-28", "2026-05-04"),  # 30 April and 1 May are a Thursday and a Friday
        ("2026-02-13", "2026-02-24"),  # over Tết
        ("2026-08-20", "2026-08-22"),  # a Saturday worked in exchange for 31 August
        ("2025-12-31", "2026-01-06"),
        ("2031-09-01", "2031-09-04"),  # a year not listed has its fixed days
    ],
)
def test_two_working_days_of_viet_nam(asked: str, answer_by: str) -> None:
    answered, done = rights.due("rectify", date.fromisoformat(asked))
    assert answered == date.fromisoformat(answer_by)
    assert done == date.fromisoformat(asked) + timedelta(days=10)


def test_a_year_not_announced_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working_days.timezone, "localdate", lambda: date(2026, 6, 1))
    assert working_days.announced(None) == []
    monkeypatch.setattr(working_days.timezone, "localdate", lambda: date(2026, 12, 1))
    assert [found.id for found in working_days.announced(None)] == ["people.W001"]


def test_a_wrong_name_is_put_right(citizen: Client, officer: Client, hanh: Any, commune_officer: Any) -> None:
    asked = ask(citizen, "rectify", field="name", wish="Nguyễn Thị Hạnh Dung")
    assert asked.number in text(citizen.get(MINE)) and asked.area == hanh.person.area
    page = text(officer.get(LIST))
    assert "Nguyễn Thị Hạnh" in page and asked.number in page and audited("people.rights.list", hanh.person) == 1
    officer.post(f"{LIST}{asked.key}/", {"do": "take"})
    assert commune_officer.name in text(citizen.get(f"{MINE}{asked.key}/"))
    assert "đang được làm" in text(citizen.get("/app/notices/"))
    officer.post(f"{LIST}{asked.key}/", {"do": "do", "answer": "Đã sửa theo căn cước."})
    hanh.person.refresh_from_db()
    assert hanh.person.name == "Nguyễn Thị Hạnh Dung"
    told = text(citizen.get(f"{MINE}{asked.key}/"))
    assert "Đã làm điều yêu cầu" in told and "Đã sửa theo căn cước." in told
    assert "Đã làm điều yêu cầu" in text(citizen.get("/app/notices/"))
    assert "Trả lời yêu cầu về dữ liệu" in text(citizen.get("/app/my-data/"))


@pytest.mark.parametrize(("wish", "born", "year"), [("4/7/1985", date(1985, 7, 4), 1985), ("1985", None, 1985)])
def test_a_birth_is_put_right(
    citizen: Client, officer: Client, hanh: Any, wish: str, born: date | None, year: int
) -> None:
    asked = ask(citizen, "rectify", field="birth", wish=wish)
    officer.post(f"{LIST}{asked.key}/", {"do": "do"})
    hanh.person.refresh_from_db()
    assert (hanh.person.birth_date, hanh.person.birth_year) == (born, year)


@pytest.mark.parametrize("wish", ["hôm qua", "²²²²"])
def test_what_can_not_be_read_is_left_to_the_officer(citizen: Client, officer: Client, wish: str) -> None:
    asked = ask(citizen, "rectify", field="birth", wish=wish)
    answer = officer.post(f"{LIST}{asked.key}/", {"do": "do"})
    assert answer.status_code == 422 and wish in text(answer)
    asked.refresh_from_db()
    assert asked.closed_at is None


def test_an_erasure_leaves_a_receipt_that_the_trail_vouches_for(citizen: Client, officer: Client, hanh: Any) -> None:
    asked = ask(citizen, "erase", wish="Tôi không dùng nữa")
    number = hanh.person.pk
    assert Client().get(f"/app/erased/{asked.key}/").status_code == 404, "nothing is erased yet"
    officer.post(f"{LIST}{asked.key}/", {"do": "do", "answer": "Đã gọi bà Hạnh"})
    assert not Person.objects.filter(pk=number).exists()
    asked.refresh_from_db()
    assert asked.person is None and asked.wish is None and asked.receipt["rows"]
    assert asked.answer == "", "what the officer wrote has nobody left to read it"
    page = text(Client().get(f"/app/erased/{asked.key}/"))
    assert asked.receipt["sha256"] in page.replace(" ", "") and asked.number in page and "Hạnh" not in page
    event = AuditEvent.objects.get(action="people.rights.erased", subject_id=number)
    assert event.detail["sha256"] == asked.receipt["sha256"]
    assert officer.get(f"{LIST}{asked.key}/").status_code == 200


def test_with_the_person_nothing_is_left_waiting(citizen: Client, officer: Client, hanh: Any) -> None:
    open_, erasure = ask(citizen, "restrict", wish="Đừng gọi nữa"), ask(citizen, "erase")
    answered = ask(citizen, "access")
    officer.post(f"{LIST}{answered.key}/", {"do": "do"})
    answered.refresh_from_db()
    with audit.acting(audit.system("tests")):
        erasing.erase_person(person=hanh.person, reason="tests")
    for asked, status in ((open_, "refused"), (erasure, "done")):
        asked.refresh_from_db()
        kept = timezone.localdate() + timedelta(days=rights.clocks()["keep_days"])
        assert asked.closed_at is not None and (asked.status, asked.erase_at) == (status, kept)
        assert officer.get(f"{LIST}{asked.key}/").status_code == 200
    closed = answered.closed_at, answered.status
    answered.refresh_from_db()
    assert (answered.closed_at, answered.status) == closed, "what was answered stays as it was"
    page = officer.get(LIST)
    assert page.context["rows"] == [] and page.context["total"] == 0


def test_a_colleague_does_not_take_what_is_taken(
    citizen: Client, officer: Client, commune_officer: Any, province_officer: Any
) -> None:
    asked = ask(citizen, "access")
    officer.post(f"{LIST}{asked.key}/", {"do": "take"})
    with pytest.raises(rights.RightsError, match=commune_officer.name), audit.acting(audit.system("tests")):
        rights.take(request=asked, by=province_officer)
    officer.post(f"{LIST}{asked.key}/", {"do": "take"})
    asked.refresh_from_db()
    assert asked.taken_by == commune_officer


def test_what_the_law_keeps_is_said_with_its_date(
    citizen: Client,
    officer: Client,
    hanh: Any,
    law: date,  # noqa: F811  the fixture
) -> None:
    asked = ask(citizen, "erase")
    answer = officer.post(f"{LIST}{asked.key}/", {"do": "do"})
    assert answer.status_code == 422 and law.strftime("%d/%m/%Y") in text(answer)
    assert Person.objects.filter(pk=hanh.person.pk).exists()
    assert officer.post(f"{LIST}{asked.key}/", {"do": "refuse"}).status_code == 422, "a refusal says why"
    officer.post(f"{LIST}{asked.key}/", {"do": "refuse", "answer": "Luật còn buộc giữ."})
    assert "Luật còn buộc giữ." in text(citizen.get(f"{MINE}{asked.key}/"))


def test_more_time_once_and_late_is_late(citizen: Client, officer: Client) -> None:
    asked = ask(citizen, "restrict", wish="Đừng dùng số điện thoại của tôi")
    until = asked.done_by
    assert officer.post(f"{LIST}{asked.key}/", {"do": "extend"}).status_code == 422
    officer.post(f"{LIST}{asked.key}/", {"do": "extend", "answer": "Phải hỏi CDC"})
    asked.refresh_from_db()
    assert asked.done_by == until + timedelta(days=15)
    assert officer.post(f"{LIST}{asked.key}/", {"do": "extend", "answer": "x"}).status_code == 422
    assert not rights.is_late(asked, asked.answer_by)
    RightsRequest.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    assert "Quá hạn" in text(officer.get(LIST))


def test_bad_requests_are_said(citizen: Client) -> None:
    assert "Chọn một điều muốn" in text(citizen.post(MINE, {}))
    assert "Chọn chỗ cần sửa" in text(citizen.post(MINE, {"kind": "rectify", "wish": "x"}))
    assert citizen.post(MINE, {"kind": "restrict"}).status_code == 422
    assert citizen.get(f"{MINE}?person=x").status_code == 404
    for _ in range(rights.MOST_OPEN):
        ask(citizen, "access")
    assert "chờ trả lời" in text(citizen.post(MINE, {"kind": "access"}))


def test_only_the_area_and_the_person_see_it(
    citizen: Client, other_commune_officer: Any, tin: Any, khoi: Person
) -> None:
    asked = ask(citizen, "access")
    elsewhere = as_officer(other_commune_officer)
    assert asked.number not in text(elsewhere.get(LIST))
    assert elsewhere.get(f"{LIST}{asked.key}/").status_code == 404
    stranger = Client()
    sign_in(stranger, tin)
    assert stranger.get(f"{MINE}{asked.key}/").status_code == 404
    assert stranger.get(f"{MINE}?person={khoi.key}").status_code == 404
    about_child = citizen.post(f"{MINE}?person={khoi.key}", {"kind": "access"})
    assert RightsRequest.objects.get(person=khoi).asked_by is not None and about_child.status_code == 302


def test_the_copy_is_readable_and_dated(citizen: Client, hanh: Any, market: Any) -> None:
    from lachan.systems.checkin.models import Visit

    now = timezone.now()
    Visit.objects.create(place=market, person=hanh.person, t_in=now, t_out=now, certain_until=now, ending=1, trust=1)
    page = text(citizen.get("/app/my-data/copy/"))
    assert "Chợ Đầu Cầu" in page and "giữ đến" in page
    assert "giữ đến" in text(citizen.get("/app/my-data/"))
    with audit.acting(audit.system("tests")):
        assert audited("people.data.export", hanh.person) == 1
