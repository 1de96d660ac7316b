"""What the owner does after registering: parts, hours, the season, helpers who say yes or no, a hand-over, reports."""

import io
import re
from datetime import time
from typing import Any

import pypdf
import pytest
from django.test import Client

from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Sms
from lachan.register.places import actions, codes, queries
from lachan.register.places.models import CodeReport, Part, PlaceCode, PlaceStaff, PlaceTransfer
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


def link_in_last_message() -> str:
    match = re.search(r"https?://[^/]+(/places/answer/\S+/)", str(Sms.objects.latest("pk").text))
    assert match, "the message has no link"
    return match[1]


def test_parts_have_codes_of_their_own_that_lead_to_the_same_place(client: Client, market: Any, owner: Any) -> None:
    sign_in(client, owner)
    page = client.post(f"/places/{market.key}/parts/", {"kind": "table", "names": "Bàn 1-3\nCổng sau"}, follow=True)
    assert "Đã thêm 4 chỗ" in page.content.decode()
    assert [part.name for part in queries.parts_of(market)] == ["Bàn 1", "Bàn 2", "Bàn 3", "Cổng sau"]
    found = PlaceCode.objects.filter(part__in=market.parts.all())
    assert len({code.code for code in found}) == 4
    assert {queries.place_by_code(code.code) for code in found} == {market}
    text = pypdf.PdfReader(io.BytesIO(client.get(f"/places/{market.key}/cards-vi.pdf").content)).pages[0].extract_text()
    assert all(codes.grouped(code.code) in text for code in found)


@pytest.mark.parametrize("names", ["", "Bàn 9-2", "Bàn 1-999", "x" * 41, "Cổng Đông\nCổng Đông"])
def test_parts_that_cannot_be_are_explained(client: Client, market: Any, owner: Any, names: str) -> None:
    sign_in(client, owner)
    answer = client.post(f"/places/{market.key}/parts/", {"kind": "gate", "names": names})
    assert answer.status_code == 422
    assert not Part.objects.exists()


def test_a_removed_part_takes_its_code_along(client: Client, market: Any, owner: Any) -> None:
    (part,) = actions.add_parts(place=market, kind="gate", names=["Cổng Tây"])
    code = queries.code_in_force(market, part)
    sign_in(client, owner)
    client.post(f"/places/{market.key}/parts/{part.pk}/remove/")
    assert code is not None and queries.place_by_code(code.code) is None
    assert queries.code_in_force(market) is not None


def test_the_code_of_one_part_is_replaced_alone(client: Client, market: Any, owner: Any) -> None:
    (part,) = actions.add_parts(place=market, kind="gate", names=["Cổng Tây"])
    whole, old = queries.code_in_force(market), queries.code_in_force(market, part)
    sign_in(client, owner)
    client.post(f"/places/{market.key}/parts/{part.pk}/code/", {"because": "copied"})
    assert queries.code_in_force(market) == whole
    assert queries.code_in_force(market, part) != old
    assert old is not None
    old.refresh_from_db()
    assert old.revoked_because == "copied"


def test_hours_differ_by_weekday(client: Client, market: Any, owner: Any) -> None:
    sign_in(client, owner)
    form = {"name": "Chợ Đầu Cầu", "capacity": "300", "typical_minutes": "25", "hours": "week"}
    week = {"opens_0": "05:00", "closes_0": "11:00", "opens_6": "05:00", "closes_6": "18:00"}
    assert client.post(f"/places/{market.key}/edit/", form | week).status_code == 302
    market.refresh_from_db()
    assert market.week == [["05:00", "11:00"], None, None, None, None, None, ["05:00", "18:00"]]
    assert (market.capacity, market.typical_minutes, market.opens) == (300, 25, None)
    page = client.get(f"/places/{market.key}/").content.decode()
    assert "Thứ Ba–Thứ Bảy" in page
    assert "trên 300 chỗ" in page
    same = form | {"hours": "same", "opens": "05:30", "closes": "18:00"}
    client.post(f"/places/{market.key}/edit/", same)
    market.refresh_from_db()
    assert (market.week, market.opens) == (None, time(5, 30))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hours": "week"}, "Ghi giờ của ít nhất một ngày"),
        ({"hours": "week", "opens_2": "07:00"}, "Ghi giờ đóng cửa"),
        ({"hours": "same"}, "Suốt ngày đêm"),
        ({"capacity": "900000"}, "1 đến 200.000"),
        ({"typical_minutes": "2000"}, "1 đến 1.440"),
    ],
)
def test_a_wrong_detail_is_explained(
    client: Client, market: Any, owner: Any, change: dict[str, str], says: str
) -> None:
    sign_in(client, owner)
    answer = client.post(f"/places/{market.key}/edit/", {"name": "Chợ", "hours": "always"} | change)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_closed_for_the_season_still_takes_whoever_comes(client: Client, market: Any, owner: Any) -> None:
    sign_in(client, owner)
    assert client.post(f"/places/{market.key}/pause/", {"reopens_on": "2020-01-01"}).status_code == 422
    client.post(f"/places/{market.key}/pause/", {"reopens_on": "2099-01-01"})
    market.refresh_from_db()
    assert market.paused_at is not None
    code = queries.code_in_force(market)
    assert code is not None and queries.place_by_code(code.code) == market
    client.post(f"/places/{market.key}/pause/", {"open": ""})
    market.refresh_from_db()
    assert market.paused_at is None and market.reopens_on is None


