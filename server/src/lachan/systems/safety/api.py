"""What phones send, and what anybody may read: a facility's status, the feed of changes, the roots of the days."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from lachan.ground.platform.api import ApiError, endpoint, respond
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.tokens import require_device
from lachan.register.places import queries as places
from lachan.systems.safety import actions, pictures, refreshing
from lachan.systems.safety.actions import Said, Signer
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.models import DayRoot, Entry, Status
from lachan.systems.safety.reading import band_words

SENDS = ratelimit.Limit("safety-entry", burst=120, seconds=3600.0)
FRESH_S = 15
_CODES = {
    "key_reused": HTTPStatus.CONFLICT,
    "not_joined": HTTPStatus.NOT_FOUND,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with its offset from UTC")]
Owner = Annotated[str, Meta(max_length=40, description="The number of the account that filled it in")]
Answered = Annotated[dict[str, int | str], Meta(max_length=200)]


class FormBody(msgspec.Struct, forbid_unknown_fields=True):
    """A form as it was filled in. `key` is made on the phone: the same form sent again is stored once. An answer is a
    number of points (0 and 1 for tasks and for passed or not) or "na". `sent_at` lets a wrong clock be corrected."""

    key: UUID
    #: Who filled it in: a phone changes hands while a form waits.
    owner: Owner
    place: UUID
    kind: Literal["commitment", "assessment"]
    at: Moment
    sent_at: Moment
    criteria: Annotated[str, Meta(max_length=40)]
    number: Annotated[int, Meta(ge=1, le=30_000)]
    answers: Answered
    note: Annotated[str, Meta(max_length=1000)] = ""
    seconds: Annotated[int, Meta(ge=0, le=2_000_000)] | None = None
    challenge: Annotated[str, Meta(max_length=200)] = ""
    photos: Annotated[list[UUID], Meta(max_length=4)] = []


class FormReceipt(msgspec.Struct):
    """`hash` is the entry's link in the facility's chain; `complete` of a commitment, `outcome` and `band` of an
    assessment; `clock_offset` in seconds where the phone's clock was wrong."""

    id: UUID
    number: int
    hash: str
    day: date
    at: datetime
    complete: bool | None
    outcome: str
    band: str
    clock_offset: int


class OfPlace(msgspec.Struct):
    """The place's public key, and who took the picture."""

    place: UUID
    owner: Owner


class PhotoReceipt(msgspec.Struct):
    """`sha256` of the picture as it is kept, in hex."""

    id: UUID
    sha256: str


class PublicStatus(msgspec.Struct):
    """`state`: safe, due, late, unsafe, disputed, paused, none, gone. `declared` and `inspected`: safe, low, unsafe or
    "" where there is none. `change` is the number of its last change in the feed."""

    place: UUID
    state: str
    outcome: str
    declared: str
    inspected: str
    committed_at: datetime | None
    assessed_at: datetime | None
    inspected_at: datetime | None
    changed_at: datetime
    change: int


class Change(msgspec.Struct):
    number: int
    place: UUID
    area: str
    kind: str
    at: datetime
    before: str
    state: str
    outcome: str


class Changes(msgspec.Struct):
    """Oldest first; ask again with `after` = `last`."""

    changes: list[Change]
    last: int


class After(msgspec.Struct):
    """Changes after this number; none given: from the beginning."""

    after: Annotated[int, Meta(ge=0, le=2**53)] = 0


class Root(msgspec.Struct):
    """root = SHA-256(root before ‖ day ‖ merkle), in hex; `entries` were received on that day in Viet Nam."""

    day: date
    entries: int
    merkle: str
    root: str


class Roots(msgspec.Struct):
    """Oldest first."""

    roots: list[Root]


def _refusal(error: RefusedError) -> ApiError:
    status = _CODES.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return ApiError(status, error.code, error.message, at=error.field or None)


def _limit(device: int) -> None:
    if wait := ratelimit.take(SENDS, str(device)):
        message = _("Gửi quá nhiều lần. Máy sẽ tự gửi lại sau.")
        raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, "too_many", message, retry_after=wait)


def _own(account: Account, owner: str) -> None:
    """Whoever is signed in now signs nothing that somebody else filled in: it stays on the phone for them."""
    if owner != str(account.pk):
        message = _("Bản này do tài khoản khác điền. Đăng nhập tài khoản đó trên máy này để gửi.")
        raise ApiError(HTTPStatus.UNAUTHORIZED, "other_account", message, at="owner")


