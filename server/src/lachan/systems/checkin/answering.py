"""How the lane's bare ASGI addresses read a request and answer it in JSON; what went wrong is told in words.

Words are looked up for a refusal only: it is rare and may cost what a check-in must not.
"""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from lachan.ground.ingest.lane import FullError, RefusedError
from lachan.ground.platform import api
from lachan.ground.platform.complaints import complaint
from lachan.systems.checkin.keeping import RETENTION

MAX_BODY_BYTES = 8192
TOKEN_COOKIE = "lachan_device"  # noqa: S105  a cookie's name
LANGUAGE_COOKIE = "lachan_language"

Message = dict[str, Any]
ASGIReceive = Callable[[], Awaitable[Message]]
ASGISend = Callable[[Message], Awaitable[None]]
# The body, the device's secret, and how to learn the sender's language; returns status and content.
Handler = Callable[[bytes, bytes, Callable[[], str]], Awaitable[tuple[int, bytes]]]
encoder = msgspec.json.Encoder()


class Problem(Exception):  # noqa: N818  it is turned into an ApiError before it leaves this module
    """A refusal by its code; `detail` is what the words of that code quote."""

    def __init__(
        self, status: int, code: str, detail: object = None, field: str | None = None, retry: int | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.field, self.retry_after = status, code, detail, field, retry


_FIELDS = {
    "place_unknown": "code",
    "code_mistyped": "code",
    "screen_expired": "code",
    "person_not_yours": "person",
    "key_reused": "key",
    "time_ahead": "at",
    "time_expired": "at",
    "not_staff": "place",
    "named_only": "code",
    "hour_uneven": "hour",
    "place_closed": "place",
    "pass_forged": "holder",
    "pass_expired": "holder",
    "pass_ended": "holder",
    "card_unreadable": "holder",
    "holder_wrong": "holder",
}


def _words(problem: Problem) -> str:  # noqa: PLR0911, PLR0912  one sentence a case, each where the catalogue finds it
    """What went wrong and what to do, in the language in force."""
    match problem.code:
        case "method_not_allowed":
            return _("Địa chỉ này chỉ nhận %(method)s.") % {"method": "POST"}
        case "not_json_type":
            return _("Gửi nội dung dạng application/json.")
        case "not_json":
            return _("Nội dung không phải JSON đọc được.")
        case "too_large":
            return _("Nội dung dài quá 8 KB.")
        case "invalid":
            message = complaint(problem.detail)[0] if isinstance(problem.detail, msgspec.ValidationError) else ""
            return _("Nội dung chưa đúng: %(message)s") % {"message": message or _("chưa đọc được")}
        case "signed_out":
            return _("Máy này chưa đăng nhập. Đăng nhập bằng số điện thoại rồi quét lại.")
        case "person_not_yours":
            return _("Tài khoản này không quét thay được cho người đó. Thêm người đó ở mục Gia đình.")
        case "code_mistyped":
            return _("Mã chưa đúng. Xem lại 12 ký tự dưới hình QR.")
        case "screen_expired":
            return _("Mã trên màn hình đổi mỗi nửa phút, mã này đã cũ. Quét lại ngay tại màn hình.")
        case "place_unknown":
            return _("Không có nơi nào đang mở mang mã này. Hỏi người phụ trách xem có mã mới không.")
        case "key_reused":
            return _("Mã gửi này đã dùng cho một lượt quét khác.")
        case "time_ahead":
            return _("Giờ quét ở tương lai. Chỉnh lại đồng hồ của máy rồi quét lại.")
        case "time_expired":
            return _("Lượt quét đã quá %(days)s ngày nên không lưu nữa.") % {"days": RETENTION.days}
        case "not_staff":
            return _(
                "Lúc đó tài khoản này không gác cổng ở nơi đó. Nhờ chủ nơi đó mời bằng số điện thoại, hoặc ghi hộ."
            )
        case "place_closed":
            return _("Nơi này đã đóng trên Lá Chắn nên không ghi lượt được nữa.")
        case "named_only":
            return _("Loại nơi này cần tên nên không ghi riêng tư được. Gửi có tên, hoặc xóa lượt khỏi máy.")
        case "hour_uneven":
            return _("Chỉ gửi đầu giờ, ví dụ %(hour)s.") % {"hour": "2026-08-13T07:00:00Z"}
        case "count_expired":
            return _("Lượt riêng tư đã quá %(hours)s giờ nên không đếm nữa.") % {"hours": problem.detail}
        case "flooded":
            return _("Mạng này vừa gửi rất nhiều lượt riêng tư. Máy sẽ tự gửi lại.")
        case "pass_forged":
            return _("Mã này không do Lá Chắn cấp. Ghi bằng số điện thoại hoặc khai hộ.")
        case "pass_expired":
            return _("Mã của thẻ đã cũ lúc quét. Quét lại ngay trên máy của khách.")
        case "pass_ended":
            return _("Thẻ này không còn dùng được: máy đã đăng xuất. Ghi bằng số điện thoại hoặc khai hộ.")
        case "card_unreadable":
            return _("Không mở được nội dung thẻ. Quét lại thẻ.")
        case "holder_wrong":
            return str(problem.detail)
        case "limited":
            return _("Máy này vừa ghi rất nhiều người. Lượt vẫn giữ trong máy và sẽ tự gửi lại.")
        case "busy":
            return _("Hệ thống đang đông. Máy sẽ tự gửi lại sau ít giây.")
        case _:
            return _("Hệ thống tạm ngừng. Lượt quét vẫn giữ trong máy và sẽ tự gửi lại.")


def refusal(error: RefusedError) -> Problem:
    """The 503 that the lane's refusal becomes."""
    code = "busy" if isinstance(error, FullError) else "away"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, code, retry=error.retry_after)


