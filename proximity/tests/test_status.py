"""The status page and the program: what they show, whom they refuse, that they give nothing away and end cleanly."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan_proximity import cli
from lachan_proximity.agent import Agent, State
from lachan_proximity.agent.report import as_page, as_text, document
from lachan_proximity.agent.web import answer
from lachan_proximity.agent.words import WORDS, advice
from lachan_proximity.identifiers import Scheme, gaen
from lachan_proximity.keyfile import Export, KeyBatch, Signer, write
from lachan_proximity.radio.simulator import Air, SimulatedRadio
from lachan_proximity.radio.virtual_time import VirtualClock
from lachan_proximity.sightings import Sighting, Sightings, Vault, coverage

START = 20_510 * 86_400 + 3 * 3600.0
Paths = Callable[[str], Path]


class FixedClock(VirtualClock):
    def now(self) -> float:
        return START

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    store = Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "lock.json"))
    store.add([Sighting(Scheme.GAEN, bytes(range(16)), START - 5, (-70,), bytes(4))])
    coverage.record(store, start=START - 600, end=START, scans=2, heard=1)
    made = Agent(SimulatedRadio(Air(lambda _n, _at: [], FixedClock(START)), 0), store)
    made.status.state = State.LISTENING
    made.status.last_scan = START - 5
    yield made
    store.close()


def test_every_state_has_its_words() -> None:
    for state in State:
        assert advice(state, "vi") != advice(state, "en")
        assert state.value in WORDS
    assert all(vi and en for vi, en in WORDS.values())


def test_the_document_holds_nothing_that_identifies(agent: Agent) -> None:
    agent.store.keep_own_key(gaen.DayKey(bytes(range(50, 66)), 20_510 * 144))
    text = json.dumps(document(agent))
    shown = as_page(document(agent), "vi") + as_text(document(agent), "en") + text
    for secret in (bytes(range(16)), bytes(range(50, 66))):
        assert secret.hex() not in shown
        assert base64.b64encode(secret).decode() not in shown
    assert json.loads(text)["sightings"] == 1


class _Strict(HTMLParser):
    """Notes what the policy of the page would block, and tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (
            tag == "style"
            or (tag == "script" and dict(attrs).get("src") != "/fresh.js")
            or any(name == "style" or name.startswith("on") for name, _v in attrs)
        ):
            self.wrong.append(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.wrong.append(f"/{tag}")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_is_whole_and_escapes_what_it_is_told(agent: Agent, state: State, language: str) -> None:
    agent.status.state, agent.status.note = state, "<script>alert(1)</script>"
    coverage.record(agent.store, start=START - 9000, end=START - 8000, fault="<b>usb</b>")
    page = as_page(document(agent), language)
    strict = _Strict()
    strict.feed(page)
    assert strict.wrong == []
    assert strict.open == []
    assert f'<html lang="{language}">' in page
    assert WORDS[state.value][language == "en"] in page
    assert "<script>" not in page
    assert "<b>" not in page


def ask(agent: Agent, line: str, host: str = "127.0.0.1:8737") -> tuple[int, str, str]:
    return answer(agent, f"{line}\r\nHost: {host}\r\n\r\n")


def test_only_this_machine_and_only_to_look(agent: Agent) -> None:
    assert ask(agent, "GET / HTTP/1.1")[0] == 200
    assert ask(agent, "GET /?lang=en HTTP/1.1", "localhost:1")[2].count("Listening")
    assert ask(agent, "GET /style.css HTTP/1.1")[1] == "text/css"
    assert json.loads(ask(agent, "GET /status.json HTTP/1.1")[2])["state"] == "listening"
    assert ask(agent, "GET / HTTP/1.1", "evil.example:8737")[0] == 421
    assert ask(agent, "POST / HTTP/1.1")[0] == 405
    for path in ("/history", "/sightings", "/keys", "/upload", "/../lock.json"):
        assert ask(agent, f"GET {path} HTTP/1.1")[0] == 404
    assert ask(agent, "GET http://[ HTTP/1.1")[0] == 400
    assert answer(agent, "")[0] == 400


@settings(max_examples=150, deadline=None)
@given(head=st.text(max_size=80))
def test_any_request_gets_an_answer(head: str) -> None:
    store = Sightings(Path(":memory:"), _vault())
    made = Agent(SimulatedRadio(Air(lambda _n, _at: [], FixedClock(START)), 0), store)
    assert answer(made, head)[0] in (200, 400, 404, 405, 421)
    assert answer(made, f"GET {head} HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] in (200, 400, 404, 405, 421)
    store.close()


def _vault() -> Vault:
    import tempfile

    return Vault(Path(tempfile.mkdtemp()) / "lock.json")


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "lachan_proximity.cli", "run", "--data", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def test_the_program_runs_serves_and_ends_by_a_signal(tmp_path: Path) -> None:
    program = start(tmp_path, "--transport", "simulated:3", "--port", "0", "--language", "en")
    try:
        assert program.stdout is not None
        address = program.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        data: dict[str, Any] = {}
        for _ in range(120):
            with urllib.request.urlopen(address + "status.json", timeout=10) as response:
                data = json.load(response)
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            if data["state"] == "listening":
                break
            time.sleep(0.25)
        assert data["near"] == 3
        second = start(tmp_path, "--transport", "simulated:3", "--port", "0")
        assert "another agent uses" in second.communicate(timeout=30)[1]
        assert second.returncode == 2
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=30)
        assert program.returncode == 0, err
        assert "Devices near, this scan" in out
    finally:
        program.kill()
        program.communicate()
    store = Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "lock.json"))
    assert store.count() == 3
    store.close()


