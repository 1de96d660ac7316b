"""The gatekeeper's page: one address that works without a network, drawn for the places its reader stands at."""

import json
import re
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_safe

from lachan.ground.platform import static_files
from lachan.ground.platform.wording import english
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.places import queries as places
from lachan.register.places.models import Part
from lachan.systems.checkin.keeping import RETENTION

_KEPT = (
    re.compile(r"^gate/[a-z0-9-]+\.(js|css)$"),
    re.compile(r"^app/(camera|decoder|pass-maker|sending|time)\.js$"),
    re.compile(r"^face/(?!kit|sheet|passkey)[a-z-]+\.(css|js|svg)$"),
    re.compile(r"^npm/be-vietnam-pro/be-vietnam-pro-(latin|latin-ext|vietnamese)-(400|600|700)-normal\.woff2$"),
    re.compile(r"^npm/htm/standalone\.module\.js$"),
    re.compile(r"^npm/idb-keyval/index\.js$"),
    re.compile(r"^npm/zxing-wasm/(share|reader/index)\.js$"),
    re.compile(r"^npm/zxing-wasm-reader/zxing_reader\.wasm$"),
)


# A gatekeeper stands at a gate, or looks after a coach.
_STOOD_AT = (Part.Kind.GATE, Part.Kind.COACH)


@cache
def assets() -> tuple[str, ...]:
    """The addresses of the static files that a gate keeps."""
    return static_files.addresses(_KEPT)


def _places(account: Account) -> list[dict[str, Any]]:
    return [
        {
            "key": str(place.key),
            "name": place.name,
            "area": place.area.name,
            "gates": [
                {"part": part.pk, "name": part.name} for part in places.parts_of(place).filter(kind__in=_STOOD_AT)
            ],
        }
        for place in places.places_of(account)
    ]


@require_safe
@never_cache
@citizen_required
def gate(request: HttpRequest) -> HttpResponse:
    """Choose place and gate, then scan. Everything on it is drawn by the gate itself, so that it opens offline."""
    account = request.user
    mine = _places(account) if isinstance(account, Account) else []
    config = {
        "owner": str(account.pk),
        "language": "en" if english() else "vi",
        "retention": RETENTION.days,
        "places": mine,
    }
    response = render(request, "gate/gate.html", {"places": mine, "config": config})
    response["Lachan-Build"] = settings.BUILD
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of files to keep. Its text changes with the build: so a gate learns of one."""
    start = {"build": settings.BUILD, "assets": assets(), "page": reverse("gate:gate")}
    text = f'import {{ start }} from "{settings.STATIC_URL}gate/worker.js";\nstart({json.dumps(start, indent=1)});\n'
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: name, icons and colours on a home screen."""
    tint = static_files.colours(settings.WEB)
    icons = [
        {"src": static(f"face/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    told = {
        "id": "/gate/",
        "name": _("Lá Chắn, gác cổng"),
        "short_name": _("Gác cổng"),
        "description": _("Quét thẻ và giấy tờ của khách ở cổng, cả khi không có mạng."),
        "lang": get_language() or "vi",
        "start_url": reverse("gate:gate"),
        "scope": "/gate/",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": tint["surface"],
        "background_color": tint["paper"],
        "icons": icons,
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Vary"] = "Cookie, Accept-Language"
    return response
