"""The rows of the gatekeeper's page and of the moving receipt."""

from tests.route_table_words import CITIZEN, CLOSED, PUBLIC, Row, who

GATE: dict[str, Row] = {
    "gate/": Row("/gate/", CITIZEN, CLOSED),
    "gate/manifest.webmanifest": Row("/gate/manifest.webmanifest", PUBLIC, CLOSED),
    "gate/sw.js": Row("/gate/sw.js", PUBLIC, CLOSED),
    "api/v1/gate/places/<uuid:key>/inside": Row(
        "/api/v1/gate/places/{place}/inside", who(401, 404, 401, owner=200, gatekeeper=200), CLOSED
    ),
    "api/v1/me/receipt": Row("/api/v1/me/receipt", CLOSED, who(401, 422, 401)),
}
