"""What a phone must keep so that the app opens without a network, and what it looks like on a home screen."""

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lachan.ground.platform import static_files

#: Files of these folders, and only those that match, are kept.
_KEPT = (
    re.compile(r"^app/[a-z0-9-]+\.(js|css)$"),
    # Not the pages of officers: passkeys, tables of components, printed sheets.
    re.compile(r"^face/(?!kit|sheet|passkey)[a-z-]+\.(css|js|svg)$"),
    re.compile(r"^npm/be-vietnam-pro/be-vietnam-pro-(latin|latin-ext|vietnamese)-(400|600|700)-normal\.woff2$"),
    re.compile(r"^npm/htm/standalone\.module\.js$"),
    re.compile(r"^npm/idb-keyval/index\.js$"),
    re.compile(r"^npm/zxing-wasm/(share|reader/index|writer/index)\.js$"),
    re.compile(r"^npm/zxing-wasm-reader/zxing_reader\.wasm$"),
    re.compile(r"^npm/zxing-wasm-writer/zxing_writer\.wasm$"),
)
#: Pages drawn for the signed-in person, kept as they were last seen.
PAGES = ("app:today", "app:scan", "app:pass", "app:visits", "app:notices", "app:here", "app:settings")


@cache
def assets() -> tuple[str, ...]:
    """The addresses of the static files to keep."""
    return static_files.addresses(_KEPT)


def pages() -> list[str]:
    return [reverse(name) for name in PAGES]


def manifest() -> dict[str, Any]:
    """The web app manifest in the active language."""
    tint = static_files.colours(settings.WEB)
    icons = [
        {"src": static(f"face/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    icons.append(
        {
            "src": static("face/icon-512-maskable.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        }
    )
    scan = reverse("app:scan")
    return {
        "id": "/app/",
        "name": "Lá Chắn",
        "short_name": "Lá Chắn",
        "description": _("Quét mã nơi đến, nhận tin báo khi có ca bệnh ở nơi đã đến."),
        "lang": get_language() or "vi",
        "dir": "ltr",
        "start_url": reverse("app:today"),
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": tint["surface"],
        "background_color": tint["paper"],
        "icons": icons,
        "shortcuts": [{"name": _("Quét mã nơi đến"), "url": scan, "icons": icons[:1]}],
    }
