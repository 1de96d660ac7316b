"""The link for the phone holds counts and known words, nothing heard and nobody's name."""

import base64
import json
from pathlib import Path

import pytest

from lachan_proximity.agent.pairing import link, told
from lachan_proximity.cli import main
from lachan_proximity.sightings import Sightings, Vault

NOW = 1_790_000_000.0


def store(folder: Path) -> Sightings:
    return Sightings(folder / "sightings.sqlite", Vault(folder / "lock.json", None))


def test_the_link_tells_counts_after_the_hash(tmp_path: Path) -> None:
    kept = store(tmp_path)
    document = told(kept, NOW)
    kept.close()
    assert (document["risk"], document["kept"], document["days"]) == ("unknown", 0, 14)
    address = link("https://lachan.example/", document)
    before, _hash, packed = address.partition("#bz=")
    assert before == "https://lachan.example/app/bluezone/"
    assert json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))) == document


def test_the_warning_is_what_check_printed(tmp_path: Path) -> None:
    kept = store(tmp_path)
    near = {"date": "2026-09-20", "minutesCertain": 20, "minutesPossible": 28}
    checked = {"risk": "high", "mostRecentDateWithHighRisk": "2026-09-20", "encounters": [near, near | {"date": "x"}]}
    document = told(kept, NOW, checked)
    assert (document["risk"], document["minutes"], document["day"] % 86_400) == ("high", 24, 0)
    assert told(kept, NOW, {"risk": "call this number"})["risk"] == "unknown"
    kept.close()


def test_a_server_needs_an_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="https"):
        link("lachan.example", {})
    assert main(["pair", "--server", "https://x.example", "--data", str(tmp_path)]) == 2
    assert "run the agent there first" in capsys.readouterr().err
    store(tmp_path).close()
    assert main(["pair", "--server", "https://x.example", "--data", str(tmp_path)]) == 0
    assert "https://x.example/app/bluezone/#bz=" in capsys.readouterr().out
