"""A controller whose process dies under the agent, and comes back: real sockets, real time."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from lachan_proximity.agent import Agent, Settings, State
from lachan_proximity.radio.hci import HciRadio
from lachan_proximity.sightings import Sightings, Vault, coverage

SCRIPT = Path(__file__).with_name("hci_process.py")


def controllers(*ports: str) -> tuple["subprocess.Popen[str]", list[str]]:
    process = subprocess.Popen([sys.executable, str(SCRIPT), "controllers", *ports], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


async def becomes(agent: Agent, state: State, seconds: float = 40) -> bool:
    for _ in range(int(seconds / 0.1)):
        if agent.status.state == state:
            return True
        await asyncio.sleep(0.1)
    return False


def test_the_agent_finds_its_controller_again(tmp_path: Path) -> None:
    process, ports = controllers()
    store = Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "lock.json"))
    settings = Settings(scan_seconds=0.5, scan_every=(1, 1), retry_after=(0.2, 1))

    async def story() -> None:
        nonlocal process
        agent = Agent(HciRadio(f"tcp-client:127.0.0.1:{ports[0]}"), store, settings)
        task = asyncio.ensure_future(agent.run())
        assert await becomes(agent, State.LISTENING)
        end(process)
        assert await becomes(agent, State.ADAPTER_GONE)
        assert not task.done()
        process, _ports = await asyncio.to_thread(controllers, *ports)
        assert await becomes(agent, State.LISTENING)
        before = agent.status.last_scan
        await asyncio.sleep(2.5)
        assert agent.status.last_scan != before
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert agent.status.state == State.STOPPED

    try:
        asyncio.run(story())
    finally:
        end(process)
    now = time.time()
    assert any(hour.fault for hour in coverage.hours(store, now - 3600, now))
    store.close()
