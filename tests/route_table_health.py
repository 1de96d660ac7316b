"""The rows of the pages about health: a family's daily reports, the station's worklist."""

from tests.route_table_words import (
    CITIZEN,
    CITIZEN_FORM,
    CITIZEN_NOTHING_THERE,
    CLOSED,
    NO_KEY,
    Row,
    Statuses,
    who,
)

_DECLARE = f"/app/health/declare/{NO_KEY}/"
HEALTH: dict[str, Row] = {
    # To a purpose that nobody asks for.
    "app/consents/": Row("/app/consents/", CITIZEN, who(302, 404, 302)),
    "app/health/": Row("/app/health/", CITIZEN, CLOSED),
    "app/health/call/": Row("/app/health/call/", CITIZEN, CITIZEN_FORM),
    "app/health/tell/": Row("/app/health/tell/", CITIZEN, CITIZEN_FORM),
    "app/health/declare/<uuid:key>/": Row(_DECLARE, CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE),
    "app/health/declare/<uuid:key>/form/": Row(f"{_DECLARE}form/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE),
    "app/health/declare/<uuid:key>/form/<slug:page>/": Row(
        f"{_DECLARE}form/near/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE
    ),
    "app/health/diary/<uuid:key>/": Row("/app/health/diary/{ward}/", who(302, 404, 302, hanh=200), CLOSED),
}

_NOBODY = who(302, 403, 403)
_READERS = ("commune", "other_commune", "province", "other_province", "ministry")
_CALLERS = ("commune", "other_commune", "province", "other_province")


def _readers(status: int) -> Statuses:
    return _NOBODY | dict.fromkeys(_READERS, status)


def _callers(status: int) -> Statuses:
    return _NOBODY | dict.fromkeys(_CALLERS, status)


_ITEM = f"/desk/signals/{NO_KEY}/"
HEALTH |= {
    "desk/signals/": Row("/desk/signals/", _readers(200), _readers(405)),
    "desk/signals/<uuid:key>/": Row(_ITEM, _readers(404), _readers(404)),
    "desk/signals/<uuid:key>/phone/": Row(f"{_ITEM}phone/", _callers(405), _callers(404)),
    "desk/signals/<uuid:key>/answers.fhir.json": Row(f"{_ITEM}answers.fhir.json", _callers(404), _callers(405)),
    "desk/signals/<uuid:key>/take/": Row(f"{_ITEM}take/", _callers(405), _callers(404)),
}

_PLAN = f"/desk/care/{NO_KEY}/"
HEALTH |= {
    "desk/care/": Row("/desk/care/", _readers(200), _readers(405)),
    "desk/today/": Row("/desk/today/", _callers(200), _callers(405)),
    "desk/care/<uuid:key>/phone/": Row(f"{_PLAN}phone/", _callers(405), _callers(404)),
    "desk/care/watch/": Row("/desk/care/watch/", _callers(405), _callers(302)),
    "desk/care/<uuid:key>/": Row(_PLAN, _readers(404), _readers(404)),
    "desk/care/<uuid:key>/certificate.pdf": Row(f"{_PLAN}certificate.pdf", _readers(404), _readers(405)),
    "app/health/plan/<uuid:key>/": Row(f"/app/health/plan/{NO_KEY}/", CITIZEN_NOTHING_THERE, CITIZEN_NOTHING_THERE),
    "app/health/plan/<uuid:key>/certificate.pdf": Row(
        f"/app/health/plan/{NO_KEY}/certificate.pdf", CITIZEN_NOTHING_THERE, CLOSED
    ),
}
# The list of those to be watched names the confirmed contacts of the area.
HEALTH_SEES_HANH: dict[str, tuple[str, ...]] = {"desk/care/": ("commune", "province", "ministry")}
