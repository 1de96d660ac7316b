"""`lachan-proximity run`: the agent as a program, until it is told to stop."""

import asyncio
import contextlib
import fcntl
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lachan_proximity.agent.checking import examined
from lachan_proximity.agent.core import Agent, Settings, State
from lachan_proximity.agent.errands import Errands
from lachan_proximity.agent.library import FILES, REGION, Library
from lachan_proximity.agent.line import over_http
from lachan_proximity.agent.report import as_text, document
from lachan_proximity.agent.web import serve
from lachan_proximity.radio import Ability, Radio, RadioError, SystemClock
from lachan_proximity.radio.replay import ReplayRadio
from lachan_proximity.radio.simulator import Air, SimulatedRadio
from lachan_proximity.sightings import Sightings, Vault

_SHOW_EVERY = 10.0
_CLEAR = "\x1b[H\x1b[2J"


@dataclass(frozen=True)
class RunOptions:
    """What the command line gave."""

    transport: str
    data: Path
    port: int | None
    retention_days: int
    language: str
    settings: Settings
    passphrase: str | None = None
    seconds: float | None = None
    # The citizens' server: key files are fetched and dummies sent only with one.
    server: str | None = None
    public_key: bytes | None = None
    region: str = REGION
    part_of_day: bool = False


def open_radio(transport: str) -> Radio:
    """A radio by name. Raises RadioError for one that cannot be."""
    kind, _colon, rest = transport.partition(":")
    if kind == "replay":
        return ReplayRadio(Path(rest))
    if kind == "simulated":
        return _simulated(int(rest) if rest.isdigit() else 5)
    try:
        from lachan_proximity.radio.hci import HciRadio
    except ModuleNotFoundError as wrong:
        raise RadioError("real adapters need the extra: pip install 'lachan-proximity[hci]'") from wrong
    return HciRadio(transport)


def _simulated(others: int) -> Radio:
    """This device among `others` who stay 1 m, 2 m, 3 m … away: to see the program at work without an adapter."""
    air = Air(
        lambda number, _at: [(n, float(abs(n - number))) for n in range(others + 1) if n != number], SystemClock()
    )
    for number in range(1, others + 1):
        _Crowd(air, number)
    return SimulatedRadio(air, 0)


class _Crowd(SimulatedRadio):
    """A neighbour that advertises an identifier of its own without an agent behind it."""

    def __init__(self, air: Air, number: int) -> None:
        from lachan_proximity.identifiers import gaen
        from lachan_proximity.radio import Advert, gaen_advert

        super().__init__(air, number)
        key = gaen.new_day_key(gaen.interval_of(air.clock.now()))
        rpi = gaen.identifier(key, gaen.interval_of(air.clock.now()))
        aem = gaen.crypt_metadata(key.tek, rpi, gaen.Metadata(air.propagation.tx_power).encode())
        self._say(Advert(gaen_advert(rpi, aem), bytes([0x3A, 0, 0, 0, 0, number])))


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Two agents must not write one store. Raises RuntimeError where another one runs."""
    with (folder / "agent.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as wrong:
            raise RuntimeError(f"another agent uses {folder}; stop it, or give --data another folder") from wrong
        yield


def _errands(agent: Agent, options: RunOptions) -> Errands | None:
    """Fetching, comparing and dummies. Raises ValueError for a server that is no address."""
    if options.server is None:
        return None
    library = Library(options.data / FILES, region=options.region, public_key=options.public_key)
    clock = agent.radio.clock

    def examine() -> dict[str, Any]:
        # A store of its own: the agent's is used from the agent's thread only.
        vault = Vault(options.data / "lock.json", options.passphrase)
        store = Sightings(options.data / "sightings.sqlite", vault, retention_days=options.retention_days)
        try:
            return examined(
                store,
                library.exports(),
                library.profile(),
                today=int(clock.now() // 86_400),
                receiver=options.settings.calibration,
                part_of_day=options.part_of_day,
            )
        finally:
            store.close()

    made = Errands(
        server=options.server,
        send=over_http(options.server),
        library=library,
        examine=examine,
        clock=clock,
        folder=options.data,
    )
    agent.status.news = made.news
    return made


async def _until_stopped(agent: Agent, options: RunOptions, say: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, stop.set)
    server = await serve(agent, options.port) if options.port is not None else None
    if server is not None:
        say(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    errands = _errands(agent, options)
    task = asyncio.ensure_future(agent.run())
    waiting = asyncio.ensure_future(stop.wait())
    besides = [] if errands is None else [asyncio.ensure_future(errands.run())]
    ends = None if options.seconds is None else loop.time() + options.seconds
    radio = agent.radio
    shown: tuple[float, State | None] = (0.0, None)
    while not (
        task.done()
        or waiting.done()
        or any(each.done() for each in besides)
        or (ends is not None and loop.time() >= ends)
    ):
        if isinstance(radio, ReplayRadio):
            if radio.ended:
                break
            await asyncio.sleep(0)
            continue
        if loop.time() - shown[0] >= _SHOW_EVERY or agent.status.state != shown[1]:
            shown = (loop.time(), agent.status.state)
            _show(agent, options, say)
        pause = 0.5 if ends is None else min(0.5, max(ends - loop.time(), 0))
        await asyncio.wait({task, waiting}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
    for each in (task, waiting, *besides):
        each.cancel()
    await asyncio.gather(task, waiting, *besides, return_exceptions=True)
    if server is not None:
        server.close()
    _show(agent, options, say)
    for each in (task, *besides):
        if not each.cancelled() and (wrong := each.exception()) is not None:
            raise wrong


def _show(agent: Agent, options: RunOptions, say: Callable[[str], None]) -> None:
    clear = _CLEAR if sys.stdout.isatty() else ""
    say(clear + as_text(document(agent), options.language))


def run(options: RunOptions, say: Callable[[str], None]) -> int:
    """Until SIGINT or SIGTERM, the end of a capture, or `seconds`. Raises RuntimeError with a plain reason."""
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with only_one(options.data):
        vault = Vault(options.data / "lock.json", options.passphrase)
        store = Sightings(options.data / "sightings.sqlite", vault, retention_days=options.retention_days)
        try:
            radio = open_radio(options.transport)
            settings = options.settings
            if Ability.ADVERTISE not in radio.abilities:
                # A capture was heard without a pause: listen without one.
                settings = Settings(scan_every=(settings.scan_seconds, settings.scan_seconds))
            asyncio.run(_until_stopped(Agent(radio, store, settings), options, say))
        finally:
            store.close()
    return 0
