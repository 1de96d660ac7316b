"""The document for programs, the page for people, and a plain word at addresses that do not exist.

None needs the database, so all answer while it is away.
"""

import json
from http import HTTPStatus
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from lachan.api import openapi
from lachan.ground.platform.api import JSON, ApiError, Endpoint, error_response


@transaction.non_atomic_requests
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. Anyone may read it; other sites' tools too."""
    body = msgspec.json.encode(openapi.build())
    return HttpResponse(body, content_type=JSON, headers={"Access-Control-Allow-Origin": "*"})


@transaction.non_atomic_requests
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The operations in words."""
    built = openapi.build()
    operations = [_operation(endpoint, built) for endpoint in openapi.every_endpoint()]
    return render(request, "api/page.html", {"operations": operations})


@transaction.non_atomic_requests
@csrf_exempt
def no_such_address(request: HttpRequest, rest: str) -> HttpResponse:
    """404 in the shape of every other refusal."""
    message = _("Không có địa chỉ này trong API. Danh sách ở /api/.")
    return error_response(ApiError(HTTPStatus.NOT_FOUND, "address_unknown", message))


def _operation(endpoint: Endpoint, built: dict[str, Any]) -> dict[str, Any]:
    described = built["paths"][endpoint.path][endpoint.method.lower()]
    return {
        "id": described["operationId"],
        "method": endpoint.method,
        "path": endpoint.path,
        "summary": endpoint.summary,
        "auth": {
            "device": _("Máy đã đăng nhập của người dân"),
            "session": _("Cán bộ đã đăng nhập"),
            "officer": _("Cán bộ đã đăng nhập"),
        }.get(endpoint.auth or "", _("Ai cũng gọi được")),
        "parameters": described.get("parameters", []),
        "statuses": openapi.statuses(endpoint),
        "body": _shape(described.get("requestBody", {}), built),
        "answer": next((_shape(r, built) for s, r in described["responses"].items() if s < "300"), ""),
    }


def _shape(part: dict[str, Any], built: dict[str, Any]) -> str:
    """The JSON Schema of what is sent or answered, "" where it is no JSON."""
    schema = part.get("content", {}).get(JSON, {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = built["components"]["schemas"].get(name, schema)
    return json.dumps(shape, ensure_ascii=False, indent=2) if shape else ""
