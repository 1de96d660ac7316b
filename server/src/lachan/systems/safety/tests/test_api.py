"""What a phone sends, as bytes: once, refused with a reason, never for somebody else's place."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from lachan.ground.platform.ids import uuid7
from lachan.register.access.ratelimit import Limit
from lachan.systems.safety import refreshing, roots, views
from lachan.systems.safety.models import Entry, Photo
from lachan.systems.safety.tests.conftest import Phone
from lachan.testing.cast import sign_in

FORMS = "/api/v1/safety/forms"


@pytest.fixture
def client_of(nurse: Phone, client: Client) -> Client:
    sign_in(client, nurse.account)
    return client


def _body(nurse: Phone, **more: Any) -> dict[str, Any]:
    said = nurse.said("commitment")
    now = timezone.now().isoformat()
    return {
        "key": str(said.key), "owner": str(nurse.account.pk), "place": str(nurse.place.key), "kind": "commitment",
        "at": now, "sent_at": now,
        "criteria": "school", "number": 1, "answers": dict(said.answers), "seconds": 70, **more,
    }  # fmt: skip


def _send(client: Client, body: dict[str, Any]) -> Any:
    return client.post(FORMS, json.dumps(body), content_type="application/json")


def test_sent_twice_stored_once(client_of: Client, nurse: Phone) -> None:
    body = _body(nurse)
    first, second = _send(client_of, body), _send(client_of, {**body, "sent_at": timezone.now().isoformat()})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["complete"] is True and first.json()["number"] == 1
    other = _send(client_of, {**body, "answers": {**body["answers"], "soap": 0}})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")
    entry = Entry.objects.get()
    assert (entry.seconds, entry.device_number is not None) == (70, True)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"answers": {}}, 422, "unanswered"),
        ({"answers": {"temperature": 5}}, 422, "unanswered"),
        ({"criteria": "market"}, 422, "criteria_changed"),
        ({"number": 9}, 422, "criteria_changed"),
        ({"place": str(uuid7())}, 404, "place_unknown"),
        ({"kind": "inspection"}, 422, "invalid"),
        ({"at": "2026-11-24T06:40:00"}, 422, "invalid"),
        ({"at": "0001-01-01T00:00:00+14:00"}, 422, None),
        ({"answers": {"soap": None}}, 422, "invalid"),
        ({"forged": 1}, 422, "invalid"),
    ],
)
def test_refused_with_a_reason(client_of: Client, nurse: Phone, change: dict[str, Any], status: int, code: str) -> None:
    answer = _send(client_of, _body(nurse, **change))
    assert answer.status_code == status, answer.content
    assert code is None or answer.json()["error"]["code"] == code
    assert not Entry.objects.exists()


def test_somebody_elses_place(nurse: Phone, tin: Any, client: Client) -> None:
    sign_in(client, tin)
    assert _send(client, _body(nurse, owner=str(tin.pk))).status_code == 404
    assert not Entry.objects.exists()


def test_a_form_of_another_account_waits_for_it(client_of: Client, nurse: Phone, tin: Any) -> None:
    """The phone was handed on: whoever is signed in now, though they help here too, signs nothing of it."""
    answer = _send(client_of, _body(nurse, owner=str(tin.pk)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "other_account")
    unnamed = _body(nurse)
    del unnamed["owner"]
    assert _send(client_of, unnamed).status_code == 422
    out = io.BytesIO()
    Image.new("RGB", (60, 40)).save(out, "PNG")
    address = f"/api/v1/safety/photos/{uuid7()}?place={nurse.place.key}&owner={tin.pk}"
    assert client_of.post(address, out.getvalue(), content_type="image/png").status_code == 401
    assert not Entry.objects.exists() and not Photo.objects.exists()


def test_nul_is_left_out(client_of: Client, nurse: Phone) -> None:
    sent = _send(client_of, _body(nurse, note="a\0b", challenge="c\0d", criteria="school\0"))
    assert sent.status_code == 201, sent.content
    assert (Entry.objects.get().note, Entry.objects.get().challenge) == ("ab", "cd")
    assert client_of.get("/safety/places/?q=%00").status_code == 200
    assert client_of.get("/safety/places/?q=Ph%00ù").status_code == 200


def _page_form(nurse: Phone, **more: Any) -> dict[str, Any]:
    said = nurse.said("commitment")
    ticked = {f"a-{code}": str(value) for code, value in said.answers.items()}
    return {"key": str(said.key), "criteria": "school", "number": 1, **ticked, **more}


def test_a_page_without_a_script(client_of: Client, nurse: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/safety/{nurse.place.key}/today/"
    # A digit to Unicode, not to int().
    assert client_of.post(address, _page_form(nurse, began="²")).status_code == 302
    assert Entry.objects.get().seconds is None
    out = io.BytesIO()
    Image.new("RGB", (60, 40)).save(out, "PNG")
    form = _page_form(nurse)
    for _twice in range(2):
        file = SimpleUploadedFile("a.png", out.getvalue(), "image/png")
        assert client_of.post(address, {**form, "photo": file}).status_code == 302
    assert (Entry.objects.count(), Photo.objects.count()) == (2, 1)
    monkeypatch.setattr(views, "SENDS", Limit("safety-entry-few", burst=1, seconds=3600.0))
    assert client_of.post(address, _page_form(nurse)).status_code == 302
    refused = client_of.post(address, _page_form(nurse))
    assert refused.status_code == 422 and "Gửi quá nhiều lần" in refused.content.decode()
    assert Entry.objects.count() == 3


def test_a_wrong_clock_is_told(client_of: Client, nurse: Phone) -> None:
    slow = (timezone.now() - timedelta(hours=5)).isoformat()
    answer = _send(client_of, _body(nurse, at=slow, sent_at=slow))
    assert abs(answer.json()["clock_offset"] - 5 * 3600) < 60
    assert abs((Entry.objects.get().at - timezone.now()).total_seconds()) < 60


def _picture(client: Client, place: Any, key: UUID, content: bytes, kind: str = "image/png") -> Any:
    owner = client.session["_auth_user_id"]
    address = f"/api/v1/safety/photos/{key}?place={place.key}&owner={owner}"
    return client.post(address, content, content_type=kind)


def test_a_picture_goes_with_its_form(client_of: Client, nurse: Phone) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (0, 120, 90)).save(out, "PNG")
    key = uuid7()
    first, again = (_picture(client_of, nurse.place, key, out.getvalue()) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert _send(client_of, _body(nurse, photos=[str(key)])).status_code == 201
    photo = Photo.objects.get()
    assert photo.entry == Entry.objects.get() and bytes(photo.content or b"")[:3] == b"\xff\xd8\xff"
    assert roots.verify().faults == []
    shown = client_of.get(f"/safety/{nurse.place.key}/photos/{key}.jpg")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    # Another picture in its place is found.
    Photo.objects.update(sha256=b"\0" * 32)
    assert [fault.kind for fault in roots.verify().faults] == ["changed"]


def test_pictures_refused(client_of: Client, nurse: Phone) -> None:
    assert _picture(client_of, nurse.place, uuid7(), b"GIF89a").status_code == 422
    assert _picture(client_of, nurse.place, uuid7(), b"x", "text/html").status_code == 415
    assert _picture(client_of, nurse.place, uuid7(), b"\0" * (8 * 1024 * 1024 + 1)).status_code == 413
    assert not Photo.objects.exists()


def test_what_anybody_may_read(client: Client, nurse: Phone) -> None:
    nurse.make("assessment")
    nurse.make("commitment")
    refreshing.refresh()
    told = client.get(f"/api/v1/safety/places/{nurse.place.key}")
    assert (told.status_code, told.json()["state"], told.json()["declared"]) == (200, "safe", "safe")
    feed = client.get("/api/v1/safety/changes").json()
    assert feed["changes"][-1]["place"] == str(nurse.place.key) and feed["last"] == told.json()["change"]
    assert client.get(f"/api/v1/safety/changes?after={feed['last']}").json()["changes"] == []
    page = client.get(f"/safety/places/{nurse.place.key}/")
    assert "Trường Tiểu học Phù Đổng" in page.content.decode() and "Hạnh" not in page.content.decode()
    assert client.get("/safety/roots/").status_code == 200
