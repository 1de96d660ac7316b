"""What devices send: codes, certificates, keys, what they heard, answers. One size hides which.

`X-Chaff` marks a dummy: it walks the same way, in the same time, and nothing of it stays.
"""

import secrets
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lachan.ground.platform import config
from lachan.ground.platform.api import ApiError, Error, ErrorBody, encoder, endpoint, respond
from lachan.register.access.tokens import require_device
from lachan.register.access.views import ip_of, wait_words
from lachan.register.people.models import Person
from lachan.systems.proximity import codes, publishing, statements
from lachan.systems.proximity.errors import Refused
from lachan.systems.proximity.fitting import TAG_BYTES, Note
from lachan.systems.proximity.keys import MAX_KEYS
from lachan_proximity.identifiers.gaen import KEY_BYTES, ROLLING_PERIOD, DayKey

REQUEST_BYTES = 4096
ANSWER_BYTES = 4096
# Answers leave at whole multiples of this: what a real upload takes longer than a dummy falls within one step.
ANSWER_STEP_S = 0.06
# Whoever waits for its step holds a thread of the web process: half of them stay free for everything else.
_waiting = threading.BoundedSemaphore(max(1, config.threads() // 2))
BUSY_S = 1
CHAFF = "X-Chaff"
MAX_HEARD_AT_ONCE = 500
NONCE_BYTES = 16

Bytes16 = Annotated[bytes, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
Interval = Annotated[int, msgspec.Meta(ge=0, le=0x7FFFFFFF)]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=10)]
Class = Annotated[int, msgspec.Meta(ge=0, le=3)]
Text = Annotated[str, msgspec.Meta(max_length=2048)]
Padding = Annotated[str, msgspec.Meta(max_length=REQUEST_BYTES)]


class CodeTyped(msgspec.Struct):
    """The code as the person typed it; `nonce`: 16 to 32 random bytes, the same when asked again after a lost answer;
    or none."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    nonce: Annotated[bytes, msgspec.Meta(max_length=32)] = b""
    padding: Padding = ""


class Token(msgspec.Struct):
    """`report`: 1 confirmed, 2 probable, 4 suspected contact. `onset`: the day the officer knows, if any."""

    token: str
    report: int
    onset: str | None
    expires: int
    padding: str = ""


class KeysToCome(msgspec.Struct):
    """`mac`: HMAC-SHA256, with a secret of the device's, over "base64(key).start.period" sorted, joined by commas."""

    token: Annotated[str, msgspec.Meta(max_length=128)]
    mac: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    padding: Padding = ""


class Certificate(msgspec.Struct):
    certificate: str
    padding: str = ""


class SharedKey(msgspec.Struct):
    """`start` and `period` in intervals of ten minutes since 1970."""

    key: Bytes16
    start: Interval
    period: Annotated[int, msgspec.Meta(ge=1, le=ROLLING_PERIOD)] = ROLLING_PERIOD


class Publication(msgspec.Struct):
    """`officer`: the person lets the officer know that these keys are theirs."""

    certificate: Text
    mac_key: Annotated[bytes, msgspec.Meta(min_length=16, max_length=64)]
    keys: Annotated[list[SharedKey], msgspec.Meta(min_length=1, max_length=MAX_KEYS)]
    region: Annotated[str, msgspec.Meta(max_length=8)]
    officer: bool
    padding: Padding = ""


class Receipt(msgspec.Struct):
    """`signed`: a JSON Web Signature (ES256) that says what was shared. `secret` takes it back."""

    upload: UUID
    signed: str
    secret: str
    padding: str = ""


class Holder(msgspec.Struct):
    """Who holds the receipt."""

    upload: UUID
    secret: Annotated[str, msgspec.Meta(max_length=128)]


class Revoked(msgspec.Struct):
    """The hour (unix seconds) at which the keys were taken back."""

    at: int


class OwnNote(msgspec.Struct):
    """Minutes of the interval, for certain and at most; `attenuation` 0 (below 55 dB), 1 (63), 2 (73), 3."""

    interval: Interval
    certain: Minutes
    minutes: Minutes
    attenuation: Class


class HeardNote(OwnNote):
    """`tag`: the first 16 bytes of HMAC-SHA256(identifier, "lachan encounter")."""

    tag: Annotated[bytes, msgspec.Meta(min_length=TAG_BYTES, max_length=TAG_BYTES)]


class HeardNotes(Holder):
    """What the holder's device noted."""

    heard: Annotated[list[HeardNote], msgspec.Meta(min_length=1, max_length=MAX_HEARD_AT_ONCE)]


class HeardCount(msgspec.Struct):
    """How many identifiers the upload now has."""

    identifiers: int


class Statement(msgspec.Struct):
    """`key`: the published key one was near. `identifier_key`: one's own of that day (RPIK): it proves whose the heard
    ones were. `upload`, `secret`: the receipt of an own key of that day without a name; not kept."""

    key: Bytes16
    identifier_key: Bytes16
    intervals: Annotated[list[OwnNote], msgspec.Meta(min_length=1, max_length=ROLLING_PERIOD)]
    upload: UUID | None = None
    secret: Annotated[str, msgspec.Meta(max_length=128)] = ""


class ConfirmedEncounter(msgspec.Struct):
    id: UUID
    start: int
    end: int
    minutes_certain: int
    confidence: int
    erased_on: str


class Answer(msgspec.Struct):
    """What now stands, and the server's signature over it."""

    encounters: list[ConfirmedEncounter]
    signed: str


class Gone(msgspec.Struct):
    gone: bool


_STATUSES = {
    200: "done",
    409: "not possible now: the reason is in the answer",
    413: "larger than the one size of these requests",
    422: "refused, with the reason; nothing was stored",
    429: "too many from this address, or too many wrong codes from everywhere; Retry-After says how long",
    503: "too many at this moment: nothing was read; Retry-After says how long",
}


def _padded(value: Any, status: int = HTTPStatus.OK) -> HttpResponse:
    """An answer of the one size: its padding fills it up, at random, so that no compression takes it out."""
    body = msgspec.to_builtins(value) | {"padding": ""}
    missing = ANSWER_BYTES - len(encoder.encode(body))
    body["padding"] = secrets.token_hex(missing // 2 + 1)[:missing] if missing > 0 else ""
    response = respond(body, status)
    response["Cache-Control"] = "no-store"
    return response


def _hidden(request: HttpRequest, work: Callable[[bool], Any]) -> HttpResponse:
    """Refuse any other size; answer in one size, refusals as well, and at whole steps of time, but for those over a
    limit: who is sent away hides nobody."""
    said = _("Lượt gửi phải dài đúng %(n)d byte, kể cả phần đệm.") % {"n": REQUEST_BYTES}
    if len(request.body) > REQUEST_BYTES:
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", said)
    if len(request.body) < REQUEST_BYTES:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "not_padded", said, at="padding")
    if not _waiting.acquire(blocking=False):
        return _padded_refusal(
            Refused(
                "busy",
                _("Máy chủ đang nhận nhiều lượt gửi. Gửi lại sau %(wait)s.") % {"wait": wait_words(BUSY_S)},
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                wait=BUSY_S,
            )
        )
    try:
        return _at_its_step(request, work)
    finally:
        _waiting.release()


def _padded_refusal(refused: Refused) -> HttpResponse:
    response = _padded(Error(ErrorBody(refused.code, str(refused), refused.at)), refused.status)
    if refused.wait is not None:
        response["Retry-After"] = str(refused.wait)
    return response


def _at_its_step(request: HttpRequest, work: Callable[[bool], Any]) -> HttpResponse:
    started = time.perf_counter()
    # Committed here, so that the wait covers the commit and holds no lock. A refusal keeps its count of tries.
    with transaction.atomic():
        try:
            response = _padded(work(CHAFF in request.headers))
        except Refused as refused:
            response = _padded_refusal(refused)
    if ANSWER_STEP_S and response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        time.sleep(ANSWER_STEP_S - (time.perf_counter() - started) % ANSWER_STEP_S)
    return response


def _note(told: OwnNote) -> Note:
    return Note(told.interval, min(told.certain, told.minutes), told.minutes, told.attenuation)


def _said(refused: Refused) -> ApiError:
    return ApiError(refused.status, refused.code, str(refused), at=refused.at, retry_after=refused.wait)


@transaction.non_atomic_requests
@endpoint(
    "POST",
    "/api/v1/proximity/verify",
    summary="Exchange an officer's code for a token",
    body=CodeTyped,
    answer=Token,
    statuses=_STATUSES,
)
def verify(request: HttpRequest, payload: CodeTyped) -> HttpResponse:
    def work(decoy: bool) -> Token:
        # A short one could be guessed, and with it the token of somebody else's code.
        if 0 < len(payload.nonce) < NONCE_BYTES:
            said = _("nonce phải dài từ %(n)d byte ngẫu nhiên trở lên, hoặc để trống.") % {"n": NONCE_BYTES}
            raise Refused("nonce_short", said, at="nonce")
        found = codes.claim(typed=payload.code, nonce=payload.nonce, address=ip_of(request), decoy=decoy)
        onset = found.onset_on.isoformat() if found.onset_on else None
        return Token(found.token, int(found.report), onset, int(found.expires_at.timestamp()))

    return _hidden(request, work)


@transaction.non_atomic_requests
@endpoint(
    "POST",
    "/api/v1/proximity/certificate",
    summary="Exchange the token for a certificate over the keys to come",
    body=KeysToCome,
    answer=Certificate,
    statuses=_STATUSES,
)
def certificate(request: HttpRequest, payload: KeysToCome) -> HttpResponse:
    def work(decoy: bool) -> Certificate:
        made = codes.certify(token=payload.token, mac=payload.mac, address=ip_of(request), decoy=decoy)
        return Certificate(made)

    return _hidden(request, work)


@transaction.non_atomic_requests
@endpoint(
    "POST",
    "/api/v1/proximity/publish",
    summary="Publish the keys of the days the person chose",
    body=Publication,
    answer=Receipt,
    statuses=_STATUSES,
)
def publish(request: HttpRequest, payload: Publication) -> HttpResponse:
    def work(decoy: bool) -> Receipt:
        published = publishing.publish(
            certificate=payload.certificate,
            mac_key=payload.mac_key,
            region=payload.region,
            shared=[DayKey(each.key, each.start, each.period) for each in payload.keys],
            with_officer=payload.officer,
            address=ip_of(request),
            decoy=decoy,
        )
        return Receipt(published.key, published.signed, published.secret)

    return _hidden(request, work)


@endpoint(
    "POST",
    "/api/v1/proximity/revoke",
    summary="Take back what a receipt stands for",
    body=Holder,
    answer=Revoked,
    statuses={404: "no such receipt, or its keys are erased"},
)
def revoke(request: HttpRequest, payload: Holder) -> Revoked:
    try:
        upload = publishing.revoke(key=payload.upload, secret=payload.secret)
    except Refused as refused:
        raise _said(refused) from refused
    return Revoked(int(upload.revoked_at.timestamp()) if upload.revoked_at else 0)


@endpoint(
    "POST",
    "/api/v1/proximity/heard",
    summary="Let the officer have what the device noted on the days that were published",
    body=HeardNotes,
    answer=HeardCount,
    statuses={404: "no such receipt", 409: "the person did not agree to it", 422: "a day that was not published"},
)
def heard(request: HttpRequest, payload: HeardNotes) -> HeardCount:
    notes = [(n.tag, _note(n)) for n in payload.heard]
    try:
        return HeardCount(statements.share_heard(key=payload.upload, secret=payload.secret, heard=notes))
    except Refused as refused:
        raise _said(refused) from refused


def _person(request: HttpRequest) -> Person:
    account = require_device(request).account
    if (person := Person.objects.filter(account=account).first()) is None:
        raise ApiError(HTTPStatus.CONFLICT, "no_person", _("Tài khoản này không gắn với người nào."))
    return person


@endpoint(
    "POST",
    "/api/v1/proximity/statements",
    summary="Answer a warning: I was near that key",
    body=Statement,
    answer=Answer,
    statuses={
        401: "the device is not signed in",
        404: "no such receipt",
        409: "the two sides do not fit, or it is answered",
        422: "the key or the intervals can't be answered, or the identifiers are of a published key",
        429: "too many answers of this account; Retry-After says how long",
    },
    auth="device",
)
def state(request: HttpRequest, payload: Statement) -> Answer:
    own = (payload.upload, payload.secret) if payload.upload else None
    claim = statements.Claim(payload.key, payload.identifier_key, [_note(n) for n in payload.intervals], own)
    try:
        found = statements.confirm(person=_person(request), claim=claim)
    except Refused as refused:
        raise _said(refused) from refused
    return Answer(
        [
            ConfirmedEncounter(
                id=each.key,
                start=int(each.starts_at.timestamp()),
                end=int(each.ends_at.timestamp()),
                minutes_certain=each.seconds_certain // 60,
                confidence=each.confidence,
                erased_on=each.erase_at.isoformat(),
            )
            for each in found.encounters
        ],
        found.signed,
    )


@endpoint(
    "POST",
    "/api/v1/proximity/statements/{key}/withdraw",
    summary="Take an answer back",
    answer=Gone,
    statuses={401: "the device is not signed in", 404: "no such answer of this account"},
    auth="device",
    parameters={"key": {"type": "string", "format": "uuid"}},
)
def withdraw(request: HttpRequest, key: UUID) -> Gone:
    try:
        statements.withdraw_statement(person=_person(request), key=key)
    except Refused as refused:
        raise _said(refused) from refused
    return Gone(True)
