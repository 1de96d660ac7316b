"""One page per base template, filled with the kit's facts."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

_HEAD = (
    "{%% extends '%s' %%}{%% block title %%}Trang thử{%% endblock %%}"
    "{%% block main %%}<h1>Trang thử</h1>%s{%% endblock %%}"
)
_BODY = "<p>{% status 'safe' %}</p><form>{% csrf_token %}</form>"
_SWAP = "<button class='btn' hx-post='/page/swap/' hx-target='#there'>Đổi</button><p id='there'>chưa</p>"
_ACTION = "{% block action %}<a class='btn hero' href='/'>{% icon 'scan' %}Quét mã nơi đến</a>{% endblock %}"


def swap(request: HttpRequest) -> HttpResponse:
    """A fragment for htmx; Django's CSRF check stands before it."""
    return HttpResponse("rồi")


def _page(base: str, extra: str = "", body: str = "") -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        template = engines["django"].from_string(_HEAD % (base, _BODY + body) + extra)
        bar = {
            "desk_nav": [{"label": "Ca bệnh", "url": "/page/desk/"}],
            "desk_name": "Bs. Huy",
            "desk_scope": "Đà Nẵng",
        }
        return HttpResponse(template.render(bar | {"notice_count": 2}, request))

    return view  # type: ignore[return-value]


urlpatterns = [
    path("page/citizen/", _page("base_citizen.html", _ACTION)),  # type: ignore[arg-type]
    path("page/desk/", _page("base_desk.html", body=_SWAP)),  # type: ignore[arg-type]
    path("page/swap/", swap),
    path("page/print/", _page("base_print.html")),  # type: ignore[arg-type]
    path("page/public/", _page("base_public.html")),  # type: ignore[arg-type]
]
