"""Warned people ask for help: an item with an owner, an action and an end; seen by their own health station only."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.people import holdings
from lachan.register.people.erasing import retention
from lachan.response.alerts import actions
from lachan.response.alerts import help as support
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice, HelpRequest
from lachan.response.alerts.tests.conftest import NOW, Story
from lachan.testing.cast import sign_in

CALL, SYMPTOMS = HelpRequest.Kind.CALL, HelpRequest.Kind.SYMPTOMS


def as_user(account: Any) -> Client:
    client = Client()
    sign_in(client, account)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def notice(story: Story) -> DirectNotice:
    contacts = story.confirm(story.hanh, story.khoi)
    report = actions.issue_notices(outbreak=story.outbreak, contacts=contacts, by=None, now=NOW)
    return next(one for one in report.issued if one.person == story.hanh)


def test_asking_again_is_the_same_request_until_it_is_ended(story: Story, commune_officer: Any) -> None:
    first = support.ask(person=story.hanh, kind=CALL)
    assert support.ask(person=story.hanh, kind=CALL) == first
    assert support.ask(person=story.hanh, kind=SYMPTOMS) != first
    support.record(request=first, outcome="đã gọi", ends=True, by=commune_officer)
    assert support.ask(person=story.hanh, kind=CALL) != first
    with pytest.raises(NoticeError, match="đã xong"):
        support.take(request=first, by=commune_officer)
    assert AuditEvent.objects.filter(action="alerts.help.ask", subject_id=story.hanh.pk).count() == 3


def test_symptoms_come_first_and_one_officer_has_it(story: Story, commune_officer: Any, area_tree: Any) -> None:
    call = support.ask(person=story.hanh, kind=CALL)
    symptoms = support.ask(person=story.khoi, kind=SYMPTOMS)
    assert list(support.open_requests([area_tree.haichau.pk])) == [symptoms, call]
    assert not support.open_requests([area_tree.hoaxuan.pk]).exists()
    assert support.take(request=call, by=commune_officer).taken_by == commune_officer


def test_from_the_notice_to_the_end_at_the_health_station(
    story: Story,
    notice: DirectNotice,
    hanh: Any,
    commune_officer: Any,
    other_commune_officer: Any,
    province_officer: Any,
) -> None:
    phone = as_user(hanh)
    assert "Gọi cho tôi" in text(phone.get(f"/app/notices/{notice.key}/"))
    page = text(phone.post("/app/help/", {"notice": str(notice.key), "kind": "symptoms"}, follow=True))
    assert "Đã gửi cho Trạm Y tế phường Hải Châu" in page and "Chờ nhận" in page
    asked = HelpRequest.objects.get()
    assert (asked.person, asked.notice, asked.kind) == (story.hanh, notice, "symptoms")
    address = f"/desk/calls/asked/{asked.key}/"
    assert as_user(other_commune_officer).get(address).status_code == 404
    station = as_user(commune_officer)
    listing = text(station.get("/desk/today/"))
    assert "Nguyễn Thị Hạnh" in listing and "báo có dấu hiệu" in listing and "Chưa ai nhận" in listing
    assert "0905 000 418" not in text(station.get(address)), "the number comes with taking it"
    taken = text(station.post(address))
    assert "0905 000 418" in taken and "Đỗ Thị Sen nhận việc" in taken
    assert "Cán bộ khác đã nhận" in text(as_user(province_officer).post(address, follow=True))
    assert station.post(address, {"note": "x"}).status_code == 422
    station.post(address, {"outcome": "unanswered", "note": "gọi hai lần"})
    assert "Không nghe máy" in text(station.get("/desk/today/"))
    station.post(address, {"outcome": "reached", "note": "hẹn xét nghiệm 15:00"})
    asked.refresh_from_db()
    assert asked.closed_by == commune_officer and "hẹn xét nghiệm" in asked.outcome
    assert "báo có dấu hiệu" not in text(station.get("/desk/today/"))
    assert "Đã xong" in text(phone.get("/app/help/"))


def test_late_is_said(story: Story, commune_officer: Any) -> None:
    asked = support.ask(person=story.hanh, kind=SYMPTOMS, now=timezone.now() - timedelta(hours=2))
    station = as_user(commune_officer)
    assert "Quá hạn " in text(station.get("/desk/today/"))
    assert "Quá hạn: cần gọi trước" in text(station.get(f"/desk/calls/asked/{asked.key}/"))


@pytest.mark.parametrize("given", [{}, {"kind": "x"}, {"kind": ""}, {"notice": "no-key"}])
def test_what_is_no_request_asks_nothing(story: Story, hanh: Any, given: dict[str, str]) -> None:
    assert "Chọn “Gọi cho tôi”" in text(as_user(hanh).post("/app/help/", given, follow=True))
    assert not HelpRequest.objects.exists()


def test_somebody_elses_notice_is_not_asked_for(story: Story, notice: DirectNotice, tin: Any) -> None:
    as_user(tin).post("/app/help/", {"notice": str(notice.key), "kind": "call"})
    assert HelpRequest.objects.get().person == tin.person


def test_two_records_of_one_person_have_one_open_request(story: Story) -> None:
    kept = support.ask(person=story.hanh, kind=CALL)
    support.ask(person=story.khoi, kind=CALL)
    support.ask(person=story.khoi, kind=SYMPTOMS)
    holding = next(h for h in holdings.all_holdings() if h.table == "alerts_helprequest")
    assert holding.repoint(story.khoi.pk, story.hanh.pk) == 2
    live = HelpRequest.objects.filter(person=story.hanh, closed_at=None)
    assert {one.kind for one in live} == {"call", "symptoms"} and kept in live


def test_what_was_asked_is_gone_after_its_date(story: Story) -> None:
    asked = support.ask(person=story.hanh, kind=CALL)
    retention(asked.erase_at - timedelta(days=1))
    assert HelpRequest.objects.exists()
    retention(asked.erase_at)
    assert not HelpRequest.objects.exists()


def test_every_page_with_the_person_leaves_a_row(story: Story, commune_officer: Any) -> None:
    asked, desk = support.ask(person=story.hanh, kind=CALL), as_user(commune_officer)
    address = f"/desk/calls/asked/{asked.key}/"

    def rows() -> tuple[int, int]:
        mine = AuditEvent.objects.filter(subject_id=story.hanh.pk)
        return mine.filter(action="desk.help.read").count(), mine.filter(action="people.record.read").count()

    assert desk.get(address).status_code == 200 and rows() == (1, 0)
    assert desk.post(address, {"outcome": "", "note": ""}).status_code == 422 and rows() == (2, 0)
    assert desk.post(address).status_code == 200 and rows() == (2, 1)
