"""The app and the database are each killed with SIGKILL while 200 connections write.

Real processes, a cluster of its own with fsync on. Nothing acknowledged may be lost, and a replay makes no second row.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from bench import checkin_world

from lachan.ground.platform import postgres
from lachan.serve import template
from tests.faults.wire import Answer, Lost, Wire

CONNECTIONS = 200
KILLS = 3
BETWEEN_KILLS_S = 1.5
PATIENCE_S = 90.0
REPLAYS = 1000
# The kernel stops the database when the thread that started it ends, so that thread lives as long as the tests.
_harm = ThreadPoolExecutor(max_workers=1)


@dataclass
class World:
    """A database cluster and the web process of the product over it."""

    folder: Path
    cluster: postgres.Cluster
    port: int
    web: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "lachan.serve.asgi:application", "--host", "127.0.0.1"]
        environment = {**os.environ, "DATABASE_URL": self.cluster.url(), "LACHAN_DATA": str(self.folder)}
        log = (self.folder / "web.log").open("ab")
        self.web = subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "warning"], env=environment, stdout=log, stderr=log
        )
        log.close()

    def kill_web(self) -> None:
        assert self.web
        self.web.send_signal(signal.SIGKILL)
        self.web.wait()

    def start_database(self) -> None:
        """Start again, once the orphans of the killed postmaster have noticed and let go of its memory."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.cluster.start()
            except postgres.PostgresUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="lachan-fault-", dir="/var/tmp"))
    folder.chmod(0o755)
    major = os.environ.get("LACHAN_TEST_PG")
    bin_dir = postgres.debian_binaries(int(major)) if major else None
    durable = {"fsync": "on", "synchronous_commit": "on"}
    cluster = postgres.Cluster.at(folder, bin_dir, durable, template.make(template.Kind.TABLES, bin_dir))
    cluster.start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = World(folder, cluster, port)
    try:
        checkin_world.migrate(cluster.url(), folder)
        checkin_world.seed(cluster.url(), phones=CONNECTIONS, places=20)
        made.start_web()
        yield made
    finally:
        if made.web and made.web.poll() is None:
            made.web.terminate()
            made.web.wait(30)
        cluster.stop()
        shutil.rmtree(cluster.base, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Load:
    """What 200 phones sent and what they were told."""

    receipts: dict[str, bytes] = field(default_factory=dict)
    statuses: Counter[int | str] = field(default_factory=Counter)
    stop: bool = False
    wrong: list[str] = field(default_factory=list)


def headers(number: int) -> dict[str, str]:
    return {"content-type": "application/json", "authorization": f"Bearer token-{number}"}


def body(number: int) -> bytes:
    now = datetime.now(UTC).isoformat()
    code = checkin_world.code_of(number % 20 + 1)
    return json.dumps({"key": str(uuid.uuid4()), "code": code, "direction": "in", "at": now, "sent_at": now}).encode()


async def phone(number: int, port: int, load: Load, sent: dict[str, tuple[int, bytes]]) -> None:
    """Check in again and again; on any failure send the same thing again, as the app does."""
    wire = Wire(port)
    while not load.stop:
        content = body(number)
        key = json.loads(content)["key"]
        sent[key] = (number, content)
        while not load.stop:
            try:
                answer = await wire.post("/api/v1/checkins", content, headers(number))
            except Lost as lost:
                load.statuses[str(lost)] += 1
                await asyncio.sleep(random.uniform(0.02, 0.2))
                continue
            load.statuses[answer.status] += 1
            if answer.status in (200, 201):
                load.receipts[key] = answer.content
                break
            if answer.status != 503 or b"retry-after" not in answer.headers:
                load.wrong.append(f"{answer.status} {answer.content[:200]!r}")
                return
            await asyncio.sleep(random.uniform(0.05, 0.3))
    wire.close()


async def run(world: World, harm: Callable[[], None]) -> tuple[Load, dict[str, tuple[int, bytes]]]:
    load, sent = Load(), {}
    await answering(world)
    phones = [asyncio.create_task(phone(n, world.port, load, sent)) for n in range(1, CONNECTIONS + 1)]
    for _ in range(KILLS):
        before = len(load.receipts)
        await asyncio.sleep(BETWEEN_KILLS_S)
        await asyncio.get_running_loop().run_in_executor(_harm, harm)
        await progress(load, before)
    load.stop = True
    await asyncio.gather(*phones)
    return load, sent


async def answering(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_S
    async with httpx.AsyncClient(base_url=world.address) as client:
        while time.monotonic() < deadline:
            try:
                if (await client.get("/healthz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("the web process did not come up")


async def progress(load: Load, before: int) -> None:
    """Wait until the phones are answered again: the system came back by itself."""
    after, deadline = len(load.receipts), time.monotonic() + PATIENCE_S
    while len(load.receipts) < max(after, before) + CONNECTIONS:
        assert not load.wrong, load.wrong[:3]
        assert time.monotonic() < deadline, f"no recovery: {load.statuses}"
        await asyncio.sleep(0.05)


async def settle(world: World, load: Load, sent: dict[str, tuple[int, bytes]]) -> None:
    """Compare what was told with what is there, then replay everything."""
    assert load.wrong == []
    with psycopg.connect(world.cluster.url()) as connection:
        rows = connection.execute(
            "SELECT r.key::text, count(e.id) FROM checkin_receipt r LEFT JOIN checkin_event e ON e.id = r.event_id"
            " GROUP BY r.device_id, r.key"
        ).fetchall()
    stored = dict(rows)
    assert len(stored) == len(rows), "a key was stored twice"
    lost = load.receipts.keys() - stored.keys()
    assert not lost, f"{len(lost)} of {len(load.receipts)} acknowledged check-ins are gone"
    assert set(stored.values()) == {1}, "a receipt without exactly one event"
    for key, answer in await replay(world, sent):
        assert answer.status == (200 if key in stored else 201)
        if key in load.receipts:
            assert answer.content == load.receipts[key]
    with psycopg.connect(world.cluster.url()) as connection:
        ((events, receipts, twice),) = connection.execute(
            "SELECT (SELECT count(*) FROM checkin_event), (SELECT count(*) FROM checkin_receipt),"
            " (SELECT count(*) FROM (SELECT FROM checkin_event GROUP BY id HAVING count(*) > 1) doubled)"
        ).fetchall()
    assert events == receipts
    assert twice == 0


async def replay(world: World, sent: dict[str, tuple[int, bytes]]) -> list[tuple[str, Answer]]:
    """Send a good part of everything once more, over 20 connections."""
    left = random.sample(sorted(sent), min(REPLAYS, len(sent)))
    answers = []

    async def one(wire: Wire) -> None:
        while left:
            key = left.pop()
            number, content = sent[key]
            answers.append((key, await wire.post("/api/v1/checkins", content, headers(number))))
        wire.close()

    await asyncio.gather(*[one(Wire(world.port)) for _ in range(20)])
    return answers


async def test_the_app_is_killed(world: World) -> None:
    def harm() -> None:
        world.kill_web()
        world.start_web()

    await settle(world, *await run(world, harm))


async def test_the_database_is_killed(world: World) -> None:
    def harm() -> None:
        world.cluster.kill()
        world.start_database()

    load, sent = await run(world, harm)
    with psycopg.connect(world.cluster.url(), autocommit=True) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    assert world.web
    assert world.web.poll() is None, "the web process fell with the database"
    await settle(world, load, sent)
