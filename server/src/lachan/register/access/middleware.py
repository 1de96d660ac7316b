"""Says who acts: every audit row of a request carries its actor."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lachan.ground import audit


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            role = "officer" if user.is_officer else "citizen"
            actor = audit.Actor(account_id=user.pk, role=role)
        else:
            actor = audit.ANONYMOUS
        with audit.acting(actor):
            return self.get_response(request)
