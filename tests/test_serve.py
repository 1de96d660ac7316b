"""The process tree: starts, answers, survives a fallen child, leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lachan.serve import supervisor

START_S = 90
STOP_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """Every living descendant, from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, generation = [], [pid]
    while generation:
        generation = [child for child, parent in parents.items() if parent in generation]
        found += generation
    return found


def alive(pids: list[int]) -> list[int]:
    living = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            living.append(pid)
    return living


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def wait_until(condition: object, seconds: float, message: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.1)
    pytest.fail(message)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all, so that only the first start fills a database and the others continue where it was."""
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A `lachan serve` of its own: own embedded database, free port."""
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "LACHAN_DEMO"}}
    environment |= {"LACHAN_DATA": str(data), "LACHAN_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "lachan.cli", "serve"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, START_S, "never answered")
        assert process.poll() is None
        yield process, port
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_S)


def test_sigterm_stops_every_child(serving: tuple[subprocess.Popen[str], int]) -> None:
    process, port = serving
    children = children_of(process.pid)
    assert len(children) >= 3, "database, web and steward"
    process.terminate()
    assert process.wait(STOP_S) == 0
    assert alive(children) == []
    assert not answers(port)


def test_a_killed_web_process_comes_back(serving: tuple[subprocess.Popen[str], int]) -> None:
    process, port = serving
    web = [pid for pid in children_of(process.pid) if b"uvicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(web[0], signal.SIGKILL)
    wait_until(lambda: not alive(web[:1]), 10, "web would not die")
    wait_until(lambda: answers(port), 60, "web did not come back")


def test_children_do_not_outlive_a_killed_supervisor(serving: tuple[subprocess.Popen[str], int]) -> None:
    process, _port = serving
    children = children_of(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not alive(children), STOP_S, f"left behind: {alive(children)}")


def believed(monkeypatch: pytest.MonkeyPatch, setting: str | None) -> str:
    """Whom the web process believes about the client's address."""
    if setting is None:
        monkeypatch.delenv("LACHAN_PROXY", raising=False)
    else:
        monkeypatch.setenv("LACHAN_PROXY", setting)
    command = supervisor._uvicorn(supervisor.Options())
    return command[command.index("--forwarded-allow-ips") + 1]


def test_only_the_proxy_named_says_where_a_request_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    assert believed(monkeypatch, None) == believed(monkeypatch, " ") == "127.0.0.1"
    assert believed(monkeypatch, "10.0.0.5") == "10.0.0.5"
    assert believed(monkeypatch, "10.0.0.0/24, ::1") == "10.0.0.0/24,::1"


@pytest.mark.parametrize("setting", ["*", "proxy.example.org", "10.0.0.1/24"])
def test_a_proxy_that_is_no_address_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("LACHAN_PROXY", setting)
    with pytest.raises(supervisor.CannotServeError, match="LACHAN_PROXY must be an address"):
        supervisor.run(supervisor.Options(port=free_port()), print)


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = os.environ | {"LACHAN_DATA": str(tmp_path), "LACHAN_PORT": str(port)}
        done = subprocess.run(
            [sys.executable, "-m", "lachan.cli", "serve"],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "Traceback" not in done.stderr
