"""The place behind a code, for the phone that has just scanned it."""

from datetime import time
from http import HTTPStatus
from uuid import UUID

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lachan.ground.platform.api import ApiError, endpoint
from lachan.register.access import ratelimit, tokens
from lachan.register.places import codes, queries
from lachan.register.places.kinds import asks_health
from lachan.register.places.models import Place

# Enough for a family's day out, far too few to find a code by trying: there are 36 million million of them.
LOOKUPS = ratelimit.Limit("place-lookup", burst=60, seconds=3600.0)


class PlaceInfo(msgspec.Struct):
    """What a poster says, read by a phone. Hours are Viet Nam's time; null means open all day."""

    key: UUID
    name: str
    kind: str
    kind_label: str
    commune: str
    province: str
    address: str
    asks_health: bool
    opens: time | None = None
    closes: time | None = None


@endpoint(
    "GET",
    "/api/v1/places/{code}",
    summary="The open place that has this code",
    answer=PlaceInfo,
    statuses={
        401: "the device is not signed in",
        404: "no open place has this code",
        422: "the code was mistyped",
        429: "too many; Retry-After says how long",
    },
    auth="device",
    parameters={"code": {"type": "string", "description": "12 characters, with or without dashes", "maxLength": 40}},
)
def place(request: HttpRequest, code: str) -> PlaceInfo:
    device = tokens.require_device(request)
    if wait := ratelimit.take(LOOKUPS, str(device.account_id)):
        raise ApiError(
            HTTPStatus.TOO_MANY_REQUESTS, "limited", _("Đã xem nhiều mã. Chờ ít phút rồi thử lại."), retry_after=wait
        )
    try:
        codes.parse(code)
    except codes.NotACodeError:
        message = _("Mã chưa đúng. Xem lại 12 ký tự dưới hình QR.")
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "code_mistyped", message, at="code") from None
    found = queries.place_by_code(code)
    if found is None:
        message = _("Không có nơi nào đang mở mang mã này. Hỏi người phụ trách xem có mã mới không.")
        raise ApiError(HTTPStatus.NOT_FOUND, "place_unknown", message, at="code")
    return PlaceInfo(
        key=found.key,
        name=found.name,
        kind=found.kind,
        kind_label=str(Place.Kind(found.kind).label),
        commune=found.area.name,
        province=found.area.parent.name if found.area.parent else "",
        address=found.address,
        asks_health=asks_health(found.kind),
        opens=found.opens,
        closes=found.closes,
    )