@endpoint(
    "POST",
    "/api/v1/safety/forms",
    summary="Send a day's commitment or a self-assessment",
    body=FormBody,
    answer=FormReceipt,
    auth="device",
    statuses={
        200: "Stored before under this key",
        201: "Stored",
        401: "Not signed in, or as another account than the one that filled it in",
        404: "The account does not help at this place, or the place has not joined",
        409: "The key was used for another form",
        422: "The form is not complete, too old, or its criteria have changed",
    },
)
def forms(request: HttpRequest, payload: FormBody) -> HttpResponse:
    device = require_device(request)
    _limit(device.pk)
    _own(device.account, payload.owner)
    place = places.places_of(device.account).filter(key=payload.place).first()
    if place is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "place_unknown", _("Tài khoản này không giúp ở nơi đó."), at="place")
    said = Said(
        key=payload.key,
        kind=payload.kind,
        at=payload.at,
        answers=payload.answers,
        criteria=payload.criteria.replace("\0", ""),
        number=payload.number,
        # PostgreSQL has no text with NUL.
        note=payload.note.replace("\0", ""),
        seconds=payload.seconds,
        challenge=payload.challenge.replace("\0", ""),
        photos=tuple(payload.photos),
    )
    behind = timezone.now() - payload.sent_at.astimezone(UTC)
    try:
        entry, new = actions.submit(
            place=place,
            said=said,
            signer=Signer(device.account, device.account.name, device.pk),
            clock_behind=behind,
        )
    except RefusedError as error:
        raise _refusal(error) from error
    except OverflowError as error:
        message = _("Giờ ghi trong máy không có trên lịch. Chỉnh đồng hồ của máy rồi gửi lại.")
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "no_time", message, at="at") from error
    offset = round(behind.total_seconds()) if abs(behind) > actions.CLOCK_TOLERANCE else 0
    return respond(receipt(entry, offset), HTTPStatus.CREATED if new else HTTPStatus.OK)


def receipt(entry: Entry, offset: int = 0) -> FormReceipt:
    """What the phone is told of a stored form."""
    return FormReceipt(
        id=entry.key,
        number=entry.number,
        hash=bytes(entry.hash).hex(),
        day=entry.day,
        at=entry.at,
        complete=entry.complete,
        outcome=entry.outcome,
        band=band_words(entry),
        clock_offset=offset,
    )


@endpoint(
    "POST",
    "/api/v1/safety/photos/{key}",
    summary="Send a picture (its bytes, as image/jpeg, image/png or image/webp) before the form that names its key",
    answer=PhotoReceipt,
    auth="device",
    query=OfPlace,
    parameters={"key": {"type": "string", "format": "uuid", "description": "Made on the phone"}},
    statuses={
        200: "Kept",
        401: "Not signed in, or as another account than the one that took it",
        404: "The account does not help at this place",
        413: "Larger than 8 MB",
        415: "Not sent as a picture",
        422: "Not a picture that can be read",
    },
)
def photos(request: HttpRequest, query: OfPlace, key: UUID) -> PhotoReceipt:
    device = require_device(request)
    _limit(device.pk)
    _own(device.account, query.owner)
    found = places.places_of(device.account).filter(key=query.place).first()
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "place_unknown", _("Tài khoản này không giúp ở nơi đó."), at="place")
    # A type that no form of another site can send.
    if request.content_type not in pictures.TYPES:
        message = _("Gửi ảnh dạng image/jpeg, image/png hoặc image/webp.")
        raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_a_picture", message)
    try:
        kept = pictures.keep(place=found, key=key, content=request.read(pictures.MAX_BYTES + 1))
    except RefusedError as error:
        raise _refusal(error) from error
    return PhotoReceipt(kept.key, bytes(kept.sha256).hex())


def _cached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response


@endpoint(
    "GET",
    "/api/v1/safety/places/{key}",
    summary="The current status of a facility",
    answer=PublicStatus,
    parameters={"key": {"type": "string", "format": "uuid", "description": "The place's public key"}},
    statuses={404: "No such place, or it has not joined"},
    cacheable=True,
)
def status(request: HttpRequest, key: UUID) -> HttpResponse:
    found = Status.objects.select_related("place").filter(place__key=key, place__closed_at=None).first()
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "place_unknown", _("Nơi này chưa tham gia cam kết an toàn."))
    told = PublicStatus(
        place=found.place.key,
        state=found.state,
        outcome=found.outcome,
        declared=found.declared,
        inspected=found.inspected,
        committed_at=found.committed_at,
        assessed_at=found.assessed_at,
        inspected_at=found.inspected_at,
        changed_at=found.changed_at,
        change=found.change,
    )
    return _cached(respond(told))


@endpoint(
    "GET",
    "/api/v1/safety/changes",
    summary="The feed of changes of status, up to a thousand at a time",
    answer=Changes,
    query=After,
    cacheable=True,
)
def changes(request: HttpRequest, query: After) -> HttpResponse:
    rows = refreshing.changes_after(query.after)
    told = [
        Change(row.pk, row.place.key, row.place.area.code, row.place.kind, row.at, row.before, row.state, row.outcome)
        for row in rows
    ]
    return _cached(respond(Changes(told, told[-1].number if told else query.after)))


@endpoint(
    "GET",
    "/api/v1/safety/roots",
    summary="The published root of each day, for `lachan safety verify --known`",
    answer=Roots,
    cacheable=True,
)
def roots(request: HttpRequest) -> HttpResponse:
    rows = DayRoot.objects.order_by("day")
    return _cached(respond(Roots([Root(r.day, r.entries, bytes(r.merkle).hex(), bytes(r.root).hex()) for r in rows])))
