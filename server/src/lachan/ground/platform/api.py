"""JSON endpoints and the OpenAPI document they share: decoded, answered and documented from the same types."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from lachan.ground.platform.complaints import complaint

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
    """One documented operation.

    `auth` is "device" (citizen's device token), "session" (officer), or None. `statuses` says in words what each
    status means, also the good ones where there are several. `parameters` are the JSON Schemas of the path's parts;
    `query` is a Struct of the query string. `answer_type` is the media type of an answer that is not JSON. `cacheable`
    answers carry an ETag, and 304 to a matching If-None-Match. `examples` names bodies shown to the reader.
    """

    method: str
    path: str
    summary: str
    body: type | None
    answer: type | None
    statuses: dict[int, str]
    auth: str | None
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    answer_type: str = JSON
    query: type | None = None
    cacheable: bool = False
    examples: dict[str, Any] = field(default_factory=dict)


_endpoints: list[Endpoint] = []
_guards: dict[str, Callable[[HttpRequest], object]] = {}


def guard_with(auth: str, check: Callable[[HttpRequest], object]) -> None:
    """Before an endpoint of that `auth` reads anything, run the check; it raises ApiError for whoever may not ask."""
    _guards[auth] = check


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
    query: type | None = None,
    cacheable: bool = False,
    examples: dict[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """Make a Django view of `view(request, [payload,] [query,] **path arguments)` and put it in the OpenAPI document.

    The view returns a value to encode, or an HttpResponse; it raises ApiError for a refusal. See Endpoint for the rest.
    Cookie-authenticated writes are safe from other sites because the body must be JSON, which no form can send,
    and the cookie is SameSite=Lax.
    """
    decoder: msgspec.json.Decoder[Any] | None = msgspec.json.Decoder(body) if body is not None else None
    _endpoints.append(
        Endpoint(
            method,
            path,
            summary,
            body,
            answer,
            statuses or {},
            auth,
            parameters or {},
            answer_type,
            query,
            cacheable,
            examples or {},
        )
    )
    allowed = {method, "HEAD"} if method == "GET" else {method}

    def wrap(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def handle(request: HttpRequest, **arguments: Any) -> HttpResponse:
            try:
                if request.method not in allowed:
                    message = _("Địa chỉ này chỉ nhận %(method)s.") % {"method": method}
                    raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message)
                if guard := _guards.get(auth or ""):
                    # Who may not ask learns nothing of what would be a right question.
                    guard(request)
                if query is not None:
                    arguments["query"] = _read_query(request, query)
                if decoder is not None:
                    arguments["payload"] = _decode(request, decoder)
                result = view(request, **arguments)
            except ApiError as error:
                response = error_response(error)
                if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
                    response["Allow"] = ", ".join(sorted(allowed))
                return response
            response = result if isinstance(result, HttpResponse) else respond(result)
            return _unless_known(request, response) if cacheable else response

        handle.csrf_exempt = True  # type: ignore[attr-defined]
        return handle

    return wrap


def _decode(request: HttpRequest, decoder: msgspec.json.Decoder[Any]) -> Any:
    if request.content_type != JSON:
        raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", _("Gửi nội dung dạng application/json."))
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _("Nội dung dài quá 64 KB."))
    try:
        return decoder.decode(request.body)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, "not_json", _("Nội dung không phải JSON đọc được.")) from error


def _invalid(error: msgspec.ValidationError) -> ApiError:
    message, place = complaint(error)
    words = _("Nội dung chưa đúng: %(message)s") % {"message": message}
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", words, at=place)


def _read_query(request: HttpRequest, kind: type) -> Any:
    # Every value is text; `strict=False` reads "3" and "true" as what the Struct wants. A name given twice counts once.
    given = {name: request.GET[name] for name in request.GET}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def _unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a good answer its ETag, or 304 when the client already holds it."""
    if response.status_code != HTTPStatus.OK:
        return response
    if "ETag" not in response:
        response["ETag"] = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