def test_an_invitation_is_a_message_with_a_link_for_that_number_only(
    client: Client, market: Any, owner: Any, tin: Any, hanh: Any
) -> None:
    sign_in(client, owner)
    client.post(f"/places/{market.key}/invites/", {"phone": "0905 000 419", "role": "gatekeeper"})
    link = link_in_last_message()
    sign_in(client, hanh)
    answer = client.get(link)
    assert answer.status_code == 404
    assert market.name not in answer.content.decode()
    assert client.post(link, {"yes": ""}).status_code == 404
    sign_in(client, tin)
    assert market.name in client.get(link).content.decode()
    client.post(link, {"yes": ""})
    assert PlaceStaff.objects.get(place=market, account=tin, until=None).role == "gatekeeper"
    assert client.get(link).status_code == 404


def test_an_invitation_may_be_declined(client: Client, market: Any, owner: Any, tin: Any) -> None:
    sign_in(client, owner)
    client.post(f"/places/{market.key}/invites/", {"phone": "0905000419", "role": "owner"})
    sign_in(client, tin)
    invite = market.invites.get()
    client.post(f"/places/invites/{invite.pk}/", {"no": ""})
    invite.refresh_from_db()
    assert invite.declined_at is not None
    assert not PlaceStaff.objects.filter(place=market, account=tin).exists()
    assert client.post(f"/places/invites/{invite.pk}/", {"yes": ""}).status_code == 404
    assert AuditEvent.objects.filter(action="places.staff.decline").exists()


def test_a_gatekeeper_who_accepts_to_be_owner_is_owner(market: Any, owner: Any, gatekeeper: Any) -> None:
    from lachan.register.places import staffing

    invite = staffing.invite_staff(place=market, phone="+84905000421", role="owner")
    staffing.accept_invite(invite=invite, account=gatekeeper)
    assert market.staff.get(account=gatekeeper, until=None).role == "owner"


def test_a_place_changes_hands_when_both_say_yes(client: Client, market: Any, owner: Any, tin: Any, hanh: Any) -> None:
    sign_in(client, owner)
    client.post(f"/places/{market.key}/offer/", {"offer-phone": "0905000419"})
    link = link_in_last_message()
    assert market.staff.get(role="owner", until=None).account == owner
    sign_in(client, hanh)
    assert client.post(f"/places/offers/{PlaceTransfer.objects.get().pk}/", {"yes": ""}).status_code == 404
    sign_in(client, tin)
    assert client.post(link, {"yes": ""}).status_code == 302
    assert market.staff.get(role="owner", until=None).account == tin
    event = AuditEvent.objects.get(action="places.transfer.accept")
    assert (event.detail["from"], event.detail["to"]) == (owner.pk, tin.pk)
    sign_in(client, owner)
    assert client.get(f"/places/{market.key}/").status_code == 404


def test_an_offer_is_declined_withdrawn_or_replaced(market: Any, owner: Any, tin: Any) -> None:
    from lachan.register.places import staffing

    first = staffing.offer_place(place=market, giver=owner, phone="+84905000419")
    second = staffing.offer_place(place=market, giver=owner, phone="+84905000419")
    assert not staffing.accept_place(offer=first, account=tin)
    assert staffing.decline_place(offer=second, account=tin)
    third = staffing.offer_place(place=market, giver=owner, phone="+84905000419")
    staffing.withdraw_offer(place=market)
    assert not staffing.accept_place(offer=third, account=tin)
    assert market.staff.get(role="owner", until=None).account == owner


