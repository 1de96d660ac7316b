"""The form in force as JSON, for apps that draw and check it themselves, also offline."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lachan.ground.platform.api import ApiError, endpoint
from lachan.register.forms import queries
from lachan.register.forms.schema import answers_schema

_CODE = re.compile("[a-z][a-z0-9-]{0,49}")


class FormNow(msgspec.Struct):
    """`document` is what to ask, in which order and when (x-show-if in words of the expression tree); `answers` is the
    JSON Schema of what is sent back. Answers name the version: they keep the one they were given under."""

    code: str
    number: int
    valid_from: datetime
    document: dict[str, Any]
    answers: dict[str, Any]


@endpoint(
    "GET",
    "/api/v1/forms/{code}",
    summary="The version of a form in force now",
    answer=FormNow,
    statuses={404: "no version of this form is in force"},
    parameters={"code": {"type": "string", "pattern": f"^{_CODE.pattern}$", "examples": ["checkin-health"]}},
    cacheable=True,
)
def form_in_force(request: HttpRequest, code: str) -> FormNow:
    # A NUL or a stray byte in an address never reaches the database.
    version = queries.in_force(code) if _CODE.fullmatch(code) else None
    if version is None or version.valid_from is None:
        message = _("Không có tờ khai nào đang dùng mang mã này.")
        raise ApiError(HTTPStatus.NOT_FOUND, "form_unknown", message, at="code")
    schema = answers_schema(version.content, version.number)
    return FormNow(code, version.number, version.valid_from, version.document, schema)
