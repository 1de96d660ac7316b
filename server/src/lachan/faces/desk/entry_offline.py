"""The border desk without a network: its worker, and the files it keeps."""

import json
import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from lachan.ground.platform import static_files

_KEPT = (
    re.compile(r"^entry/(desk|signed)\.(js|css)$"),
    re.compile(r"^desk/desk\.(js|css)$"),
    re.compile(r"^gate/certificates\.js$"),
    re.compile(r"^app/(camera|decoder)\.js$"),
    re.compile(r"^face/(?!kit|sheet|passkey)[a-z-]+\.(css|js|svg)$"),
    re.compile(r"^npm/be-vietnam-pro/be-vietnam-pro-(latin|latin-ext|vietnamese)-(400|600|700)-normal\.woff2$"),
    re.compile(r"^npm/htmx/htmx\.min\.js$"),
    re.compile(r"^npm/zxing-wasm/(share|reader/index)\.js$"),
    re.compile(r"^npm/zxing-wasm-reader/zxing_reader\.wasm$"),
)


@cache
def assets() -> tuple[str, ...]:
    """The addresses of the static files that a border desk keeps."""
    return static_files.addresses(_KEPT)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of files to keep. Its text changes with the build."""
    start = {"build": settings.BUILD, "assets": assets(), "page": reverse("desk:entry"), "cache": "lachan-border-"}
    text = f'import {{ start }} from "{settings.STATIC_URL}gate/worker.js";\nstart({json.dumps(start, indent=1)});\n'
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
