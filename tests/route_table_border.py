"""The rows of the border desk's pages for paper forms, files and orders. No order is in force in this world."""

from tests.route_table_words import CLOSED, NO_KEY, Row, Statuses, everybody, who


def border(status: int) -> Statuses:
    """Only the quarantine officers at the border."""
    return who(302, 403, 403, border=status)


_DECLARATION, _TEST = f"/desk/entry/declarations/{NO_KEY}/", f"/desk/entry/tests/{NO_KEY}/"
_PAPER = "/desk/entry/paper/"
BORDER: dict[str, Row] = {
    "desk/entry/paper/": Row(_PAPER, border(200), border(422)),
    "desk/entry/paper/form/": Row(f"{_PAPER}form/", border(302), border(302)),
    "desk/entry/paper/stay/": Row(f"{_PAPER}stay/", border(302), border(302)),
    "desk/entry/paper/trip/": Row(f"{_PAPER}trip/", border(302), border(302)),
    "desk/entry/paper/trip/<slug:page>/": Row(f"{_PAPER}trip/stay/", border(302), border(302)),
    "desk/entry/paper/people/<int:number>/": Row(f"{_PAPER}people/1/", border(302), border(302)),
    "desk/entry/paper/people/<int:number>/<slug:page>/": Row(f"{_PAPER}people/1/papers/", border(302), border(302)),
    "desk/entry/declarations/<uuid:key>/tests/": Row(f"{_DECLARATION}tests/", border(405), border(404)),
    "desk/entry/tests/<uuid:key>/result/": Row(f"{_TEST}result/", border(405), border(404)),
    "desk/entry/tests/<uuid:key>/paper/": Row(f"{_TEST}paper/", border(404), border(405)),
    "desk/entry/decisions/<uuid:key>/<slug:language>/order.pdf": Row(
        f"/desk/entry/decisions/{NO_KEY}/vi/order.pdf", border(404), border(405)
    ),
    "q/<str:code>/": Row("/q/4T7KM2PX9AQD/", everybody(404), CLOSED),
    # The address is an officer's; the file itself holds nothing of anybody.
    "desk/entry/sw.js": Row("/desk/entry/sw.js", who(200, 403, 200), who(405, 403, 405)),
}
