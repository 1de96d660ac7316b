"""The page about Bluezone: what a page can't do, a paired agent's state, and the key files there are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lachan.faces.app.views import _own_page, _page, _people


@_own_page
def bluezone(request: HttpRequest) -> HttpResponse:
    """What a paired agent says comes in the part of the address after #, which no browser sends to a server."""
    return render(request, "app/bluezone.html", _page(request, _people(request)))