def test_an_offer_of_who_no_longer_owns_is_void(market: Any, owner: Any, tin: Any, gatekeeper: Any) -> None:
    from lachan.register.places import staffing

    offer = staffing.offer_place(place=market, giver=owner, phone="+84905000419")
    PlaceStaff.objects.filter(place=market, account=owner).update(role="gatekeeper")
    assert not staffing.accept_place(offer=offer, account=tin)


def report(client: Client, **fields: str) -> Any:
    form = {"what": "other_place", "commune": "Hải Châu, Đà Nẵng", "note": "Cổng sau, bảng của nơi khác"}
    return client.post("/places/report/", form | fields)


def test_anyone_reports_a_code_without_an_account(client: Client, market: Any) -> None:
    code = market.codes.get().code
    assert client.get(f"/places/report/?code={code}").status_code == 200
    assert report(client, code=codes.grouped(code).lower()).status_code == 302
    made = CodeReport.objects.get()
    assert (made.place, made.area_id, made.what) == (market, market.area_id, "other_place")
    event = AuditEvent.objects.get(action="places.code.report")
    assert event.actor_id is None
    assert code not in str(event.detail)


def test_a_stranger_s_sticker_is_reported_without_a_code(client: Client, area_tree: Any) -> None:
    assert report(client, what="other_site", code="https://evil.example/x").status_code == 302
    assert CodeReport.objects.get().place is None
    assert report(client, what="other_place", code="nonsense").status_code == 422


def test_reports_are_limited(client: Client, market: Any) -> None:
    statuses = [report(client).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    assert CodeReport.objects.count() == 5


def test_counts_leave_as_a_file_that_holds_no_formula(client: Client, market: Any, owner: Any) -> None:
    market.name = '=HYPERLINK("http://evil.example","Chợ")'
    market.save()
    sign_in(client, owner)
    page = client.get(f"/places/{market.key}/numbers/")
    assert page.status_code == 200
    lines = client.get(f"/places/{market.key}/numbers.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 8
    assert all(line.startswith("\"'=HYPERLINK") for line in lines[1:])
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"/places/{market.key}/numbers.xlsx").content)
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1][0] == market.name
    assert rows[1][2] == 0


def test_a_season_ends_by_itself_on_its_day(market: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    actions.pause_place(place=market, reopens_on=timezone.localdate() + timedelta(days=1))
    assert actions.reopen_due() == 0
    market.reopens_on = timezone.localdate()
    market.save()
    assert actions.reopen_due() == 1
    market.refresh_from_db()
    assert market.paused_at is None


def test_invitations_and_reports_are_forgotten(market: Any, owner: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from lachan.register.places import keeping, staffing
    from lachan.register.places.models import PlaceInvite

    now = timezone.now()
    declined = staffing.invite_staff(place=market, phone="+84905000418", role="gatekeeper")
    expired = staffing.invite_staff(place=market, phone="+84905000419", role="gatekeeper")
    kept = staffing.invite_staff(place=market, phone="+84905000421", role="gatekeeper")
    PlaceInvite.objects.filter(pk=declined.pk).update(declined_at=now - timedelta(days=31))
    PlaceInvite.objects.filter(pk=expired.pk).update(expires_at=now - timedelta(days=31))
    offer = staffing.offer_place(place=market, giver=owner, phone="+84905000419")
    PlaceTransfer.objects.filter(pk=offer.pk).update(withdrawn_at=now - timedelta(days=31))
    old = actions.report_code(code=None, area=market.area, what="covered")
    CodeReport.objects.filter(pk=old.pk).update(reported_at=now - timedelta(days=91))
    actions.report_code(code=None, area=market.area, what="covered")
    assert keeping.forget_old() == 4
    assert list(PlaceInvite.objects.all()) == [kept]
    assert CodeReport.objects.count() == 1


def test_reports_are_limited_over_a_whole_network(client: Client, market: Any) -> None:
    statuses = []
    for number in range(6):
        client.defaults["REMOTE_ADDR"] = f"2001:db8::{number}"
        statuses.append(report(client).status_code)
    assert statuses == [302] * 5 + [429]
