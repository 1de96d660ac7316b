"""The officers' pages: who is late, inspecting with the same criteria, drafting and publishing a set."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform.ids import uuid7
from lachan.systems.safety import refreshing, roots
from lachan.systems.safety.models import CriteriaVersion, Entry, Facility, Photo, Status
from lachan.systems.safety.tests.conftest import Phone
from lachan.testing.cast import sign_in


@pytest.fixture
def late(nurse: Phone) -> Phone:
    """The school has assessed itself and not spoken for three days."""
    nurse.make("assessment", at=timezone.now() - timedelta(days=3))
    Facility.objects.update(joined_at=timezone.now() - timedelta(days=6))
    refreshing.refresh()
    return nurse


def test_a_commune_officer_sees_who_is_late(late: Phone, commune_officer: Any, client: Client) -> None:
    sign_in(client, commune_officer)
    page = client.get("/desk/safety/").content.decode()
    assert "1 cơ sở đang trễ cam kết" in page and "Phù Đổng" in page
    # Inspecting is not a commune's.
    assert "Nên kiểm tra" not in page
    assert client.get(f"/desk/safety/facilities/{late.place.key}/inspect/").status_code == 403


def test_another_commune_sees_nothing_of_it(late: Phone, other_commune_officer: Any, client: Client) -> None:
    sign_in(client, other_commune_officer)
    assert "Phù Đổng" not in client.get("/desk/safety/?state=all").content.decode()
    assert client.get(f"/desk/safety/facilities/{late.place.key}/").status_code == 404


def _form(kind: str = "school", **answers: Any) -> dict[str, Any]:
    items = CriteriaVersion.objects.get(code=kind, number=1).document["items"]
    filled = {f"a-{item['code']}": "1" for item in items}
    return {
        "key": str(uuid7()),
        "criteria": kind,
        "number": 1,
        **filled,
        **{f"a-{c[1:]}": v for c, v in answers.items()},
    }


def test_an_inspection_its_reply_and_the_gap(late: Phone, inspector: Any, commune_officer: Any, client: Client) -> None:
    sign_in(client, inspector)
    address = f"/desk/safety/facilities/{late.place.key}/inspect/"
    assert late.place.name in client.get("/desk/safety/").content.decode()
    assert "câu mẫu" in client.get(address).content.decode()
    missing = _form()
    del missing["a-4"]
    assert client.post(address, missing).status_code == 422
    sent = _form(_4="0") | {"note": "Chưa đo\0 thân nhiệt"}
    for _twice in range(2):
        assert client.post(address, sent).status_code == 302
    found = Entry.objects.get(kind="inspection")
    assert (found.outcome, found.name) == ("unsafe", "Bùi Thị Nga")
    refreshing.refresh()
    assert Status.objects.get().state == "unsafe"
    sign_in(client, late.account)
    reply = f"/safety/{late.place.key}/reply/{found.key}/"
    assert "Chưa đo thân nhiệt" in client.get(reply).content.decode()
    assert client.post(reply, {"key": str(uuid7()), "note": ""}).status_code == 422
    assert client.post(reply, {"key": str(uuid7()), "note": "Đã mua nhiệt kế mới"}).status_code == 302
    public = client.get(f"/safety/places/{late.place.key}/").content.decode()
    assert "Đã mua nhiệt kế mới" in public and "Chưa đo thân nhiệt" in public
    assert "Nga" not in public and "Hạnh" not in public
    sign_in(client, commune_officer)
    listing = client.get("/desk/safety/").content.decode()
    assert "100%" in listing and "0%" in listing
    detail = client.get(f"/desk/safety/facilities/{late.place.key}/").content.decode()
    assert "Hạnh" in detail and "Nga" in detail
    assert AuditEvent.objects.filter(action="safety.facility.read", subject_id=late.account.person.pk).exists()
    assert roots.verify().faults == []


def test_looking_at_a_picture_is_written_down(late: Phone, commune_officer: Any, client: Client) -> None:
    picture = Photo.objects.create(key=uuid7(), place=late.place, content=b"\xff\xd8\xff", sha256=b"\0" * 32)
    sign_in(client, commune_officer)
    assert client.get(f"/desk/safety/facilities/{late.place.key}/photos/{picture.key}.jpg").status_code == 200
    event = AuditEvent.objects.get(action="safety.photo.read")
    assert event.actor_id == commune_officer.pk


def test_a_set_is_drafted_tried_and_published(late: Phone, minister: Any, commune_officer: Any, client: Client) -> None:
    number = CriteriaVersion.objects.get(code="school").pk
    sign_in(client, commune_officer)
    assert "mẫu sửa được" in client.get("/desk/safety/criteria/").content.decode()
    assert client.get(f"/desk/safety/criteria/{number}/draft/").status_code == 403
    sign_in(client, minister)
    page = client.get(f"/desk/safety/criteria/{number}/draft/")
    text = page.context["form"].initial["text"]
    wrong = client.post(f"/desk/safety/criteria/{number}/draft/", {"text": text.replace("pass_count", "luck")})
    assert wrong.status_code == 422 and "luck" in wrong.content.decode()
    assert client.post(f"/desk/safety/criteria/{number}/draft/", {"text": "a ="}).status_code == 422
    stricter = text.replace("at_least = 11", "at_least = 15").replace("every_days = 30", "every_days = 1")
    made = client.post(f"/desk/safety/criteria/{number}/draft/", {"text": stricter})
    draft = CriteriaVersion.objects.get(state="draft")
    assert made.status_code == 302 and draft.number == 2
    assert "cơ sở sẽ đổi tình trạng" in client.get(f"/desk/safety/criteria/{draft.pk}/").content.decode()
    past = client.post(f"/desk/safety/criteria/{draft.pk}/", {"valid_from": "2020-01-01"})
    assert past.status_code == 422
    today = timezone.localdate().isoformat()
    assert client.post(f"/desk/safety/criteria/{draft.pk}/", {"valid_from": today}).status_code == 302
    assert CriteriaVersion.objects.get(pk=number).state == "retired"


def test_every_kind_of_form_can_be_drawn(sets: list[Any], minister: Any, client: Client) -> None:
    sign_in(client, minister)
    for version in CriteriaVersion.objects.all():
        assert client.get(f"/desk/safety/criteria/{version.pk}/").status_code == 200
        assert client.get(f"/desk/safety/criteria/{version.pk}/draft/").status_code == 200
