"""match.derive, match.rpis: keys to identifiers, and identifiers against what a device heard. One core each."""

import re
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bench.figure import Figure, in_turn, say
from lachan_proximity.matching import Heard, identifiers_of
from lachan_proximity.matching.derive import room_for

KEYS = 100_000
HEARD = 50_000
PLANTED = 200
RUNS = 5
START = 2_900_016


def _teks(count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    draw = np.random.default_rng(7)
    starts = (START + 144 * draw.integers(0, 14, count)).astype(np.uint32)
    return draw.integers(0, 256, (count, 16), np.uint8), starts


def _aes_ceiling() -> float:
    """Keys a second if a key cost nothing but its 144 blocks of AES-128, by OpenSSL's own measure on this machine."""
    speed = subprocess.run(
        ["openssl", "speed", "-elapsed", "-seconds", "1", "-bytes", "16384", "-evp", "aes-128-ecb"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"^AES-128-ECB\s+([\d.]+)k", speed.stdout, re.MULTILINE | re.IGNORECASE)
    if found is None:
        raise RuntimeError(f"openssl speed said nothing readable: {speed.stdout[-200:]}")
    return float(found[1]) * 1000 / (144 * 16)


def _derive(scale: float) -> Iterator[Figure]:
    teks, starts = _teks(max(int(KEYS * scale), 512))
    room = room_for(512)

    def ours() -> float:
        started = time.perf_counter()
        for begin in range(0, len(teks), 512):
            identifiers_of(teks[begin : begin + 512], starts[begin : begin + 512], room)
        return len(teks) / (time.perf_counter() - started)

    ways: dict[str, Callable[[], float]] = {"ours": ours}
    if shutil.which("openssl"):
        ways["ceiling"] = _aes_ceiling
    else:
        say("  no openssl command here: the ceiling is not measured")
    rate = in_turn(ways, RUNS)
    yield Figure(
        "match.derive", rate["ours"], "keys/s", "higher", RUNS, "openssl-aes-ceiling", rate.get("ceiling"), "one core"
    )


def _match(scale: float) -> Iterator[Figure]:
    teks, starts = _teks(max(int(KEYS * scale), 200))
    draw = np.random.default_rng(8)
    published = identifiers_of(teks, starts).reshape(-1, 16)
    heard = draw.integers(0, 256, (HEARD, 16), np.uint8)
    planted = draw.choice(len(published), PLANTED, replace=False)
    heard[:PLANTED] = published[planted]
    rows = [row.tobytes() for row in heard]
    say(f"  {len(published)} identifiers against {HEARD} sightings, {PLANTED} of them true")

    def ours() -> float:
        started = time.perf_counter()
        found, _positions = Heard(heard, np.zeros(HEARD)).find(published)
        elapsed = time.perf_counter() - started
        _check(found, planted)
        return elapsed

    def plain_set() -> float:
        started = time.perf_counter()
        known = set(rows)
        stream = published.tobytes()
        found = [at // 16 for at in range(0, len(stream), 16) if stream[at : at + 16] in known]
        elapsed = time.perf_counter() - started
        _check(np.array(found), planted)
        return elapsed

    taken = in_turn({"ours": ours, "set": plain_set}, 3)
    note = f"{len(published)} identifiers"
    yield Figure("match.rpis", taken["ours"], "s", "lower", 3, "python-set", taken["set"], note)
    ours_kept = _kept(lambda: Heard(heard, np.zeros(HEARD)))
    set_kept = _kept(lambda: {row.tobytes() for row in heard})
    note = f"what is kept of {HEARD} sightings"
    yield Figure("match.memory", ours_kept, "MiB", "lower", 1, "python-set", set_kept, note)


def _check(found: NDArray[np.int64], planted: NDArray[np.int64]) -> None:
    if sorted(found.tolist()) != sorted(planted.tolist()):
        raise AssertionError(f"{len(found)} found, {len(planted)} planted")


def _kept(make: Callable[[], object]) -> float:
    """MiB that what `make` returns holds on to."""
    tracemalloc.start()
    kept = make()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size / 2**20


def run(scale: float) -> Iterator[Figure]:
    yield from _derive(scale)
    yield from _match(scale)