def test_the_program_replays_a_capture(vectors: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture = vectors("ble/captures/pcap_03.btsnoop")
    words = ["run", "--transport", f"replay:{capture}", "--data", str(tmp_path), "--no-page", "--retention-days", "60"]
    assert cli.main(words) == 0
    assert "Lượt nghe đang giữ" in capsys.readouterr().out
    store = Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "lock.json"))
    kept = list(store.all())
    assert len({sighting.identifier for sighting in kept}) == 491
    assert sum(len(sighting.rssi) for sighting in kept) == 10_530
    store.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--transport", "replay:/nowhere"], "cannot be read"),
        (["--transport", "simulated:1", "--retention-days", "99"], "1 to 60 days"),
        (["--transport", "simulated:1", "--passphrase-file", "/nowhere"], "No such file"),
    ],
)
def test_the_program_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert cli.main(["run", "--data", str(tmp_path), "--no-page", "--seconds", "1", *words]) == 2
    assert said in capsys.readouterr().err


def test_key_files_are_checked_against_the_store(
    vectors: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = gaen.DayKey(bytes(range(16)), 20_510 * 144)
    store = Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "lock.json"))
    aem = gaen.Metadata(-20).encode()
    for minute in range(0, 26, 5):
        at = START + minute * 60
        rpi = gaen.identifier(key, gaen.interval_of(at))
        rssi = (-70, -71, -72, -70)
        store.add([Sighting(Scheme.GAEN, rpi, at, rssi, gaen.crypt_metadata(key.tek, rpi, aem), 300)])
    store.close()
    signer = Signer(ec.generate_private_key(ec.SECP256R1()), "vn-1")
    (tmp_path / "keys.zip").write_bytes(write(Export(0, 1, "VN", KeyBatch.of([key], onsets=[0])), [signer]))
    pem = signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(pem)
    words = ["check", str(tmp_path / "keys.zip"), "--public-key", str(tmp_path / "public.pem"), "--key-id", "vn-1"]
    words += ["--config", str(vectors("ble/cwa/risk-calculation-parameters-1.15.yaml")), "--data", str(tmp_path)]
    assert cli.main([*words, "--today", "2026-02-26", "--part-of-day"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["risk"] == "high"
    assert "buổi sáng" in out["why"]["vi"]
    (encounter,) = out["encounters"]
    assert (encounter["minutesCertain"], encounter["minutesPossible"]) == (25, 35)
    assert 0 < encounter["probabilityWithin2m"] < 1
    assert cli.main([*words, "--region", "LA"]) == 2
    assert "region" in capsys.readouterr().err


def test_a_controller_that_does_not_answer_is_survived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "--transport", "tcp-client:127.0.0.1:9", "--data", str(tmp_path), "--no-page", "--seconds", "1"]
    assert cli.main([*words, "--language", "en"]) == 0
    assert "The Bluetooth adapter is gone" in capsys.readouterr().out
