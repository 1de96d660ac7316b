"""A JSON endpoint: what it accepts, what it refuses and in which words, and what is not sent twice."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.translation import override

from lachan.ground.platform import api


class Body(msgspec.Struct, forbid_unknown_fields=True):
    key: UUID
    count: Annotated[int, msgspec.Meta(ge=1, le=9)]
    name: Annotated[str, msgspec.Meta(max_length=3)] = ""
    colours: list[str] = []


class Query(msgspec.Struct):
    page: int = 1
    open: bool = False


KEY = "0190f1c2-7b3a-7c4d-8e5f-0123456789ab"


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(api, "_endpoints", [])
    with override("vi"):
        yield


def echo() -> Any:
    @api.endpoint("POST", "/api/v1/tests", summary="Echo", body=Body)
    def view(request: HttpRequest, payload: Body) -> Body:
        return payload

    return view


def post(body: Any, **headers: Any) -> HttpRequest:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return RequestFactory().post("/api/v1/tests", data, **{"content_type": "application/json", **headers})


def refused(response: HttpResponse) -> tuple[int, str, str | None, str]:
    error = json.loads(response.content)["error"]
    return response.status_code, error["code"], error["field"], error["message"]


def test_a_good_body_is_answered() -> None:
    response = echo()(post({"key": KEY, "count": 3}))
    assert (response.status_code, json.loads(response.content)["count"]) == (200, 3)


@pytest.mark.parametrize(
    ("body", "status", "field", "vi", "en"),
    [
        ({"count": 3}, 422, "key", "thiếu trường key", "field key is missing"),
        ({"key": KEY, "count": "3"}, 422, "count", "cần số nguyên, nhận chữ", "needs a whole number, got text"),
        ({"key": KEY, "count": 10}, 422, "count", "cần số nguyên <= 9", "needs a whole number <= 9"),
        ({"key": "x", "count": 3}, 422, "key", "cần mã UUID", "needs a UUID"),
        ({"key": KEY, "count": 3, "name": "dài quá"}, 422, "name", "độ dài phải <= 3", "length must be <= 3"),
        ({"key": KEY, "count": 3, "x": 1}, 422, None, "không có trường x", "there is no field x"),
        ({"key": KEY, "count": 3, "colours": [1]}, 422, "colours[0]", "cần chữ, nhận số nguyên", "needs text"),
        ([], 422, None, "cần một nhóm trường, nhận một danh sách", "needs an object, got a list"),
        ("{", 400, None, "không phải JSON", "not readable JSON"),
        (b"\xff", 400, None, "không phải JSON", "not readable JSON"),
        ("[" * 5000, 422, None, "", ""),
    ],
)
def test_a_bad_body_is_refused_with_the_place_in_the_users_language(
    body: Any, status: int, field: str | None, vi: str, en: str
) -> None:
    view = echo()
    found = refused(view(post(body)))
    assert (found[0], found[2]) == (status, field)
    assert vi in found[3]
    with override("en"):
        assert en in refused(view(post(body)))[3]


def test_nesting_without_end_in_a_field_is_no_server_error() -> None:
    deep = '{"key": "' + KEY + '", "count": 3, "colours": ' + "[" * 30_000 + "}"
    assert refused(echo()(post(deep)))[0] in (400, 422)


def test_other_methods_types_and_sizes_are_refused() -> None:
    view = echo()
    response = view(RequestFactory().get("/api/v1/tests"))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert refused(view(post({}, content_type="text/plain")))[:2] == (415, "not_json")
    assert refused(view(post("x" * 70_000)))[:2] == (413, "too_large")
    assert refused(view(post({}, CONTENT_LENGTH="many")))[0] == 413


def test_a_query_is_read_by_its_struct() -> None:
    @api.endpoint("GET", "/api/v1/tests", summary="Query", query=Query)
    def view(request: HttpRequest, query: Query) -> Query:
        return query

    good = view(RequestFactory().get("/api/v1/tests?page=3&open=true&other=1"))
    assert json.loads(good.content) == {"page": 3, "open": True}
    assert refused(view(RequestFactory().get("/api/v1/tests?page=x")))[:3] == (422, "invalid", "page")
    head = view(RequestFactory().head("/api/v1/tests"))
    assert head.status_code == 200


def test_a_known_answer_is_not_sent_again() -> None:
    @api.endpoint("GET", "/api/v1/tests", summary="Cached", cacheable=True)
    def view(request: HttpRequest) -> dict[str, int]:
        return {"n": 1}

    first = view(RequestFactory().get("/api/v1/tests"))
    again = view(RequestFactory().get("/api/v1/tests", headers={"If-None-Match": first["ETag"]}))
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    other = view(RequestFactory().get("/api/v1/tests", headers={"If-None-Match": '"x"'}))
    assert other.status_code == 200
