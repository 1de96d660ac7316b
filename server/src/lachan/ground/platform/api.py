"""JSON endpoints and the one OpenAPI document they share: decoded, answered and documented from the same msgspec types."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

JSON = "application/json"
MAX_BODY_BYTES = 65_536
encoder = msgspec.json.Encoder()


class ErrorBody(msgspec.Struct):
    """What went wrong, in the user's language, and where."""

    code: str
    message: str
    field: str | None = None


class Error(msgspec.Struct):
    error: ErrorBody


class ApiError(Exception):
    """Raised by a view to answer with that status and body."""

    def __init__(
        self, status: int, code: str, message: str, *, at: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.at, self.retry_after = status, code, message, at, retry_after


@dataclass(frozen=True)
class Endpoint:
    """One documented operation. `auth` is "device" (citizen's device token), "session" (officer), or None."""

    method: str
    path: str
    summary: str
    body: type | None
    answer: type | None
    statuses: dict[int, str]
    auth: str | None
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    answer_type: str = JSON


_endpoints: list[Endpoint] = []


def document(endpoint: Endpoint) -> None:
    """Add an operation served outside Django (the ingest lane) to the OpenAPI document."""
    _endpoints.append(endpoint)


def endpoints() -> list[Endpoint]:
    return sorted(_endpoints, key=lambda e: (e.path, e.method))


def respond(value: Any, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(encoder.encode(value), content_type=JSON, status=status, headers=headers)


def error_response(error: ApiError) -> HttpResponse:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return respond(Error(ErrorBody(error.code, error.message, error.at)), error.status, headers)


def endpoint(
    method: str,
    path: str,
    *,
    summary: str,
    body: type | None = None,
    answer: type | None = None,
    statuses: dict[int, str] | None = None,
    auth: str | None = None,
    parameters: dict[str, dict[str, Any]] | None = None,
    answer_type: str = JSON,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """Make a Django view of `view(request, [payload,] **path arguments)` and put it in the OpenAPI document.

    The view returns a value to encode, or an HttpResponse; it raises ApiError for a refusal.
    Cookie-authenticated writes are safe from other sites because the body must be JSON, which no form can send,
    and the cookie is SameSite=Lax.
    """
    decoder = msgspec.json.Decoder(body) if body is not None else None
    _endpoints.append(
        Endpoint(method, path, summary, body, answer, statuses or {}, auth, parameters or {}, answer_type)
    )

    def wrap(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def handle(request: HttpRequest, **arguments: Any) -> HttpResponse:
            try:
                if request.method != method:
                    allowed = _("Địa chỉ này chỉ nhận %(method)s.") % {"method": method}
                    raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", allowed)
                if decoder is not None:
                    arguments["payload"] = _decode(request, decoder)
                result = view(request, **arguments)
            except ApiError as error:
                response = error_response(error)
                if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
                    response["Allow"] = method
                return response
            return result if isinstance(result, HttpResponse) else respond(result)

        handle.csrf_exempt = True  # type: ignore[attr-defined]
        return handle

    return wrap


def _decode(request: HttpRequest, decoder: msgspec.json.Decoder[Any]) -> Any:
    if request.content_type != JSON:
        raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", _("Gửi nội dung dạng application/json."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _("Nội dung dài quá 64 KB."))
    try:
        return decoder.decode(request.body)
    except msgspec.ValidationError as error:
        message, _sep, where = str(error).partition(" - at ")
        place = where.strip("`").removeprefix("$.") or None
        raise ApiError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid",
            _("Nội dung chưa đúng: %(message)s") % {"message": message},
            at=place,
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, "not_json", _("Nội dung không phải JSON đọc được.")) from error
