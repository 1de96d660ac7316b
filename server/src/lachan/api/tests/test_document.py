"""The OpenAPI document says what the endpoints are, completely and once."""

import json
from html import unescape
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lachan.api import openapi
from lachan.ground.platform.api import Endpoint, Error
from lachan.systems.checkin.asgi import PATHS


@pytest.fixture
def document(client: Client) -> Any:
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    return response.json()


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]


def test_every_operation_is_named_once_and_speaks_of_errors_alike(document: Any) -> None:
    found = operations(document)
    ids = [op["operationId"] for _path, _method, op in found]
    assert len(ids) == len(set(ids)) == len(openapi.every_endpoint())
    for path, _method, operation in found:
        assert path.startswith("/api/v1/")
        assert operation["summary"]
        for status, response in operation["responses"].items():
            assert response["description"], (path, status)
            if int(status) >= 400:
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Error"}, (path, status)


def test_the_check_in_lane_is_in_the_document_though_it_is_not_djangos(document: Any) -> None:
    operation = document["paths"]["/api/v1/checkins"]["post"]
    assert {"200", "201", "401", "404", "409", "413", "415", "422", "503"} <= set(operation["responses"])
    assert operation["security"] == [{"deviceCookie": []}, {"deviceBearer": []}]
    assert "Retry-After" in operation["responses"]["503"]["headers"]


def test_every_schema_is_one_and_every_reference_leads_somewhere(document: Any) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert names <= set(document["components"]["schemas"])


def test_every_json_address_of_django_is_documented() -> None:
    def routes(patterns: Any, prefix: str = "") -> list[str]:
        found = []
        for pattern in patterns:
            whole = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                found += routes(pattern.url_patterns, whole)
            elif isinstance(pattern, URLPattern):
                found.append(whole)
        return found

    def bare(path: str) -> str:
        return "/" + "/".join("{}" if part[:1] in "<{" else part for part in path.strip("/").split("/"))

    documented = {bare(endpoint.path) for endpoint in openapi.every_endpoint()}
    served = {bare(route) for route in routes(get_resolver().url_patterns) if route.startswith("api/v1/")}
    assert served <= documented
    # The lane answers these before Django sees them.
    assert documented - served == PATHS, "documented but not served"


def test_queries_headers_bytes_and_examples_are_described() -> None:
    import msgspec

    class Page(msgspec.Struct):
        area: int
        page: int = 1

    endpoint = Endpoint(
        "GET",
        "/api/v1/things/{key}",
        "Things",
        Error,
        None,
        {429: "too many"},
        "officer",
        {"key": {"type": "string", "format": "uuid"}, "X-Stamp": {"type": "string", "description": "when"}},
        "application/pdf",
        query=Page,
        cacheable=True,
        examples={"one": {"error": {"code": "x", "message": "y"}}},
    )
    schema_of: dict[type, Any] = {Error: {"$ref": "#/components/schemas/Error"}}
    operation = openapi._operation(endpoint, schema_of)
    where = {p["name"]: (p["in"], p["required"]) for p in operation["parameters"]}
    assert where == {
        "key": ("path", True),
        "X-Stamp": ("header", False),
        "area": ("query", True),
        "page": ("query", False),
        "If-None-Match": ("header", False),
    }
    assert operation["responses"]["200"]["content"] == {"application/pdf": {}}
    assert "content" not in operation["responses"]["304"]
    assert {"401", "403", "422", "429"} <= set(operation["responses"])
    assert operation["requestBody"]["content"]["application/json"]["examples"]["one"]["value"]
    assert operation["operationId"] == "get_things_key"


@pytest.mark.parametrize(("language", "words"), [("vi", "Không có địa chỉ này"), ("en", "The API has no such address")])
def test_an_address_of_no_room_is_refused_like_everything_else(client: Client, language: str, words: str) -> None:
    for send in (client.get, client.post, client.delete):
        response = send("/api/v1/nothing/here", headers={"Accept-Language": language})
        assert response.status_code == 404
        error = response.json()["error"]
        assert error["code"] == "address_unknown"
        assert words in error["message"]


def test_the_page_lists_every_operation_in_words(client: Client) -> None:
    page = unescape(client.get("/api/").content.decode())
    for endpoint in openapi.every_endpoint():
        assert endpoint.path in page
        assert endpoint.summary in page
