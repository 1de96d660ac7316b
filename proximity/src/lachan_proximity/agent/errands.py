"""The agent's ways to the server, by itself: key files every hour, a comparison when something new has come, and now
and then a dummy. Nothing of what this device heard goes along.

Dummies come by chance, once a day on average: no hour is likelier than another, so a real upload looks like one.
"""

import asyncio
import contextlib
import json
import os
import random
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lachan_proximity.agent import sharing
from lachan_proximity.agent.library import BusyError, Library, LibraryError
from lachan_proximity.agent.line import OfflineError, Patience, Send, patient, retry_after
from lachan_proximity.agent.news import News
from lachan_proximity.radio import Clock

T = TypeVar("T")
# Devices switched on together must not ask together.
_FIRST_S = (5.0, 60.0)
_EVERY_S = (3000.0, 4200.0)
_AGAIN_S = (60.0, 3600.0)
_DUMMY_MEAN_S = 86_400.0
_DUMMY_LONGEST_S = 3 * 86_400.0
_LONGEST_SLEEP_S = 600.0
_STATE = "errands.json"


async def beside(work: Callable[[], T]) -> T:
    """`work` in a thread that does not hold up the end of the program."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(end: Callable[[], None]) -> None:
        if not done.cancelled():
            end()

    def run() -> None:
        try:
            end = partial(done.set_result, work())
        except BaseException as wrong:
            end = partial(done.set_exception, wrong)
        # Nobody waits any more once the loop is closed.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, end)

    threading.Thread(target=run, name="errand", daemon=True).start()
    return await done


class Errands:
    """`examine` compares the files with the store, in a thread, and gives the document of `checking.examined`; `first`:
    seconds until the first fetch, from and to."""

    def __init__(
        self,
        *,
        server: str,
        send: Send,
        library: Library,
        examine: Callable[[], dict[str, Any]],
        clock: Clock,
        folder: Path,
        seed: int | None = None,
        first: tuple[float, float] = _FIRST_S,
    ) -> None:
        self.news = News(server)
        self._send, self._library, self._examine = send, library, examine
        self._clock, self._path, self._first = clock, folder / _STATE, first
        # From the system unless a test wants the same again: who can reckon the next dummy can tell the real upload.
        self._random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311
        self._failures = 0
        self._compared_day = -1
        self._stop = threading.Event()

    async def run(self) -> None:
        """Until cancelled."""
        now = self._clock.now()
        news = self.news
        news.files = len(self._library.names())
        news.next_fetch = now + self._random.uniform(*self._first)
        news.next_dummy = self._kept_dummy(now)
        try:
            if news.files:
                await self._compare()
            while True:
                now = self._clock.now()
                if now >= news.next_fetch:
                    news.next_fetch = self._clock.now() + await self._fetch()
                if now >= news.next_dummy:
                    await self._dummy()
                due = min(news.next_fetch, news.next_dummy) - self._clock.now()
                # In short sleeps: a clock that is set must not put everything off.
                await self._clock.sleep(min(max(due, 0.0), _LONGEST_SLEEP_S))
                self._mind_the_clock()
        finally:
            self._stop.set()

    def _mind_the_clock(self) -> None:
        now = self._clock.now()
        if self.news.next_fetch > now + _AGAIN_S[1] * 2:
            self.news.next_fetch = now
        if self.news.next_dummy > now + _DUMMY_LONGEST_S:
            self.news.next_dummy = self._draw_dummy(now)

    async def _fetch(self) -> float:
        """Seconds until the next time."""
        news = self.news
        news.tried = now = self._clock.now()
        asked: float | None = None
        try:
            refreshed = await beside(lambda: self._library.refresh(self._send, now))
            news.fault, news.detail = "", ""
            news.fetched = self._clock.now()
            self._failures = 0
        except OfflineError as wrong:
            news.fault, news.detail = "offline", str(wrong)
        except BusyError as wrong:
            news.fault, news.detail = "busy", str(wrong)
            asked = retry_after(wrong.answer, now)
        except LibraryError as wrong:
            news.fault, news.detail = wrong.fault, str(wrong)
        except OSError as wrong:
            news.fault, news.detail = "no room", str(wrong)
        except Exception as wrong:
            # Whatever a server's answer does to the reader: the device goes on listening.
            news.fault, news.detail = "not ours", repr(wrong)
        news.files = len(self._library.names())
        if news.fault:
            self._failures += 1
            wait = min(_AGAIN_S[0] * 2 ** (self._failures - 1), _AGAIN_S[1])
            return (wait if asked is None else max(asked, 1.0)) * self._random.uniform(1.0, 1.5)
        if refreshed.new or refreshed.gone or int(now // 86_400) != self._compared_day:
            await self._compare()
        return self._random.uniform(*_EVERY_S)

    async def _compare(self) -> None:
        news = self.news
        try:
            told = await beside(self._examine)
        except Exception as wrong:
            news.fault, news.detail = "not compared", str(wrong)
            return
        news.risk, news.why = str(told["risk"]), dict(told["why"])
        news.compared = self._clock.now()
        self._compared_day = int(news.compared // 86_400)

    def _draw_dummy(self, now: float) -> float:
        return now + min(self._random.expovariate(1 / _DUMMY_MEAN_S), _DUMMY_LONGEST_S)

    def _kept_dummy(self, now: float) -> float:
        """When the next one is due: kept over restarts, or restarting would send them more often."""
        try:
            kept = dict(json.loads(self._path.read_text("utf-8")))
            last, due = kept.get("last"), float(kept["next"])
        except (OSError, ValueError, TypeError, KeyError):
            return self._keep_dummy(None, self._draw_dummy(now))
        self.news.last_dummy = None if last is None else float(last)
        return due if due <= now + _DUMMY_LONGEST_S else self._draw_dummy(now)

    def _keep_dummy(self, last: float | None, due: float) -> float:
        beside_it = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(beside_it, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"last": last, "next": due}, file)
        beside_it.replace(self._path)
        return due

    async def _dummy(self) -> None:
        """As patient as a real upload, and as silent about what came of it. One that fails is not made up for."""
        news, now = self.news, self._clock.now()
        news.next_dummy = self._draw_dummy(now)
        line = patient(self._send, Patience(sleep=self._wait, draw=self._random.uniform))
        try:
            await beside(lambda: sharing.dummy(sharing.Server(line)))
            news.last_dummy = now
        except Exception as wrong:
            news.detail = str(wrong)
        try:
            self._keep_dummy(news.last_dummy, news.next_dummy)
        except OSError as wrong:
            news.fault, news.detail = "no room", str(wrong)

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise OfflineError("the agent ends")
