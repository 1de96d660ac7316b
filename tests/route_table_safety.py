"""The rows of facilities: what their staff fill in, what anybody may read, the officers' pages."""

from tests.route_table_words import CLOSED, NO_KEY, PUBLIC, Row, Statuses, everybody, who

_STAFF = who(302, 404, 302, owner=302, gatekeeper=302)
_OWNER = who(302, 404, 302, owner=200)
_OWNER_FORM = who(302, 404, 302, owner=422)
_NOT_THERE = who(302, 404, 302)
_PLACE = "/safety/{place}/"
_BODY = {
    "key": NO_KEY, "owner": "0", "place": NO_KEY, "kind": "commitment", "at": "2026-11-24T06:40:00+07:00",
    "sent_at": "2026-11-24T06:40:00+07:00", "criteria": "market", "number": 1, "answers": {},
}  # fmt: skip
SAFETY: dict[str, Row] = {
    "api/v1/safety/changes": Row("/api/v1/safety/changes", PUBLIC, CLOSED),
    "api/v1/safety/forms": Row("/api/v1/safety/forms", CLOSED, who(401, 401, 401), _BODY),
    "api/v1/safety/photos/<uuid:key>": Row(
        f"/api/v1/safety/photos/{NO_KEY}?place={NO_KEY}&owner=0", CLOSED, who(401, 401, 401)
    ),
    "api/v1/safety/places/<uuid:key>": Row(f"/api/v1/safety/places/{NO_KEY}", everybody(404), CLOSED),
    "api/v1/safety/roots": Row("/api/v1/safety/roots", PUBLIC, CLOSED),
    "safety/": Row("/safety/", who(302, 200, 302), CLOSED),
    "safety/roots/": Row("/safety/roots/", PUBLIC, CLOSED),
    "safety/places/": Row("/safety/places/?q=chợ", PUBLIC, CLOSED),
    "safety/sw.js": Row("/safety/sw.js", PUBLIC, CLOSED),
    "safety/places/<uuid:key>/": Row(f"/safety/places/{NO_KEY}/", everybody(404), CLOSED),
    # The market has not joined: its staff are led to joining, which is the owner's.
    "safety/<uuid:key>/assess/": Row(f"{_PLACE}assess/", _STAFF, _STAFF),
    "safety/<uuid:key>/history/": Row(f"{_PLACE}history/", _STAFF, CLOSED),
    "safety/<uuid:key>/join/": Row(f"{_PLACE}join/", _OWNER, _OWNER_FORM),
    "safety/<uuid:key>/photos/<uuid:photo>.jpg": Row(f"{_PLACE}photos/{NO_KEY}.jpg", _NOT_THERE, CLOSED),
    "safety/<uuid:key>/reply/<uuid:entry>/": Row(f"{_PLACE}reply/{NO_KEY}/", _NOT_THERE, _NOT_THERE),
    "safety/<uuid:key>/today/": Row(f"{_PLACE}today/", _STAFF, _STAFF),
}


def _readers(status: int) -> Statuses:
    """Every officer but the one at the border."""
    return who(302, 403, status, border=403)


def _inspectors(status: int) -> Statuses:
    return who(302, 403, 403) | dict.fromkeys(("province", "other_province", "inspector"), status)


_FACILITY = f"/desk/safety/facilities/{NO_KEY}/"
SAFETY |= {
    "desk/safety/": Row("/desk/safety/", _readers(200), _readers(405)),
    "desk/safety/criteria/": Row("/desk/safety/criteria/", _readers(200), _readers(405)),
    "desk/safety/criteria/<int:number>/": Row("/desk/safety/criteria/0/", _readers(404), _readers(404)),
    "desk/safety/criteria/<int:number>/draft/": Row(
        "/desk/safety/criteria/0/draft/", who(302, 403, 403, ministry=404), who(302, 403, 403, ministry=404)
    ),
    "desk/safety/facilities/<uuid:key>/": Row(_FACILITY, _readers(404), _readers(405)),
    "desk/safety/facilities/<uuid:key>/inspect/": Row(f"{_FACILITY}inspect/", _inspectors(404), _inspectors(404)),
    "desk/safety/facilities/<uuid:key>/photos/<uuid:photo>.jpg": Row(
        f"{_FACILITY}photos/{NO_KEY}.jpg", _readers(404), _readers(405)
    ),
}
# JSON and pictures with a device's token, which no form of another site can send; the others refuse every POST.
SAFETY_CSRF_FREE: tuple[str, ...] = (
    "api/v1/safety/changes",
    "api/v1/safety/places/<uuid:key>",
    "api/v1/safety/roots",
    "api/v1/safety/forms",
    "api/v1/safety/photos/<uuid:key>",
)
