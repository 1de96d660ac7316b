"""Device tokens: 32 random bytes known to the device alone; the server keeps their SHA-256."""

import hashlib
import secrets
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.api import ApiError
from lachan.register.access.models import Account, Device

COOKIE = "lachan_device"
TOKEN_BYTES = 32
LIFETIME = timedelta(days=180)
MAX_LABEL = 80


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """SHA-256: 256 random bits need no slow hash, and the ingest lane looks the token up with every request."""
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def issue_device(*, account: Account, label: str = "") -> tuple[Device, str]:
    """A new signed-in device of the account, and its token (shown this once)."""
    token = new_token()
    device = Device.objects.create(
        token_hash=hash_token(token),
        account=account,
        label=label[:MAX_LABEL],
        expires_at=timezone.now() + LIFETIME,
    )
    audit.record(action="access.device.issue", obj=device, detail={"account": account.pk})
    return device, token


@transaction.atomic
def revoke_device(*, device: Device) -> None:
    """Sign the device out for good. Revoking twice changes nothing."""
    if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record(action="access.device.revoke", obj=device, detail={"account": device.account_id})


def set_cookie(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def token_of(request: HttpRequest) -> str | None:
    """The token of `Authorization: Bearer …`, else of the device's cookie."""
    scheme, _sep, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.COOKIES.get(COOKIE) or None


def device_of(request: HttpRequest) -> Device | None:
    """The live device that sent the request, with its account, which the audit trail then names. None if unknown."""
    token = token_of(request)
    if token is None:
        return None
    device = (
        Device.objects.select_related("account")
        .filter(
            token_hash=hash_token(token),
            revoked_at=None,
            expires_at__gt=timezone.now(),
            account__is_active=True,
            account__is_officer=False,
        )
        .first()
    )
    if device is not None:
        audit.become(audit.Actor(account_id=device.account_id, role="citizen"))
    return device


def require_device(request: HttpRequest) -> Device:
    """device_of, or ApiError 401."""
    device = device_of(request)
    if device is None:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "not_signed_in", _("Đăng nhập trên máy này rồi gửi lại."))
    return device
