"""The one statement that writes check-ins: who, whether allowed, where, and the row, for a whole batch at once.

Sign-in, the person acted for and the place's code are looked up in the same statement as the insert, so there is no
cache to
go stale: a revoked device or code is refused from the next batch on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, cast
from uuid import UUID

from lachan.ground.ingest.lane import Connection
from lachan.systems.checkin.models import Direction, Trust

# The planner can't know how long a batch's arrays are. These settings keep it to index look-ups whatever it
# guesses, with
# one plan for the life of the connection.
OPTIONS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_mergejoin=off -c timezone=UTC"

# The IN (…) tests stand in the form of expressions, not of joins, so that they are hashed: a join of two lists
# whose length
# the planner guesses as ten would be a nested loop of a million steps.
WRITE = """
WITH input AS MATERIALIZED (
    SELECT decode(token, 'hex') AS token, key, decode(body, 'hex') AS body, code, direction, at, clock_offset, ward, id,
           fit, rotating, latitude, longitude, accuracy, n
    FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::text[], %s::smallint[], %s::timestamptz[], %s::integer[],
                %s::uuid[], %s::uuid[], %s::boolean[], %s::boolean[], %s::float8[], %s::float8[], %s::integer[])
         WITH ORDINALITY AS given (token, key, body, code, direction, at, clock_offset, ward, id, fit, rotating,
                                   latitude, longitude, accuracy, n)
), known AS MATERIALIZED (
    SELECT i.*, device.id AS device_id, account.id AS account_id, place.id AS place_id, place.key AS place_key,
           place.name AS place_name, code.part_id,
           CASE WHEN i.ward IS NULL OR i.ward = own.key THEN own.id
                WHEN EXISTS (
                    SELECT FROM people_guardianship g
                    WHERE g.guardian_id = own.id AND g.ward_id = ward.id
                      AND g.since <= today AND (g.until IS NULL OR g.until > today)
                ) THEN ward.id END AS person_id,
           CASE WHEN i.latitude IS NOT NULL AND place.latitude IS NOT NULL THEN greatest(0,
               12742000 * asin(least(1, sqrt(
                   sin(radians(place.latitude - i.latitude) / 2) ^ 2
                   + cos(radians(i.latitude)) * cos(radians(place.latitude))
                   * sin(radians(place.longitude - i.longitude) / 2) ^ 2))) - i.accuracy)::integer END AS apart
    FROM input i
    CROSS JOIN (SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS today) calendar
    LEFT JOIN access_device device
        ON device.token_hash = i.token AND device.revoked_at IS NULL AND device.expires_at > now()
    LEFT JOIN access_account account ON account.id = device.account_id AND account.is_active AND NOT account.is_officer
    LEFT JOIN people_person own ON own.account_id = account.id
    LEFT JOIN people_person ward ON ward.key = i.ward
    LEFT JOIN places_placecode code ON code.code = i.code AND code.revoked_at IS NULL
        -- A screen's code is none without a tag that fits its moment, and a poster's code has no tag.
        -- Who came in by the screen may leave without scanning it again.
        AND (code.rotating = i.rotating OR (i.direction = 2 AND EXISTS (
            SELECT FROM checkin_event came
            WHERE came.person_id = coalesce(ward.id, own.id) AND came.place_id = code.place_id
              AND came.at > i.at - interval '24 hours' AND came.at <= i.at)))
    LEFT JOIN places_place place ON place.id = code.place_id AND place.closed_at IS NULL
), stored AS (
    INSERT INTO checkin_receipt (device_id, key, body_hash, event_id, place_id, at, direction, clock_offset,
    received_at)
    SELECT device_id, key, body, id, place_id, at, direction, clock_offset, now() FROM known
    WHERE account_id IS NOT NULL AND person_id IS NOT NULL AND place_id IS NOT NULL AND fit
    -- Two lanes that meet the same keys meet them in the same order, so neither waits for the other in a circle.
    ORDER BY device_id, key
    ON CONFLICT (device_id, key) DO NOTHING
    RETURNING event_id
), appended AS (
    INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, clock_offset, by_account_id, device_id,
                               received_at, apart, part_id)
    SELECT id, person_id, place_id, at, direction,
           CASE WHEN rotating THEN %s::smallint WHEN apart <= %s::integer THEN %s::smallint ELSE %s::smallint END,
           clock_offset, account_id, device_id, now(), (apart + 50) / 100 * 100, part_id
    FROM known WHERE (id IN (SELECT event_id FROM stored)) IS TRUE
)
SELECT (id IN (SELECT event_id FROM stored)) IS TRUE, CASE WHEN account_id IS NOT NULL THEN device_id END,
       person_id IS NOT NULL, place_key, place_name
