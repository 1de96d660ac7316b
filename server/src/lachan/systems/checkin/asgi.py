"""The lane's addresses as a bare ASGI application, since these are the ones that a whole country calls at once.

POST /api/v1/checkins is the visitor's own scan, POST /api/v1/gate/checkins what a gatekeeper saw, POST
/api/v1/checkins/private a count of somebody whose visit stays on the phone. The roof mounts the application beside
Django and calls `startup` and `shutdown`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeVar

from django.db import OperationalError, close_old_connections, connections
from django.utils import translation
from psycopg.conninfo import make_conninfo

from lachan.ground.ingest.lane import FullError, Lane, RefusedError, RowError
from lachan.ground.platform import api
from lachan.register.access.views import one_address
from lachan.systems.checkin import cards, holders
from lachan.systems.checkin.answering import ASGIReceive, ASGISend, Handler, Message, Problem, answer, encoder, refusal
from lachan.systems.checkin.gate_reading import Declared, GateCheckin, GateReceipt, Phone, Sealed, read_visit
from lachan.systems.checkin.gate_statement import GateVisit, write_gate
from lachan.systems.checkin.private import (
    LATE,
    Count,
    Counted,
    Flood,
    PrivateCheckin,
    PrivateCounted,
    read_count,
    write_counts,
)
from lachan.systems.checkin.reading import WORD, Checkin, read_scan
from lachan.systems.checkin.receipt import PlaceName, Receipt, short_code
from lachan.systems.checkin.statement import OPTIONS, Outcome, Scan, Written, write

PATH = "/api/v1/checkins"
GATE_PATH = "/api/v1/gate/checkins"
PRIVATE_PATH = "/api/v1/checkins/private"
PATHS = frozenset((PATH, GATE_PATH, PRIVATE_PATH))
# Cards and numbers wait for one thread, some milliseconds each: a second's worth may queue.
MAX_LOOKING_UP = 400

_STATUSES = {
    200: "The same check-in was stored before: its first receipt.",
    201: "Stored.",
    400: "The body is no JSON.",
    401: "The device is not signed in.",
    409: "The key was used for another check-in.",
    413: "The body is too long.",
    415: "The body is not application/json.",
    422: "A field is wrong, or the time is not acceptable.",
    503: "Too busy, or the database is away; try again after Retry-After seconds.",
}
api.document(
    api.Endpoint(
        "POST",
        PATH,
        summary="Check in at, or out of, a place. Repeat with the same key until it is answered.",
        body=Checkin,
        answer=Receipt,
        statuses={
            **_STATUSES,
            403: "The account may not act for this person.",
            404: "No open place has this code.",
        },
        auth="device",
    )
)
api.document(
    api.Endpoint(
        "POST",
        GATE_PATH,
        summary="Write down, as gatekeeper, who came or left. Repeat with the same key until it is answered.",
        body=GateCheckin,
        answer=GateReceipt,
        statuses={
            **_STATUSES,
            403: "The account is not on duty at this place.",
            404: "No open place has this key.",
            422: "A field is wrong, the pass or card does not hold, or the time is not acceptable.",
            429: "This device has looked up or entered too many people; keep the visit, send it after Retry-After.",
        },
        auth="device",
    )
)
api.document(
    api.Endpoint(
        "POST",
        PRIVATE_PATH,
        summary="Count somebody who came or left and whose visit stays on the phone. Needs no sign-in, and takes none.",
        body=PrivateCheckin,
        answer=PrivateCounted,
        statuses={
            200: "This one-time id was counted before.",
            201: "Counted.",
            400: "The body is no JSON.",
            403: "This kind of place needs a name.",
            404: "No open place has this code.",
            413: "The body is too long.",
            415: "The body is not application/json.",
            422: "A field is wrong, or the hour is not acceptable.",
            429: "Too many from this network address; send it again after Retry-After seconds.",
            503: "Too busy, or the database is away; try again after Retry-After seconds.",
        },
        auth=None,
    )
)


Row = TypeVar("Row")
Done = TypeVar("Done")


class CheckinApp:
    """The ASGI application, with the lanes that write. `dsn` is a libpq connection string or URL.

    Visitors and gates have a lane each, with queues of their own: a rush of the one must not shut out the other.
    """

    def __init__(self, dsn: str, *, lanes: int = 2, max_batch: int = 1000, max_queue: int = 4000) -> None:
        self.lane: Lane[Scan, Written] = Lane(
            write, dsn, lanes=lanes, max_batch=max_batch, max_queue=max_queue, options=OPTIONS
        )
        self.gate_lane: Lane[GateVisit, Written] = Lane(
            write_gate, dsn, lanes=1, max_batch=max_batch, max_queue=max_queue, options=OPTIONS
        )
        self.private_lane: Lane[Count, Counted] = Lane(
            write_counts, dsn, lanes=1, max_batch=max_batch, max_queue=max_queue, options=OPTIONS
        )
        self._flood = Flood()
        self._register = ThreadPoolExecutor(1, thread_name_prefix="gate-holders")
        self._looking_up = 0
        self._handlers: dict[str, Handler] = {PATH: self._checkin, GATE_PATH: self._gate}

    async def startup(self) -> None:
        await asyncio.gather(self.lane.start(), self.gate_lane.start(), self.private_lane.start())

    async def shutdown(self) -> None:
        await asyncio.gather(self.lane.close(), self.gate_lane.close(), self.private_lane.close())
        await asyncio.get_running_loop().run_in_executor(self._register, connections.close_all)
        self._register.shutdown()

    async def __call__(self, scope: Message, receive: ASGIReceive, send: ASGISend) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"] == PRIVATE_PATH:
            await answer(self._private(scope), scope, receive, send)
        else:
            await answer(self._handlers[scope["path"]], scope, receive, send)

    async def _lifespan(self, receive: ASGIReceive, send: ASGISend) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.startup()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _checkin(self, body: bytes, secret: bytes, _language: Callable[[], str]) -> tuple[int, bytes]:
        now = datetime.now(UTC)
        scan = read_scan(body, secret, now)
        if not secret:
            raise Problem(HTTPStatus.UNAUTHORIZED, "signed_out")
        written = await _submitted(self.lane, scan)
        _refuse(written.outcome, "place_unknown", ahead=scan.at > now)
        return _status(written), encoder.encode(_receipt(written))

    async def _gate(self, body: bytes, secret: bytes, language: Callable[[], str]) -> tuple[int, bytes]:
        now = datetime.now(UTC)
        if not secret:
            raise Problem(HTTPStatus.UNAUTHORIZED, "signed_out")
        read = read_visit(body, secret, now)
        said = "" if read.holder is None else await self._look_up(read.visit, read.holder, language())
        written = await _submitted(self.gate_lane, read.visit)
        _refuse(written.outcome, "place_closed", ahead=read.visit.at > now)
        if written.event_id is None or written.at is None:
            raise TypeError("a stored visit has its event and time")
        # Whoever shows a pass shows their name. Of anybody else the gate hears only what it has itself read or typed:
        # numbers can be tried out.
        who = said if read.visit.pass_device is None else cards.mask(written.person_name)
        receipt = GateReceipt(written.event_id, written.at, WORD[written.direction], who, written.clock_offset)
        return _status(written), encoder.encode(receipt)

    def _private(self, scope: Message) -> Handler:
        """The sender's address is used here, for the limit, and goes no further; its cookies are not looked at."""
        client: tuple[str, int] | None = scope.get("client")
        address = one_address(client[0] if client else "")

        async def count(body: bytes, _secret: bytes, _language: Callable[[], str]) -> tuple[int, bytes]:
            if wait := self._flood.take(address):
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "flooded", retry=wait)
            row = read_count(body, datetime.now(UTC))
            counted = await _submitted(self.private_lane, row)
            if counted.place is None:
                raise Problem(HTTPStatus.NOT_FOUND, "place_unknown")
            if not counted.allowed:
                raise Problem(HTTPStatus.FORBIDDEN, "named_only")
            if not row.fit and not row.ahead:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "count_expired", round(LATE.total_seconds() / 3600))
            if not row.fit:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "time_ahead", field="hour")
            status = HTTPStatus.CREATED if counted.new else HTTPStatus.OK
            return status, encoder.encode(PrivateCounted(counted.place, counted.kind))

        return count

    async def _look_up(self, visit: GateVisit, holder: Sealed | Phone | Declared, language: str) -> str:
        if self._looking_up >= MAX_LOOKING_UP:
            raise refusal(FullError())
        self._looking_up += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._register, _resolve, visit, holder, language)
        except OperationalError:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "away", retry=2) from None
        finally:
            self._looking_up -= 1


