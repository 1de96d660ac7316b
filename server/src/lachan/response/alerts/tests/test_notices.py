"""Direct notices: the right people, once, in the right words, and nothing of the case."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.people import holdings
from lachan.response.alerts import actions, place_notices, queries, releases
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice, FeedEdition
from lachan.response.alerts.tests.conftest import NOW, Story, second_officer
from lachan.response.alerts.words import Sure, fill, how_sure
from lachan.response.cases import actions as cases
from lachan.response.tracing import actions as tracing
from lachan.testing.cast import sign_in


def issue(story: Story, *people: Any) -> actions.IssueReport:
    return actions.issue_notices(outbreak=story.outbreak, contacts=story.confirm(*people), by=None, now=NOW)


def test_only_confirmed_contacts_are_warned_and_only_once(story: Story) -> None:
    everyone = list(story.outbreak.contacts.all())
    story.confirm(story.hanh)
    tracing.dismiss(contact=story.contact(story.elder), reason="vách kính", by=None)
    report = actions.issue_notices(outbreak=story.outbreak, contacts=everyone, by=None, now=NOW)
    assert [n.person for n in report.issued] == [story.hanh]
    assert len(report.unconfirmed) == len(everyone) - 1
    again = actions.issue_notices(outbreak=story.outbreak, contacts=everyone, by=None, now=NOW)
    assert (len(again.issued), len(again.already)) == (0, 1)
    assert DirectNotice.objects.count() == 1
    assert AuditEvent.objects.filter(action="alerts.notice.issue").count() == 1


def test_the_channel_is_the_account_of_the_person_or_guardian_else_a_call(story: Story) -> None:
    report = issue(story, story.hanh, story.khoi, story.elder)
    assert {n.person_id: n.channel for n in report.issued} == {
        story.hanh.pk: "account",
        story.khoi.pk: "account",
        story.elder.pk: "call",
    }
    assert (report.by_account, report.by_call) == (2, 1)


def test_the_inbox_is_of_oneself_and_ones_wards(story: Story, hanh: Any, tin: Any, area_tree: Any) -> None:
    issue(story, story.hanh, story.khoi, story.elder)
    assert {n.person for n in queries.inbox(hanh)} == {story.hanh, story.khoi}
    assert not queries.inbox(tin).exists()
    assert [n.person for n in queries.call_list([area_tree.haichau.pk])] == [story.elder]
    assert not queries.call_list([area_tree.hoaxuan.pk]).exists()


def test_the_words_come_in_the_order_of_reading(story: Story) -> None:
    words = issue(story, story.hanh).issued[0].words
    order = [
        "heading", "verdict", "stays", "things", "call", "station", "hotline", "why", "sure", "unknown", "who_knows",
        "help", "object", "footer",
    ]  # fmt: skip
    for language in ("vi", "en"):
        assert list(words[language]) == order
        assert len(words[language]["things"]) == 3
    assert words["vi"]["heading"] == "Có thể {xung_ho} đã ở gần một người mắc COVID-19"
    assert words["vi"]["station"] == "Trạm Y tế phường Hải Châu"
    assert "Chợ Đầu Cầu" in words["vi"]["stays"][0]["place"]


def test_a_warning_shows_only_ones_own_times(story: Story) -> None:
    stay = issue(story, story.hanh).issued[0].words["vi"]["stays"][0]
    # Her own stay is from 51 to 48.5 hours ago; the case came 40 minutes after her and left long before.
    assert stay["start"] == (NOW - timedelta(hours=51)).isoformat()
    assert stay["end"] == (NOW - timedelta(hours=48.5)).isoformat()
    exposure = story.contact(story.hanh).exposures.get()
    assert exposure.start > NOW - timedelta(hours=51)


def test_a_shared_home_is_not_named(story: Story) -> None:
    notice = issue(story, story.housemate).issued[0]
    words = notice.words["vi"]
    assert words["stays"] == []
    assert "ở cùng nơi" not in words["why"]
    assert words["sure"] == Sure.VERY


def test_nothing_of_the_case_is_in_any_notice_feed_or_answer(story: Story, hanh: Any, client: Client) -> None:
    report = issue(story, story.hanh, story.khoi, story.elder, story.housemate)
    windows = [w for w in place_notices.propose_windows(story.outbreak, now=NOW) if w.publishable]
    asked = releases.propose_places(outbreak=story.outbreak, windows=windows, by=None, now=NOW)
    assert asked is not None
    releases.release(release=asked, by=second_officer(story), now=NOW)
    sign_in(client, hanh)
    texts = [json.dumps(n.words, ensure_ascii=False) for n in report.issued]
    texts.append(client.get("/api/v1/me/notices").content.decode())
    texts += [bytes(e.body).decode("latin-1") for e in FeedEdition.objects.all()]
    texts.append(client.get("/api/v1/notices/feed").content.decode("latin-1"))
    case = story.case
    person = case.person
    secrets = [
        person.name, person.name.split()[0], case.number, str(case.key), str(person.key), "1931",
        f"{NOW.year - 1931} tuổi", "77 Ngõ Kỳ Lạ", "Kỳ Lạ", case.onset_on.isoformat(),
    ]  # fmt: skip
    # When the case came and left, as an overlap would tell it.
    secrets += [
        (NOW - timedelta(hours=50, minutes=20)).isoformat(),
        (NOW - timedelta(hours=49, minutes=20)).isoformat(),
    ]
    for text in texts:
        for secret in secrets:
            assert secret not in text
        for word in ("nam ", "nữ", "giới tính", "tuổi", "F0"):
            assert word not in text.lower().replace("việt nam ", "").replace("cao tuổi", "")


def test_the_reader_is_addressed_as_they_wish_or_without_a_subject(story: Story) -> None:
    words = issue(story, story.hanh).issued[0].words["vi"]
    assert fill(words, "cô")["heading"] == "Có thể cô đã ở gần một người mắc COVID-19"
    assert fill(words, "")["heading"] == "Có thể đã ở gần một người mắc COVID-19"
    assert "{xung_ho}" not in json.dumps(fill(words, ""))
    assert "  " not in json.dumps(fill(words, ""), ensure_ascii=False)


@pytest.mark.parametrize(
    ("level", "meetings", "sure"),
    [
        (1, [("checkin", 0)], Sure.POSSIBLE),
        (1, [("checkin", 15)], Sure.FAIRLY),
        (1, [("household", 0)], Sure.VERY),
        (1, [("checkin", 0), ("proximity", 3)], Sure.VERY),
        (2, [("checkin", 500)], Sure.POSSIBLE),
        (1, [], Sure.POSSIBLE),
    ],
)
def test_three_levels_of_sureness(level: int, meetings: list[tuple[str, int]], sure: Sure) -> None:
    assert how_sure(level, meetings, 15) == sure


def test_a_dismissal_takes_the_notice_back_in_words(story: Story, hanh: Any, client: Client) -> None:
    issue(story, story.hanh)
    tracing.dismiss(contact=story.contact(story.hanh), reason="không tới chợ", by=None)
    sign_in(client, hanh)
    notice = client.get("/api/v1/me/notices").json()["notices"][0]
    assert (notice["withdrawn"], notice["words"]) == (True, {})


def test_excluding_the_case_takes_every_notice_back(story: Story, area_tree: Any) -> None:
    issue(story, story.hanh, story.elder)
    other = story.contact(story.khoi).person
    cases.record_case(outbreak=story.outbreak, person=other, status="confirmed", onset_on=timezone.localdate(), by=None)
    cases.change_status(case=story.case, to="excluded", reason="mẫu bị lẫn", by=None)
    # Khôi, now the only case, met both at the market; trace only the hours after that.
    cases.update_case(case=other.cases.get(), by=None, isolated_at=NOW - timedelta(hours=60))
    tracing.retrace(outbreak=story.outbreak, by=None, now=NOW)
    assert not DirectNotice.objects.filter(withdrawn_at=None).exists()
    assert not queries.call_list([area_tree.haichau.pk]).exists()


def test_a_contact_who_becomes_a_case_was_rightly_warned(story: Story, area_tree: Any) -> None:
    issue(story, story.hanh, story.elder)
    for person in (story.hanh, story.elder):
        cases.record_case(
            outbreak=story.outbreak, person=person, status="confirmed", onset_on=timezone.localdate(), by=None
        )
    tracing.retrace(outbreak=story.outbreak, by=None, now=NOW)
    assert not story.outbreak.contacts.filter(person__in=[story.hanh, story.elder], current=True).exists()
    assert DirectNotice.objects.filter(withdrawn_at=None).count() == 2
    assert not queries.call_list([area_tree.haichau.pk]).exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_press_at_once_issue_one_notice(story: Story) -> None:
    contacts = story.confirm(story.hanh, story.elder)
    start = threading.Barrier(2)

    def press() -> int:
        start.wait()
        try:
            report = actions.issue_notices(outbreak=story.outbreak, contacts=contacts, by=None, now=NOW)
            return len(report.issued)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as officers:
        issued = [future.result() for future in [officers.submit(press) for _ in range(2)]]
    assert sorted(issued) == [0, 2]
    assert DirectNotice.objects.count() == 2


def test_a_withdrawn_notice_can_be_issued_again(story: Story) -> None:
    notice = issue(story, story.hanh).issued[0]
    actions.withdraw(notice=notice, by=None)
    actions.withdraw(notice=notice, by=None)
    assert AuditEvent.objects.filter(action="alerts.notice.withdraw").count() == 1
    contacts = [story.contact(story.hanh)]
    assert len(actions.issue_notices(outbreak=story.outbreak, contacts=contacts, by=None, now=NOW).issued) == 1


def test_advice_that_comes_too_late_is_not_sent(story: Story) -> None:
    contacts = story.confirm(story.hanh)
    later = NOW + timedelta(days=20)
    report = actions.issue_notices(outbreak=story.outbreak, contacts=contacts, by=None, now=later)
    assert (len(report.issued), report.late) == (0, contacts)


def test_delivered_read_and_acted_keep_their_first_time(story: Story, hanh: Any, client: Client) -> None:
    notice = issue(story, story.hanh).issued[0]
    sign_in(client, hanh)
    client.get("/api/v1/me/notices")
    notice.refresh_from_db()
    assert notice.delivered_at is not None
    assert notice.read_at is None
    url = f"/api/v1/me/notices/{notice.key}/read"
    first = client.post(url).json()["at"]
    assert client.post(url).json()["at"] == first
    actions.mark_acted(notice=DirectNotice.objects.get())
    assert DirectNotice.objects.get().acted_at is not None


def test_someone_elses_notice_is_unknown(story: Story, tin: Any, client: Client) -> None:
    notice = issue(story, story.hanh).issued[0]
    assert client.get("/api/v1/me/notices").status_code == 401
    sign_in(client, tin)
    assert client.get("/api/v1/me/notices").json() == {"notices": []}
    answer = client.post(f"/api/v1/me/notices/{notice.key}/read")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "notice_unknown"
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_ward_is_named_to_the_guardian(story: Story, hanh: Any, client: Client) -> None:
    issue(story, story.hanh, story.khoi)
    sign_in(client, hanh)
    about = {n["about"] for n in client.get("/api/v1/me/notices").json()["notices"]}
    assert about == {None, story.khoi.name}


def test_a_call_that_reached_no_one_stays_on_the_list(story: Story, area_tree: Any) -> None:
    notice = issue(story, story.elder).issued[0]
    scope = [area_tree.haichau.pk]
    actions.record_call(notice=notice, reached=False, outcome="không nghe máy", by=None)
    assert queries.call_list(scope).get().call_outcome == "không nghe máy"
    actions.record_call(notice=notice, reached=True, outcome="đã nói chuyện", by=None)
    assert not queries.call_list(scope).exists()
    actions.withdraw(notice=notice, by=None)
    with pytest.raises(NoticeError, match="không còn trong danh sách"):
        actions.record_call(notice=notice, reached=True, outcome="", by=None)


def test_what_is_held_of_a_person_is_exported_and_erased_on_its_date(story: Story) -> None:
    issue(story, story.hanh)
    tables = {h.table: h for h in holdings.all_holdings()}
    for table in ("cases_case", "tracing_contact", "tracing_exposure", "alerts_directnotice"):
        assert table in tables
    exported = list(tables["tracing_contact"].export(story.hanh.pk))
    assert exported[0]["exposures"][0]["place__name"] == "Chợ Đầu Cầu"
    assert story.case.person.name not in json.dumps(exported, default=str, ensure_ascii=False)
    assert tables["tracing_contact"].held_until(story.hanh.pk) == story.contact(story.hanh).erase_at
    assert tables["alerts_directnotice"].retain(timezone.localdate()) == 0
    assert tables["alerts_directnotice"].retain(timezone.localdate() + timedelta(days=40)) == 1
    index = story.case.person
    assert tables["tracing_exposure"].erase(index.pk) > 0
    assert story.contact(story.hanh).exposures.get().via is None


def test_merging_two_records_of_one_person(story: Story, tin: Any) -> None:
    issue(story, story.hanh, story.elder)
    for holding in holdings.all_holdings():
        if holding.table.split("_")[0] in {"cases", "tracing", "alerts"}:
            holding.repoint(story.elder.pk, story.hanh.pk)
    contact = story.contact(story.hanh)
    assert not story.outbreak.contacts.filter(person=story.elder).exists()
    assert contact.exposures.count() == 3
    assert contact.notices.filter(withdrawn_at=None).count() == 1
    assert contact.notices.count() == 2
