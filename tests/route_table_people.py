"""The rows of people's records at the desk: entering one, records that may be double."""

from tests.route_table_desk import callers
from tests.route_table_words import Row

PEOPLE: dict[str, Row] = {
    "desk/people/new/": Row("/desk/people/new/", callers(200), callers(422)),
}
PEOPLE_SEES_HANH: dict[str, tuple[str, ...]] = {}
