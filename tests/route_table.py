"""Who may ask for what: one row for each address, one status for each actor, for GET and for POST."""

from tests.route_table_desk import DESK_SEES_HANH, DESK_TABLE
from tests.route_table_entry import ENTRY
from tests.route_table_gate import GATE
from tests.route_table_health import HEALTH, HEALTH_SEES_HANH
from tests.route_table_people import PEOPLE, PEOPLE_SEES_HANH
from tests.route_table_places import DESK_PLACES
from tests.route_table_proximity import PROXIMITY, PROXIMITY_CSRF_FREE
from tests.route_table_safety import SAFETY, SAFETY_CSRF_FREE
from tests.route_table_words import (
    ACTORS,
    CITIZEN,
    CITIZEN_DOES,
    CITIZEN_FORM,
    CITIZEN_NOTHING_THERE,
    CLOSED,
    DESK,
    DESK_CLOSED,
    DESK_DOES,
    DESK_NOTHING_THERE,
    DEVICE,
    NO_KEY,
    PUBLIC,
    Row,
    everybody,
    who,
)

__all__ = ["ACTORS", "CLOSED", "CSRF_FREE", "SEES_HANH", "TABLE", "Row"]

FACTOR = "/desk/account/factor/"

# The Ministry alone keeps the forms.
MINISTRY = who(302, 403, 403, ministry=200)
MINISTRY_FORM = who(302, 403, 403, ministry=422)
MINISTRY_404 = who(302, 403, 403, ministry=404)
MINISTRY_CLOSED = who(302, 403, 403, ministry=405)

