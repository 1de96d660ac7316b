"""The interface of a radio, and of time.

A radio never decides anything: the agent says what to advertise, under which address, and when to listen for how long.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

ADDRESS_BYTES = 6


class RadioError(RuntimeError):
    """The radio refused; trying again later may help."""


class RadioGoneError(RadioError):
    """The adapter is gone (pulled, powered off): open it again once it is back."""


class Ability(Enum):
    """What a radio can do; the conformance suite asks no more of it."""

    ADVERTISE = "advertise"
    SCAN = "scan"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Advert:
    """What goes on the air: at most 31 bytes, from a random address of 6 bytes (most significant first)."""

    data: bytes
    address: bytes

    def __post_init__(self) -> None:
        if len(self.data) > 31:
            raise ValueError(f"a legacy advert has at most 31 bytes, this one {len(self.data)}")
        if len(self.address) != ADDRESS_BYTES:
            raise ValueError(f"an address has {ADDRESS_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class Report:
    """One advert received: `at` unix seconds, `rssi` dBm, `address` most significant byte first."""

    at: float
    address: bytes
    rssi: int
    data: bytes
    connectable: bool = False


class Clock(Protocol):
    """Time as the radio sees it; simulated and replayed radios bring their own."""

    def now(self) -> float:
        """Unix seconds; may jump when the device's clock is set."""

    def monotonic(self) -> float:
        """Seconds that never jump."""

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The device's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Radio(ABC):
    """Open before use; `close` may be called at any time, twice as well. Every method may raise RadioError."""

    abilities: frozenset[Ability]
    clock: Clock

    @abstractmethod
    async def open(self) -> None: ...

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    async def advertise(self, advert: Advert | None) -> None:
        """Put `advert` on the air instead of what is there, data and address in one step; None is silence."""

    @abstractmethod
    async def scan(self, seconds: float) -> Sequence[Report]:
        """Listen for `seconds`; every advert received, in order. Two scans never run at once."""

    async def read(self, address: bytes, service: str, characteristic: str, within: float = 10.0) -> bytes:
        """Connect, read one characteristic, disconnect; RadioError after `within` seconds or where there is none."""
        raise RadioError("this radio cannot connect")
