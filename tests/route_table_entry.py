"""The rows of the traveller's pages and of the border desk. No order is in force in this world."""

from tests.route_table_words import CLOSED, PUBLIC, Row, everybody

_TO_THE_BEGINNING = everybody(302)
ENTRY: dict[str, Row] = {
    "entry/": Row("/entry/", PUBLIC, PUBLIC),
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
}