TABLE: dict[str, Row] = {
    # ---- the platform
    "healthz": Row("/healthz", PUBLIC, PUBLIC),
    "kit/": Row("/kit/", PUBLIC, CLOSED),
    "language/": Row("/language/", CLOSED, everybody(302)),
    "look/": Row("/look/", CLOSED, everybody(302)),
    "api/": Row("/api/", PUBLIC, CLOSED),
    "api/openapi.json": Row("/api/openapi.json", PUBLIC, CLOSED),
    "api/<path:rest>": Row("/api/nothing", everybody(404), everybody(404)),
    # ---- signing in and out (access)
    "app/sign-in/": Row("/app/sign-in/", who(200, 302, 200), everybody(422)),
    "app/sign-in/code/": Row("/app/sign-in/code/", everybody(302), everybody(302)),
    "app/sign-in/join/": Row("/app/sign-in/join/", everybody(302), everybody(302)),
    "app/sign-out/": Row("/app/sign-out/", CLOSED, everybody(302)),
    "dev/": Row("/dev/", PUBLIC, CLOSED),
    "api/v1/session/code": Row("/api/v1/session/code", CLOSED, everybody(422)),
    "api/v1/session": Row("/api/v1/session", CLOSED, everybody(422)),
    "api/v1/session/end": Row("/api/v1/session/end", CLOSED, DEVICE),
    "api/v1/sms/receipts": Row("/api/v1/sms/receipts", CLOSED, everybody(401)),
    "desk/sign-in/": Row("/desk/sign-in/", who(200, 403, 302), who(200, 403, 302)),
    "desk/account/logout/": Row("/desk/account/logout/", DESK, DESK_DOES),
    "desk/account/inactive/": Row("/desk/account/inactive/", who(200, 403, 200), who(405, 403, 405)),
    "desk/account/reauthenticate/": Row("/desk/account/reauthenticate/", DESK, DESK),
    "desk/account/password/": Row("/desk/account/password/", DESK, DESK),
    "desk/account/factor/": Row(FACTOR, DESK, DESK_CLOSED),
    "desk/account/factor/authenticate/": Row(f"{FACTOR}authenticate/", DESK_DOES, DESK_DOES),
    "desk/account/factor/reauthenticate/": Row(f"{FACTOR}reauthenticate/", DESK, DESK),
    "desk/account/factor/totp/activate/": Row(f"{FACTOR}totp/activate/", DESK_DOES, DESK_DOES),
    "desk/account/factor/totp/deactivate/": Row(f"{FACTOR}totp/deactivate/", DESK_DOES, DESK_DOES),
    "desk/account/factor/recovery-codes/": Row(f"{FACTOR}recovery-codes/", DESK_NOTHING_THERE, DESK_CLOSED),
    "desk/account/factor/recovery-codes/generate/": Row(f"{FACTOR}recovery-codes/generate/", DESK_DOES, DESK_DOES),
    "desk/account/factor/recovery-codes/download/": Row(
        f"{FACTOR}recovery-codes/download/", DESK_NOTHING_THERE, DESK_NOTHING_THERE
    ),
    "desk/account/factor/webauthn/": Row(f"{FACTOR}webauthn/", DESK, DESK_CLOSED),
    "desk/account/factor/webauthn/add/": Row(f"{FACTOR}webauthn/add/", DESK_DOES, DESK_DOES),
    "desk/account/factor/webauthn/reauthenticate/": Row(f"{FACTOR}webauthn/reauthenticate/", DESK_DOES, DESK_DOES),
    "desk/account/factor/webauthn/keys/<int:pk>/remove/": Row(f"{FACTOR}webauthn/keys/1/remove/", DESK_DOES, DESK_DOES),
    "desk/account/factor/webauthn/keys/<int:pk>/edit/": Row(f"{FACTOR}webauthn/keys/1/edit/", DESK_DOES, DESK_DOES),
    "desk/account/factor/webauthn/login/": Row(f"{FACTOR}webauthn/login/", DESK_DOES, DESK_DOES),
    # ---- the family and one's own data (people)
    "app/family/": Row("/app/family/", CITIZEN, CLOSED),
    "app/family/add/": Row("/app/family/add/", CITIZEN, CITIZEN_FORM),
    "app/family/home/": Row("/app/family/home/", CITIZEN, CITIZEN_FORM),
    "app/family/<uuid:key>/end/": Row("/app/family/{ward}/end/", CLOSED, who(302, 404, 302, hanh=302)),
    "app/my-data/": Row("/app/my-data/", CITIZEN, CLOSED),
    "app/my-data/download/": Row("/app/my-data/download/", CLOSED, CITIZEN),
    "app/my-data/devices/<int:number>/end/": Row(
        "/app/my-data/devices/{device}/end/", CLOSED, who(302, 404, 302, hanh=302)
    ),
    "app/my-data/erase/": Row("/app/my-data/erase/", CITIZEN, CITIZEN_FORM),
    # ---- the app
    "app/": Row("/app/", CITIZEN, CLOSED),
    # To an arrival that is not there.
    "app/health/<uuid:event>/": Row(f"/app/health/{NO_KEY}/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE),
    "app/health/<uuid:event>/<slug:page>/": Row(
        f"/app/health/{NO_KEY}/contact/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE
    ),
    "app/leave/": Row("/app/leave/", CLOSED, CITIZEN_DOES),
    "app/manifest.webmanifest": Row("/app/manifest.webmanifest", PUBLIC, CLOSED),
    "app/help/": Row("/app/help/", CITIZEN, CITIZEN_DOES),
    "app/notices/": Row("/app/notices/", CITIZEN, CLOSED),
    "app/notices/<uuid:key>/": Row(f"/app/notices/{NO_KEY}/", CITIZEN_NOTHING_THERE, CLOSED),
    # To a notice that is not there.
    "app/notices/<uuid:key>/done/": Row(f"/app/notices/{NO_KEY}/done/", CLOSED, CITIZEN_DOES),
    "app/notices/here/": Row("/app/notices/here/", CITIZEN, CLOSED),
    "app/offline/": Row("/app/offline/", PUBLIC, CLOSED),
    "app/scan/": Row("/app/scan/", CITIZEN, CITIZEN_FORM),
    "app/pass/": Row("/app/pass/", CITIZEN, CLOSED),
    "app/settings/": Row("/app/settings/", CITIZEN, CLOSED),
    "app/settings/address/": Row("/app/settings/address/", CLOSED, CITIZEN_DOES),
    "app/sw.js": Row("/app/sw.js", PUBLIC, CLOSED),
    "app/visits/": Row("/app/visits/", CITIZEN, CLOSED),
    "c/<str:code>": Row("/c/{code}", PUBLIC, who(200, 422, 200)),
    "^[cC]/(?P<code>[^/]+)/?$": Row("/C/{code}/", PUBLIC, who(200, 422, 200)),
    "api/v1/checkin-answers": Row("/api/v1/checkin-answers", CLOSED, who(401, 422, 401)),
    "api/v1/me/visits": Row("/api/v1/me/visits", DEVICE, CLOSED),
    "api/v1/me/pass": Row("/api/v1/me/pass", CLOSED, who(401, 422, 401)),
    "api/v1/gate/keys": Row("/api/v1/gate/keys", PUBLIC, CLOSED),
    "api/v1/me/notices": Row("/api/v1/me/notices", DEVICE, CLOSED),
    "api/v1/me/notices/<uuid:key>/read": Row(f"/api/v1/me/notices/{NO_KEY}/read", CLOSED, who(401, 404, 401)),
    "api/v1/notices/feed": Row("/api/v1/notices/feed", PUBLIC, CLOSED),
    "api/v1/notices/feed/<int:number>": Row("/api/v1/notices/feed/1", everybody(404), CLOSED),
    "api/v1/notices/feed/<int:number>/from/<int:base>": Row("/api/v1/notices/feed/2/from/1", everybody(404), CLOSED),
    "api/v1/notices/newest": Row("/api/v1/notices/newest", PUBLIC, CLOSED),
    "api/v1/notices/key": Row("/api/v1/notices/key", PUBLIC, CLOSED),
    # ---- places
    "api/v1/places/<str:code>": Row("/api/v1/places/{code}", PUBLIC, CLOSED),
    "api/v1/places/directory/key": Row("/api/v1/places/directory/key", PUBLIC, CLOSED),
    "api/v1/places/directory/<str:commune>": Row("/api/v1/places/directory/20242", PUBLIC, CLOSED),
    "api/v1/open/places": Row("/api/v1/open/places", PUBLIC, CLOSED),
    "api/v1/open/places.csv": Row("/api/v1/open/places.csv", PUBLIC, CLOSED),
    "places/": Row("/places/", CITIZEN, who(302, 405, 302)),
    "places/new": Row("/places/new", CITIZEN, CITIZEN_FORM),
    "places/report/": Row("/places/report/", PUBLIC, everybody(422)),
    "places/answer/<str:token>/": Row("/places/answer/none/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE),
    "places/invites/<int:number>/": Row("/places/invites/1/", who(302, 405, 302), CITIZEN_NOTHING_THERE),
    "places/offers/<int:number>/": Row("/places/offers/1/", who(302, 405, 302), CITIZEN_NOTHING_THERE),
    "places/<uuid:key>/": Row("/places/{place}/", who(302, 404, 302, owner=200, gatekeeper=200), who(302, 405, 302)),
    "places/<uuid:key>/code/": Row(
        "/places/{place}/code/", who(302, 404, 302, owner=200), who(302, 404, 302, owner=422)
    ),
    "places/<uuid:key>/edit/": Row(
        "/places/{place}/edit/", who(302, 404, 302, owner=200), who(302, 404, 302, owner=422)
    ),
    "places/<uuid:key>/invites/": Row("/places/{place}/invites/", who(302, 405, 302), who(302, 404, 302, owner=422)),
    "places/<uuid:key>/invites/<int:number>/withdraw/": Row(
        "/places/{place}/invites/1/withdraw/", who(302, 405, 302), CITIZEN_NOTHING_THERE
    ),
    "places/<uuid:key>/numbers/": Row("/places/{place}/numbers/", who(302, 404, 302, owner=200), who(302, 405, 302)),
    r"^places/(?P<key>[0-9a-f-]{36})/numbers\.(?P<form>csv|xlsx)$": Row(
        "/places/{place}/numbers.csv", who(302, 404, 302, owner=200), who(302, 405, 302)
    ),
    "places/<uuid:key>/offer/": Row("/places/{place}/offer/", who(302, 405, 302), who(302, 404, 302, owner=422)),
    "places/<uuid:key>/parts/": Row(
        "/places/{place}/parts/", who(302, 404, 302, owner=200, gatekeeper=200), who(302, 404, 302, owner=422)
    ),
    "places/<uuid:key>/parts/<int:number>/code/": Row(
        "/places/{place}/parts/1/code/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE
    ),
    "places/<uuid:key>/parts/<int:number>/remove/": Row(
        "/places/{place}/parts/1/remove/", who(302, 405, 302), CITIZEN_NOTHING_THERE
    ),
    # A date is not needed, so an empty form pauses.
    "places/<uuid:key>/pause/": Row(
        "/places/{place}/pause/", who(302, 404, 302, owner=200), who(302, 404, 302, owner=302), {"reopens_on": ""}
    ),
    r"^places/(?P<key>[0-9a-f-]{36})/poster-(?P<size>a4|door)-(?P<language>vi|en)\.pdf$": Row(
        "/places/{place}/poster-a4-vi.pdf", who(302, 404, 302, owner=200, gatekeeper=200), who(302, 405, 302)
    ),
    # The market of the tests has no parts, so no cards.
    r"^places/(?P<key>[0-9a-f-]{36})/cards-(?P<language>vi|en)\.pdf$": Row(
        "/places/{place}/cards-vi.pdf", CITIZEN_NOTHING_THERE, who(302, 405, 302)
    ),
    "places/<uuid:key>/screen/": Row(
        "/places/{place}/screen/", who(302, 404, 302, owner=200, gatekeeper=200), who(302, 405, 302)
    ),
    "places/<uuid:key>/screen/code.svg": Row(
        "/places/{place}/screen/code.svg", who(302, 404, 302, owner=200, gatekeeper=200), who(302, 405, 302)
    ),
    "places/<uuid:key>/staff/<int:number>/end/": Row(
        "/places/{place}/staff/{duty}/end/", who(302, 405, 302), who(302, 404, 302, owner=302)
    ),
    # ---- forms
    "api/v1/forms/<str:code>": Row("/api/v1/forms/nothing", everybody(404), CLOSED),
    "forms/": Row("/forms/", DESK, DESK),
    "forms/upload/": Row("/forms/upload/", MINISTRY, MINISTRY_FORM),
    "forms/<slug:code>/compare/<int:before>/<int:after>/": Row(
        "/forms/x/compare/1/2/", DESK_NOTHING_THERE, DESK_CLOSED
    ),
    "forms/<slug:code>/<int:number>/publish/": Row("/forms/x/1/publish/", MINISTRY_404, MINISTRY_404),
    "forms/<slug:code>/<int:number>/retire/": Row("/forms/x/1/retire/", MINISTRY_404, MINISTRY_404),
    "forms/<slug:code>/<int:number>/reviewed/": Row("/forms/x/1/reviewed/", MINISTRY_CLOSED, MINISTRY_404),
    "forms/<slug:code>/<int:number>/file/<slug:kind>/": Row("/forms/x/1/file/fhir/", DESK_NOTHING_THERE, DESK_CLOSED),
    "forms/<slug:code>/preview/": Row("/forms/x/preview/", DESK_NOTHING_THERE, DESK_NOTHING_THERE),
    "forms/<slug:code>/<int:number>/preview/": Row("/forms/x/1/preview/", DESK_NOTHING_THERE, DESK_NOTHING_THERE),
    "forms/<slug:code>/<int:number>/preview/<slug:page>/": Row(
        "/forms/x/1/preview/p/", DESK_NOTHING_THERE, DESK_NOTHING_THERE
    ),
}

TABLE |= DESK_TABLE | DESK_PLACES | GATE | HEALTH | PROXIMITY
TABLE |= ENTRY
TABLE |= SAFETY
TABLE |= PEOPLE

# Routes whose answers may name Hạnh's family to somebody other than herself, and to whom.
SEES_HANH: dict[str, tuple[str, ...]] = {"dev/": tuple(ACTORS)} | DESK_SEES_HANH | HEALTH_SEES_HANH | PEOPLE_SEES_HANH

# Addresses that take a POST without a CSRF token, because
CSRF_FREE: tuple[str, ...] = (
    # they keep a preference in a cookie and nothing else,
    "language/",
    "look/",
    # they take JSON only, which no form of another site can send,
    *PROXIMITY_CSRF_FREE,
    *SAFETY_CSRF_FREE,
    "api/v1/session/code",
    "api/v1/session",
    "api/v1/session/end",
    "api/v1/checkin-answers",
    "api/v1/me/notices/<uuid:key>/read",
    # the body is signed by the carrier,
    "api/v1/sms/receipts",
    # or they refuse every POST.
    "api/<path:rest>",
    "api/v1/forms/<str:code>",
    "api/v1/me/notices",
    "api/v1/me/visits",
    "api/v1/me/pass",
    "api/v1/me/receipt",
    "api/v1/gate/keys",
    "api/v1/gate/places/<uuid:key>/inside",
    "api/v1/notices/feed",
    "api/v1/notices/feed/<int:number>",
    "api/v1/notices/feed/<int:number>/from/<int:base>",
    "api/v1/notices/newest",
    "api/v1/notices/key",
    "api/v1/places/<str:code>",
    "api/v1/places/directory/key",
    "api/v1/places/directory/<str:commune>",
    "api/v1/open/places",
    "api/v1/open/places.csv",
)
