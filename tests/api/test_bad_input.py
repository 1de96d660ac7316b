"""Bad input at every endpoint: the right 4xx, in the user's language, with the place and the mend.

One table for what is alike everywhere (malformed, huge, wrongly typed, signed out), one for what each address refuses.
A new endpoint with a body is covered by the first table without a line of its own.
"""

import itertools
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lachan.api import openapi
from lachan.ground.platform.api import Endpoint
from tests.api.conftest import Town

LANGUAGES = ("vi", "en")
# The carrier's receipts are read only when their signature holds, so every other fault there is a 401.
SIGNED = {"/api/v1/sms/receipts"}
WITH_BODY = [e for e in openapi.every_endpoint() if e.body is not None and e.path not in SIGNED]
FOR_DEVICES = [e for e in openapi.every_endpoint() if e.auth == "device"]
_JSON = {"Content-Type": "application/json"}


def name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def error_of(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/json", response.text
    error: dict[str, Any] = response.json()["error"]
    assert error["code"]
    assert error["message"]
    return error


def filled(endpoint: Endpoint, town: Town) -> str:
    values = {"code": town.place_code, "key": str(uuid4())}
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "1"), endpoint.path)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=name)
@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", _JSON, 400),
        (b"{", _JSON, 400),
        (b'"\xff"', _JSON, (400, 422)),
        (b"[" * 60_000, _JSON, (400, 413, 422)),
        (b'{"x": ' + b"[" * 3_000, _JSON, (400, 422)),
        (b"[]", _JSON, 422),
        (b"null", _JSON, 422),
        (b'"x"', _JSON, 422),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', _JSON, 413),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
    ids=["empty", "cut", "no-utf8", "deep", "deep-field", "list", "null", "text", "huge", "plain", "form"],
)
def test_a_body_that_cannot_be_read_is_refused_in_both_languages(
    town: Town, endpoint: Endpoint, content: bytes, headers: dict[str, str], status: int | tuple[int, ...]
) -> None:
    said = {}
    for language in LANGUAGES:
        with town.client(signed_in=True, language=language) as client:
            response = client.request(endpoint.method, filled(endpoint, town), content=content, headers=headers)
        assert response.status_code in (status if isinstance(status, tuple) else (status,)), response.text
        said[language] = error_of(response)["message"]
    assert said["vi"] != said["en"]


@pytest.mark.parametrize("endpoint", FOR_DEVICES, ids=name)
@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer wrong", "Bearer " + "x" * 5000, "Basic eDp5", "Bearer \u00ff\u00fe"],
    ids=["none", "empty", "wrong", "long", "basic", "bytes"],
)
def test_without_a_known_device_nothing_is_answered(town: Town, endpoint: Endpoint, authorization: str | None) -> None:
    now = datetime.now(UTC).isoformat()
    # Right for both addresses of the lane, which know the device from the row they write.
    body: dict[str, Any] = {"key": str(uuid4()), "code": town.place_code, "direction": "in", "at": now, "sent_at": now}
    body |= {"place": str(uuid4()), "holder": {"kind": "declared", "name": "A"}}
    said = {}
    for language in LANGUAGES:
        headers = {"Accept-Language": language, **({"Authorization": authorization} if authorization else {})}
        encoded = {key: value.encode("latin-1") for key, value in headers.items()}
        with httpx.Client(base_url=town.site.url) as client:
            response = client.request(
                endpoint.method,
                filled(endpoint, town),
                headers=encoded,
                json=body if endpoint.method == "POST" else None,
            )
        assert response.status_code == 401, response.text
        said[language] = error_of(response)["message"]
    assert said["vi"] != said["en"]


@pytest.mark.parametrize("endpoint", openapi.every_endpoint(), ids=name)
def test_other_methods_are_refused_and_the_right_one_is_named(town: Town, endpoint: Endpoint) -> None:
    taken = {e.method for e in openapi.every_endpoint() if e.path == endpoint.path}
    with town.client(signed_in=True) as client:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
            response = client.request(method, filled(endpoint, town))
            assert response.status_code == 405, (method, response.text)
            assert error_of(response)["code"] == "method_not_allowed"


