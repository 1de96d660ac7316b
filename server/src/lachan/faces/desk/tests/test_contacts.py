"""The table of contacts: what it shows, to whom, how fast, and the decisions taken on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lachan.faces.desk.contact_list import Filters, ranked, seen
from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.register.people.models import Person
from lachan.response.tracing import actions
from lachan.response.tracing.models import Contact, Exposure

pytestmark = pytest.mark.django_db


def decide(client: Client, story: Story, decision: str, *people: Any, **more: Any) -> Any:
    picks = [seen(story.contact(person)) for person in people]
    return client.post(story.address("contacts/decide/"), {"decision": decision, "pick": picks, **more})


def test_the_table_shows_levels_evidence_and_minutes(desk: Client, story: Story) -> None:
    page = text(desk.get(story.address()))
    assert "6 F1 chờ xem, tất cả 7" in page
    assert "Chợ Đầu Cầu 38 phút" in page
    # Tín stayed 30 minutes at most, 5 of them for certain: too few to be sure.
    assert "Chợ Đầu Cầu 5–30 phút" in page
    assert page.count('class="vh">, bằng chứng yếu') == 1
    assert "Cùng nhà với Hạnh" in page
    assert "Trần Quốc Khoa" not in page, "the case itself is no contact"


def test_every_person_shown_is_audited(desk: Client, story: Story) -> None:
    desk.get(story.address() + "?q=hanh")
    assert audited("desk.contacts.list", story.hanh) == 1
    assert audited("desk.contacts.list", story.tin) == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?level=2", {"Nguyễn Minh Khôi"}),
        ("?source=household", {"Nguyễn Minh Khôi"}),
        ("?q=trung tin", {"Hoàng Trung Tín"}),
        ("?level=9&status=nonsense&area=x&page=-1&sort=zz", None),
        ("?case=ĐN-0001&level=1&q=le thi", {"Lê Thị Sáu"}),
        ("?status=confirmed", set()),
        ("?change=new&level=2", {"Nguyễn Minh Khôi"}),
        ("?change=gone", set()),
        ("?page=99999", None),
    ],
)
def test_filters_stand_in_the_address(desk: Client, story: Story, query: str, names: set[str] | None) -> None:
    response = desk.get(story.address() + query)
    assert response.status_code == 200
    shown = {row.contact.person.name for row in response.context["rows"]}
    assert len(shown) == 7 if names is None else shown == names


def test_counts_of_a_filter_are_what_it_would_leave(desk: Client, story: Story) -> None:
    decide(desk, story, "confirm", story.hanh)
    for query in ("", "?level=1", "?status=found", f"?area={story.areas.haichau.pk}&source=checkin"):
        facets = desk.get(story.address() + query).context["facets"]
        for option in [*facets.levels, *facets.statuses, *facets.sources, *facets.areas]:
            if not option.on:
                left = desk.get(story.address() + option.address).context["facets"].total
                assert left == option.count, (query, option)


def test_filters_survive_a_round_through_the_address() -> None:
    filters = Filters.read({"level": "1", "q": "hạnh & tín", "page": "3", "sort": "last", "case": "ĐN-0001"})
    from django.http import QueryDict

    assert Filters.read(QueryDict(filters.address(page=3)[1:])) == filters
    assert Filters.read(QueryDict(filters.address(level="")[1:])).page == 1


def crowd(story: Story, count: int) -> None:
    made = Person.objects.bulk_create(
        Person(name=f"Đám Đông {n}", folded=f"dam dong {n}", area=story.areas.haichau, erase_at=timezone.localdate())
        for n in range(count)
    )
    now = timezone.now()
    contacts = Contact.objects.bulk_create(
        Contact(
            outbreak=story.outbreak,
            person=person,
            level=1 + n % 3,
            first_exposure_at=now,
            last_exposure_at=now,
            erase_at=timezone.localdate() + timedelta(days=30),
        )
        for n, person in enumerate(made)
    )
    Exposure.objects.bulk_create(
        Exposure(
            contact=contact,
            level=contact.level,
            index_case=story.case,
            via=story.sick,
            source="checkin",
            kind="place",
            place=story.market,
            start=now - timedelta(minutes=40),
            end=now,
            minutes_certain=20,
            minutes_possible=40,
        )
        for contact in contacts
        for _ in range(2)
    )


def test_a_thousand_contacts_take_no_more_queries_than_seven(desk: Client, story: Story) -> None:
    desk.get(story.address())
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get(story.address())
    crowd(story, 1_000)
    with CaptureQueriesContext(connection) as many:
        page = desk.get(story.address() + "?page=2")
    assert page.context["facets"].total == 1_007
    assert len(page.context["rows"]) == 50
    assert len(many) <= len(few) <= 30


def test_priority_is_what_the_page_says(story: Story) -> None:
    ordered = ranked(Contact.objects.filter(outbreak=story.outbreak), "priority", timezone.localdate())
    got = {contact.person.name: contact.priority for contact in ordered.select_related("person")}
    # F1 60 + 20 certain minutes/6 + 20 possible/24 + 5 for her age; halves are cut.
    assert got["Lê Thị Sáu"] == 60 + 3 + 0 + 5
    assert got["Nguyễn Thị Hạnh"] == 60 + 6 + 1
    assert got["Hoàng Trung Tín"] == 60 + 0 + 1
    assert got["Nguyễn Minh Khôi"] == 35 + 20 + 5, "possible minutes of a shared home are capped"
    assert [c.priority for c in ordered] == sorted(got.values(), reverse=True)


# ---------- one contact ----------


def test_a_contact_has_a_page_and_a_panel(desk: Client, story: Story) -> None:
    contact = story.contact(story.hanh)
    page = desk.get(story.address(f"contacts/{contact.key}/"))
    words = text(page)
    assert "Ở gần ca ĐN-0001" in words
    assert "8:12" in words
    assert "0905 000 418" not in words and "0905000418" not in words
    assert "09•• ••• 418" in words
    panel = desk.get(story.address(f"contacts/{contact.key}/"), headers={"HX-Request": "true"})
    assert "<html" not in panel.content.decode()
    assert audited("desk.contact.read", story.hanh) == 2


def test_via_links_to_the_person_met(desk: Client, story: Story) -> None:
    words = text(desk.get(story.address(f"contacts/{story.contact(story.khoi).key}/")))
    assert "Ở gần Nguyễn Thị Hạnh" in words
    assert str(story.contact(story.hanh).key) in words


def test_a_phone_is_shown_on_demand_and_the_trail_says_so(desk: Client, story: Story) -> None:
    contact = story.contact(story.hanh)
    words = text(desk.post(story.address(f"contacts/{contact.key}/phone/")))
    assert "0905 000 418" in words
    assert audited("people.record.read", story.hanh) == 1


# ---------- decisions ----------


def test_confirm_many_then_undo(desk: Client, story: Story) -> None:
    response = decide(desk, story, "confirm", story.hanh, story.tin, filters="level=1")
    assert response.url == story.address() + "?level=1"
    assert {story.contact(p).status for p in (story.hanh, story.tin)} == {"confirmed"}
    page = text(desk.get(response.url))
    assert "Đã xác nhận 2 người tiếp xúc" in page and "Hoàn tác" in page
    assert "Hoàn tác" not in text(desk.get(response.url)), "offered once"
    desk.post(story.address("contacts/undo/"))
    assert {story.contact(p).status for p in (story.hanh, story.tin)} == {"found"}
    assert audited("tracing.contact.undo") == 2


def test_nothing_chosen_changes_nothing(desk: Client, story: Story) -> None:
    response = desk.post(story.address("contacts/decide/"), {"decision": "confirm"}, follow=True)
    assert "Chưa chọn ai" in text(response)
    assert not Contact.objects.exclude(status="found").exists()


def test_a_dismissal_asks_for_a_reason(desk: Client, story: Story) -> None:
    asked = decide(desk, story, "dismiss", story.tin)
    assert asked.status_code == 200 and "Vì sao bỏ?" in text(asked)
    missing = decide(desk, story, "dismiss", story.tin, reason="other", other=" ")
    assert missing.status_code == 422 and "có vách kính ngăn" in text(missing)
    assert story.contact(story.tin).status == "found"
    done = decide(desk, story, "dismiss", story.tin, reason="absent")
    assert done.status_code == 302
    assert (story.contact(story.tin).status, story.contact(story.tin).reason) == ("dismissed", "Không có mặt ở đó")


def test_two_officers_on_one_contact_get_a_plain_sentence(desk: Client, story: Story) -> None:
    stale = [seen(story.contact(p)) for p in (story.tin, story.hanh)]
    actions.confirm(contact=story.contact(story.hanh), by=story.officer)
    response = desk.post(story.address("contacts/decide/"), {"decision": "confirm", "pick": stale}, follow=True)
    assert "Trần Thị Mai vừa chuyển người này thành “đã xác nhận”" in text(response)
    assert story.contact(story.tin).status == "found", "all or none"
    response = desk.post(
        story.address("contacts/decide/"), {"decision": "dismiss", "pick": stale, "reason": "absent"}, follow=True
    )
    assert "vừa chuyển người này" in text(response)
    assert story.contact(story.tin).status == "found"


def test_everyone_in_the_filter_at_once(desk: Client, story: Story) -> None:
    decide(desk, story, "dismiss", story.tin, reason="absent")
    desk.post(story.address("contacts/decide/"), {"decision": "confirm", "all": "yes", "filters": "level=1"})
    statuses = dict(Contact.objects.filter(level=1).values_list("person__name", "status"))
    assert statuses.pop("Hoàng Trung Tín") == "dismissed"
    assert set(statuses.values()) == {"confirmed"}
    assert story.contact(story.khoi).status == "found"


def test_bad_picks_are_nobody(desk: Client, story: Story) -> None:
    for pick in ("", "x", "|||", f"{story.sick.key}|found|", f"{story.contact(story.tin).key}|found|yesterday"):
        assert desk.post(story.address("contacts/decide/"), {"decision": "confirm", "pick": pick}).status_code == 302
    assert not Contact.objects.exclude(person=story.tin).exclude(status="found").exists()


# ---------- scope ----------


def test_a_commune_sees_only_who_lives_there(story: Story, commune_officer: Any) -> None:
    client = as_officer(commune_officer)
    page = text(client.get(story.address()))
    assert "Nguyễn Thị Hạnh" in page and "Hoàng Trung Tín" not in page and "Lê Thị Sáu" not in page
    assert "Xác nhận người đã chọn" not in page
    assert client.get(story.address(f"contacts/{story.contact(story.tin).key}/")).status_code == 404
    pick = seen(story.contact(story.hanh))
    assert client.post(story.address("contacts/decide/"), {"decision": "confirm", "pick": pick}).status_code == 403
    assert story.contact(story.hanh).status == "found"


def test_the_name_of_a_person_met_is_kept_from_another_commune(
    story: Story, other_commune_officer: Any, desk: Client
) -> None:
    # Sáu of Hòa Xuân is made a contact through Hạnh, who lives in Hải Châu.
    contact = story.contact(story.elder)
    Exposure.objects.filter(contact=contact).update(level=2, via=story.hanh)
    Contact.objects.filter(pk=contact.pk).update(level=2)
    words = text(as_officer(other_commune_officer).get(story.address(f"contacts/{contact.key}/")))
    assert "Ở gần một người sống ở nơi khác" in words
    assert "Hạnh" not in words
    assert "Ở gần Nguyễn Thị Hạnh" in text(desk.get(story.address(f"contacts/{contact.key}/")))


def test_another_province_finds_nothing(story: Story, other_province_officer: Any) -> None:
    client = as_officer(other_province_officer)
    assert client.get(story.address()).status_code == 404
    assert client.get(story.address(f"contacts/{story.contact(story.hanh).key}/")).status_code == 404
    assert client.post(story.address("trace/")).status_code == 404


def test_another_province_sees_its_own_resident_and_does_not_decide(story: Story, other_province_officer: Any) -> None:
    Person.objects.filter(pk=story.tin.pk).update(area=story.areas.tayho)
    client = as_officer(other_province_officer)
    page = text(client.get(story.address()))
    assert "Hoàng Trung Tín" in page and "Nguyễn Thị Hạnh" not in page
    assert decide(client, story, "confirm", story.tin).status_code == 404


# ---------- trace again ----------


def test_tracing_again_tells_what_changed(desk: Client, story: Story) -> None:
    from lachan.systems.checkin.models import Visit

    Visit.objects.filter(person=story.elder).delete()
    response = desk.post(story.address("trace/"), follow=True)
    words = text(response)
    assert "Tìm thấy 6 người tiếp xúc: 5 F1, 1 F2." in words
    assert "1 không còn thấy" in words
    gone = desk.get(story.address() + "?change=gone")
    assert [row.contact.person.name for row in gone.context["rows"]] == ["Lê Thị Sáu"]
