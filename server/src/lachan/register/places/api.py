"""The place behind a code, for the phone that has just scanned it; and which codes are genuine, for one without a
network."""

import base64
from datetime import time
from http import HTTPStatus
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from lachan.ground.platform import keyring
from lachan.ground.platform.api import ApiError, endpoint
from lachan.register.access import ratelimit, tokens
from lachan.register.access.views import ip_of
from lachan.register.areas import queries as areas
from lachan.register.areas.models import Level
from lachan.register.places import codes, directories, queries
from lachan.register.places.kinds import allows_private, asks_health
from lachan.register.places.models import Place

# Enough for a family's day out, far too few to find a code by trying: there are 36 million million of them.
LOOKUPS = ratelimit.Limit("place-lookup", burst=60, seconds=3600.0)
# A phone asks without saying whose it is, so that nobody learns from it who went where; behind one address of a mobile
# network stand many.
ADDRESS_LOOKUPS = ratelimit.Limit("place-lookup-address", burst=600, seconds=600.0)


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
    # Whether a visit may stay on the phone, with a count on the server.
    private: bool
    # Official code of the commune: which directory to keep.
    commune_code: str
    opens: time | None = None
    closes: time | None = None


@endpoint(
    "GET",
    "/api/v1/places/{code}",
    summary="The open place that has this code",
    answer=PlaceInfo,
    statuses={
        404: "no open place has this code",
        422: "the code was mistyped",
        429: "too many; Retry-After says how long",
    },
    parameters={"code": {"type": "string", "description": "12 characters, with or without dashes", "maxLength": 40}},
)
def place(request: HttpRequest, code: str) -> PlaceInfo:
    device = tokens.device_of(request)
    limit, who = (LOOKUPS, str(device.account_id)) if device else (ADDRESS_LOOKUPS, ip_of(request))
    if wait := ratelimit.take(limit, who):
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
        commune_code=found.area.code,
        province=found.area.parent.name if found.area.parent else "",
        address=found.address,
        asks_health=asks_health(found.kind),
        private=allows_private(found.kind),
        opens=found.opens,
        closes=found.closes,
    )


class PublicKey(msgspec.Struct):
    """A JSON Web Key of ECDSA P-256."""

    kty: str
    crv: str
    x: str
    y: str


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")


@endpoint(
    "GET",
    "/api/v1/places/directory/key",
    summary="The key that verifies the directories of codes",
    answer=PublicKey,
    cacheable=True,
)
def directory_key(request: HttpRequest) -> PublicKey:
    numbers = keyring.signing_key(directories.KEY).public_key().public_numbers()
    return PublicKey("EC", "P-256", _coordinate(numbers.x), _coordinate(numbers.y))


@endpoint(
    "GET",
    "/api/v1/places/directory/{commune}",
    summary="Which codes are genuine in a commune, signed: 8 bytes a code, to check codes without a network",
    answer=None,
    answer_type="application/octet-stream",
    statuses={404: "no commune in force has this code"},
    parameters={"commune": {"type": "string", "description": "official code, e.g. 20242", "maxLength": 8}},
    cacheable=True,
)
def directory_file(request: HttpRequest, commune: str) -> HttpResponse:
    area = areas.in_force(Level.COMMUNE).filter(code=commune).first()
    if area is None:
        raise ApiError(
            HTTPStatus.NOT_FOUND, "commune_unknown", _("Không có phường, xã nào mang mã số này."), at="commune"
        )
    content, tag = directories.of(area)
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"ETag": quote_etag(tag), "Cache-Control": "public, max-age=3600"},
    )
