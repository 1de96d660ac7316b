"""The verbs that send ask first, and send nothing without a yes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lachan_proximity import cli_sharing
from lachan_proximity.agent import sharing
from lachan_proximity.agent.line import Answer, Send
from lachan_proximity.cli import main
from lachan_proximity.identifiers.gaen import DayKey
from lachan_proximity.sightings import Sightings, Vault

DAY = 20_000
KEYS = [DayKey(bytes([nth]) * 16, (DAY + nth) * 144) for nth in range(3)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "lock.json", None))
    for key in KEYS:
        store.keep_own_key(key)
    store.close()
    return tmp_path


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """A server that says yes to everything."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def over_http(server: str) -> Send:
        def send(path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
            assert body is not None
            asked.append((path.removeprefix(sharing.ROOT), json.loads(body)))
            assert len(body) == sharing.REQUEST_BYTES or path.endswith(("heard", "revoke"))
            names = ("token", "certificate", "upload", "signed", "secret")
            return Answer(200, json.dumps(dict.fromkeys(names, "x")).encode())

        return send

    monkeypatch.setattr(cli_sharing, "over_http", over_http)
    return asked


def run(data: Path, *more: str) -> int:
    return main(["share", "--server", "https://x.example", "--code", "1234", "--data", str(data), *more])


def test_without_a_yes_nothing_is_sent(
    data: Path, sent: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    assert run(data) == 0
    shown = capsys.readouterr().out
    assert sent == [] and "2024-10-04" in shown and "Nothing was sent" in shown


def test_only_the_chosen_day_goes_out_and_the_receipt_is_kept(data: Path, sent: list[Any]) -> None:
    day = datetime.fromtimestamp((DAY + 1) * 86_400, UTC).date().isoformat()
    assert run(data, "--day", day, "--yes") == 0
    assert [path for path, _body in sent] == ["verify", "certificate", "publish"]
    published = sent[-1][1]
    assert [key["start"] for key in published["keys"]] == [KEYS[1].start] and published["officer"] is False
    receipt = data / "receipts" / "x.json"
    assert receipt.stat().st_mode & 0o077 == 0
    assert main(["revoke", "--server", "https://x.example", str(receipt)]) == 0
    assert sent[-1][0] == "revoke"


def test_what_is_not_said_is_asked(data: Path, sent: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["7K2Q", "1, 3", "có", "có"])
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return next(answers)

    monkeypatch.setattr("builtins.input", ask)
    assert main(["share", "--server", "https://x.example", "--data", str(data)]) == 0
    assert sent[0][1]["code"] == "7K2Q"
    assert [key["start"] for key in sent[2][1]["keys"]] == [KEYS[1].start] and sent[2][1]["officer"] is True
    assert ["Mã" in questions[0], "Bỏ ngày" in questions[1], "Cho cán bộ" in questions[2]] == [True] * 3


@pytest.mark.parametrize("said", ["9", "1 x", "-1"])
def test_days_that_are_none_are_refused(
    data: Path, sent: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str
) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: said)
    assert run(data) == 2
    assert "numbers from 1 to 3" in capsys.readouterr().err and sent == []


def test_without_questions_a_code_is_needed(data: Path, sent: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["share", "--server", "https://x.example", "--data", str(data), "--yes"]) == 2
    assert "--code" in capsys.readouterr().err and sent == []


def test_a_dummy_sends_the_same_three_requests(sent: list[Any]) -> None:
    assert main(["dummy", "--server", "https://x.example"]) == 0
    assert [path for path, _body in sent] == ["verify", "certificate", "publish"]


def test_any_answer_without_a_reason_is_a_refusal() -> None:
    for body in (b"", b"[1]", b"<html>", b'{"error": "no"}', b'{"error": {"message": "no"}}'):
        server = sharing.Server(lambda _path, _body, _headers, body=body: Answer(500, body))  # type: ignore[misc]
        with pytest.raises(sharing.RefusedError):
            server.post("verify", {})
