"""The rows of people's records at the desk: entering one, records that may be double."""

from tests.route_table_desk import callers
from tests.route_table_words import NO_KEY, Row

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
