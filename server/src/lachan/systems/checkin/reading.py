"""From what a phone sends to the row that the lane writes: the body decoded, the code read, the clock corrected."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from lachan.ground.platform.complaints import complaint
from lachan.ground.platform.ids import uuid7
from lachan.register.places import codes, rotation
from lachan.systems.checkin.answering import Problem
from lachan.systems.checkin.keeping import RETENTION
from lachan.systems.checkin.models import Direction
from lachan.systems.checkin.statement import Scan

CLOCK_TOLERANCE = timedelta(seconds=90)
MAX_AHEAD = timedelta(minutes=10)
MAX_ACCURACY_M = 2000

Moment = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with its offset from UTC")]
DIRECTION = {"in": Direction.IN.value, "out": Direction.OUT.value}
WORD: dict[int, Literal["in", "out"]] = {Direction.IN.value: "in", Direction.OUT.value: "out"}


class Position(msgspec.Struct):
    """Where the phone is, if its owner lets it say so. The server keeps only how far the place is from there."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    accuracy: Annotated[float, msgspec.Meta(ge=0, le=40_100_000, description="metres")]


class Checkin(msgspec.Struct):
    """`key` is made once by the device and kept over every retry; `at` and `sent_at` are both by the device's clock."""

    key: UUID
    code: Annotated[str, msgspec.Meta(max_length=200, description="what was scanned or typed")]
    direction: Literal["in", "out"]
    at: Moment
    sent_at: Moment
    person: UUID | None = None
    position: Position | None = None


_decoder = msgspec.json.Decoder(Checkin)


def decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """The body by that decoder. Raises Problem: 400 for no JSON, 422 for a wrong field."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", error, complaint(error)[1]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "not_json") from None


@dataclass(frozen=True, slots=True)
class Clock:
    """When something happened, in UTC. `offset` in seconds where the device's clock was wrong, else None.

    `fit`: whether it may be new; a moment that may not is replaced by one that does not strain the database, since
    only a replay can still be answered, and that is found by its key.
    """

    at: datetime
    offset: int | None
    fit: bool


def corrected(at: datetime, wrong_by: timedelta, now: datetime) -> Clock:
    """The moment by the server's clock. `wrong_by`: how far the device's clock was behind when it sent.

    Raises Problem for a moment that no calendar holds.
    """
    offset = None
    if abs(wrong_by) > CLOCK_TOLERANCE:
        offset = round(wrong_by.total_seconds())
        try:
            at += timedelta(seconds=offset)
        except OverflowError:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "time_expired") from None
    if now - RETENTION <= at <= now + MAX_AHEAD:
        return Clock(at, offset, fit=True)
    return Clock(now - 2 * RETENTION if at < now else now + 2 * MAX_AHEAD, None, fit=False)


def moments(at: datetime, sent_at: datetime, now: datetime) -> tuple[datetime, timedelta]:
    """`at` in UTC, and how far the device's clock was behind. Raises Problem."""
    try:
        return at.astimezone(UTC), now - sent_at
    except OverflowError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "time_expired") from None


def read_scan(body: bytes, secret: bytes, now: datetime) -> Scan:
    """The row of a visitor's own scan, with the hash of what the client meant. Raises Problem."""
    given: Checkin = decode(_decoder, body)
    text, tag = rotation.split(given.code)
    try:
        code = codes.parse(text)
    except codes.NotACodeError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "code_mistyped") from None
    at, wrong_by = moments(given.at, given.sent_at, now)
    meant = f"{code}|{given.direction}|{at.isoformat()}|{given.person}|".encode()
    if tag is not None and not rotation.fits(code, tag, _moment(at, wrong_by)):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "screen_expired")
    # A position that may be anywhere in a town says nothing.
    position = given.position if given.position and given.position.accuracy <= MAX_ACCURACY_M else None
    clock = corrected(at, wrong_by, now)
    return Scan(
        token_hash=hashlib.sha256(secret).hexdigest(),
        key=given.key,
        body_hash=hashlib.sha256(meant).hexdigest(),
        code=code,
        direction=DIRECTION[given.direction],
        at=clock.at,
        clock_offset=clock.offset,
        person=given.person,
        id=uuid7(),
        fit=clock.fit,
        rotating=tag is not None,
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        accuracy=round(position.accuracy) if position else None,
    )


def _moment(at: datetime, wrong_by: timedelta) -> datetime:
    """When a screen was scanned by the server's clock: half a minute matters there, whatever the phone's clock says."""
    try:
        return at + wrong_by
    except OverflowError:
        return at
