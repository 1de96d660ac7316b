"""Every address of the product: each room brings its own."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while pages can be answered, that is while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("lachan.faces.app.urls")),
    path("", include("lachan.faces.desk.urls")),
    path("", include("lachan.faces.entry.urls")),
    path("", include("lachan.faces.gate.urls")),
    path("", include("lachan.faces.map.urls")),
    path("healthz", healthz, name="healthz"),
    path("", include("lachan.ground.platform.urls")),
    path("", include("lachan.register.access.urls")),
    path("", include("lachan.register.forms.urls")),
    path("", include("lachan.register.people.urls")),
    path("", include("lachan.register.places.urls")),
    path("", include("lachan.response.alerts.urls")),
    path("", include("lachan.systems.checkin.gate_urls")),
    path("", include("lachan.systems.checkin.urls")),
    path("", include("lachan.systems.proximity.urls")),
    path("", include("lachan.systems.safety.urls")),
    # Last: it answers the addresses under /api/ that no room has.
    path("", include("lachan.api.urls")),
]
