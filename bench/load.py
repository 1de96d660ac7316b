"""A load generator over HTTP/1.1: several processes, many connections each, as little work a request as Python allows.

Requests are made before the clock starts. Closed loop: each connection sends the next request when the last is
answered.
Open loop: requests leave at a fixed rate whatever the answers do, and wait for a free connection if none is free.
"""

import asyncio
import multiprocessing
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import uvloop

# request(worker, number) -> the whole request as bytes
Maker = Callable[[int, int], bytes]


@dataclass
class Result:
    """`statuses` counts answers by status (0: no answer); `latencies` in seconds, of every answer; `mute` counts the
    503 that don't say when to try again."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    mute: int = 0

    @property
    def good_rate(self) -> float:
        """Answers of 200 or 201 a second."""
        return (self.statuses[200] + self.statuses[201]) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class _Client(asyncio.Protocol):
    """One connection, one request at a time. Reads status and length by hand: every answer here has a
    content-length."""

    def __init__(self, load: "_Load") -> None:
        self.load, self.buffer, self.sent_at = load, b"", 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.load.free(self)

    def send(self, request: bytes) -> None:
        assert self.transport
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self.buffer[:head_end].lower()
        at = head.find(b"content-length:")
        # An answer without a length (an error page) ends the connection; the next one is a fresh one.
        whole = at >= 0
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if whole else 0
        if len(self.buffer) < head_end + 4 + length:
            return
        status = int(self.buffer[9:12])
        self.load.answered(status, time.perf_counter() - self.sent_at)
        if status == 503 and b"\r\nretry-after:" not in head:
            self.load.result.mute += 1
        self.buffer, self.sent_at = b"", 0.0
        if whole:
            self.load.free(self)
        elif self.transport:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.load.lost(self)


class _Load:
    def __init__(self, port: int, requests: deque[bytes], seconds: float, rate: float | None) -> None:
        self.port, self.requests, self.seconds, self.rate = port, requests, seconds, rate
        self.result, self.idle, self.backlog = Result(), deque[_Client](), 0
        self.over = False

    def free(self, client: _Client) -> None:
        if self.over:
            return
        if self.rate is None or self.backlog:
            self.backlog -= self.rate is not None
            self._next(client)
        else:
            self.idle.append(client)

    def _next(self, client: _Client) -> None:
        if self.requests:
            client.send(self.requests.popleft())

    def answered(self, status: int, latency: float) -> None:
        self.result.statuses[status] += 1
        self.result.latencies.append(latency)

    def lost(self, client: _Client) -> None:
        if self.over:
            return
        if client.sent_at:
            self.result.statuses[0] += 1
        asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: _Client(self), "127.0.0.1", self.port)
        except OSError:
            self.result.statuses[0] += 1

    async def run(self, connections: int) -> Result:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        await asyncio.gather(*[self._connect() for _ in range(connections)])
        if self.rate is None:
            await asyncio.sleep(self.seconds)
        else:
            # A crowd takes seconds to connect; nothing was sent meanwhile.
            began = time.perf_counter()
            due = 0.0
            while (passed := time.perf_counter() - began) < self.seconds:
                due += self.rate * 0.005
                while due >= 1:
                    due -= 1
                    if self.idle:
                        self._next(self.idle.popleft())
                    else:
                        self.backlog += 1
                await asyncio.sleep(max(0.0, 0.005 - (time.perf_counter() - began - passed)))
        self.over = True
        self.result.seconds = time.perf_counter() - began
        loop.call_soon(lambda: None)
        return self.result


def _worker(  # noqa: PLR0917  multiprocessing passes them by position
    worker: int,
    port: int,
    make: Maker,
    count: int,
    connections: int,
    seconds: float,
    rate: float | None,
    ready,
    go,
    out,
) -> None:  # type: ignore[no-untyped-def]
    requests = deque(make(worker, number) for number in range(count))
    ready.release()
    go.wait()
    out.put(uvloop.run(_Load(port, requests, seconds, rate).run(connections)))


def run(
    port: int,
    make: Maker,
    *,
    seconds: float,
    connections: int,
    most: int,
    processes: int = 2,
    rate: float | None = None,
) -> Result:
    """Load 127.0.0.1:port for so many seconds; `most` requests are prepared in all, `rate` (requests/s) opens the
    loop."""
    context = multiprocessing.get_context("fork")
    ready, go, out = context.Semaphore(0), context.Event(), context.Queue()
    workers = [
        context.Process(
            target=_worker,
            args=(
                n,
                port,
                make,
                most // processes,
                connections // processes,
                seconds,
                rate / processes if rate else None,
                ready,
                go,
                out,
            ),
            daemon=True,
        )
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    go.set()
    total = Result()
    for _ in workers:
        part: Result = out.get()
        total.seconds = max(total.seconds, part.seconds)
        total.statuses.update(part.statuses)
        total.mute += part.mute
        total.latencies += part.latencies
    for worker in workers:
        worker.join()
    return total
