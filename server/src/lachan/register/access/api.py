"""The sign-in as JSON, for the app, and the carrier's delivery receipts."""

from http import HTTPStatus

import msgspec
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lachan.ground.platform import keyring
from lachan.ground.platform.api import ApiError, Endpoint, document, endpoint, error_response, respond
from lachan.register.access import actions, otp, phones, sessions, sms, tokens, views
from lachan.register.access.models import Account
from lachan.register.areas.models import Area, Level

_TICKET = "access.ticket"


class CodeWanted(msgspec.Struct, forbid_unknown_fields=True):
    """`phone`: a Vietnamese mobile number as people write it, or +country code."""

    phone: str


class CodeSent(msgspec.Struct):
    """The same answer for every number. `seconds`: how long the code is good."""

    seconds: int


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Phone and code; or, for a number without an account, the ticket of the first answer, a name and a commune."""

    phone: str | None = None
    code: str | None = None
    ticket: str | None = None
    name: str | None = None
    area: int | None = None


class Session(msgspec.Struct):
    """`state`: "open" (signed in; `token` is the device's), or "new" (send `ticket` with name and area)."""

    state: str
    token: str | None = None
    ticket: str | None = None


class Ended(msgspec.Struct):
    state: str = "ended"


class Receipt(msgspec.Struct):
    """What became of a message. `id` is the carrier's."""

    id: str
    delivered: bool
    reason: str = ""


class Noted(msgspec.Struct):
    state: str = "noted"


def _limited(wait: int) -> ApiError:
    message = _("Đã thử nhiều lần. Chờ %(wait)s rồi thử lại.") % {"wait": views.wait_words(wait)}
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, "limited", message, retry_after=wait)


_LIMITS = {422: "phone not understood", 429: "too many; Retry-After says how long"}


@endpoint(
    "POST",
    "/api/v1/session/code",
    summary="Send a one-time code to a phone",
    body=CodeWanted,
    answer=CodeSent,
    statuses=_LIMITS,
)
def send_code(request: HttpRequest, payload: CodeWanted) -> CodeSent:
    try:
        sent = otp.request_code(payload.phone, views.ip_of(request))
    except phones.NotAPhoneError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "phone", str(error), at="phone") from error
    if sent.wait:
        raise _limited(sent.wait)
    return CodeSent(seconds=int(otp.LIFETIME.total_seconds()))


@endpoint(
    "POST",
    "/api/v1/session",
    summary="Sign in with phone and code; sets the device's cookie",
    body=SignIn,
    answer=Session,
    statuses={401: "wrong or dead code or ticket", 403: "account closed", **_LIMITS},
)
def open_session(request: HttpRequest, payload: SignIn) -> HttpResponse | Session:
    if payload.ticket is not None:
        return _join(request, payload)
    if payload.phone is None or payload.code is None:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "incomplete", _("Gửi số điện thoại và mã."), at="code")
    try:
        verdict = otp.verify_code(payload.phone, payload.code, views.ip_of(request))
    except phones.NotAPhoneError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "phone", str(error), at="phone") from error
    if verdict.state is otp.State.LIMITED:
        raise _limited(verdict.wait)
    if verdict.state is not otp.State.RIGHT:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "code", views.refusal(verdict), at="code")
    if verdict.account is None:
        sealed = keyring.seal(verdict.phone, _TICKET).hex()
        return Session("new", ticket=signing.dumps(sealed, salt=_TICKET))
    return _open(request, verdict.account)


def _join(request: HttpRequest, payload: SignIn) -> HttpResponse:
    try:
        sealed = signing.loads(str(payload.ticket), salt=_TICKET, max_age=views.PROOF_S)
    except signing.BadSignature as error:
        message = _("Phiên đăng ký đã hết hạn. Xin mã mới.")
        raise ApiError(HTTPStatus.UNAUTHORIZED, "ticket", message, at="ticket") from error
    number = keyring.unseal(bytes.fromhex(sealed), _TICKET)
    account = actions.account_of_phone(number)
    if account is None:
        if not (payload.name or "").strip():
            message = _("Ghi họ và tên, ví dụ Nguyễn Thị Hạnh.")
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "name", message, at="name")
        area = Area.objects.filter(pk=payload.area or 0, level=Level.COMMUNE, valid_to=None, closed_before=None).first()
        if area is None:
            message = _("Chọn phường, xã đang ở.")
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "area", message, at="area")
        try:
            account = actions.create_citizen(phone=number, name=str(payload.name), area=area)
        except actions.AccountClosedError as error:
            raise ApiError(HTTPStatus.FORBIDDEN, "closed", str(error)) from error
    return _open(request, account)


def _open(request: HttpRequest, account: Account) -> HttpResponse:
    response = HttpResponse()
    token = views.open_device(request, response, account)
    answer = respond(Session("open", token=token))
    answer.cookies.update(response.cookies)
    return answer


@endpoint(
    "POST",
    "/api/v1/session/end",
    summary="Sign this device out for good",
    answer=Ended,
    statuses={401: "no device", 415: "neither JSON nor a bearer token"},
    auth="device",
)
def end_session(request: HttpRequest) -> HttpResponse:
    # Another site could make a browser send this without a body; it must not end anybody's session.
    if request.content_type != "application/json" and "Authorization" not in request.headers:
        raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", _("Gửi nội dung dạng application/json."))
    tokens.require_device(request)
    sessions.end(request)
    answer = respond(Ended())
    answer.delete_cookie(tokens.COOKIE, samesite="Lax")
    return answer


_decode_receipt = msgspec.json.Decoder(Receipt).decode

document(
    Endpoint(
        "POST",
        "/api/v1/sms/receipts",
        "The carrier's word on a message, signed with the shared secret",
        Receipt,
        Noted,
        {401: "signature", 404: "unknown id", 422: "body"},
        None,
    )
)


@csrf_exempt
@transaction.atomic
def receipts(request: HttpRequest) -> HttpResponse:
    """X-Lachan-Signature is the hex HMAC-SHA-256 of "<X-Lachan-Timestamp>.<body>"; the time is in Unix seconds."""
    try:
        return respond(_take_receipt(request))
    except ApiError as error:
        return error_response(error)


def _take_receipt(request: HttpRequest) -> Noted:
    if request.method != "POST":
        message = _("Địa chỉ này chỉ nhận %(method)s.") % {"method": "POST"}
        raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message)
    stamp, signature = request.headers.get("X-Lachan-Timestamp", ""), request.headers.get("X-Lachan-Signature", "")
    if not sms.receipt_is_genuine(request.body, stamp, signature):
        raise ApiError(HTTPStatus.UNAUTHORIZED, "signature", _("Chữ ký của nhà mạng không khớp."))
    try:
        receipt = _decode_receipt(request.body)
    except msgspec.MsgspecError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "body", str(error)) from error
    if not sms.take_receipt(carrier_id=receipt.id, delivered=receipt.delivered, reason=receipt.reason):
        raise ApiError(HTTPStatus.NOT_FOUND, "message_unknown", _("Không có tin nhắn nào mang số này."))
    return Noted()
