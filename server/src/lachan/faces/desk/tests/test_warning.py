"""Notices and calls from the desk: to whom, in which words, published or not, and how a call went."""

from typing import Any

import msgspec
import pytest
from django.test import Client

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.register.access.actions import create_officer
from lachan.response.alerts import releases
from lachan.response.alerts.models import DirectNotice, PlaceNotice, Release
from lachan.response.tracing.actions import confirm, undo
from lachan.testing.cast import PASSWORD

pytestmark = pytest.mark.django_db
OF_THE_CASE = ("Trần Quốc Khoa", "ĐN-0001", "Bệnh viện 199")


@pytest.fixture
def confirmed(story: Story) -> Story:
    for person in (story.hanh, story.elder, story.khoi):
        confirm(contact=story.contact(person), by=story.officer)
    return story


def issue(client: Client, story: Story, *levels: str) -> str:
    return text(client.post(story.address("notices/issue/"), {"level": levels}, follow=True))


def test_how_many_by_account_and_by_call_before_anything_is_sent(desk: Client, confirmed: Story) -> None:
    page = text(desk.get(confirmed.address("notices/")))
    assert "3 người đã xác nhận, chưa nhận tin" in page
    assert "2 người F1" in page and "1 nhận trong ứng dụng, 1 cần gọi" in page
    assert "1 người F2" in page and "1 nhận trong ứng dụng, 0 cần gọi" in page, "the guardian reads for Khôi"
    assert not DirectNotice.objects.exists()


def test_the_preview_is_what_is_sent_and_tells_nothing_of_the_case(desk: Client, confirmed: Story) -> None:
    page = desk.get(confirmed.address("notices/"))
    example = page.context["example"]
    inside = text(page).partition('<div class="preview">')[2].partition("</section>")[0]
    assert "đã ở gần một người mắc COVID-19" in inside and "Chợ Đầu Cầu" in inside
    assert not any(word in inside for word in OF_THE_CASE)
    issue(desk, confirmed, "1")
    sent = DirectNotice.objects.get(contact=example["contact"]).words["vi"]
    assert sent["stays"] == example["words"]["stays"]


def test_only_ticked_levels_and_only_once(desk: Client, confirmed: Story) -> None:
    assert "Chưa chọn bậc nào" in issue(desk, confirmed)
    page = issue(desk, confirmed, "1")
    assert "Đã gửi 2 tin báo: 1 tới ứng dụng, 1 vào danh sách gọi." in page
    assert set(DirectNotice.objects.values_list("person__name", flat=True)) == {"Nguyễn Thị Hạnh", "Lê Thị Sáu"}
    assert "Đã gửi 0 tin báo" in issue(desk, confirmed, "1", "x", "99")
    assert "Chưa tới máy" in page and "Cần gọi" in page


def test_withdrawing_a_notice(desk: Client, confirmed: Story) -> None:
    issue(desk, confirmed, "1")
    notice = DirectNotice.objects.get(person=confirmed.hanh)
    page = text(desk.post(confirmed.address(f"notices/{notice.key}/withdraw/"), follow=True))
    assert "Đã rút tin" in page
    notice.refresh_from_db()
    assert notice.withdrawn_at is not None
    assert "Đã rút" in text(desk.get(confirmed.address("notices/?state=withdrawn")))


def test_a_decision_taken_back_takes_the_notice_back(desk: Client, confirmed: Story) -> None:
    issue(desk, confirmed, "1")
    undo(contact=confirmed.contact(confirmed.hanh), by=confirmed.officer)
    assert DirectNotice.objects.get(person=confirmed.hanh).withdrawn_at is not None


# ---------- place notices ----------


def window(page: Any) -> str:
    proposed = page.context["proposed"]
    assert len(proposed) == 1
    found = proposed[0]
    return f"{found.place.pk}|{found.start.isoformat()}|{found.end.isoformat()}"


