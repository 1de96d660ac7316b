"""The group-commit lane: rows of many requests are written by one statement, and every request is answered after
the commit.

There is no timer. While one batch commits, the next gathers; an idle system writes a single row at once. A bounded
queue and
a connection that comes back by itself keep an overload or a lost database from spreading: both are a quick refusal
with a
time to try again.
"""

import asyncio
import contextlib
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import psycopg
from psycopg import AsyncConnection

logger = logging.getLogger(__name__)

Row = TypeVar("Row")
Result = TypeVar("Result")
Connection = AsyncConnection[tuple[object, ...]]
Write = Callable[[Connection, Sequence[Row]], Awaitable[Sequence[Result]]]

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0
# SQLSTATE classes that say something of the server and nothing of a row: insufficient resources, operator intervention,
# system error, read-only transaction.
_SERVER_CLASSES = ("53", "57", "58", "25", "08", "XX")
# Deadlock and serialisation failure: nothing is wrong with the row, the next try settles it.
_TRY_AGAIN = ("40",)
TRIES = 3


class RefusedError(Exception):
    """The lane can't take the row now. Nothing was promised: the client tries again after `retry_after` seconds."""

    retry_after = 1


class FullError(RefusedError):
    """More rows wait than the lane may hold."""


class AwayError(RefusedError):
    """The database can't be reached, or was lost before it confirmed the commit (the row may or may not be there)."""

    retry_after = 2


class RowError(Exception):
    """The database refuses this row, alone in its batch, for good. The cause is the psycopg error."""


@dataclass
class Counters:
    """What the lane has done since it started."""

    rows: int = 0
    batches: int = 0
    refused: int = 0
    lost_connections: int = 0


class Lane(Generic[Row, Result]):
    """`write(connection, rows)` runs one autocommitted statement over the rows and returns a result for each, in order.

    `dsn` is a libpq connection string; `lanes` connections write side by side; a batch has at most `max_batch`
    rows; at most
    `max_queue` rows wait. `write_timeout` seconds without an answer count as a lost database.
    """

    def __init__(
        self,
        write: Write[Row, Result],
        dsn: str,
        *,
        lanes: int = 2,
        max_batch: int = 1000,
        max_queue: int = 4000,
        write_timeout: float = 10.0,
        options: str = "",
    ) -> None:
        self._write, self._dsn, self._options = write, dsn, options
        self._lanes, self._max_batch, self._max_queue = lanes, max_batch, max_queue
        self._write_timeout = write_timeout
        self._waiting: deque[tuple[Row, asyncio.Future[Result]]] = deque()
        self._arrival = asyncio.Event()
        self._connected = 0
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self.counters = Counters()

    @property
    def ready(self) -> bool:
        """Whether a row would be written now."""
        return self._connected > 0 and not self._closing

    def submit(self, row: Row) -> asyncio.Future[Result]:
        """Queue the row; the future holds its result once it is committed.

        Raises FullError or AwayError at once; the future may raise AwayError or RowError.
        """
        if not self.ready:
            self.counters.refused += 1
            raise AwayError
        if len(self._waiting) >= self._max_queue:
            self.counters.refused += 1
            raise FullError
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        self._arrival.set()
        return future

    async def start(self) -> None:
        """Start the lanes. Returns when one is connected, or after a second: a lost database must not stop the
        server."""
        self._closing = False
        first = asyncio.Event()
        self._tasks = [asyncio.create_task(self._run(first), name=f"lane-{i}") for i in range(self._lanes)]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(first.wait(), 1.0)

    async def close(self, timeout: float = 10.0) -> None:
        """Take no more rows, write those that wait, close the connections. What is left after `timeout` gets
        AwayError."""
        self._closing = True
        self._arrival.set()
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=timeout)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._tasks = []
        self._refuse_waiting()

    async def _run(self, first: asyncio.Event) -> None:
        pause = FIRST_PAUSE_S
        while not (self._closing and not self._waiting):
            try:
                connection = await self._connect()
            except (psycopg.Error, OSError, TimeoutError) as error:
                if self._connected == 0:
                    self._refuse_waiting()
                logger.warning("ingest lane: no database (%s), next try in %.2f s", type(error).__name__, pause)
                if self._closing:
                    return
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  spreads the reconnections
                pause = min(pause * 2, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            self._connected += 1
            first.set()
            try:
                await self._serve(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                self.counters.lost_connections += 1
                logger.warning("ingest lane: database lost (%s)", type(error).__name__)
            finally:
                self._connected -= 1
                with contextlib.suppress(psycopg.Error, OSError, TimeoutError):
                    await asyncio.wait_for(connection.close(), 1.0)
            if self._connected == 0 and not self._closing:
                self._refuse_waiting()

    async def _connect(self) -> Connection:
        return await asyncio.wait_for(
            AsyncConnection.connect(
                self._dsn,
                autocommit=True,
                prepare_threshold=0,
                connect_timeout=5,
                options=self._options,
                application_name="lachan-ingest",
            ),
            self._write_timeout,
        )

    async def _serve(self, connection: Connection) -> None:
        """Write batches until the lane closes and nothing waits. Raises what lost the connection."""
        while True:
            while not self._waiting:
                if self._closing:
                    return
                self._arrival.clear()
                await self._arrival.wait()
            # Let every request that is already readable join this batch.
            await asyncio.sleep(0)
            size = min(len(self._waiting), self._max_batch)
            batch = [self._waiting.popleft() for _ in range(size)]
            if batch:
                await self._commit(connection, batch)

    async def _commit(
        self, connection: Connection, batch: list[tuple[Row, asyncio.Future[Result]]], tries: int = TRIES
    ) -> None:
        """Write the batch and resolve its futures. A bad row fails alone: a refused batch is halved until it is
        found."""
        try:
            async with asyncio.timeout(self._write_timeout):
                results = await self._write(connection, [row for row, _future in batch])
        except BaseException as error:
            state = getattr(error, "sqlstate", None) or ""
            if connection.closed or not isinstance(error, psycopg.Error) or state.startswith(_SERVER_CLASSES):
                _fail(batch, error if isinstance(error, AwayError) else AwayError())
                raise
            if state.startswith(_TRY_AGAIN) and tries > 1:
                await self._commit(connection, batch, tries - 1)
            elif len(batch) == 1:
                refusal = RowError(str(error))
                refusal.__cause__ = error
                _fail(batch, refusal)
            else:
                middle = len(batch) // 2
                try:
                    await self._commit(connection, batch[:middle])
                except BaseException:
                    _fail(batch[middle:], AwayError())
                    raise
                await self._commit(connection, batch[middle:])
            return
        self.counters.rows += len(batch)
        self.counters.batches += 1
        for (_row, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)

    def _refuse_waiting(self) -> None:
        left = list(self._waiting)
        self._waiting.clear()
        self.counters.refused += len(left)
        _fail(left, AwayError())


def _fail(batch: Sequence[tuple[Row, "asyncio.Future[Result]"]], error: Exception) -> None:
    for _row, future in batch:
        if not future.done():
            future.set_exception(error)
