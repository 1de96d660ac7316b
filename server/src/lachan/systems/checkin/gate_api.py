"""What phones and gates ask for beside the check-in itself: a certificate for a pass, and the keys to verify one."""

import base64
import binascii
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lachan.ground.platform.api import ApiError, endpoint
from lachan.register.access import tokens
from lachan.register.people.models import Person
from lachan.systems.checkin import pass_ids, sealed_cards


class PassRequest(msgspec.Struct):
    """The public half of a key that was made on the phone and never leaves it."""

    key: Annotated[str, msgspec.Meta(max_length=120, description="P-256 point (SEC 1), base64url")]


class PassCertificate(msgspec.Struct):
    """`now` is the server's clock: the pass runs by it, not by the phone's."""

    certificate: str
    expires_at: datetime
    now: datetime


class GateKeys(msgspec.Struct):
    """Public keys only (P-256 points, uncompressed, base64url): no gate holds a secret."""

    pass_key: str
    sealing_key: str


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
        message = _("Khóa máy gửi không đúng dạng P-256. Mở lại trang thẻ để máy tạo khóa mới.")
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "key_wrong", message, at="key") from None
    return PassCertificate(encode(certificate), expires, datetime.now(UTC))


@endpoint(
    "GET",
    "/api/v1/gate/keys",
    summary="The public keys by which a gate verifies passes and seals cards",
    answer=GateKeys,
    cacheable=True,
)
def gate_keys(request: HttpRequest) -> GateKeys:
    return GateKeys(pass_key=point(pass_ids.signing_key()), sealing_key=point(sealed_cards.key()))