FROM known ORDER BY n
"""

# The rows that were not new: what the first answer to their key was, if there was one. A second statement, because
# the first
# can't see rows that another lane committed while it ran, nor the ones it has just written for a twin in the same
# batch.
REPLAY = """
SELECT given.n, receipt.body_hash, receipt.event_id, receipt.at, receipt.direction, receipt.clock_offset, place.key,
place.name
FROM unnest(%s::bigint[], %s::uuid[], %s::integer[]) AS given (device_id, key, n)
JOIN checkin_receipt receipt ON receipt.device_id = given.device_id AND receipt.key = given.key
JOIN places_place place ON place.id = receipt.place_id
"""


@dataclass(slots=True)
class Scan:
    """One check-in as the lane takes it. `at` is corrected; `clock_offset` in seconds when it was; `fit` when it
    may be new."""

    token_hash: str
    key: UUID
    body_hash: str
    code: str
    direction: int
    at: datetime
    clock_offset: int | None
    person: UUID | None
    id: UUID
    fit: bool
    # Whether a tag of a screen came with the code and fits the moment (places.rotation).
    rotating: bool = False
    # Where the phone says it is, if it says so: WGS 84 degrees, metres. Only the distance to the place is kept.
    latitude: float | None = None
    longitude: float | None = None
    accuracy: int | None = None


# Within this many metres of the place, less what the phone is unsure of, a visitor counts as having been there.
NEARBY_M = 300
_TRUST = (Trust.ROTATING.value, NEARBY_M, Trust.NEARBY.value, Trust.POSTER.value)


class Outcome(Enum):
    NEW = "new"
    REPLAY = "replay"
    OTHER_BODY = "other_body"
    SIGNED_OUT = "signed_out"
    NOT_FOR_PERSON = "not_for_person"
    NO_PLACE = "no_place"
    UNFIT = "unfit"
    NOT_STAFF = "not_staff"
    PASS_ENDED = "pass_ended"  # noqa: S105  an outcome


@dataclass(slots=True)
class Written:
    """What became of a scan; the rest is filled for NEW and REPLAY only."""

    outcome: Outcome
    event_id: UUID | None = None
    at: datetime | None = None
    direction: int = Direction.IN
    clock_offset: int | None = None
    place_key: UUID | None = None
    place_name: str = ""
    # Of a visit written at a gate.
    person_name: str = ""


class Keyed(Protocol):
    """What a stored answer is found by."""

    @property
    def key(self) -> UUID: ...

    @property
    def body_hash(self) -> str: ...


def array(values: Sequence[object]) -> str:
    """A PostgreSQL array literal of values that need no quoting: hex, UUIDs, codes, numbers, times, booleans.

    Ten times cheaper than a dumper for each element, and this is the hot path.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


async def write(connection: Connection, scans: Sequence[Scan]) -> list[Written]:
    """Store the new ones of the batch, in one committed statement; tell of each what became of it."""
    cursor = await connection.execute(
        WRITE,
        [
            array([scan.token_hash for scan in scans]),
            array([scan.key for scan in scans]),
            array([scan.body_hash for scan in scans]),
            array([scan.code for scan in scans]),
            array([scan.direction for scan in scans]),
            array([f'"{scan.at}"' for scan in scans]),
            array([scan.clock_offset for scan in scans]),
            array([scan.person for scan in scans]),
            array([scan.id for scan in scans]),
            array([scan.fit for scan in scans]),
            array([scan.rotating for scan in scans]),
            array([scan.latitude for scan in scans]),
            array([scan.longitude for scan in scans]),
            array([scan.accuracy for scan in scans]),
            *_TRUST,
        ],
    )
    rows = cast(list[tuple[bool, int | None, bool, UUID | None, str | None]], await cursor.fetchall())
    written = []
    replayed: list[tuple[int, int]] = []
    for index, (scan, (fresh, device, person_known, place_key, place_name)) in enumerate(zip(scans, rows, strict=True)):
        if fresh:
            written.append(
                Written(Outcome.NEW, scan.id, scan.at, scan.direction, scan.clock_offset, place_key, place_name or "")
            )
            continue
        if device is None:
            written.append(Written(Outcome.SIGNED_OUT))
            continue
        replayed.append((index, device))
        if not person_known:
            written.append(Written(Outcome.NOT_FOR_PERSON))
        elif place_key is None:
            written.append(Written(Outcome.NO_PLACE))
        else:
            written.append(Written(Outcome.UNFIT))
    if replayed:
        await recall(connection, scans, replayed, written)
    return written


async def recall(
    connection: Connection, scans: Sequence[Keyed], replayed: list[tuple[int, int]], written: list[Written]
) -> None:
    """Put the first answer in place of the refusal where the key has been answered before."""
    cursor = await connection.execute(
        REPLAY,
        [
            array([device for _index, device in replayed]),
            array([scans[index].key for index, _device in replayed]),
            array([index for index, _device in replayed]),
        ],
    )
    rows = cast(list[tuple[int, bytes, UUID, datetime, int, int | None, UUID, str]], await cursor.fetchall())
    for index, body_hash, event_id, at, direction, clock_offset, place_key, place_name in rows:
        if body_hash.hex() == scans[index].body_hash:
            written[index] = Written(Outcome.REPLAY, event_id, at, direction, clock_offset, place_key, place_name)
        else:
            written[index] = Written(Outcome.OTHER_BODY)