class Checkins:
    """Check-ins as the app sends them, one field changed at a time."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def body(self, **changed: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        body: dict[str, Any] = {
            "key": str(uuid4()),
            "code": self.town.place_code,
            "direction": "in",
            "at": now.isoformat(),
            "sent_at": now.isoformat(),
            **changed,
        }
        return {key: value for key, value in body.items() if value is not ...}

    def send(self, body: Any, language: str = "vi") -> httpx.Response:
        with self.town.client(signed_in=True, language=language) as client:
            return client.post("/api/v1/checkins", content=json.dumps(body), headers=_JSON)


def _ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


BAD_CHECKINS: dict[str, tuple[dict[str, Any], int, str | None]] = {
    "no key": ({"key": ...}, 422, "key"),
    "a key that is no UUID": ({"key": "1"}, 422, "key"),
    "a direction that is none": ({"direction": "up"}, 422, "direction"),
    "a time without its offset": ({"at": "2026-08-13T14:42:00"}, 422, "at"),
    "a time that is none": ({"at": "yesterday"}, 422, "at"),
    "a time in the future": ({"at": _ago(hours=-3)}, 422, "at"),
    "a time at the end of time": ({"at": "9999-12-31T23:59:59Z"}, 422, "at"),
    "a time before the first": ({"at": "0001-01-01T00:00:00+14:00"}, 422, "at"),
    "a time older than what is kept": ({"at": _ago(days=40)}, 422, "at"),
    "a code with a typing error": ({"code": "0000-0000-0001"}, 422, "code"),
    "a code with a NUL": ({"code": "\x00" * 12}, 422, "code"),
    "a code without end": ({"code": "A" * 5000}, 422, "code"),
    "a person who is no UUID": ({"person": "Khôi"}, 422, "person"),
}


@pytest.mark.parametrize(("changed", "status", "field"), BAD_CHECKINS.values(), ids=BAD_CHECKINS)
def test_a_bad_check_in_is_refused_at_its_field(
    town: Town, changed: dict[str, Any], status: int, field: str | None
) -> None:
    checkins = Checkins(town)
    said = {}
    for language in LANGUAGES:
        response = checkins.send(checkins.body(**changed), language)
        assert response.status_code == status, response.text
        error = error_of(response)
        assert error["field"] == field
        said[language] = error["message"]
    assert said["vi"] != said["en"]


def test_an_unknown_and_a_closed_place_are_alike(town: Town) -> None:
    from lachan.register.places import codes

    checkins = Checkins(town)
    unknown = checkins.send(checkins.body(code=codes.new()))
    closed = checkins.send(checkins.body(code=town.closed_code))
    assert unknown.status_code == closed.status_code == 404
    assert error_of(unknown) == error_of(closed)


def test_nobody_checks_a_stranger_in(town: Town) -> None:
    checkins = Checkins(town)
    stranger = checkins.send(checkins.body(person=town.tin_key))
    nobody = checkins.send(checkins.body(person=str(uuid4())))
    assert stranger.status_code == nobody.status_code == 403
    assert error_of(stranger) == error_of(nobody), "the answer does not tell who exists"
    assert checkins.send(checkins.body(person=town.hanh_key)).status_code == 201


def test_a_replay_gets_the_first_receipt_and_another_body_is_refused(town: Town) -> None:
    body = Checkins(town).body()
    with town.client(signed_in=True) as client:

        def send(changed: dict[str, Any]) -> httpx.Response:
            return client.post("/api/v1/checkins", json={**body, **changed})

        first, again, other = send({}), send({"sent_at": _ago(seconds=-5)}), send({"direction": "out"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert error_of(other)["field"] == "key"


def test_the_same_check_in_sent_twenty_times_at_once_is_stored_once(town: Town) -> None:
    body = Checkins(town).body()
    answers: list[httpx.Response] = []
    with town.client(signed_in=True) as client:
        threads = [
            threading.Thread(target=lambda: answers.append(client.post("/api/v1/checkins", json=body)))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({a.text for a in answers}) == 1


def test_what_one_person_has_another_cannot_ask_for(town: Town) -> None:
    with town.client(signed_in=True) as client:
        for path in ("/api/v1/me/visits", "/api/v1/me/notices"):
            if path in {e.path for e in FOR_DEVICES}:
                assert town.tin_key not in client.get(path, params={"person": town.tin_key}).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/places/0000-0000-0001", 422),
        ("/api/v1/places/%00", 422),
        ("/api/v1/places/" + "A" * 4000, 422),
        ("/api/v1/forms/no-such", 404),
        ("/api/v1/forms/%00", 404),
        ("/api/v1/forms/%ff%fe", 404),
        ("/api/v1/nothing", 404),
        ("/api/v2/checkins", 404),
        ("/api/v1/forms/", 404),
    ],
)
def test_an_address_with_a_bad_part_is_refused(town: Town, path: str, status: int) -> None:
    said = {}
    for language in LANGUAGES:
        with town.client(signed_in=True, language=language) as client:
            response = client.get(path)
        assert response.status_code == status, response.text
        said[language] = error_of(response)["message"]
    assert said["vi"] != said["en"]


def test_every_endpoint_with_a_body_is_in_the_table() -> None:
    covered = set(itertools.chain((e.path for e in WITH_BODY), SIGNED))
    assert covered == {e.path for e in openapi.every_endpoint() if e.body is not None}
