"""Pages of the platform itself: the kit of components, and the person's choices of look and language."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from lachan.ground.platform.context import COOKIE, LOOKS
from lachan.ground.platform.templatetags.face import STATES

_YEAR = 365 * 24 * 3600
SPRITE = settings.WEB / "static" / "face" / "sprite.svg"


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR, secure=bool(settings.SESSION_COOKIE_SECURE), samesite="Lax", httponly=False
    )


# Both choices change nothing but a cookie of preference, so they need no CSRF token:
# public pages stay free of sessions, and cacheable.
@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language for a year and go back; an unknown language changes nothing."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@csrf_exempt
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Remember the choices given ("theme", "contrast", "size") for a year and go back; "" follows the device."""
    response = _back(request)
    for name, values in LOOKS.items():
        value = request.POST.get(name)
        if value is None or value not in values:
            continue
        if value:
            _remember(response, COOKIE.format(name), value)
        else:
            response.delete_cookie(COOKIE.format(name), samesite="Lax")
    return response


class KitForm(forms.Form):
    """Every kind of field, for the kit page."""

    phone = forms.CharField(
        label=pgettext_lazy("kit", "Số điện thoại"),
        help_text=pgettext_lazy("kit", "10 số, bắt đầu bằng 0"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    temperature = forms.DecimalField(
        label=pgettext_lazy("kit", "Nhiệt độ"),
        help_text=pgettext_lazy("kit", "Ghi một số lẻ, ví dụ 37,5"),
        min_value=34,
        max_value=43,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "min_value": pgettext_lazy("kit", "Nhiệt độ phải từ 34,0 đến 43,0 °C"),
            "max_value": pgettext_lazy("kit", "Nhiệt độ phải từ 34,0 đến 43,0 °C"),
        },
    )
    ward = forms.ChoiceField(
        label=pgettext_lazy("kit", "Phường"),
        choices=[("", pgettext_lazy("kit", "Chọn phường")), ("1", "Thanh Khê"), ("2", "Hải Châu")],
    )
    cough = forms.ChoiceField(
        label=pgettext_lazy("kit", "Có ho không?"),
        choices=[
            ("yes", pgettext_lazy("kit", "Có")),
            ("no", pgettext_lazy("kit", "Không")),
            ("not_asked", pgettext_lazy("kit", "Chưa hỏi được")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": pgettext_lazy("kit", "Chọn Có, Không hoặc Chưa hỏi được")},
    )
    symptoms = forms.MultipleChoiceField(
        label=pgettext_lazy("kit", "Dấu hiệu"),
        choices=[("fever", pgettext_lazy("kit", "Sốt")), ("throat", pgettext_lazy("kit", "Đau họng"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=pgettext_lazy("kit", "Ghi chú"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    keep = forms.BooleanField(label=pgettext_lazy("kit", "Nhớ máy này 30 ngày"), required=False)


class KitView(TemplateView):
    """/kit/: every component in every state; accessibility tests and pictures read it."""

    template_name = "kit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        good = KitForm(initial={"phone": "0905 000 418", "cough": "no"}, prefix="a")
        bad = KitForm({"b-phone": "", "b-temperature": "379", "b-ward": "1"}, prefix="b")
        marks = ["ok", "ok", "ok", "miss", "ok", "now"]
        icons = re.findall(r'<symbol id="(?!st-|la"|vein")([a-z-]+)"', SPRITE.read_text())
        return super().get_context_data(**kwargs) | {
            "good": good,
            "bad": bad,
            "marks": marks,
            "states": STATES,
            "icons": icons,
        }
