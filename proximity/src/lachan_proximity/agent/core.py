"""The agent: one loop that rotates, listens, keeps and forgets, and that nothing on a bad day may end.

Identifier and address change in the same step, every ten minutes. A pulled adapter, a full disk and a changed clock
are states it says, records in the ledger and leaves again by itself.
"""

import asyncio
import random
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from lachan_proximity.agent.news import News
from lachan_proximity.calibration import UNKNOWN, Calibration
from lachan_proximity.identifiers import Scheme, bluezone, gaen
from lachan_proximity.radio import (
    Ability,
    Advert,
    Heard,
    Radio,
    RadioError,
    RadioGoneError,
    Report,
    gaen_advert,
    parse_advert,
)
from lachan_proximity.radio.adverts import offers_bluezone_read
from lachan_proximity.sightings import Sighting, Sightings, coverage, retention

# Unwritten sightings kept in memory while the disk is full; the oldest go first.
_MOST_WAITING = 5000
_CLOCK_JUMP = 30.0
_HOUR, _DAY = 3600, 86_400
# A clock that leapt more than a day must hold for so long before anything is erased by it.
_PROVEN_CLOCK = 6 * _HOUR
_READS_A_SCAN = 3


class State(Enum):
    STARTING = "starting"
    LISTENING = "listening"
    ADAPTER_GONE = "adapter gone"
    DISK_FULL = "disk full"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Settings:
    """Seconds. The duty cycle is that of phones: 4 s of every 210 to 300."""

    scan_seconds: float = 4.0
    scan_every: tuple[float, float] = (210.0, 300.0)
    longest_gap: float = 300.0
    retry_after: tuple[float, float] = (2.0, 60.0)
    calibration: Calibration = UNKNOWN
    read_bluezone: bool = True


@dataclass
class Status:
    """What the pages show; times in unix seconds. `news` is there once the agent has a server to ask."""

    state: State = State.STARTING
    note: str = ""
    started: float = 0.0
    last_scan: float | None = None
    next_scan: float | None = None
    adverts: int = 0
    near: int = 0
    kept: int = 0
    waiting: int = 0
    rotated: float | None = None
    clock_jumps: int = 0
    reads: int = 0
    erased: int = 0
    schemes: dict[str, int] = field(default_factory=dict)
    news: News | None = None


