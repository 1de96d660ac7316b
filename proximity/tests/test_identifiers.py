"""Published vectors, value for value, and what the schemes promise."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan_proximity.identifiers import bluezone, dp3t, gaen

Vectors = Callable[[str], Any]


def test_gaen_vectors(json_vectors: Vectors) -> None:
    known = json_vectors("ble/gaen/gaen_v1_2_test_vectors.json")
    tek = bytes.fromhex(known["tek"])
    assert gaen.interval_of(known["key_generation_seconds"]) == known["en_interval_number"]
    assert gaen.identifier_key(tek).hex() == known["rpik"]
    assert gaen.metadata_key(tek).hex() == known["aemk"]
    key = gaen.DayKey(tek, known["en_interval_number"], known["rolling_period"])
    found = gaen.identifiers(key)
    assert [rpi.hex() for rpi in found] == [row["rpi"] for row in known["advertised"]]
    assert len(found) == 144
    metadata = bytes.fromhex(known["metadata"])
    assert [gaen.crypt_metadata(tek, rpi, metadata).hex() for rpi in found] == [
        row["aem"] for row in known["advertised"]
    ]
    assert gaen.Metadata.decode(metadata) == gaen.Metadata(tx_power=8)
    assert gaen.Metadata(tx_power=8).encode() == metadata


def test_one_identifier_is_that_of_the_list() -> None:
    key = gaen.DayKey(bytes(range(16)), 2_642_976, 10)
    assert [gaen.identifier(key, at) for at in range(key.start, key.end)] == gaen.identifiers(key)
    with pytest.raises(ValueError, match="outside"):
        gaen.identifier(key, key.end)


@pytest.mark.parametrize(
    ("tek", "start", "period"),
    [(bytes(15), 0, 144), (bytes(16), -1, 144), (bytes(16), 0, 0), (bytes(16), 0, 145), (bytes(16), 2**32, 1)],
)
def test_a_wrong_key_is_refused(tek: bytes, start: int, period: int) -> None:
    with pytest.raises(ValueError, match=r"key|start"):
        gaen.DayKey(tek, start, period)


@given(st.integers(-127, 127), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_metadata_comes_back(power: int, major: int, minor: int, confidence: int) -> None:
    sent = gaen.Metadata(power, major, minor, confidence)
    key, rpi = bytes(16), bytes(range(16))
    sealed = gaen.crypt_metadata(key, rpi, sent.encode())
    assert gaen.Metadata.decode(gaen.crypt_metadata(key, rpi, sealed)) == sent


def test_a_new_key_starts_at_midnight_and_leads_nowhere() -> None:
    one, two = (gaen.new_day_key(2_642_976 + 77) for _ in range(2))
    assert one.start == two.start == 2_642_976
    assert one.tek != two.tek


def test_bluezone_identifiers_of_the_real_app(json_vectors: Vectors) -> None:
    known = json_vectors("ble/bluezone/bluezone_v2_v3_vectors.json")
    assert len(known["checks"]) == 6
    for check in known["checks"]:
        base, unix = bytes.fromhex(check["base_id"]), check["time_ms"] / 1000
        assert bluezone.utc_day_start(unix) == check["day_start"]
        assert bluezone.identifier(base, check["day_start"] + 5, unix).hex().upper() == check["own_id"]
        day = bluezone.identifiers_of_day(bluezone.daily_key(base, 0))
        assert day[check["index"]].hex().upper() == check["own_id"]
        assert len(day) == 96


def test_bluezone_history_lines(json_vectors: Vectors) -> None:
    excerpt = json_vectors("ble/bluezone/bluezone_v2_v3_vectors.json")["history_excerpt"]
    text = "".join("\t".join(map(str, row)) + "\n" for row in excerpt)
    rows = bluezone.read_history(text)
    assert [(own.hex().upper(), other.hex().upper(), rssi) for own, other, rssi, _ in rows] == [
        tuple(r[:3]) for r in excerpt
    ]
    assert rows[0][3] == datetime(2020, 8, 8, 5, 56, 31, 387000, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    ["zz\t00\t-1\t0", "only one", "00\t00\t-1\t0", "\t\t\t.", "00" * 12 + "\t" + "11" * 12 + "\t-1\t" + "9" * 30],
)
def test_bluezone_history_names_the_wrong_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        bluezone.read_history("\n" + line)


def test_bluezone_days_chain_forward_and_not_before() -> None:
    base = bytes(32)
    assert bluezone.daily_key(bluezone.daily_key(base, 3), 4) == bluezone.daily_key(base, 7)
    with pytest.raises(ValueError, match="before"):
        bluezone.identifier(base, 10 * 86_400, 9 * 86_400)


def test_dp3t_vectors(json_vectors: Vectors) -> None:
    known = json_vectors("ble/dp3t/dp3t_test_vectors.json")
    for row in known["lowcost"]["next_day_key"]:
        assert dp3t.next_day_key(bytes.fromhex(row["sk"])).hex() == row["next"]
    day = dp3t.identifiers_of_day(bytes.fromhex(known["lowcost"]["ephids_unshuffled"]["sk"]))
    assert [one.hex() for one in day[:3]] == known["lowcost"]["ephids_unshuffled"]["first"]
    assert len(set(day)) == 96
    for row in known["unlinkable"]["ephid"]:
        assert dp3t.unlinkable_identifier(bytes.fromhex(row["seed"])).hex() == row["ephid"]
    for row in known["unlinkable"]["epoch"]:
        assert dp3t.epoch_of(datetime.fromisoformat(row["time"]).timestamp()) == row["epoch"]
    for row in known["unlinkable"]["hashed_observation"]:
        assert dp3t.hashed_observation(bytes.fromhex(row["ephid"]), row["epoch"]).hex() == row["hash"]
