"""A citizen's browser session: opened by a device, and only as alive as that device."""

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.utils import timezone

from lachan.ground import audit
from lachan.register.access import signals, tokens
from lachan.register.access.models import Account, Device

DEVICE_KEY = "access.device"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def start(request: HttpRequest, device: Device) -> None:
    """Sign the device's account in on this browser, under a new session key."""
    login(request, device.account, backend=BACKEND)
    request.session[DEVICE_KEY] = device.pk
    audit.become(audit.Actor(account_id=device.account_id, role="citizen"))
    signals.citizen_seen.send(sender=Account, account=device.account)


def resume(request: HttpRequest) -> bool:
    """Whether a citizen is signed in here. The device's cookie reopens a lapsed session; a revoked device ends it."""
    user = request.user
    if isinstance(user, Account):
        if user.is_officer:
            return False
        alive = Device.objects.filter(
            pk=int(request.session.get(DEVICE_KEY, 0)), account=user, revoked_at=None, expires_at__gt=timezone.now()
        ).exists()
        if alive:
            return True
        logout(request)
    device = tokens.device_of(request)
    if device is None:
        return False
    start(request, device)
    return True


def end(request: HttpRequest) -> None:
    """Sign out: the device is revoked and the session flushed, so neither cookie opens anything again."""
    device = tokens.device_of(request)
    if device is None and DEVICE_KEY in request.session:
        device = Device.objects.filter(pk=request.session[DEVICE_KEY]).first()
    if device is not None:
        tokens.revoke_device(device=device)
    logout(request)


def leave(request: HttpRequest) -> None:
    """Flush the session of an account that has just been erased, devices and all."""
    logout(request)
    audit.become(audit.ANONYMOUS)
