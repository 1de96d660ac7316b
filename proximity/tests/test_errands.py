"""Weeks of errands in a story's time: key files come, a dummy now and then, and a bad server is met with patience."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from key_authority import NOW, Authority
from lachan_proximity.agent import errands, sharing
from lachan_proximity.agent.errands import Errands
from lachan_proximity.agent.library import Library
from lachan_proximity.agent.line import Answer, OfflineError
from lachan_proximity.agent.words import WORDS
from lachan_proximity.radio.virtual_time import VirtualClock, run

DAY = 86_400.0
FOUND = {"risk": "high", "why": {"vi": "Vì", "en": "Because"}}


class World:
    """An agent's errands in `folder` against an authority that may be away or busy."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.authority = folder, Authority()
        self.clock = VirtualClock(NOW)
        self.trouble: Answer | None = None
        self.away = False
        self.fetched: list[float] = []
        self.posted: list[tuple[float, str, int, bool]] = []
        self.examined = 0

    def send(self, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if body is None and path.endswith("index.txt"):
            self.fetched.append(self.clock.now())
        if self.away:
            raise OfflineError("away")
        if self.trouble is not None:
            return self.trouble
        if body is None:
            return self.authority.send(path, body, headers)
        self.posted.append((self.clock.now(), path.rsplit("/", 1)[-1], len(body), "X-Chaff" in headers))
        names = ("token", "certificate", "upload", "signed", "secret")
        return Answer(200, json.dumps(dict.fromkeys(names, "x")).encode())

    def examine(self) -> dict[str, Any]:
        self.examined += 1
        return FOUND

    def errands(self, seed: int = 1) -> Errands:
        library = Library(self.folder / "keyfiles")
        return Errands(
            server="https://x.example",
            send=self.send,
            library=library,
            examine=self.examine,
            clock=self.clock,
            folder=self.folder,
            seed=seed,
        )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    async def at_once(work: Callable[[], Any]) -> Any:
        return work()

    # A story has no threads: it would leap on while one works.
    monkeypatch.setattr(errands, "beside", at_once)
    return World(tmp_path)


async def live(made: Errands, seconds: float) -> None:
    task = asyncio.ensure_future(made.run())
    await asyncio.sleep(seconds)
    assert not task.done(), task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_key_files_are_fetched_every_hour_and_compared_when_new(world: World) -> None:
    world.authority.publish(0)
    made = world.errands()
    run(live(made, 2 * DAY))
    assert 40 <= len(world.fetched) <= 58
    assert (made.news.files, made.news.risk, made.news.why, made.news.fault) == (1, "high", FOUND["why"], "")
    assert world.examined == 3, "the new file, and each new day since its age counts"


def test_dummies_are_whole_uploads_at_chance_times(world: World) -> None:
    run(live(world.errands(), 60 * DAY))
    verifies = [at for at, path, _size, _chaff in world.posted if path == "verify"]
    assert 35 <= len(verifies) <= 90, "once a day on average"
    assert [path for _at, path, _size, _chaff in world.posted] == ["verify", "certificate", "publish"] * len(verifies)
    assert {(size, chaff) for _at, _path, size, chaff in world.posted} == {(sharing.REQUEST_BYTES, True)}
    gaps = [later - sooner for sooner, later in pairwise(verifies)]
    assert min(gaps) < 0.25 * DAY < DAY < max(gaps), "no rhythm"


def test_restarting_does_not_send_more_dummies(world: World) -> None:
    async def restarted() -> None:
        for _nth in range(60):
            await live(world.errands(seed=_nth), DAY / 4)

    run(restarted())
    assert 5 <= sum(path == "verify" for _at, path, _size, _chaff in world.posted) <= 30


@pytest.mark.parametrize(
    ("away", "answer", "fault"),
    [(True, None, "offline"), (False, Answer(503, b""), "busy"), (False, Answer(404, b""), "not ours")],
)
def test_a_server_in_trouble_is_asked_less_and_less(
    world: World, away: bool, answer: Answer | None, fault: str
) -> None:
    world.away, world.trouble = away, answer
    if answer is not None:
        # The index comes after the key.
        world.authority.publish(0)
    made = world.errands()
    tried: list[float] = []

    async def watched() -> None:
        task = asyncio.ensure_future(made.run())
        for _nth in range(6 * 60):
            await asyncio.sleep(60)
            if made.news.tried is not None and made.news.tried not in tried:
                tried.append(made.news.tried)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(watched())
    gaps = [later - sooner for sooner, later in pairwise(tried)]
    assert 6 <= len(tried) <= 14 and gaps[0] < 300 and max(gaps) >= 1800
    assert made.news.fault == fault and fault in WORDS


def test_the_wait_a_busy_server_asks_for_is_kept(world: World) -> None:
    world.trouble = Answer(429, b"", {"retry-after": "5000"})
    made = world.errands()
    run(live(made, 4000))
    assert made.news.tried is not None and made.news.next_fetch - made.news.tried >= 5000


@pytest.mark.parametrize("body", [b"[" * 200_000, b"\xff\xfe", b"", b'{"key_id": 7, "pem": {"a": 1}}', b"null"])
def test_no_answer_ends_the_errands(world: World, body: bytes) -> None:
    world.trouble = Answer(200, body)
    made = world.errands()
    run(live(made, DAY))
    assert made.news.fault in WORDS and made.news.files == 0


def test_it_recovers_and_says_so(world: World) -> None:
    world.authority.publish(0)
    made = world.errands()

    async def back() -> None:
        world.away = True
        task = asyncio.ensure_future(made.run())
        await asyncio.sleep(1200)
        assert made.news.fault == "offline"
        world.away = False
        await asyncio.sleep(2 * 3600)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(back())
    assert (made.news.fault, made.news.files) == ("", 1) and made.news.fetched is not None


def test_a_server_that_hangs_does_not_hold_up_the_end() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(errands.beside(release.wait), 0.05))
    assert not release.is_set(), "the loop has ended while the thread still waits"
    release.set()


def test_every_trouble_has_its_words() -> None:
    for fault in ("offline", "busy", "not ours", "key other", "log broken", "file changed", "withheld", "no room"):
        assert WORDS[fault][0] != WORDS[fault][1]
