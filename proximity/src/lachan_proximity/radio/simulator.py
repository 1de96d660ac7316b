"""Simulated radios in one world: no packets, the same interface, thousands of devices.

The world says who is where; a scan looks only at those in the same room, so that a city costs what its rooms cost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lachan_proximity.radio.base import Ability, Advert, Clock, Radio, RadioError, RadioGoneError, Report
from lachan_proximity.radio.propagation import Propagation

# Seconds back that a scan which ends now may still ask for.
_LONGEST_SCAN = 60.0
# Of a device at a time: those that might hear it, with their distance in metres.
Neighbours = Callable[[int, float], Iterable[tuple[int, float]]]


@dataclass
class Air:
    """What all radios of one world share."""

    neighbours: Neighbours
    clock: Clock
    propagation: Propagation = field(default_factory=Propagation)
    radios: dict[int, "SimulatedRadio"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _OnAir:
    start: float
    advert: Advert | None


class SimulatedRadio(Radio):
    """Device `number` in `air`; `readable` characteristics are what others may read of it."""

    abilities = frozenset({Ability.ADVERTISE, Ability.SCAN, Ability.READ})

    def __init__(self, air: Air, number: int, readable: Mapping[tuple[str, str], bytes] | None = None) -> None:
        self.air = air
        self.clock = air.clock
        self.number = number
        self.readable = dict(readable or {})
        self.present = True
        self._on_air: list[_OnAir] = []
        self._open = False
        air.radios[number] = self

    def pull(self) -> None:
        """The adapter is pulled out: everything fails until `plug`."""
        self._say(None)
        self.present = self._open = False

    def plug(self) -> None:
        self.present = True

    def _need_open(self) -> None:
        if not (self.present and self._open):
            raise RadioGoneError("the adapter is not there")

    def _say(self, advert: Advert | None) -> None:
        now = self.clock.now()
        kept = [one for one, after in pairwise(self._on_air) if after.start > now - _LONGEST_SCAN]
        self._on_air = [*kept, *self._on_air[-1:], _OnAir(now, advert)]

    async def open(self) -> None:
        if not self.present:
            raise RadioGoneError("the adapter is not there")
        self._open = True

    async def close(self) -> None:
        if self._open:
            self._say(None)
        self._open = False

    async def advertise(self, advert: Advert | None) -> None:
        self._need_open()
        self._say(advert)

    def on_air(self, start: float, end: float) -> Iterable[tuple[float, float, Advert]]:
        """(from, until, advert) within `start` to `end`."""
        for nth, entry in enumerate(self._on_air):
            until = self._on_air[nth + 1].start if nth + 1 < len(self._on_air) else end
            if entry.advert is not None and max(entry.start, start) < min(until, end):
                yield max(entry.start, start), min(until, end), entry.advert

    async def scan(self, seconds: float) -> Sequence[Report]:
        self._need_open()
        start = self.clock.now()
        await self.clock.sleep(seconds)
        self._need_open()
        reports = []
        for other, distance in self.air.neighbours(self.number, start):
            radio = self.air.radios.get(other)
            if radio is None or other == self.number:
                continue
            for begin, until, advert in radio.on_air(start, start + seconds):
                for at, rssi in self.air.propagation.heard((other, self.number), distance, begin, until):
                    reports.append(Report(at, advert.address, rssi, advert.data, bool(radio.readable)))
        return sorted(reports, key=lambda report: report.at)

    async def read(self, address: bytes, service: str, characteristic: str, within: float = 10.0) -> bytes:
        self._need_open()
        now = self.clock.now()
        near = {other for other, _distance in self.air.neighbours(self.number, now)}
        for number in near:
            radio = self.air.radios.get(number)
            if radio is None or not any(advert.address == address for _s, _e, advert in radio.on_air(now, now + 1e-6)):
                continue
            value = radio.readable.get((service, characteristic))
            if value is None:
                raise RadioError("the device has no such characteristic")
            await self.clock.sleep(0.3)
            return value
        await self.clock.sleep(within)
        raise RadioError(f"no connection within {within:g} s")
