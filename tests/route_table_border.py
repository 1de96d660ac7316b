"""The rows of the border desk's pages for paper forms, files and orders. No order is in force in this world."""

from tests.route_table_words import Row, Statuses, who


def border(status: int) -> Statuses:
    """Only the quarantine officers at the border."""
    return who(302, 403, 403, border=status)


_PAPER = "/desk/entry/paper/"
BORDER: dict[str, Row] = {
    "desk/entry/paper/": Row(_PAPER, border(200), border(422)),
    "desk/entry/paper/form/": Row(f"{_PAPER}form/", border(302), border(302)),
    "desk/entry/paper/stay/": Row(f"{_PAPER}stay/", border(302), border(302)),
    "desk/entry/paper/trip/": Row(f"{_PAPER}trip/", border(302), border(302)),
    "desk/entry/paper/trip/<slug:page>/": Row(f"{_PAPER}trip/stay/", border(302), border(302)),
    "desk/entry/paper/people/<int:number>/": Row(f"{_PAPER}people/1/", border(302), border(302)),
    "desk/entry/paper/people/<int:number>/<slug:page>/": Row(f"{_PAPER}people/1/papers/", border(302), border(302)),
}
