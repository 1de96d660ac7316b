"""The rows of the officer's console. A case lives in Hải Châu (Đà Nẵng); Hạnh's child is a confirmed contact there.

So `commune` (Hải Châu) and `province` (Đà Nẵng) may see both, `ministry` may read them, the other commune and the other
province have nothing there (404), border and inspector never see persons (403).
"""

from tests.route_table_words import CLOSED, NO_KEY, PUBLIC, Row, Statuses, who

O = "/desk/outbreaks/{outbreak}/"  # noqa: E741  the prefix of half the rows
R = "desk/outbreaks/<int:number>/"


def desk(**allowed: int) -> Statuses:
    """403 for everybody of the desk who is not named."""
    return who(302, 403, 403, **allowed)


def readers(status: int, elsewhere: int = 404) -> Statuses:
    """Roles that read cases and contacts: theirs, and the answer to the same roles of elsewhere."""
    return desk(commune=status, province=status, ministry=status, other_commune=elsewhere, other_province=elsewhere)


def provinces(status: int, elsewhere: int = 404) -> Statuses:
    """What only the provincial CDC does."""
    return desk(province=status, other_province=elsewhere)


def callers(status: int) -> Statuses:
    return desk(commune=status, other_commune=status, province=status, other_province=status)


def granters(status: int, elsewhere: int) -> Statuses:
    return desk(province=status, ministry=status, other_province=elsewhere)


READ_ONLY = readers(405, 405)
DONE_BY_PROVINCE = provinces(405, 405)

DESK_TABLE: dict[str, Row] = {
    "map/": Row("/map/", PUBLIC, CLOSED),
    "desk/": Row("/desk/", who(302, 403, 200), who(302, 403, 405)),
    "desk/people/": Row("/desk/people/", callers(200), callers(405)),
    "desk/people/<uuid:key>/": Row("/desk/people/{person}/", readers(200), readers(422)),
    "desk/cases/": Row("/desk/cases/", readers(200, 200), READ_ONLY),
    "desk/cases/new/": Row("/desk/cases/new/", provinces(302, 302), provinces(302, 302)),
    "desk/cases/<uuid:key>/": Row("/desk/cases/{case}/", readers(200), READ_ONLY),
    "desk/cases/<uuid:key>/edit/": Row("/desk/cases/{case}/edit/", provinces(200), provinces(422)),
    "desk/cases/<uuid:key>/status/": Row("/desk/cases/{case}/status/", DONE_BY_PROVINCE, provinces(422)),
    "desk/cases/<uuid:key>/tests/": Row("/desk/cases/{case}/tests/", DONE_BY_PROVINCE, provinces(422)),
    "desk/outbreaks/": Row("/desk/outbreaks/", readers(200, 200), READ_ONLY),
    R: Row(O, readers(200), READ_ONLY),
    f"{R}cases/": Row(f"{O}cases/", readers(200), READ_ONLY),
    f"{R}trace/": Row(f"{O}trace/", DONE_BY_PROVINCE, provinces(302)),
    f"{R}contacts/": Row(f"{O}contacts/", readers(200), READ_ONLY),
    f"{R}contacts/decide/": Row(f"{O}contacts/decide/", DONE_BY_PROVINCE, provinces(302)),
    f"{R}contacts/undo/": Row(f"{O}contacts/undo/", DONE_BY_PROVINCE, provinces(302)),
    f"{R}contacts/<uuid:key>/": Row(f"{O}contacts/{{contact}}/", readers(200), READ_ONLY),
    f"{R}contacts/<uuid:key>/phone/": Row(f"{O}contacts/{{contact}}/phone/", READ_ONLY, readers(200)),
    f"{R}notices/": Row(f"{O}notices/", provinces(200), DONE_BY_PROVINCE),
    f"{R}notices/issue/": Row(f"{O}notices/issue/", DONE_BY_PROVINCE, provinces(302)),
    f"{R}notices/<uuid:key>/withdraw/": Row(f"{O}notices/{NO_KEY}/withdraw/", DONE_BY_PROVINCE, provinces(404)),
    f"{R}releases/<uuid:key>/": Row(f"{O}releases/{NO_KEY}/", DONE_BY_PROVINCE, provinces(404)),
    f"{R}visitors/": Row(f"{O}visitors/", provinces(200), provinces(200)),
    f"{R}windows/publish/": Row(f"{O}windows/publish/", DONE_BY_PROVINCE, provinces(302)),
    f"{R}windows/<int:window>/withdraw/": Row(f"{O}windows/1/withdraw/", DONE_BY_PROVINCE, provinces(404)),
    # The chain names every case of the outbreak, so a commune, which sees only its own, does not have it.
    f"{R}chain/": Row(
        f"{O}chain/", desk(province=200, ministry=200, commune=404, other_commune=404, other_province=404), READ_ONLY
    ),
    f"{R}map/": Row(f"{O}map/", readers(200), READ_ONLY),
    "desk/calls/": Row("/desk/calls/", callers(302), callers(405)),
    "desk/calls/asked/<uuid:key>/": Row(f"/desk/calls/asked/{NO_KEY}/", callers(404), callers(404)),
    "desk/calls/<uuid:key>/": Row(f"/desk/calls/{NO_KEY}/", callers(404), callers(404)),
    "desk/calls/<uuid:key>/phone/": Row(f"/desk/calls/{NO_KEY}/phone/", callers(405), callers(404)),
    "desk/retention/": Row("/desk/retention/", granters(200, 200), granters(405, 405)),
    "desk/officers/": Row("/desk/officers/", granters(200, 200), granters(405, 405)),
    "desk/officers/new/": Row("/desk/officers/new/", granters(200, 200), granters(422, 422)),
    "desk/officers/<int:number>/grant/": Row("/desk/officers/{officer}/grant/", granters(200, 404), granters(422, 404)),
    "desk/officers/assignments/<int:number>/revoke/": Row(
        "/desk/officers/assignments/{assignment}/revoke/", granters(405, 405), granters(302, 404)
    ),
}

_HERE = ("commune", "province", "ministry")
DESK_SEES_HANH: dict[str, tuple[str, ...]] = {
    "desk/people/<uuid:key>/": _HERE,
    R: _HERE,
    f"{R}contacts/": _HERE,
    f"{R}contacts/<uuid:key>/": _HERE,
    f"{R}contacts/<uuid:key>/phone/": _HERE,
    f"{R}notices/": ("province",),
}