def propose(client: Client, story: Story) -> Release:
    page = client.get(story.address("notices/"))
    client.post(story.address("windows/publish/"), {"window": window(page)})
    return Release.objects.get(state="waiting")


@pytest.fixture
def second(story: Story) -> Client:
    """Another officer of the same office."""
    return as_officer(
        create_officer(
            username="second", name="Võ Thị Lan", password=PASSWORD, role="province", area=story.areas.danang
        )
    )


def test_a_window_is_proposed_by_one_released_by_another_and_withdrawn(
    desk: Client, story: Story, second: Client
) -> None:
    page = desk.get(story.address("notices/"))
    assert page.context["proposed"][0].visitors == 6
    done = text(desk.post(story.address("windows/publish/"), {"window": window(page)}, follow=True))
    assert "Một cán bộ khác duyệt" in done and "Chính tài khoản này đề nghị" in done and "Duyệt và phát" not in done
    release = Release.objects.get()
    assert "không tự duyệt được" in text(desk.post(story.address(f"releases/{release.key}/"), follow=True))
    assert "1 tin chờ người thứ hai duyệt" not in text(desk.get("/desk/")), "not whoever proposed it"
    home = text(second.get("/desk/"))
    assert "1 tin chờ người thứ hai duyệt" in home and "Trần Thị Mai đề nghị" in home and "Tự phát lúc" in home
    assert "Duyệt và phát" in text(second.get(story.address("notices/")))
    done = text(second.post(story.address(f"releases/{release.key}/"), {"decision": "release"}, follow=True))
    assert "Đã công bố 1 khung giờ." in done and "Võ Thị Lan duyệt" in done
    notice = PlaceNotice.objects.get()
    assert notice.issued_at is not None
    done = text(desk.post(story.address(f"windows/{notice.pk}/withdraw/"), follow=True))
    assert "Đã rút khung giờ ở Chợ Đầu Cầu" in done
    notice.refresh_from_db()
    assert notice.withdrawn_at is not None


def test_a_refusal_says_why_to_both(desk: Client, story: Story, second: Client) -> None:
    release = propose(desk, story)
    address = story.address(f"releases/{release.key}/")
    assert "Ghi lý do từ chối" in text(second.post(address, {"decision": "refuse"}, follow=True))
    done = text(second.post(address, {"decision": "refuse", "reason": "sai giờ"}, follow=True))
    assert "Đã từ chối" in done
    page = text(desk.get(story.address("notices/")))
    assert "Võ Thị Lan từ chối" in page and "sai giờ" in page and "Không gửi" in page
    assert "đã được quyết định" in text(second.post(address, {"decision": "release"}, follow=True))


def test_what_went_by_itself_says_so(desk: Client, story: Story) -> None:
    release = propose(desk, story)
    releases.release_due(now=release.due_at)
    page = text(desk.get(story.address("notices/")))
    assert "hết giờ chờ, tự phát" in page and "tự phát vì hết giờ chờ duyệt" in page


def test_a_release_of_another_office_is_not_there(desk: Client, story: Story, other_province_officer: Any) -> None:
    release = propose(desk, story)
    stranger = as_officer(other_province_officer)
    assert stranger.post(story.address(f"releases/{release.key}/")).status_code == 404
    assert "chờ người thứ hai duyệt" not in text(stranger.get("/desk/"))


