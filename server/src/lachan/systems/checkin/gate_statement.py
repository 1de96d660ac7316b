"""The one statement that writes what gatekeepers send: who stands there, whom they saw, and the row, for a whole batch.

Whom a number, a card or a declaration means was found before the row was queued (holders.py). Everything that can be
revoked, the gatekeeper's device and duty, the place and the pass, is looked up here, with the insert.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from lachan.ground.ingest.lane import Connection
from lachan.systems.checkin.models import Trust
from lachan.systems.checkin.reading import CLOCK_TOLERANCE
from lachan.systems.checkin.statement import Outcome, Written, array, recall

# What was written down during a duty may arrive so long after it ended: a gate works offline.
DUTY_SENDS = timedelta(days=3)

WRITE = """
WITH input AS MATERIALIZED (
    SELECT decode(token, 'hex') AS token, key, decode(body, 'hex') AS body, place, direction, at, clock_offset, person,
           pass_device, means, id, fit, part, n
    FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::smallint[], %s::timestamptz[], %s::integer[],
                %s::bigint[], %s::bigint[], %s::smallint[], %s::uuid[], %s::boolean[], %s::bigint[])
         WITH ORDINALITY AS given (token, key, body, place, direction, at, clock_offset, person, pass_device, means, id,
                                   fit, part, n)
), known AS MATERIALIZED (
    SELECT i.*, device.id AS device_id, account.id AS account_id, place.id AS place_id, person.id AS person_id,
           person.name AS person_name, part.id AS part_id,
           -- A gate's clock may be a little slow when a duty has just begun. holders.py asks the same.
           EXISTS (
               SELECT FROM places_placestaff duty
               WHERE duty.place_id = place.id AND duty.account_id = account.id
                 AND duty.since <= i.at + %s::interval
                 AND (duty.until IS NULL OR (duty.until > i.at AND duty.until > now() - %s::interval))
           ) AS on_duty,
           i.pass_device IS NULL OR EXISTS (
               SELECT FROM access_device shown
               WHERE shown.id = i.pass_device AND (shown.revoked_at IS NULL OR shown.revoked_at > i.at)
           ) AS pass_holds
    FROM input i
    LEFT JOIN access_device device
        ON device.token_hash = i.token AND device.revoked_at IS NULL AND device.expires_at > now()
    LEFT JOIN access_account account ON account.id = device.account_id AND account.is_active AND NOT account.is_officer
    LEFT JOIN places_place place ON place.key = i.place AND (place.closed_at IS NULL OR place.closed_at > i.at)
    LEFT JOIN people_person person ON person.id = i.person
    -- A part of another place is none: the visit counts all the same.
    LEFT JOIN places_part part ON part.id = i.part AND part.place_id = place.id
), stored AS (
    INSERT INTO checkin_receipt (device_id, key, body_hash, event_id, place_id, at, direction, clock_offset,
    received_at)
    SELECT device_id, key, body, id, place_id, at, direction, clock_offset, now() FROM known
    WHERE account_id IS NOT NULL AND on_duty AND person_id IS NOT NULL AND pass_holds AND fit
    ORDER BY device_id, key
    ON CONFLICT (device_id, key) DO NOTHING
    RETURNING event_id
), appended AS (
    INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, clock_offset, by_account_id, device_id,
                               received_at, means, part_id)
    SELECT id, person_id, place_id, at, direction, %s::smallint, clock_offset, account_id, device_id, now(), means,
           part_id
    FROM known WHERE (id IN (SELECT event_id FROM stored)) IS TRUE
)
SELECT (id IN (SELECT event_id FROM stored)) IS TRUE, CASE WHEN account_id IS NOT NULL THEN device_id END,
       place_id IS NOT NULL, on_duty, pass_holds, person_id IS NOT NULL, person_name
FROM known ORDER BY n
"""


@dataclass(slots=True)
class GateVisit:
    """One visit as a gatekeeper sends it. `at` is corrected; `fit` when it may be new; `person` None: nobody found."""

    token_hash: str
    key: UUID
    body_hash: str
    place: UUID
    direction: int
    at: datetime
    clock_offset: int | None
    person: int | None
    # The device whose pass was shown: one that was signed out before that moment shows nothing any more.
    pass_device: int | None
    means: int
    id: UUID
    fit: bool
    # The part of the place where the gatekeeper stands.
    part: int | None = None


Row = tuple[bool, int | None, bool, bool, bool, bool, str | None]


async def write_gate(connection: Connection, visits: Sequence[GateVisit]) -> list[Written]:
    """Store the new ones of the batch, in one committed statement; tell of each what became of it."""
    cursor = await connection.execute(
        WRITE,
        [
            array([visit.token_hash for visit in visits]),
            array([visit.key for visit in visits]),
            array([visit.body_hash for visit in visits]),
            array([visit.place for visit in visits]),
            array([visit.direction for visit in visits]),
            array([f'"{visit.at}"' for visit in visits]),
            array([visit.clock_offset for visit in visits]),
            array([visit.person for visit in visits]),
            array([visit.pass_device for visit in visits]),
            array([visit.means for visit in visits]),
            array([visit.id for visit in visits]),
            array([visit.fit for visit in visits]),
            array([visit.part for visit in visits]),
            CLOCK_TOLERANCE,
            DUTY_SENDS,
            Trust.GATEKEEPER.value,
        ],
    )
    rows = cast(list[Row], await cursor.fetchall())
    written: list[Written] = []
    replayed: list[tuple[int, int]] = []
    for index, (visit, (fresh, device, place_known, on_duty, pass_holds, person_known, _name)) in enumerate(
        zip(visits, rows, strict=True)
    ):
        if fresh:
            written.append(Written(Outcome.NEW, visit.id, visit.at, visit.direction, visit.clock_offset))
            continue
        if device is None:
            written.append(Written(Outcome.SIGNED_OUT))
            continue
        replayed.append((index, device))
        written.append(Written(_refused(place_known, on_duty, visit.fit, pass_holds, person_known)))
    if replayed:
        await recall(connection, visits, replayed, written)
    for outcome, (*_rest, name) in zip(written, rows, strict=True):
        outcome.person_name = name or ""
    return written


def _refused(place_known: bool, on_duty: bool, fit: bool, pass_holds: bool, person_known: bool) -> Outcome:
    if not place_known:
        return Outcome.NO_PLACE
    # The moment of an unfit one was replaced: who was on duty then says nothing.
    if not fit:
        return Outcome.UNFIT
    if not on_duty:
        return Outcome.NOT_STAFF
    return Outcome.UNFIT if pass_holds and person_known else Outcome.PASS_ENDED
