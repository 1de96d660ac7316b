"""What every page's template knows."""

from typing import Any

from django.http import HttpRequest


def face(request: HttpRequest) -> dict[str, Any]:
    return {}