def test_many_direct_notices_wait_for_a_second_officer(
    desk: Client, confirmed: Story, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = releases.profile_in_force
    one = lambda *given: msgspec.structs.replace(rules(*given), direct_release_above=1)  # noqa: E731  short
    monkeypatch.setattr(releases, "profile_in_force", one)
    assert "Một cán bộ khác duyệt" in issue(desk, confirmed, "1")
    assert not DirectNotice.objects.exists()
    page = text(second.get(confirmed.address("notices/")))
    assert "2 tin riêng" in page and "1 người F2" in page and "2 người F1" not in page
    release = Release.objects.get()
    done = text(second.post(confirmed.address(f"releases/{release.key}/"), {"decision": "release"}, follow=True))
    assert "Đã gửi 2 tin báo." in done
    assert DirectNotice.objects.count() == 2


def test_a_window_with_few_visitors_is_not_offered_nor_taken(desk: Client, story: Story) -> None:
    from lachan.systems.checkin.models import Visit

    Visit.objects.filter(person__name__startswith="Người Chợ").delete()
    page = desk.get(story.address("notices/"))
    assert "Báo riêng, không công bố" in text(page)
    assert 'name="window"' not in page.content.decode()
    refused = text(desk.post(story.address("windows/publish/"), {"window": window(page)}, follow=True))
    assert "chỉ có 3 người khác, nên chỉ báo riêng" in refused
    assert not PlaceNotice.objects.exists()


@pytest.mark.parametrize("pick", ["", "1", "x|y|z", "1|2026-01-01|2026-01-02", "99999999999999999999|a|b"])
def test_bad_windows_are_none(desk: Client, story: Story, pick: str) -> None:
    assert "Chưa chọn nơi nào" in text(desk.post(story.address("windows/publish/"), {"window": pick}, follow=True))


# ---------- calls ----------


def test_a_call_from_list_to_outcome(desk: Client, confirmed: Story, other_commune_officer: Any) -> None:
    issue(desk, confirmed, "1", "2")
    station = as_officer(other_commune_officer)
    listing = station.get("/desk/today/")
    assert "1 việc hôm nay" in text(listing) and "Lê Thị Sáu" in text(listing)
    notice = DirectNotice.objects.get(person=confirmed.elder)
    page = text(station.get(f"/desk/calls/{notice.key}/"))
    assert "đã ở gần một người mắc COVID-19" in page
    assert not any(word in page for word in OF_THE_CASE)
    assert station.post(f"/desk/calls/{notice.key}/", {}).status_code == 422
    station.post(f"/desk/calls/{notice.key}/", {"outcome": "unanswered", "note": "gọi hai lần"})
    again = text(station.get("/desk/today/"))
    assert "Không nghe máy, sẽ gọi lại. gọi hai lần" in again and "1 việc hôm nay" in again
    station.post(f"/desk/calls/{notice.key}/", {"outcome": "reached"})
    assert "Không việc nào đang chờ hôm nay" in text(station.get("/desk/today/"))
    assert audited("alerts.call.record", confirmed.elder) == 2


def test_numbers_are_shown_on_demand_with_the_family(desk: Client, confirmed: Story) -> None:
    from lachan.register.people import actions as people

    home = people.create_household(area=confirmed.areas.hoaxuan)
    people.add_to_household(person=confirmed.elder, household=home)
    people.add_to_household(person=confirmed.tin, household=home)
    issue(desk, confirmed, "1")
    notice = DirectNotice.objects.get(person=confirmed.elder)
    assert "0905 000 419" not in text(desk.get(f"/desk/calls/{notice.key}/"))
    page = text(desk.post(f"/desk/calls/{notice.key}/phone/"))
    assert "0905 000 419" in page and "người cùng nhà" in page
    assert audited("people.record.read", confirmed.elder) == 1
    assert audited("people.record.read", confirmed.tin) == 1


def test_calls_of_another_commune_are_not_there(desk: Client, confirmed: Story, commune_officer: Any) -> None:
    issue(desk, confirmed, "1")
    notice = DirectNotice.objects.get(person=confirmed.elder)
    station = as_officer(commune_officer)
    assert "Lê Thị Sáu" not in text(station.get("/desk/today/"))
    assert station.get(f"/desk/calls/{notice.key}/").status_code == 404
    assert station.post(f"/desk/calls/{notice.key}/phone/").status_code == 404
    assert station.get(confirmed.address("notices/")).status_code == 403
