"""The history of one's own stays. The check-in itself is asgi.py, outside Django."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.http import HttpRequest

from lachan.ground.platform.api import endpoint
from lachan.register.access import tokens
from lachan.register.people import queries as people
from lachan.systems.checkin import queries
from lachan.systems.checkin.keeping import erased_on
from lachan.systems.checkin.models import Visit
from lachan.systems.checkin.receipt import PlaceName

_ENDING = {ending.value: ending.name.lower() for ending in Visit.Ending}


class Stay(msgspec.Struct):
    """One stay. `certain_until` is the last scan there; `leaves` may be inferred: `ending` says from what.

    `at_gate`: a gatekeeper wrote it down, so the phone itself may know nothing of it.
    """

    id: UUID
    person: UUID
    place: PlaceName
    commune: str
    arrives: datetime
    leaves: datetime
    certain_until: datetime
    ending: str
    at_gate: bool
    erased_on: str


class History(msgspec.Struct):
    """Newest first; stays appear a few seconds after their scan."""

    visits: list[Stay]


@endpoint(
    "GET",
    "/api/v1/me/visits",
    summary="Where the account's person, and those it acts for, have been",
    answer=History,
    statuses={401: "the device is not signed in"},
    auth="device",
)
def my_visits(request: HttpRequest) -> History:
    account = tokens.require_device(request).account
    mine = people.acts_for(account).values_list("pk", flat=True)
    return History(
        [
            Stay(
                id=visit.id,
                person=visit.person.key,
                place=PlaceName(visit.place.name, visit.place.key),
                commune=visit.place.area.name,
                arrives=visit.t_in,
                leaves=visit.t_out,
                certain_until=visit.certain_until,
                ending=_ENDING[visit.ending],
                at_gate=visit.at_gate,
                erased_on=erased_on(visit.t_out).isoformat(),
            )
            for visit in queries.visits_of(mine)
        ]
    )
