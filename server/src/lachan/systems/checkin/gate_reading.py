"""What a gatekeeper sends of one visit, and the row made of it. Cards and numbers are opened in holders.py."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from lachan.ground.platform.ids import uuid7
from lachan.systems.checkin import pass_ids, passes
from lachan.systems.checkin.answering import Problem
from lachan.systems.checkin.gate_statement import GateVisit
from lachan.systems.checkin.models import Means
from lachan.systems.checkin.reading import CLOCK_TOLERANCE, DIRECTION, Moment, corrected, decode, moments


class Pass(msgspec.Struct, tag="pass", tag_field="kind"):
    """The text of a rotating pass, as it was read off the visitor's phone."""

    text: Annotated[str, msgspec.Meta(max_length=400)]


class Sealed(msgspec.Struct, tag="sealed", tag_field="kind"):
    """A card, a number or a declaration, sealed on the gate for this key (see the gate's keys)."""

    sealed: Annotated[str, msgspec.Meta(max_length=1700, description="base64url")]


class Phone(msgspec.Struct, tag="phone", tag_field="kind"):
    """Whoever has this number. The answer does not say who that is."""

    phone: Annotated[str, msgspec.Meta(max_length=40)]


class Declared(msgspec.Struct, tag="declared", tag_field="kind"):
    """A person without phone or card, as they say it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    birth_year: Annotated[int, msgspec.Meta(ge=1900, le=2199)] | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None


Holder = Pass | Sealed | Phone | Declared


class GateCheckin(msgspec.Struct):
    """`key` is made once by the gate and kept over every retry; `at` and `sent_at` are both by the gate's clock.

    `paper`: entered later from a slip; `at` is then what the slip says, and no clock is corrected.
    """

    key: UUID
    place: UUID
    direction: Literal["in", "out"]
    at: Moment
    sent_at: Moment
    holder: Holder
    paper: bool = False
    # The id of the gate, as the gate's page was told of it.
    part: Annotated[int, msgspec.Meta(ge=1, le=2**62)] | None = None


class GateReceipt(msgspec.Struct):
    """`who` is a masked name, "Phan V. Đ.": of whoever showed a pass, else the name that the gate sent.

    Empty where it sent a number only: a number tells nothing of its holder.
    """

    id: UUID
    at: datetime
    direction: Literal["in", "out"]
    who: str
    clock_offset: int | None = None


_decoder = msgspec.json.Decoder(GateCheckin)
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Read:
    """The row, and the holder when it still has to be found."""

    visit: GateVisit
    holder: Sealed | Phone | Declared | None


_MEANS = {Pass: Means.PASS, Sealed: Means.CARD, Phone: Means.PHONE, Declared: Means.DECLARED}


def read_visit(body: bytes, secret: bytes, now: datetime) -> Read:
    """The row of what a gatekeeper saw, with the hash of what the gate meant. Raises Problem."""
    given: GateCheckin = decode(_decoder, body)
    at, wrong_by = moments(given.at, given.sent_at, now)
    meant = f"{given.place}|{given.direction}|{at.isoformat()}|{given.paper}|".encode() + _encoder.encode(given.holder)
    if given.part is not None:
        meant += f"|{given.part}".encode()
    clock = corrected(at, timedelta(0) if given.paper else wrong_by, now)
    person = pass_device = None
    if isinstance(given.holder, Pass):
        person, pass_device = _shown(given.holder.text, clock.at, fit=clock.fit)
    visit = GateVisit(
        token_hash=hashlib.sha256(secret).hexdigest(),
        key=given.key,
        body_hash=hashlib.sha256(meant).hexdigest(),
        place=given.place,
        direction=DIRECTION[given.direction],
        at=clock.at,
        clock_offset=clock.offset,
        person=person,
        pass_device=pass_device,
        means=Means.PAPER if given.paper else _MEANS[type(given.holder)],
        id=uuid7(),
        fit=clock.fit,
        part=given.part,
    )
    # An unfit visit is only looked for among the stored ones: it must not enter anybody.
    return Read(visit, None if isinstance(given.holder, Pass) or not clock.fit else given.holder)


def _shown(text: str, at: datetime, *, fit: bool) -> tuple[int, int]:
    """Person and device of the pass. A gate's clock may be wrong by what is tolerated everywhere."""
    verdict = passes.read(text, pass_ids.signing_key().public_key(), at, slack=CLOCK_TOLERANCE)
    if verdict.state == "forged":
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "pass_forged")
    if verdict.state == "expired" and fit:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "pass_expired")
    return pass_ids.resolve(verdict.pseudonym)
