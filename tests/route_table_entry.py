"""The rows of the traveller's pages and of the border desk. No order is in force in this world."""

from tests.route_table_border import BORDER
from tests.route_table_words import CLOSED, NO_KEY, PUBLIC, Row, Statuses, everybody, who

_TO_THE_BEGINNING = everybody(302)


def _border(status: int) -> Statuses:
    """Only the quarantine officers at the border."""
    return who(302, 403, 403, border=status)


def _ministry(status: int) -> Statuses:
    return who(302, 403, 403, ministry=status)


ENTRY: dict[str, Row] = {
    "entry/": Row("/entry/", PUBLIC, PUBLIC),
    "entry/language/": Row("/entry/language/", CLOSED, _TO_THE_BEGINNING),
    "entry/party/": Row("/entry/party/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/trip/": Row("/entry/trip/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/trip/<slug:page>/": Row("/entry/trip/stay/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/stay/": Row("/entry/stay/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/people/<int:number>/document/": Row("/entry/people/1/document/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/people/<int:number>/": Row("/entry/people/1/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/people/<int:number>/<slug:page>/": Row("/entry/people/1/papers/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/send/": Row("/entry/send/", _TO_THE_BEGINNING, _TO_THE_BEGINNING),
    "entry/code/": Row("/entry/code/", _TO_THE_BEGINNING, CLOSED),
    "entry/find/": Row("/entry/find/", PUBLIC, everybody(422)),
    "entry/change/": Row("/entry/change/", CLOSED, _TO_THE_BEGINNING),
    "entry/close/": Row("/entry/close/", CLOSED, _TO_THE_BEGINNING),
    "desk/entry/": Row("/desk/entry/", _border(200), _border(422)),
    "desk/entry/decide/": Row("/desk/entry/decide/", _border(405), _border(404)),
    "desk/entry/declarations/<uuid:key>/": Row(f"/desk/entry/declarations/{NO_KEY}/", _border(404), _border(405)),
    "desk/entry/manifests/": Row("/desk/entry/manifests/", _border(200), _border(422)),
    "desk/entry/manifests/template.xlsx": Row("/desk/entry/manifests/template.xlsx", _border(200), _border(405)),
    "desk/entry/manifests/<uuid:key>/": Row(f"/desk/entry/manifests/{NO_KEY}/", _border(404), _border(404)),
    "desk/entry/manifests/<uuid:key>/rejects.xlsx": Row(
        f"/desk/entry/manifests/{NO_KEY}/rejects.xlsx", _border(404), _border(405)
    ),
    "desk/entry/passengers/<uuid:key>/": Row(f"/desk/entry/passengers/{NO_KEY}/", _border(404), _border(404)),
    "desk/entry/waiting/": Row("/desk/entry/waiting/", _border(200), _border(405)),
    "desk/entry/orders/": Row("/desk/entry/orders/", _ministry(200), _ministry(422)),
    "desk/entry/orders/<uuid:key>/end/": Row(f"/desk/entry/orders/{NO_KEY}/end/", _ministry(405), _ministry(404)),
}
ENTRY |= BORDER
