"""One page per base template, filled with the kit's facts."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

_HEAD = (
    "{%% extends '%s' %%}{%% block title %%}Trang thử{%% endblock %%}"
    "{%% block main %%}<h1>Trang thử</h1>%s{%% endblock %%}"
)
_BODY = "<p>{% status 'safe' %}</p><form>{% csrf_token %}</form>"
_ACTION = "{% block action %}<a class='btn hero' href='/'>{% icon 'scan' %}Quét mã nơi đến</a>{% endblock %}"


def _page(base: str, extra: str = "") -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        template = engines["django"].from_string(_HEAD % (base, _BODY) + extra)
        bar = {
            "desk_nav": [{"label": "Ca bệnh", "url": "/page/desk/"}],
            "desk_name": "Bs. Huy",
            "desk_scope": "Đà Nẵng",
        }
        return HttpResponse(template.render(bar | {"notice_count": 2}, request))

    return view  # type: ignore[return-value]


urlpatterns = [
    path("page/citizen/", _page("base_citizen.html", _ACTION)),  # type: ignore[arg-type]
    path("page/desk/", _page("base_desk.html")),  # type: ignore[arg-type]
    path("page/print/", _page("base_print.html")),  # type: ignore[arg-type]
    path("page/public/", _page("base_public.html")),  # type: ignore[arg-type]
]