class Agent:
    """Runs on `radio` until cancelled; everything it knows is in `store`."""

    def __init__(
        self, radio: Radio, store: Sightings, settings: Settings = Settings(), *, seed: int | None = None
    ) -> None:
        self.radio = radio
        self.store = store
        self.settings = settings
        self.status = Status()
        self.address = bytes(gaen.IDENTIFIER_BYTES)[:6]
        # How long until the next scan is no secret, and tests repeat; every identifier comes from `secrets`.
        self._random = random.Random(seed)  # noqa: S311  when to scan is no secret
        self._interval: int | None = None
        self._waiting: list[Sighting] = []
        self._last_scan: float | None = None
        self._clock_offset: float | None = None
        self._housekept: int | None = None
        self._erase_after = 0.0
        self._read: dict[bytes, tuple[int, bytes]] = {}
        self._open = False

    async def run(self) -> None:
        """Ends only by cancellation, and then leaves the air silent."""
        clock = self.radio.clock
        self.status.started = clock.now()
        delay = self.settings.retry_after[0]
        next_scan = clock.monotonic()
        try:
            while True:
                begun = clock.monotonic()
                try:
                    if not self._open:
                        await self.radio.open()
                        self._open, self._interval = True, None
                    await self._rotate()
                    if clock.monotonic() >= next_scan:
                        await self._scan()
                        next_scan = (
                            clock.monotonic()
                            - self.settings.scan_seconds
                            + self._random.uniform(*self.settings.scan_every)
                        )
                        self.status.next_scan = clock.now() + next_scan - clock.monotonic()
                        delay = self.settings.retry_after[0]
                    until = min(next_scan - clock.monotonic(), self._until_rotation())
                    await clock.sleep(max(until, 0))
                except RadioError as wrong:
                    await self._failed(wrong, delay, begun)
                    delay = min(delay * 2, self.settings.retry_after[1])
        finally:
            self.status.state = State.STOPPED
            await self.radio.close()

    async def _failed(self, wrong: RadioError, delay: float, begun: float) -> None:
        clock = self.radio.clock
        if isinstance(wrong, RadioGoneError):
            self._open = False
            await self.radio.close()
        self.status.state, self.status.note = State.ADAPTER_GONE, str(wrong)
        await clock.sleep(delay)
        # The time since the last scan is not covered: the next scan must not answer for it.
        self._last_scan = None
        now = clock.now()
        self._ledger(now - (clock.monotonic() - begun), now, fault=str(wrong)[:200])

    def _until_rotation(self) -> float:
        now = self.radio.clock.now()
        return (gaen.interval_of(now) + 1) * gaen.INTERVAL_SECONDS - now

    def own_key(self, interval: int) -> gaen.DayKey:
        """The key on the air at `interval`; kept before it is first used, one a UTC day whatever the clock does."""
        for key in self.store.own_keys():
            if key.start <= interval < key.end:
                return key
        key = gaen.new_day_key(interval)
        self.store.keep_own_key(key)
        return key

    async def _rotate(self) -> None:
        now, monotonic = self.radio.clock.now(), self.radio.clock.monotonic()
        offset = now - monotonic
        if self._clock_offset is None:
            newest = coverage.newest_hour(self.store)
            if newest is not None and now - newest * _HOUR > _DAY:
                self._erase_after = monotonic + _PROVEN_CLOCK
        elif abs(offset - self._clock_offset) > _CLOCK_JUMP:
            self.status.clock_jumps += 1
            self._housekept = None
            if offset - self._clock_offset > _DAY:
                self._erase_after = monotonic + _PROVEN_CLOCK
        self._clock_offset = offset
        interval = gaen.interval_of(now)
        if interval == self._interval or Ability.ADVERTISE not in self.radio.abilities:
            return
        try:
            key = self.own_key(interval)
        except sqlite3.OperationalError as wrong:
            # A key that cannot be kept must not be advertised: its owner could never warn anyone with it.
            self._disk_full(wrong)
            await self.radio.advertise(None)
            return
        rpi = gaen.identifier(key, interval)
        power = gaen.Metadata(self.settings.calibration.tx_power, confidence=self.settings.calibration.confidence)
        aem = gaen.crypt_metadata(key.tek, rpi, power.encode())
        # A non-resolvable private address: the two top bits are 0, the rest is random.
        drawn = secrets.token_bytes(6)
        self.address = bytes([drawn[0] & 0x3F]) + drawn[1:]
        await self.radio.advertise(Advert(gaen_advert(rpi, aem), self.address))
        self._interval = interval
        self.status.rotated = now

    async def _scan(self) -> None:
        clock = self.radio.clock
        reports = await self.radio.scan(self.settings.scan_seconds)
        end, monotonic = clock.now(), clock.monotonic()
        gap = self.settings.scan_seconds if self._last_scan is None else monotonic - self._last_scan
        self._last_scan = monotonic
        heard = await self._identified(reports)
        sightings = self._sightings(heard, gap)
        self._waiting = [*self._waiting, *sightings][-_MOST_WAITING:]
        status = self.status
        status.last_scan, status.adverts, status.near = end, len(reports), len(sightings)
        status.schemes = {scheme.name: sum(s.scheme == scheme for s in sightings) for scheme in Scheme}
        try:
            status.kept += self.store.add(self._waiting)
            self._waiting = []
            status.state, status.note = State.LISTENING, ""
        except sqlite3.OperationalError as wrong:
            self._disk_full(wrong)
        status.waiting = len(self._waiting)
        covered = min(gap, self.settings.longest_gap)
        self._ledger(end - covered, end, scans=1, heard=len(sightings))
        self._housekeep(end)

    def _disk_full(self, wrong: sqlite3.OperationalError) -> None:
        self.status.state, self.status.note = State.DISK_FULL, str(wrong)

    def _ledger(self, start: float, end: float, *, scans: int = 0, heard: int = 0, fault: str = "") -> None:
        try:
            coverage.record(self.store, start=start, end=end, scans=scans, heard=heard, fault=fault)
        except sqlite3.OperationalError as wrong:
            self._disk_full(wrong)

    def _housekeep(self, now: float) -> None:
        """Erase what is past its date, once an hour; after a leap of the clock not before it has proved itself."""
        hour = int(now // _HOUR)
        if hour == self._housekept or self.radio.clock.monotonic() < self._erase_after:
            return
        try:
            self.status.erased += retention.erase(self.store, now).sightings
            self._housekept = hour
        except sqlite3.OperationalError as wrong:
            self._disk_full(wrong)
        except ValueError as wrong:
            self.status.note = str(wrong)

    async def _identified(self, listed: Sequence[Report]) -> list[tuple[Report, Heard]]:
        """Reports with their identifiers; those of phones that must be read, from a connection or the memory of one."""
        found = [(report, heard) for report in listed if (heard := parse_advert(report.data))]
        if not (self.settings.read_bluezone and Ability.READ in self.radio.abilities):
            return found
        silent: dict[bytes, list[Report]] = defaultdict(list)
        for report in listed:
            if report.connectable and offers_bluezone_read(report.data):
                silent[report.address].append(report)
        slot = int(self.radio.clock.now() // (bluezone.DAY_SECONDS / bluezone.SLOTS_PER_DAY))
        self._read = {address: kept for address, kept in self._read.items() if kept[0] == slot}
        reads = 0
        for address, theirs in silent.items():
            if address not in self._read and reads < _READS_A_SCAN:
                reads += 1
                try:
                    value = await self.radio.read(address, bluezone.GATT_SERVICE, bluezone.GATT_CHARACTERISTIC)
                except RadioGoneError:
                    raise
                except RadioError:
                    value = b""
                # An empty value is remembered too: until its slot is over nobody asks that phone again.
                self._read[address] = (slot, value if len(value) == bluezone.IDENTIFIER_BYTES else b"")
                self.status.reads += 1
            identifier = self._read.get(address, (slot, b""))[1]
            if identifier:
                found += [(report, Heard(Scheme.BLUEZONE, identifier)) for report in theirs]
        return found

    @staticmethod
    def _sightings(heard: list[tuple[Report, Heard]], gap: float) -> list[Sighting]:
        """One per identifier, with the readings of the whole scan."""
        groups: dict[Heard, list[Report]] = defaultdict(list)
        for report, one in heard:
            groups[one].append(report)
        return [
            Sighting(
                scheme=one.scheme,
                identifier=one.identifier,
                at=reports[0].at,
                rssi=tuple(report.rssi for report in reports),
                metadata=one.metadata,
                gap=min(round(gap), 0xFFFF),
            )
            for one, reports in groups.items()
        ]


async def run_for(agent: Agent, seconds: float) -> None:
    """Run `agent` for a while of its radio's time, then stop it as a switch-off would."""
    task = asyncio.ensure_future(agent.run())
    alarm = asyncio.ensure_future(agent.radio.clock.sleep(seconds))
    await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
    for each in (task, alarm):
        each.cancel()
    await asyncio.gather(task, alarm, return_exceptions=True)
    if not task.cancelled() and task.exception() is not None:
        raise RuntimeError("the agent ended by itself") from task.exception()
