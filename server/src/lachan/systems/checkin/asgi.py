"""POST /api/v1/checkins: a bare ASGI application, since this is the one address that a whole country calls at once.

The roof mounts it beside Django and calls `startup` and `shutdown`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

from lachan.ground.ingest.lane import FullError, Lane, RefusedError, RowError
from lachan.ground.platform import api
from lachan.ground.platform.complaints import complaint
from lachan.ground.platform.ids import uuid7
from lachan.register.places import codes, rotation
from lachan.systems.checkin.keeping import RETENTION
from lachan.systems.checkin.models import Direction
from lachan.systems.checkin.receipt import PlaceName, Receipt, short_code
from lachan.systems.checkin.statement import OPTIONS, Outcome, Scan, Written, write

PATH = "/api/v1/checkins"
MAX_BODY_BYTES = 8192
MAX_ANSWER_BYTES = 2048
CLOCK_TOLERANCE = timedelta(seconds=90)
MAX_AHEAD = timedelta(minutes=10)
MAX_ACCURACY_M = 2000
TOKEN_COOKIE = "lachan_device"  # noqa: S105  a cookie's name
LANGUAGE_COOKIE = "lachan_language"

Message = dict[str, Any]
ASGIReceive = Callable[[], Awaitable[Message]]
ASGISend = Callable[[Message], Awaitable[None]]
Moment = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with its offset from UTC")]


class Position(msgspec.Struct):
    """Where the phone is, if its owner lets it say so. The server keeps only how far the place is from there."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    accuracy: Annotated[float, msgspec.Meta(ge=0, le=40_100_000, description="metres")]


class Checkin(msgspec.Struct):
    """`key` is made once by the device and kept over every retry; `at` and `sent_at` are both by the device's clock."""

    key: UUID
    code: Annotated[str, msgspec.Meta(max_length=200, description="what was scanned or typed")]
    direction: Literal["in", "out"]
    at: Moment
    sent_at: Moment
    person: UUID | None = None
    answers: dict[str, Any] | None = None
    position: Position | None = None


decoder = msgspec.json.Decoder(Checkin)
encoder = msgspec.json.Encoder()
_DIRECTION = {"in": Direction.IN.value, "out": Direction.OUT.value}
_WORD: dict[int, Literal["in", "out"]] = {Direction.IN.value: "in", Direction.OUT.value: "out"}

api.document(
    api.Endpoint(
        "POST",
        PATH,
        summary="Check in at, or out of, a place. Repeat with the same key until it is answered.",
        body=Checkin,
        answer=Receipt,
        statuses={
            200: "The same check-in was stored before: its first receipt.",
            201: "Stored.",
            400: "The body is no JSON.",
            401: "The device is not signed in.",
            403: "The account may not act for this person.",
            404: "No open place has this code.",
            409: "The key was used for another check-in.",
            413: "The body is too long.",
            415: "The body is not application/json.",
            422: "A field is wrong, or the time is not acceptable.",
            503: "Too busy, or the database is away; try again after Retry-After seconds.",
        },
        auth="device",
    )
)


class CheckinApp:
    """The ASGI application, with the lane that writes. `dsn` is a libpq connection string or URL."""

    def __init__(self, dsn: str, *, lanes: int = 2, max_batch: int = 1000, max_queue: int = 4000) -> None:
        self.lane: Lane[Scan, Written] = Lane(
            write, dsn, lanes=lanes, max_batch=max_batch, max_queue=max_queue, options=OPTIONS
        )

    async def startup(self) -> None:
        await self.lane.start()

    async def shutdown(self) -> None:
        await self.lane.close()

    async def __call__(self, scope: Message, receive: ASGIReceive, send: ASGISend) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
        try:
            status, content = await self._answer(scope["method"], headers, receive)
            extra: list[tuple[bytes, bytes]] = []
        except api.ApiError as error:
            status, content = (
                error.status,
                encoder.encode(api.Error(api.ErrorBody(error.code, error.message, error.at))),
            )
            extra = [(b"retry-after", str(error.retry_after).encode())] if error.retry_after is not None else []
            if status == HTTPStatus.METHOD_NOT_ALLOWED:
                extra.append((b"allow", b"POST"))
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

    async def _lifespan(self, receive: ASGIReceive, send: ASGISend) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.startup()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(
        self, method: str, headers: Iterable[tuple[bytes, bytes]], receive: ASGIReceive
    ) -> tuple[int, bytes]:
        token = cookie = accept = b""
        content_type = b""
        for name, value in headers:
            if name == b"cookie":
                cookie = value
            elif name == b"authorization":
                token = value
            elif name == b"content-type":
                content_type = value
            elif name == b"accept-language":
                accept = value
        try:
            if method != "POST":
                raise _error(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed")
            if content_type.partition(b";")[0].strip().lower() != b"application/json":
                raise _error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json_type")
            secret = _token(token, cookie)
            body = await _body(receive)
            now = datetime.now(UTC)
            scan = _scan(_decode(body), secret, now)
            if not secret:
                raise _error(HTTPStatus.UNAUTHORIZED, "signed_out")
            try:
                written = await self.lane.submit(scan)
            except RefusedError as error:
                raise _refusal(error) from None
            except RowError as error:
                raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid") from error
            if written.outcome in (Outcome.NEW, Outcome.REPLAY):
                status = HTTPStatus.CREATED if written.outcome is Outcome.NEW else HTTPStatus.OK
                return status, encoder.encode(_receipt(written))
            raise _outcome_error(written.outcome, scan, now)
        except _Problem as problem:
            # Words are looked up here only: a refusal is rare and may cost what a check-in must not.
            with translation.override(_language(cookie, accept)):
                raise api.ApiError(
                    problem.status,
                    problem.code,
                    _words(problem),
                    at=_FIELDS.get(problem.code, problem.field),
                    retry_after=problem.retry_after,
                ) from problem


class _Problem(Exception):  # noqa: N818  it is turned into an ApiError before it leaves this module
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
    "answers_long": "answers",
}


