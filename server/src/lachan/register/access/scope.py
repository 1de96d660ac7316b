"""Who may see and do what, where: the only place that answers it."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.api import ApiError
from lachan.register.access import sessions
from lachan.register.access.models import Account, RoleAssignment
from lachan.register.access.roles import Permission, codes_with
from lachan.register.access.tokens import device_of
from lachan.register.areas import queries as areas

__all__ = [
    "can",
    "citizen_required",
    "device_of",
    "has_second_factor",
    "officer_of",
    "require",
    "visible",
]

View = Callable[..., HttpResponse]


def assignments(account: Account | AnonymousUser, permission: Permission | None = None) -> QuerySet[RoleAssignment]:
    """The officer's live assignments, those with the permission if one is named. None for anybody else."""
    if not isinstance(account, Account) or not account.is_officer or not account.is_active:
        return RoleAssignment.objects.none()
    live = RoleAssignment.objects.filter(account=account, revoked_at=None)
    return live if permission is None else live.filter(role__in=codes_with(permission))


def can(account: Account | AnonymousUser, permission: Permission, area_id: int | None = None) -> bool:
    """Whether the account holds the permission over that area; without an area, over any area at all."""
    held = assignments(account, permission)
    if area_id is None:
        return held.exists()
    return any(areas.covers(holder, area_id) for holder in held.values_list("area_id", flat=True).distinct())


def visible(account: Account | AnonymousUser, permission: Permission) -> QuerySet[Any, int]:
    """The ids of the areas where the account holds the permission, as a subquery for `area__in=`."""
    return areas.within_any(list(assignments(account, permission).values_list("area_id", flat=True)))


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this very session has proved a second factor (TOTP, recovery code, passkey), not the account once."""
    user = request.user
    return isinstance(user, Account) and any(
        r.get("method") == "mfa" for r in get_authentication_records(request, user)
    )


def second_factor_address(request: HttpRequest) -> str:
    """Where a password-only session goes next: to prove its second factor, or to set one up."""
    enrolled = Authenticator.objects.filter(user=request.user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    name = "mfa_reauthenticate" if enrolled else "mfa_activate_totp"
    return f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}"


def officer_actor(account: Account, permission: Permission | None = None) -> audit.Actor:
    """The actor of the officer's widest live assignment (with the permission, if named)."""
    widest = assignments(account, permission).order_by("area__level", "pk").values_list("role", "area_id").first()
    role, area_id = widest or ("officer", None)
    return audit.Actor(account_id=account.pk, role=role, area_id=area_id)


def require(permission: Permission) -> Callable[[View], View]:
    """Decorate an officer's page: sign-in first, then a second factor, then the permission somewhere (403 otherwise).

    The view still narrows every queryset by `visible(request.user, permission)`.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return _to(settings.LOGIN_URL, request)
            if not user.is_officer:
                raise PermissionDenied
            if not has_second_factor(request):
                return redirect(second_factor_address(request))
            if not can(user, permission):
                raise PermissionDenied
            with audit.acting(officer_actor(user, permission)):
                return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def officer_of(request: HttpRequest, permission: Permission) -> Account:
    """The officer behind a JSON request. Raises ApiError 401 (sign in, second factor) or 403."""
    user = request.user
    if not isinstance(user, Account) or not user.is_officer:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "not_signed_in", _("Đăng nhập bằng tài khoản cán bộ rồi gửi lại."))
    if not has_second_factor(request):
        raise ApiError(HTTPStatus.UNAUTHORIZED, "second_factor", _("Xác minh bước hai ở bàn làm việc rồi gửi lại."))
    if not can(user, permission):
        raise ApiError(HTTPStatus.FORBIDDEN, "forbidden", _("Vai trò của tài khoản này không được làm việc đó."))
    audit.become(officer_actor(user, permission))
    return user


def citizen_required(view: View) -> View:
    """Decorate a citizen's page: a live session, or the device's cookie that opens one; else to the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sessions.resume(request):
            return _to(reverse("access:sign_in"), request)
        return view(request, *args, **kwargs)

    guarded.citizen = True  # type: ignore[attr-defined]
    return guarded


def _to(address: str, request: HttpRequest) -> HttpResponseRedirect:
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{address}?{urlencode({'next': back})}")
