"""Derivation against the plain one, matching against a plain dictionary, and the clock's limits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan_proximity.identifiers import gaen
from lachan_proximity.keyfile import KeyBatch
from lachan_proximity.matching import Heard, identifiers_of, match
from lachan_proximity.matching.derive import identifier_key, room_for

START = 2_900_016


def keys_of(count: int, seed: int = 1) -> KeyBatch:
    draw = np.random.default_rng(seed)
    return KeyBatch.from_columns(
        teks=draw.integers(0, 256, (count, 16), np.uint8),
        starts=START + 144 * draw.integers(0, 3, count),
        periods=np.where(draw.random(count) < 0.5, 144, draw.integers(1, 144, count)),
        reports=np.ones(count),
        onsets=np.zeros(count),
    )


def test_published_vector_by_the_batch_way(json_vectors: Callable[[str], Any]) -> None:
    known = json_vectors("ble/gaen/gaen_v1_2_test_vectors.json")
    teks = np.frombuffer(bytes.fromhex(known["tek"]), np.uint8).reshape(1, 16)
    found = identifiers_of(teks, np.array([known["en_interval_number"]], np.uint32))
    assert [row.tobytes().hex() for row in found[0]] == [row["rpi"] for row in known["advertised"]]
    assert identifier_key(bytes.fromhex(known["tek"])).hex() == known["rpik"]


def test_batch_derivation_equals_the_plain_one() -> None:
    keys = keys_of(40)
    found = identifiers_of(keys.teks, keys.starts)
    for row, key in zip(found, keys.keys(), strict=True):
        plain = gaen.identifiers(key)
        assert [one.tobytes() for one in row[: key.period]] == plain
    assert identifiers_of(keys.teks[:0], keys.starts[:0]).shape == (0, 144, 16)
    with pytest.raises(ValueError, match="room"):
        identifiers_of(keys.teks, keys.starts, room_for(39))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(0, 12))
def test_matching_equals_a_dictionary(seed: int, count: int, tolerance: int) -> None:
    """Heard: true identifiers at shifted times, some past their key's end, strangers, twins of the first 8 bytes."""
    draw = np.random.default_rng(seed)
    keys = keys_of(count, seed)
    all_identifiers = identifiers_of(keys.teks, keys.starts)
    heard: list[bytes] = []
    times: list[float] = []
    for _ in range(120):
        k, slot = int(draw.integers(count)), int(draw.integers(144))
        identifier = all_identifiers[k, slot].tobytes()
        kind = draw.integers(4)
        if kind == 0:
            identifier = draw.bytes(16)
        elif kind == 1:
            identifier = identifier[:8] + draw.bytes(8)
        heard.append(identifier)
        times.append((int(keys.starts[k]) + slot + int(draw.integers(-15, 16))) * 600 + float(draw.uniform(0, 600)))
    expected = set()
    for k, key in enumerate(keys.keys()):
        for slot, identifier in enumerate(gaen.identifiers(key)):
            for row, (other, at) in enumerate(zip(heard, times, strict=True)):
                if other == identifier and abs(int(at // 600) - (key.start + slot)) <= tolerance:
                    expected.add((k, row, key.start + slot))
    hits = match(keys, np.frombuffer(b"".join(heard), np.uint8).reshape(-1, 16), np.array(times), tolerance=tolerance)
    found = list(zip(hits.keys.tolist(), hits.heard.tolist(), hits.intervals.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_a_replay_after_two_hours_finds_nothing() -> None:
    keys = keys_of(1)
    identifier = identifiers_of(keys.teks, keys.starts)[0, :1]
    on_air = int(keys.starts[0]) * 600
    assert len(match(keys, identifier, np.array([on_air + 12.9 * 600]))) == 1
    assert len(match(keys, identifier, np.array([on_air + 13 * 600.0]))) == 0
    assert len(match(keys, identifier, np.array([on_air - 12 * 600.0]))) == 1
    assert len(match(keys, identifier, np.array([on_air - 12 * 600 - 1.0]))) == 0


def test_across_the_blocks_of_derivation() -> None:
    keys = keys_of(1500, 7)
    chosen = np.array([0, 511, 512, 1023, 1024, 1499])
    heard = identifiers_of(keys.teks[chosen], keys.starts[chosen])[:, 0]
    hits = Heard(np.ascontiguousarray(heard), keys.starts[chosen] * 600.0).match(keys)
    assert sorted(zip(hits.keys.tolist(), hits.heard.tolist(), strict=True)) == list(
        zip(chosen.tolist(), range(6), strict=True)
    )


def test_nothing_heard_and_nothing_published() -> None:
    nothing = np.empty((0, 16), np.uint8)
    assert len(match(keys_of(3), nothing, np.empty(0))) == 0
    assert len(match(KeyBatch.empty(), nothing, np.empty(0))) == 0
    with pytest.raises(ValueError, match="time"):
        Heard(nothing, np.zeros(1))
