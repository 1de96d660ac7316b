"""The OpenAPI 3.1 document, built from what each room registered with ground.platform.api: nothing is written twice."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from importlib.metadata import version
from typing import Any

import msgspec
from django.conf import settings

from lachan.ground.platform.api import JSON, MAX_BODY_BYTES, Endpoint, Error, endpoints
from lachan.register.access.tokens import COOKIE
from lachan.systems.checkin import asgi as checkin

OPENAPI = "3.1.0"
_PART = re.compile(r"\{(\w+)\}")
_REF = "#/components/schemas/{name}"
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "device": [{"deviceCookie": []}, {"deviceBearer": []}],
    "session": [{"officerSession": []}],
    "officer": [{"officerSession": []}],
}
_SCHEMES = {
    "deviceCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A citizen's device, set by POST /api/v1/session.",
    },
    "deviceBearer": {"type": "http", "scheme": "bearer", "description": "The same token of a citizen's device."},
    "officerSession": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "An officer's session of the desk, with its second factor proved.",
    },
}
_INFO = {
    "title": "Lá Chắn",
    "version": version("lachan"),
    "description": (
        "JSON over HTTPS. Times are RFC 3339 with their offset. Errors carry a code for programs and a message in "
        "Vietnamese or English, after the cookie lachan_language, else Accept-Language."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


def every_endpoint() -> list[Endpoint]:
    """What is registered, once every room's addresses are loaded (the check-in lane lives outside them)."""
    import_module(settings.ROOT_URLCONF)
    assert checkin.PATH  # noqa: S101  importing the lane registered it
    return endpoints()


def build() -> dict[str, Any]:
    """The whole document as JSON data."""
    known = every_endpoint()
    types = _types(known)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for endpoint in known:
        operation = _operation(endpoint, schema_of)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": OPENAPI,
        "info": _INFO,
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _types(known: list[Endpoint]) -> list[type]:
    wanted: list[type] = [Error]
    for endpoint in known:
        wanted += [kind for kind in (endpoint.body, endpoint.answer) if kind is not None]
    return list(dict.fromkeys(wanted))


def _operation(endpoint: Endpoint, schema_of: dict[type, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[3]],
        "security": _SECURITY[endpoint.auth] if endpoint.auth else [],
        "responses": _responses(endpoint, schema_of),
    }
    parameters = list(_parameters(endpoint))
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        content: dict[str, Any] = {"schema": schema_of[endpoint.body]}
        if endpoint.examples:
            content["examples"] = {name: {"value": value} for name, value in endpoint.examples.items()}
        operation["requestBody"] = {"required": True, "content": {JSON: content}}
    return operation


def operation_id(endpoint: Endpoint) -> str:
    """GET /api/v1/places/{code} is get_places_code."""
    return "_".join([endpoint.method.lower(), *re.findall(r"\w+", endpoint.path.removeprefix("/api/v1/"))])


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    in_path = _PART.findall(endpoint.path)
    for name in in_path:
        yield _parameter(name, "path", endpoint.parameters.get(name, {"type": "string"}), required=True)
    for name, schema in endpoint.parameters.items():
        if name not in in_path:
            yield _parameter(name, "header", schema, required=False)
    if endpoint.query is not None:
        whole, components = msgspec.json.schema_components([endpoint.query], ref_template=_REF)
        name = whole[0]["$ref"].rpartition("/")[2]
        shape = components[name]
        for field, schema in shape["properties"].items():
            yield _parameter(field, "query", schema, required=field in shape.get("required", ()))
    if endpoint.cacheable:
        yield _parameter("If-None-Match", "header", {"type": "string"}, required=False)


def _parameter(name: str, where: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    described = {"name": name, "in": where, "required": required}
    if "description" in schema:
        described["description"] = schema["description"]
    return {**described, "schema": {k: v for k, v in schema.items() if k != "description"}}


def statuses(endpoint: Endpoint) -> dict[int, str]:
    """Every status the operation answers, in words: those its room names, and those that follow from what it takes."""
    implied: dict[int, str] = {}
    if endpoint.body is not None:
        implied = {
            400: "The body is no JSON.",
            413: f"The body is longer than the address takes ({MAX_BODY_BYTES // 1024} KB at most).",
            415: "The body is not application/json.",
            422: "A field is missing or wrong; `field` says which.",
        }
    if endpoint.query is not None:
        implied[422] = "A part of the query is wrong; `field` says which."
    if endpoint.auth is not None:
        implied[401] = "Not signed in."
    if endpoint.auth in {"session", "officer"}:
        implied[403] = "The officer's role does not allow it here."
    if endpoint.cacheable:
        implied[304] = "The answer is the one the client holds."
    told = implied | endpoint.statuses
    if not any(status < HTTPStatus.MULTIPLE_CHOICES for status in told):
        told[200] = "Done."
    return dict(sorted(told.items()))


def _responses(endpoint: Endpoint, schema_of: dict[type, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, words in statuses(endpoint).items():
        response: dict[str, Any] = {"description": words}
        if status >= HTTPStatus.BAD_REQUEST:
            response["content"] = {JSON: {"schema": schema_of[Error]}}
        elif status not in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
            response["content"] = _good_content(endpoint, schema_of)
        headers = _headers(endpoint, status)
        if headers:
            response["headers"] = headers
        responses[str(status)] = response
    return responses


def _good_content(endpoint: Endpoint, schema_of: dict[type, Any]) -> dict[str, Any]:
    if endpoint.answer is not None:
        return {endpoint.answer_type: {"schema": schema_of[endpoint.answer]}}
    # Bytes have no JSON Schema (OpenAPI 3.1 §4.8.14.2).
    return {endpoint.answer_type: {}}


def _headers(endpoint: Endpoint, status: int) -> dict[str, Any]:
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        schema = {"type": "integer", "minimum": 0}
        return {"Retry-After": {"schema": schema, "required": True, "description": "Seconds until trying again."}}
    if endpoint.cacheable and status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        return {"ETag": {"schema": {"type": "string"}, "required": True}}
    return {}
