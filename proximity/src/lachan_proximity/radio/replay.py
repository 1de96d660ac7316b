"""A radio that plays back a capture: it hears what a phone heard, at the times at which it heard it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from lachan_proximity.radio.base import Ability, Advert, Radio, RadioError, RadioGoneError, Report
from lachan_proximity.radio.capture import CaptureError, read_capture


class ReplayClock:
    """The time of the capture; sleeping skips ahead."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += max(seconds, 0)
        await asyncio.sleep(0)


class ReplayRadio(Radio):
    """Scans only. What the capture holds between two scans is missed, as a sleeping radio misses it."""

    abilities = frozenset({Ability.SCAN})

    def __init__(self, path: Path) -> None:
        """Raises RadioError where the file is no readable capture."""
        try:
            self._reports = sorted(read_capture(path), key=lambda report: report.at)
        except CaptureError as wrong:
            raise RadioError(str(wrong)) from wrong
        self.clock = ReplayClock(self._reports[0].at if self._reports else 0.0)
        self._next = 0
        self._open = False

    @property
    def ended(self) -> bool:
        return self._next >= len(self._reports)

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False

    async def advertise(self, advert: Advert | None) -> None:
        raise RadioError("a capture cannot advertise")

    async def scan(self, seconds: float) -> Sequence[Report]:
        if not self._open:
            raise RadioGoneError("the capture is not open")
        start = self.clock.now()
        await self.clock.sleep(seconds)
        while not self.ended and self._reports[self._next].at < start:
            self._next += 1
        first = self._next
        while not self.ended and self._reports[self._next].at < start + seconds:
            self._next += 1
        return self._reports[first : self._next]