def _words(problem: _Problem) -> str:  # noqa: PLR0911, PLR0912  one sentence a case, each where the catalogue finds it
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
        case "answers_long":
            return _("Câu trả lời dài quá 2 KB.")
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
        case "busy":
            return _("Hệ thống đang đông. Máy sẽ tự gửi lại sau ít giây.")
        case _:
            return _("Hệ thống tạm ngừng. Lượt quét vẫn giữ trong máy và sẽ tự gửi lại.")


def _error(status: int, code: str, detail: object = None, field: str | None = None) -> _Problem:
    return _Problem(status, code, detail, field)


def _refusal(error: RefusedError) -> _Problem:
    code = "busy" if isinstance(error, FullError) else "away"
    return _Problem(HTTPStatus.SERVICE_UNAVAILABLE, code, retry=error.retry_after)


def _outcome_error(outcome: Outcome, scan: Scan, now: datetime) -> _Problem:
    match outcome:
        case Outcome.SIGNED_OUT:
            return _error(HTTPStatus.UNAUTHORIZED, "signed_out")
        case Outcome.NOT_FOR_PERSON:
            return _error(HTTPStatus.FORBIDDEN, "person_not_yours")
        case Outcome.NO_PLACE:
            return _error(HTTPStatus.NOT_FOUND, "place_unknown")
        case Outcome.OTHER_BODY:
            return _error(HTTPStatus.CONFLICT, "key_reused")
        case _:
            return _error(HTTPStatus.UNPROCESSABLE_ENTITY, "time_ahead" if scan.at > now else "time_expired")


async def _body(receive: ASGIReceive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            break
    if len(body) > MAX_BODY_BYTES:
        raise _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    return body


def _decode(body: bytes) -> Checkin:
    try:
        given = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", error, complaint(error)[1]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _error(HTTPStatus.BAD_REQUEST, "not_json") from None
    if given.answers is not None and len(encoder.encode(given.answers)) > MAX_ANSWER_BYTES:
        raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "answers_long")
    return given


def _scan(given: Checkin, secret: bytes, now: datetime) -> Scan:
    """The row: the code read, the clock corrected, and the hash of what the client meant."""
    text, tag = rotation.split(given.code)
    try:
        code = codes.parse(text)
    except codes.NotACodeError:
        raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "code_mistyped") from None
    try:
        at, wrong_by = given.at.astimezone(UTC), now - given.sent_at
    except OverflowError:
        raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "time_expired") from None
    meant = f"{code}|{given.direction}|{at.isoformat()}|{given.person}|".encode()
    if given.answers is not None:
        meant += msgspec.json.encode(given.answers, order="deterministic")
    if tag is not None and not rotation.fits(code, tag, _moment(at, wrong_by)):
        raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "screen_expired")
    # A position that may be anywhere in a town says nothing.
    position = given.position if given.position and given.position.accuracy <= MAX_ACCURACY_M else None
    offset = None
    if abs(wrong_by) > CLOCK_TOLERANCE:
        offset = round(wrong_by.total_seconds())
        try:
            at += timedelta(seconds=offset)
        except OverflowError:
            raise _error(HTTPStatus.UNPROCESSABLE_ENTITY, "time_expired") from None
    fit = now - RETENTION <= at <= now + MAX_AHEAD
    if not fit:
        # Only a replay can still be answered, and it is found by its key; the moment itself must not strain the
        # database.
        at, offset = (now - 2 * RETENTION if at < now else now + 2 * MAX_AHEAD), None
    return Scan(
        token_hash=hashlib.sha256(secret).hexdigest(),
        key=given.key,
        body_hash=hashlib.sha256(meant).hexdigest(),
        code=code,
        direction=_DIRECTION[given.direction],
        at=at,
        clock_offset=offset,
        person=given.person,
        id=uuid7(),
        fit=fit,
        rotating=tag is not None,
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        accuracy=round(position.accuracy) if position else None,
    )


def _moment(at: datetime, wrong_by: timedelta) -> datetime:
    """When a screen was scanned by the server's clock: half a minute matters there, whatever the phone's clock says."""
    try:
        return at + wrong_by
    except OverflowError:
        return at


def _receipt(written: Written) -> Receipt:
    if written.event_id is None or written.at is None or written.place_key is None:
        raise TypeError("a stored scan has its event, time and place")
    return Receipt(
        id=written.event_id,
        place=PlaceName(written.place_name, written.place_key),
        at=written.at,
        direction=_WORD[written.direction],
        code=short_code(written.event_id),
        clock_offset=written.clock_offset,
    )


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


def database_dsn() -> str:
    """The libpq connection string of Django's database."""
    given = connections["default"].get_connection_params()
    wanted = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    return make_conninfo("", **wanted)


_app: CheckinApp | None = None


async def startup() -> None:
    """Open the lane of this process's application."""
    global _app  # noqa: PLW0603  one lane a process, owned by this module
    _app = CheckinApp(database_dsn())
    await _app.startup()


async def shutdown() -> None:
    """Write what waits and close the lane."""
    if _app:
        await _app.shutdown()


async def application(scope: Message, receive: ASGIReceive, send: ASGISend) -> None:
    """This process's application, after startup()."""
    if _app is None:
        raise RuntimeError("startup() comes first")
    await _app(scope, receive, send)
