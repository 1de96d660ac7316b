"""What phones and gates ask for beside the check-in itself: a certificate for a pass, and the keys to verify one."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lachan.ground.platform.api import ApiError, endpoint
from lachan.register.access import tokens
from lachan.register.people import queries as people
from lachan.register.people.models import Person
from lachan.register.places import footfall
from lachan.register.places import queries as places
from lachan.systems.checkin import issuers, pass_ids, queries, sealed_cards
from lachan.systems.checkin.passes import RECEIPT_S, certify_receipt


class PassRequest(msgspec.Struct):
    """The public half of a key that was made on the phone and never leaves it."""

    key: Annotated[str, msgspec.Meta(max_length=120, description="P-256 point (SEC 1), base64url")]


class PassCertificate(msgspec.Struct):
    """`now` is the server's clock: the pass runs by it, not by the phone's."""

    certificate: str
    expires_at: datetime
    now: datetime


class ReceiptRequest(msgspec.Struct):
    """The scan (its id in the receipt of the check-in), and the phone's public key, which may be that of its pass."""

    event: UUID
    key: Annotated[str, msgspec.Meta(max_length=120, description="P-256 point (SEC 1), base64url")]


class ReceiptCertificate(msgspec.Struct):
    """`now` is the server's clock: the moving receipt runs by it, not by the phone's."""

    certificate: str
    now: datetime


class GateKeys(msgspec.Struct):
    """Public keys only (P-256 points, uncompressed, base64url): no gate holds a secret.

    `certificates`: the issuers of HC1 certificates, key id (hex) to public key (SubjectPublicKeyInfo, base64url).
    """

    pass_key: str
    sealing_key: str
    certificates: dict[str, str]


class Inside(msgspec.Struct):
    """How many are at the place now, as far as is known; `capacity` null where no limit was given. `at`: this moment by
    the server's clock. A visit counts some seconds after it was stored."""

    inside: int
    capacity: int | None
    at: datetime


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def point(key: ec.EllipticCurvePrivateKey) -> str:
    return encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


@endpoint(
    "POST",
    "/api/v1/me/pass",
    summary="Certify this phone's key, so that it can show a pass that gates verify offline",
    body=PassRequest,
    answer=PassCertificate,
    statuses={401: "the device is not signed in", 404: "the account has no person yet", 422: "the key is no P-256 key"},
    auth="device",
)
def my_pass(request: HttpRequest, payload: PassRequest) -> PassCertificate:
    device = tokens.require_device(request)
    person = Person.objects.filter(account=device.account).first()
    if person is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "no_person", _("Tài khoản này chưa có họ tên. Ghi họ tên trước."))
    try:
        certificate, expires = pass_ids.issue_pass(device=device, person=person, phone_key=decode(payload.key))
    except ValueError:
        raise _wrong_key() from None
    return PassCertificate(encode(certificate), expires, datetime.now(UTC))


def _wrong_key() -> ApiError:
    message = _("Khóa máy gửi không đúng dạng P-256. Mở lại trang thẻ để máy tạo khóa mới.")
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "key_wrong", message, at="key")


@endpoint(
    "POST",
    "/api/v1/me/receipt",
    summary="Certify this phone's key for an arrival, so that it can show a moving receipt that gates verify offline",
    body=ReceiptRequest,
    answer=ReceiptCertificate,
    statuses={
        401: "the device is not signed in",
        404: "no such arrival of the last 12 hours by the account's people",
        422: "the key is no P-256 key",
    },
    auth="device",
)
def my_receipt(request: HttpRequest, payload: ReceiptRequest) -> ReceiptCertificate:
    device = tokens.require_device(request)
    now = datetime.now(UTC)
    scan = queries.arrival_of(people.acts_for(device.account), payload.event, now - timedelta(seconds=RECEIPT_S))
    if scan is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "no_arrival", _("Không có lượt vào này trong 12 giờ qua."), at="event")
    try:
        key = pass_ids.signing_key()
        certificate = certify_receipt(key, scan.place.key.bytes, decode(payload.key), scan.at)
    except ValueError:
        raise _wrong_key() from None
    return ReceiptCertificate(encode(certificate), now)


@endpoint(
    "GET",
    "/api/v1/gate/keys",
    summary="The public keys by which a gate verifies passes and seals cards",
    answer=GateKeys,
    cacheable=True,
)
def gate_keys(request: HttpRequest) -> GateKeys:
    return GateKeys(
        pass_key=point(pass_ids.signing_key()),
        sealing_key=point(sealed_cards.key()),
        certificates={kid.hex(): encode(key) for kid, key in issuers.keys().items()},
    )


@endpoint(
    "GET",
    "/api/v1/gate/places/{key}/inside",
    summary="How many people are at a place where the account is owner or gatekeeper: numbers, never who",
    answer=Inside,
    statuses={401: "the device is not signed in", 404: "the account does not help at such a place"},
    auth="device",
    parameters={"key": {"type": "string", "format": "uuid"}},
)
def inside(request: HttpRequest, key: UUID) -> Inside:
    device = tokens.require_device(request)
    place = places.places_of(device.account).filter(key=key).first()
    if place is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "not_staff", _("Tài khoản này không phụ trách nơi đó."))
    now = datetime.now(UTC)
    return Inside(footfall.inside_now(place), place.capacity, now)
