"""A citizen's way in and out, by pages and by JSON."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.access import actions, chores, otp, tokens
from lachan.register.access.models import Account, Device, OneTimeCode, RateBucket, Sms
from lachan.testing.cast import Areas, sign_in

pytestmark = pytest.mark.django_db


def sent_code() -> str:
    found = re.search(r"\b(\d{6})\b", str(Sms.objects.latest("pk").text))
    assert found
    return found[1]


def test_a_new_number_becomes_a_citizen_without_a_script(client: Client, area_tree: Areas) -> None:
    page = client.get("/app/sign-in/", {"next": "/app/family/"})
    assert page.status_code == 200
    assert client.post("/app/sign-in/", {"phone": "0905 000 418"}).headers["Location"] == "/app/sign-in/code/"
    assert "09•• ••• 418" in client.get("/app/sign-in/code/").content.decode()
    answer = client.post("/app/sign-in/code/", {"code": sent_code()})
    assert answer.headers["Location"] == "/app/sign-in/join/"
    assert not Account.objects.exists()
    answer = client.post("/app/sign-in/join/", {"name": "Nguyễn Thị Hạnh", "commune": "hai chau"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/app/family/")
    account = Account.objects.get()
    assert account.person.name == "Nguyễn Thị Hạnh"
    assert account.person.area == area_tree.haichau
    cookie = answer.cookies[tokens.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert Device.objects.get().token_hash == tokens.hash_token(cookie.value)


def test_a_known_number_signs_in_with_the_code_alone(client: Client, hanh: Any) -> None:
    client.post("/app/sign-in/", {"phone": "0905000418"})
    answer = client.post("/app/sign-in/code/", {"code": sent_code()})
    assert answer.headers["Location"] == "/app/"
    assert client.session["_auth_user_id"] == str(hanh.pk)


def test_the_answer_does_not_say_whether_a_number_is_known(client: Client, hanh: Any) -> None:
    known = client.post("/app/sign-in/", {"phone": "0905000418"})
    unknown = Client().post("/app/sign-in/", {"phone": "0905111222"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    bodies = [
        Client().post("/api/v1/session/code", {"phone": phone}, content_type="application/json").content
        for phone in ("0905000418", "0905111222")
    ]
    assert bodies[0] == bodies[1]


def test_a_commune_that_fits_several_is_asked(client: Client, area_tree: Areas) -> None:
    client.post("/app/sign-in/", {"phone": "0905000418"})
    client.post("/app/sign-in/code/", {"code": sent_code()})
    asked = client.post("/app/sign-in/join/", {"name": "Hạnh", "commune": "h"})
    assert asked.status_code == 422
    text = asked.content.decode()
    assert "Phường Hải Châu, Thành phố Đà Nẵng" in text
    assert "Phường Hòa Xuân, Thành phố Đà Nẵng" in text
    nowhere = client.post("/app/sign-in/join/", {"name": "Hạnh", "commune": "Atlantis"})
    assert "Atlantis" in nowhere.content.decode()
    forged = client.post("/app/sign-in/join/", {"name": "Hạnh", "commune": "hai chau", "area_id": area_tree.hanoi.pk})
    assert forged.status_code == 422
    assert not Account.objects.exists()
    answer = client.post("/app/sign-in/join/", {"name": "Hạnh", "commune": "h", "area_id": area_tree.hoaxuan.pk})
    assert answer.status_code == 302
    assert Account.objects.get().person.area == area_tree.hoaxuan


def test_nobody_joins_without_a_proved_number(client: Client, area_tree: Areas) -> None:
    form = {"name": "Kẻ lạ", "commune": "hai chau"}
    assert client.post("/app/sign-in/join/", form).headers["Location"] == "/app/sign-in/"
    assert client.get("/app/sign-in/code/").headers["Location"] == "/app/sign-in/"
    client.post("/app/sign-in/", {"phone": "0905000418"})
    assert client.post("/app/sign-in/join/", form).headers["Location"] == "/app/sign-in/"
    assert not Account.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(client: Client, hanh: Any, target: str) -> None:
    client.get("/app/sign-in/", {"next": target})
    client.post("/app/sign-in/", {"phone": "0905000418"})
    assert client.post("/app/sign-in/code/", {"code": sent_code()}).headers["Location"] == "/app/"


def test_a_session_planted_before_is_not_the_one_after(client: Client, hanh: Any) -> None:
    client.post("/app/sign-in/", {"phone": "0905000418"})
    planted = client.cookies["lachan_session"].value
    client.post("/app/sign-in/code/", {"code": sent_code()})
    assert client.cookies["lachan_session"].value != planted
    thief = Client()
    thief.cookies["lachan_session"] = planted
    assert "_auth_user_id" not in thief.session


def test_signing_out_kills_the_token(client: Client, hanh: Any) -> None:
    device = sign_in(client, hanh)
    token = client.cookies[tokens.COOKIE].value
    client.post("/app/sign-out/")
    device.refresh_from_db()
    assert device.revoked_at is not None
    again = Client()
    again.cookies[tokens.COOKIE] = token
    assert again.get("/app/sign-in/").status_code == 200
    assert AuditEvent.objects.filter(action="access.device.revoke", actor_id=hanh.pk).count() == 1


def test_the_device_reopens_a_lapsed_session(client: Client, hanh: Any) -> None:
    sign_in(client, hanh)
    del client.cookies["lachan_session"]
    assert client.get("/app/sign-in/").headers["Location"] == "/app/"
    assert client.session["_auth_user_id"] == str(hanh.pk)


def test_a_device_revoked_elsewhere_ends_the_session(client: Client, hanh: Any) -> None:
    tokens.revoke_device(device=sign_in(client, hanh))
    assert client.get("/app/sign-in/").status_code == 200
    assert "_auth_user_id" not in client.session


def api(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/session{path}", body, content_type="application/json", headers=headers)


def test_the_same_way_in_json(client: Client, area_tree: Areas) -> None:
    assert api(client, "/code", {"phone": "0905000418"}).json() == {"seconds": 300}
    code = sent_code()
    refused = api(client, "", {"phone": "0905000418", "code": f"{(int(code) + 1) % 10**6:06}"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "code")
    opened = api(client, "", {"phone": "0905000418", "code": code}).json()
    assert opened["state"] == "new"
    assert "905000418" not in opened["ticket"]
    nameless = api(client, "", {"ticket": opened["ticket"], "area": area_tree.haichau.pk})
    assert (nameless.status_code, nameless.json()["error"]["field"]) == (422, "name")
    province = api(client, "", {"ticket": opened["ticket"], "name": "Hạnh", "area": area_tree.danang.pk})
    assert (province.status_code, province.json()["error"]["field"]) == (422, "area")
    forged = api(client, "", {"ticket": opened["ticket"][:-2] + "xx", "name": "Hạnh", "area": area_tree.haichau.pk})
    assert forged.status_code == 401
    done = api(client, "", {"ticket": opened["ticket"], "name": "Hạnh", "area": area_tree.haichau.pk})
    token = done.json()["token"]
    assert done.cookies[tokens.COOKIE].value == token
    ended = api(Client(), "/end", {}, Authorization=f"Bearer {token}")
    assert ended.status_code == 200
    assert api(Client(), "/end", {}, Authorization=f"Bearer {token}").status_code == 401


def test_a_form_of_another_site_ends_no_session(client: Client, hanh: Any) -> None:
    device = sign_in(client, hanh)
    assert client.post("/api/v1/session/end", {"a": 1}).status_code == 415
    device.refresh_from_db()
    assert device.revoked_at is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"phone": "1"}, 422),
        ({"phone": 1}, 422),
        ({"phone": None}, 422),
        ({"phone": "0905000418", "more": 1}, 422),
        ({}, 422),
        ({"phone": "\x00"}, 422),
    ],
)
def test_a_bad_request_for_a_code(client: Client, body: dict[str, Any], status: int) -> None:
    assert api(client, "/code", body).status_code == status


def test_limits_say_when_to_come_back(client: Client) -> None:
    for _ in range(2):
        api(client, "/code", {"phone": "0905000418"})
    refused = api(client, "/code", {"phone": "0905000418"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    page = client.post("/app/sign-in/", {"phone": "0905000418"})
    assert page.status_code == 429


def test_an_officer_is_no_citizen(client: Client, province_officer: Any) -> None:
    sign_in(client, province_officer)
    assert client.get("/app/sign-in/").status_code == 200


def test_a_closed_account_is_not_opened_by_a_code(client: Client, hanh: Any, area_tree: Areas) -> None:
    actions.deactivate(account=hanh)
    client.post("/app/sign-in/", {"phone": "0905000418"})
    client.post("/app/sign-in/code/", {"code": sent_code()})
    answer = client.post("/app/sign-in/join/", {"name": "Hạnh", "commune": "hai chau"})
    assert answer.status_code == 422
    assert "đã đóng" in answer.content.decode()
    api(client, "/code", {"phone": "0905000418"})
    ticket = api(client, "", {"phone": "0905000418", "code": sent_code()}).json()["ticket"]
    refused = api(client, "", {"ticket": ticket, "name": "Hạnh", "area": area_tree.haichau.pk})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "closed")


@pytest.mark.django_db(transaction=True)
def test_one_number_proved_twice_at_once_is_one_account(area_tree: Areas) -> None:
    made: list[int] = []

    def join() -> None:
        try:
            made.append(actions.create_citizen(phone="0905000418", name="Hạnh", area=area_tree.haichau).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=join) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_twice_at_once_opens_once() -> None:
    otp.request_code("0905000418", "10.0.0.1")
    code, states = sent_code(), []

    def judge() -> None:
        try:
            states.append(otp.verify_code("0905000418", code).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=judge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(state.value for state in states) == ["dead", "dead", "dead", "right"]


def test_what_signing_in_leaves_behind_is_forgotten(client: Client, hanh: Any) -> None:
    device = sign_in(client, hanh)
    otp.request_code("0905000418", "10.0.0.1")
    assert chores.forget() == 0
    long_ago = timezone.now() - timedelta(days=40)
    OneTimeCode.objects.update(expires_at=long_ago)
    Sms.objects.update(created_at=long_ago)
    RateBucket.objects.update(updated_at=long_ago)
    Device.objects.filter(pk=device.pk).update(revoked_at=long_ago)
    chores.forget()
    for model in (OneTimeCode, Sms, RateBucket, Device):
        assert not model.objects.exists(), model


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("testserver", "testserver"),
    ],
)
def test_limits_count_a_customers_network_as_one(rf: Any, told: str, counted: str) -> None:
    from lachan.register.access.adapter import OfficerAdapter
    from lachan.register.access.views import ip_of

    request = rf.get("/", REMOTE_ADDR=told)
    assert ip_of(request) == OfficerAdapter(request).get_client_ip(request) == counted


def test_codes_are_limited_over_a_whole_network(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from lachan.register.access import otp, ratelimit

    monkeypatch.setattr(otp, "SEND_IP", ratelimit.Limit("test.send.ip", 2, 3600))
    answers = [
        client.post("/app/sign-in/", {"phone": f"09050004{n:02}"}, REMOTE_ADDR=f"2001:db8:1:2::{n}").status_code
        for n in range(3)
    ]
    assert answers == [302, 302, 429]
