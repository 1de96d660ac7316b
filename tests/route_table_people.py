"""The rows of people's records: entering one, records that may be double, requests about one's own data."""

from tests.route_table_desk import callers
from tests.route_table_words import CITIZEN, CITIZEN_FORM, CITIZEN_NOTHING_THERE, CLOSED, NO_KEY, Row, everybody

PEOPLE: dict[str, Row] = {
    "desk/people/new/": Row("/desk/people/new/", callers(200), callers(422)),
    "desk/people/doubles/": Row("/desk/people/doubles/", callers(200), callers(405)),
    "desk/people/merges/<uuid:key>/": Row(f"/desk/people/merges/{NO_KEY}/", callers(404), callers(404)),
    # One of the two is not there.
    "desk/people/<uuid:key>/beside/<uuid:other>/": Row(
        f"/desk/people/{{person}}/beside/{NO_KEY}/", callers(404), callers(404)
    ),
}
PEOPLE_SEES_HANH: dict[str, tuple[str, ...]] = {}

PEOPLE |= {
    "desk/rights/": Row("/desk/rights/", callers(200), callers(405)),
    "desk/rights/<uuid:key>/": Row(f"/desk/rights/{NO_KEY}/", callers(404), callers(404)),
    "app/my-data/copy/": Row("/app/my-data/copy/", CITIZEN, CLOSED),
    "app/my-data/requests/": Row("/app/my-data/requests/", CITIZEN, CITIZEN_FORM),
    "app/my-data/requests/<uuid:key>/": Row(f"/app/my-data/requests/{NO_KEY}/", CITIZEN_NOTHING_THERE, CLOSED),
    "app/erased/<uuid:key>/": Row(f"/app/erased/{NO_KEY}/", everybody(404), CLOSED),
}
