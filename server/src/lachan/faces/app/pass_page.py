"""The page that shows this phone's rotating pass to a gate."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lachan.faces.app.views import _own_page, _page, _people


@_own_page
def show_pass(request: HttpRequest) -> HttpResponse:
    """The pass is made by the phone alone; the page only has the place for it, so that it opens without a network."""
    return render(request, "app/pass.html", _page(request, _people(request)))
