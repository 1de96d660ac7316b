"""Addresses for the tests of the face: the platform, the officers' sign-in, and a page that breaks."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from lachan.ground.platform.tests import pages


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("", include("lachan.ground.platform.urls")),
    path("desk/account/", include("allauth.urls")),
    path("broken/", broken),
    path("", include(pages)),
]