def _resolve(visit: GateVisit, holder: Sealed | Phone | Declared, language: str) -> str:
    close_old_connections()
    with translation.override(language):
        return holders.resolve(visit, holder)


async def _submitted(lane: Lane[Row, Done], row: Row) -> Done:
    try:
        return await lane.submit(row)
    except RefusedError as error:
        raise refusal(error) from None
    except RowError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid") from error


def _status(written: Written) -> int:
    return HTTPStatus.CREATED if written.outcome is Outcome.NEW else HTTPStatus.OK


def _refuse(outcome: Outcome, no_place: str, *, ahead: bool) -> None:
    """Raise what became of a row that was not stored."""
    match outcome:
        case Outcome.NEW | Outcome.REPLAY:
            return
        case Outcome.SIGNED_OUT:
            raise Problem(HTTPStatus.UNAUTHORIZED, "signed_out")
        case Outcome.NOT_FOR_PERSON:
            raise Problem(HTTPStatus.FORBIDDEN, "person_not_yours")
        case Outcome.NOT_STAFF:
            raise Problem(HTTPStatus.FORBIDDEN, "not_staff")
        case Outcome.NO_PLACE:
            raise Problem(HTTPStatus.NOT_FOUND, no_place)
        case Outcome.OTHER_BODY:
            raise Problem(HTTPStatus.CONFLICT, "key_reused")
        case Outcome.PASS_ENDED:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "pass_ended")
        case _:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "time_ahead" if ahead else "time_expired")


def _receipt(written: Written) -> Receipt:
    if written.event_id is None or written.at is None or written.place_key is None:
        raise TypeError("a stored scan has its event, time and place")
    return Receipt(
        id=written.event_id,
        place=PlaceName(written.place_name, written.place_key),
        at=written.at,
        direction=WORD[written.direction],
        code=short_code(written.event_id),
        clock_offset=written.clock_offset,
    )


def database_dsn() -> str:
    """The libpq connection string of Django's database."""
    given = connections["default"].get_connection_params()
    wanted = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    return make_conninfo("", **wanted)


_app: CheckinApp | None = None


async def startup() -> None:
    """Open the lanes of this process's application."""
    global _app  # noqa: PLW0603  one application a process, owned by this module
    _app = CheckinApp(database_dsn())
    await _app.startup()


async def shutdown() -> None:
    """Write what waits and close the lanes."""
    if _app:
        await _app.shutdown()


async def application(scope: Message, receive: ASGIReceive, send: ASGISend) -> None:
    """This process's application, after startup()."""
    if _app is None:
        raise RuntimeError("startup() comes first")
    await _app(scope, receive, send)
