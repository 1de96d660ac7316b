"""Private check-ins: the visit stays on the phone, the server adds one to a count (docs/adr/0022-private-check-in.md).

What is stored is place, hour and direction with a number beside them. Nothing that comes with a count ties it to
another: no device, person or receipt, no time finer than the hour; the one-time id that keeps a repetition from
counting twice stands in a table of its own, without the place, until a repetition would be too old anyway.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Final, Literal, cast
from uuid import UUID

import msgspec

from lachan.ground.ingest.lane import Connection
from lachan.register.places import codes, rotation
from lachan.register.places.kinds import PRIVATE_KINDS
from lachan.systems.checkin.answering import Problem
from lachan.systems.checkin.reading import DIRECTION, Moment, decode
from lachan.systems.checkin.receipt import PlaceName
from lachan.systems.checkin.statement import array

# A phone without a network keeps a count so long; later it is told to let it go. So long may a repetition come, too.
LATE: Final = timedelta(hours=72)
AHEAD: Final = timedelta(minutes=10)
# One-time ids are erased by the day, so that they do not say when within it they came.
ONCE_DAYS: Final = 5
# A whole market may stand behind one address of a mobile network.
BURST: Final = 600
PER_SECOND: Final = 1.0
MOST_ADDRESSES: Final = 50_000

_WRITE = """
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::smallint[], %s::boolean[])
         WITH ORDINALITY AS given (once, code, hour, direction, fit, n)
), known AS MATERIALIZED (
    SELECT input.*, place.id AS place_id, place.key AS place_key, place.name AS place_name, place.kind AS place_kind,
           place.kind = ANY(%s::text[]) AS allowed
    FROM input
    LEFT JOIN places_placecode code ON code.code = input.code AND code.revoked_at IS NULL
    LEFT JOIN places_place place ON place.id = code.place_id AND place.closed_at IS NULL
), fresh AS (
    INSERT INTO checkin_privateonce (once, until)
    SELECT once, %s::date FROM known WHERE allowed AND fit ORDER BY once
    ON CONFLICT (once) DO NOTHING
    RETURNING once
), counted AS (
    INSERT INTO checkin_privatecount AS old (place_id, hour, direction, visits)
    SELECT place_id, hour, direction, count(DISTINCT once) FROM known
    WHERE allowed AND fit AND once IN (SELECT once FROM fresh)
    GROUP BY place_id, hour, direction ORDER BY place_id, hour, direction
    ON CONFLICT (place_id, hour, direction) DO UPDATE SET visits = old.visits + excluded.visits
)
SELECT once IN (SELECT once FROM fresh), place_key, place_name, place_kind, allowed FROM known ORDER BY n
"""


class PrivateCheckin(msgspec.Struct, forbid_unknown_fields=True):
    """One person came or left. `once` is random, made for this count alone and kept over its retries.

    `hour` is the beginning of the hour, so that no two counts of a phone can be told to belong together. The request
    carries no sign-in: what is sent with it is not looked at.
    """

    once: UUID
    code: Annotated[str, msgspec.Meta(max_length=200, description="what was scanned or typed; a screen's without tag")]
    direction: Literal["in", "out"]
    hour: Moment


class PrivateCounted(msgspec.Struct):
    """The place that was counted at, for the phone's own history."""

    place: PlaceName
    kind: str


@dataclass(slots=True)
class Count:
    """One count as the lane takes it; `fit` when its hour may still be counted."""

    once: UUID
    code: str
    hour: datetime
    direction: int
    fit: bool
    ahead: bool


@dataclass(slots=True)
class Counted:
    """What became of it. `place` None: no open place has the code; `allowed` False: this kind of place needs a name."""

    new: bool
    place: PlaceName | None
    kind: str
    allowed: bool


_decoder = msgspec.json.Decoder(PrivateCheckin)


def read_count(body: bytes, now: datetime) -> Count:
    """The row of a private check-in. Raises Problem."""
    given: PrivateCheckin = decode(_decoder, body)
    text, _tag = rotation.split(given.code)
    try:
        code = codes.parse(text)
        hour = given.hour.astimezone(UTC)
    except codes.NotACodeError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "code_mistyped") from None
    except OverflowError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "time_expired") from None
    if hour != hour.replace(minute=0, second=0, microsecond=0):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "hour_uneven")
    ahead = hour > now + AHEAD
    fit = not ahead and hour >= now - LATE
    return Count(given.once, code, hour if fit else now, DIRECTION[given.direction], fit, ahead)


async def write_counts(connection: Connection, counts: Sequence[Count]) -> list[Counted]:
    """Add the new ones of the batch to their hours, in one committed statement; tell of each what became of it."""
    until: date = datetime.now(UTC).date() + timedelta(days=ONCE_DAYS)
    cursor = await connection.execute(
        _WRITE,
        [
            array([count.once for count in counts]),
            array([count.code for count in counts]),
            array([f'"{count.hour}"' for count in counts]),
            array([count.direction for count in counts]),
            array([count.fit for count in counts]),
            array(PRIVATE_KINDS),
            until,
        ],
    )
    rows = cast(list[tuple[bool, UUID | None, str | None, str | None, bool | None]], await cursor.fetchall())
    return [
        Counted(new, None if key is None else PlaceName(name or "", key), kind or "", bool(allowed))
        for new, key, name, kind, allowed in rows
    ]


class Flood:
    """How many counts one network address may send: buckets in this process's memory, written nowhere.

    An address is kept as a hash under a secret that dies with the process. A full table forgets the one not seen for
    longest, whose bucket has most likely filled up again.
    """

    def __init__(self, burst: int = BURST, per_second: float = PER_SECOND, most: int = MOST_ADDRESSES) -> None:
        self._burst, self._per_second, self._most = float(burst), per_second, most
        self._secret = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> int:
        """0 when the count may be taken, else the seconds to wait."""
        key = hashlib.blake2b(address.encode(), key=self._secret, digest_size=16).digest()
        now = monotonic()
        left, seen = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._per_second)
        taken = left >= 1
        self._buckets[key] = (left - 1 if taken else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0 if taken else max(1, round((1 - left) / self._per_second))
