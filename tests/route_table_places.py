"""The rows of the desk's pages about places."""

from tests.route_table_words import NO_KEY, Row, Statuses, who

_READS: Statuses = who(302, 403, 200, border=403)
_READS_CLOSED = who(302, 403, 405, border=403)
_NOTHING_THERE = who(302, 403, 404, border=403)
_WRITERS = ("commune", "other_commune", "province", "other_province")


def _writers(status: int) -> Statuses:
    """Only communes and provinces write places."""
    return who(302, 403, 403) | dict.fromkeys(_WRITERS, status)


_IMPORT = f"/desk/places/import/{NO_KEY}/"
_WORK = f"/desk/places/work/{NO_KEY}/"
DESK_PLACES: dict[str, Row] = {
    "desk/places/": Row("/desk/places/", _READS, _READS_CLOSED),
    "desk/places/statistics/": Row("/desk/places/statistics/", _READS, _READS_CLOSED),
    r"^desk/places/statistics\.(?P<form>csv|xlsx)$": Row("/desk/places/statistics.csv", _READS, _READS_CLOSED),
    "desk/places/work/<uuid:key>/": Row(_WORK, _NOTHING_THERE, _NOTHING_THERE),
    "desk/places/work/<uuid:key>/take/": Row(f"{_WORK}take/", _READS_CLOSED, _NOTHING_THERE),
    "desk/places/import/": Row("/desk/places/import/", _writers(200), _writers(422)),
    "desk/places/import/template.xlsx": Row("/desk/places/import/template.xlsx", _writers(200), _writers(405)),
    "desk/places/import/<uuid:key>/": Row(_IMPORT, _writers(404), _writers(404)),
    "desk/places/import/<uuid:key>/rejects.xlsx": Row(f"{_IMPORT}rejects.xlsx", _writers(404), _writers(405)),
}
# An owner's pages about all places at once.
_OWNS = who(302, 404, 302, owner=200)
DESK_PLACES |= {
    "places/invites/": Row("/places/invites/", who(302, 405, 302), who(302, 302, 302)),
    r"^places/posters-(?P<size>a4|door)-(?P<language>vi|en)-(?P<number>[0-9]{1,3})\.pdf$": Row(
        "/places/posters-a4-vi-1.pdf", _OWNS, who(302, 405, 302)
    ),
}