async def answer(handler: Handler, scope: Message, receive: ASGIReceive, send: ASGISend) -> None:
    """Read the request, let the handler answer it, and send that or the refusal it raised."""
    extra: list[tuple[bytes, bytes]] = []
    token = cookie = accept = kind = b""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    for name, value in headers:
        if name == b"cookie":
            cookie = value
        elif name == b"authorization":
            token = value
        elif name == b"content-type":
            kind = value
        elif name == b"accept-language":
            accept = value
    try:
        if scope["method"] != "POST":
            extra.append((b"allow", b"POST"))
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed")
        if kind.partition(b";")[0].strip().lower() != b"application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json_type")
        body = await _body(receive)
        status, content = await handler(body, _token(token, cookie), lambda: _language(cookie, accept))
    except Problem as problem:
        with translation.override(_language(cookie, accept)):
            message = _words(problem)
        field = problem.field or _FIELDS.get(problem.code)
        status, content = problem.status, encoder.encode(api.Error(api.ErrorBody(problem.code, message, field)))
        if problem.retry_after is not None:
            extra.append((b"retry-after", str(problem.retry_after).encode()))
    await send(
        {
            "type": "http.response.start",
            "status": int(status),
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(content)).encode()),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                *extra,
            ],
        }
    )
    await send({"type": "http.response.body", "body": content})


async def _body(receive: ASGIReceive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            break
    if len(body) > MAX_BODY_BYTES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    return body


def _token(authorization: bytes, cookie: bytes) -> bytes:
    """The device's secret, from the header or the cookie; empty when there is none."""
    scheme, _sep, value = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip()
    for part in cookie.split(b";"):
        name, _sep, value = part.strip().partition(b"=")
        if name == TOKEN_COOKIE.encode():
            return value
    return b""


def _language(cookie: bytes, accept: bytes) -> str:
    """Vietnamese unless the cookie, or without one the first acceptable language of the browser, says English."""
    try:
        chosen = SimpleCookie(cookie.decode("latin-1")).get(LANGUAGE_COOKIE)
    except CookieError:
        chosen = None
    if chosen and chosen.value in ("vi", "en"):
        return chosen.value
    for choice in accept.decode("latin-1").lower().split(","):
        language = choice.partition(";")[0].strip()
        if language.startswith(("vi", "en")):
            return language[:2]
    return "vi"
