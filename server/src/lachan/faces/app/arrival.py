"""Check-in by a plain form, for a phone without scripts: the same statement and refusals as the ingest lane's.

The lane batches the requests of a whole country; a form sent now and then is written through Django's own connection,
inside the request's transaction.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

from django.db import connection
from django.http import HttpRequest

from lachan.ground.ingest.lane import Connection
from lachan.ground.platform.ids import uuid7
from lachan.register.access.tokens import token_of
from lachan.register.people.models import Person
from lachan.register.places.models import Place
from lachan.systems.checkin.models import Direction, Event
from lachan.systems.checkin.statement import Outcome, Scan, write

#: After this an arrival without a departure no longer counts as being there (the same as on the phone).
LONGEST_RUN = timedelta(hours=12)


class _OneConnection:
    """Django's synchronous connection in the shape that the lane's statement is written for."""

    async def execute(self, query: str, parameters: list[Any]) -> "_Rows":
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return _Rows(cursor.fetchall())


class _Rows:
    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    async def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows


def _write(scans: list[Scan]) -> list[Outcome]:
    running = write(cast(Connection, _OneConnection()), scans)
    try:
        # Nothing in it waits for a loop, so the first step is also the last.
        running.send(None)
    except StopIteration as done:
        return [written.outcome for written in done.value]
    raise RuntimeError("the check-in statement waited for an event loop")


def record(
    request: HttpRequest,
    *,
    code: str,
    direction: Direction,
    people: Iterable[Person],
    form_key: UUID,
    rotating: bool = False,
) -> set[Outcome]:
    """Write the arrival or departure of those people at the place of that code, at this moment.

    `rotating`: a screen's tag was right when the page was opened (screens.py).
    `form_key` is made when the form is drawn: a form sent twice writes once (then OTHER_BODY: its time differs).
    """
    now = datetime.now(UTC)
    token = hashlib.sha256((token_of(request) or "").encode()).hexdigest()
    scans = []
    for person in people:
        meant = f"{code}|{direction.name}|{now.isoformat()}|{person.key}|form"
        scans.append(
            Scan(
                token_hash=token,
                key=uuid5(form_key, str(person.key)),
                body_hash=hashlib.sha256(meant.encode()).hexdigest(),
                code=code,
                direction=direction.value,
                at=now,
                clock_offset=None,
                person=person.key,
                id=uuid7(),
                fit=True,
                rotating=rotating,
            )
        )
    return set(_write(scans))


@dataclass(frozen=True)
class Here:
    """Where a person has arrived and not left: what the receipt shows."""

    event_id: UUID
    person: Person
    place: Place
    since: datetime


def running(people: Iterable[Person]) -> list[Here]:
    """The places where these people are now, by their last scan."""
    by_id = {person.pk: person for person in people}
    last = (
        Event.objects.filter(person_id__in=by_id, at__gt=datetime.now(UTC) - LONGEST_RUN)
        .order_by("person_id", "-at", "-received_at", "-id")
        .distinct("person_id")
        .select_related("place")
    )
    found = [
        Here(event.id, by_id[event.person_id], event.place, event.at)
        for event in last
        if event.direction == Direction.IN
    ]
    return sorted(found, key=lambda here: here.since, reverse=True)
