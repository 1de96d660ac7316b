"""The language of the traveller's pages: any of the forms', also those that the rest of the product does not speak."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from lachan.faces.entry import journey as journeys
from lachan.register.forms.document import LANGUAGES

_NAME = "entry_language"
_YEAR = 365 * 86_400
# The pages outside speak these two; who reads neither is better served by English.
_EVERYWHERE = ("vi", "en")


def language_of(request: HttpRequest) -> str:
    """What the traveller chose here, or for the whole site; else the first language of the browser that we speak."""
    chosen = request.session.get(_NAME) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in LANGUAGES:
        return str(chosen)
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((code[:2] for code, _weight in wanted if code[:2] in LANGUAGES), "vi")


def remember(request: HttpRequest, response: HttpResponse, language: str) -> HttpResponse:
    """Keep the language for these pages, and the nearest one for the rest of the site."""
    request.session[_NAME] = language
    shown = language if language in _EVERYWHERE else "en"
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, shown, max_age=_YEAR, samesite="Lax")
    return response


def spoken(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a page: it answers in the traveller's language."""

    @wraps(view)
    def said(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = view(request, *args, **kwargs)
        response["Content-Language"] = language
        return response

    return said


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Speak another language from here on; a declaration under way is asked in it too, where its order allows."""
    language, target = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/entry/"
    response = redirect(target)
    if language not in LANGUAGES:
        return response
    journey = journeys.current(request.session)
    if journey is not None and language in journey.order.languages:
        journey.language = language
        journey.save()
    return remember(request, response, language)
