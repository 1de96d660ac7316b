"""Says who acts: every audit row of a request carries its actor."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lachan.ground import audit
from lachan.register.access.scope import has_second_factor, officer_actor, second_factor_address

# Where an officer with a password alone may be: to prove or set up the second factor, or to leave.
_DOORS = ("/desk/account/", settings.LOGIN_URL)


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            actor = audit.ANONYMOUS
        elif user.is_officer:
            actor = officer_actor(user)
        else:
            actor = audit.Actor(account_id=user.pk, role="citizen")
        with audit.acting(actor):
            return self.get_response(request)


class SecondFactorMiddleware:
    """No page of the desk for citizens, and none without a second factor, even one whose view forgot to ask.

    None is kept by the browser, unless its view says so: the next person at the machine presses "back".
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/desk/"):
            return self.get_response(request)
        response = self._guarded(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    def _guarded(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if not user.is_officer:
            raise PermissionDenied
        if not request.path.startswith(_DOORS) and not has_second_factor(request):
            return redirect(second_factor_address(request))
        return self.get_response(request)
