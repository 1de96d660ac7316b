"""Whether a printed quarantine order is genuine and still holds, for whoever is shown it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lachan.register.access import ratelimit
from lachan.register.access.views import ip_of
from lachan.register.places import codes
from lachan.systems.entry import quarantine

# A desk checks many; a robot tries a thousand codes.
LOOKS = ratelimit.Limit("entry.order.ip", 60, 3_600)


@never_cache
@require_GET
def order(request: HttpRequest, code: str) -> HttpResponse:
    """The order's number, dates and whether it holds; initials alone, no place, no disease."""
    if ratelimit.take(LOOKS, ip_of(request)):
        return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    try:
        found = quarantine.verify(codes.parse(code))
    except codes.NotACodeError:
        found = None
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    return render(request, "entry/order.html", {"one": found}, status=status)
