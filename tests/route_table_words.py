"""The words of the table of routes: the actors, and the usual rows of statuses.

The words: an officer's page sends strangers to sign in (302) and refuses others (403); what belongs to somebody else is
not there (404); 422 is a form or a body that was taken and found incomplete, so its sender may send one.
"""

from dataclasses import dataclass
from typing import Any

# Each actor and the fixture of the cast that plays it.
ACTORS: dict[str, str | None] = {
    "anonymous": None,
    "hanh": "hanh",
    "tin": "tin",
    "owner": "owner",
    "gatekeeper": "gatekeeper",
    "commune": "commune_officer",
    "other_commune": "other_commune_officer",
    "province": "province_officer",
    "other_province": "other_province_officer",
    "border": "border_officer",
    "inspector": "inspector",
    "ministry": "minister",
}
CITIZENS = ("hanh", "tin", "owner", "gatekeeper")
OFFICERS = ("commune", "other_commune", "province", "other_province", "border", "inspector", "ministry")

Statuses = dict[str, int]


def who(anonymous: int, citizens: int, officers: int, **others: int) -> Statuses:
    """One status for each actor: for the stranger, for citizens, for officers, and for those named."""
    table = {"anonymous": anonymous} | dict.fromkeys(CITIZENS, citizens) | dict.fromkeys(OFFICERS, officers)
    assert others.keys() <= table.keys(), others
    return table | others


def everybody(status: int) -> Statuses:
    return who(status, status, status)


# Nobody may: the method is not answered there. Asked by one actor of each kind only.
CLOSED = everybody(405)
PUBLIC = everybody(200)
# Pages of the app: strangers and officers are sent to the citizens' sign-in.
CITIZEN = who(302, 200, 302)
CITIZEN_FORM = who(302, 422, 302)
CITIZEN_DOES = everybody(302)
CITIZEN_NOTHING_THERE = who(302, 404, 302)
# JSON for a signed-in device.
DEVICE = who(401, 200, 401)
# Pages of the desk, open to every officer.
DESK = who(302, 403, 200)
DESK_DOES = who(302, 403, 302)
DESK_NOTHING_THERE = who(302, 403, 404)
DESK_CLOSED = who(302, 403, 405)


@dataclass(frozen=True)
class Row:
    """`address` fills the route with the world's numbers; `body` is what POST sends."""

    address: str
    get: Statuses
    post: Statuses
    body: dict[str, Any] | None = None


NO_KEY = "00000000-0000-7000-8000-000000000000"
