"""The rows of Bluezone: what devices send and fetch."""

from tests.route_table_desk import provinces, readers
from tests.route_table_words import CITIZEN, CLOSED, NO_KEY, PUBLIC, Row, everybody, who

_ROOT = "api/v1/proximity/"
# An empty body is refused before anything is asked of it.
_SENT = ("certificate", "heard", "publish", "revoke", "verify")
_FETCHED = ("key", "keys/index.txt", "log", "settings")
PROXIMITY: dict[str, Row] = {
    **{f"{_ROOT}{name}": Row(f"/{_ROOT}{name}", CLOSED, everybody(422)) for name in _SENT},
    **{f"{_ROOT}{name}": Row(f"/{_ROOT}{name}", PUBLIC, CLOSED) for name in _FETCHED},
    f"{_ROOT}keys/<str:name>": Row(f"/{_ROOT}keys/0-0-1.zip", everybody(404), CLOSED),
    f"{_ROOT}statements": Row(f"/{_ROOT}statements", CLOSED, who(401, 422, 401)),
    # An answer that is not there.
    f"{_ROOT}statements/<uuid:key>/withdraw": Row(f"/{_ROOT}statements/{NO_KEY}/withdraw", CLOSED, who(401, 404, 401)),
    "app/bluezone/": Row("/app/bluezone/", CITIZEN, CLOSED),
    "desk/bluezone/": Row("/desk/bluezone/", readers(200, 200), readers(405, 405)),
    # Nobody chosen.
    "desk/bluezone/codes/many/": Row("/desk/bluezone/codes/many/", provinces(200, 200), provinces(422, 422)),
    # A code for nobody.
    "desk/bluezone/codes/new/": Row("/desk/bluezone/codes/new/", provinces(404), provinces(404)),
    "desk/bluezone/codes/<uuid:key>/withdraw/": Row(
        f"/desk/bluezone/codes/{NO_KEY}/withdraw/", provinces(405, 405), provinces(404)
    ),
}
# They take JSON only, or nothing at all from a form: a device shows its token, not a cookie of another site.
PROXIMITY_CSRF_FREE = tuple(route for route in PROXIMITY if route.startswith("api/"))
