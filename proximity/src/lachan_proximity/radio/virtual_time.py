"""An asyncio loop whose time is a story: it jumps to the next thing that is due as soon as nothing is left to do.

A day of sixty devices runs in seconds, in the same order every time. Nothing in it may wait for the outside world.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StoryStuckError(RuntimeError):
    """Everything waits and nothing is due: a deadlock, or something waits for the real world."""


class _Jumping(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise StoryStuckError("everything waits and nothing is due")
            self.now += max(timeout, 0.0)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, selector: _Jumping) -> None:
        super().__init__(selector)
        self._story = selector
        # Two things due at once may differ by rounding; a microsecond holds them together.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._story.now


class VirtualClock:
    """The story's time; `start` is unix seconds at its beginning."""

    def __init__(self, start: float) -> None:
        self._start = start

    def now(self) -> float:
        return self._start + asyncio.get_running_loop().time()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(story: Coroutine[Any, Any, T]) -> T:
    """Run `story` to its end in its own time. Raises StoryStuckError where it never would end."""
    loop = _Loop(_Jumping())
    try:
        return loop.run_until_complete(story)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        pending = asyncio.all_tasks(loop)
        if pending:
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
