"""export.keys: an export file of 500,000 keys, from arrays to signed zips and back, seconds and bytes a key."""

import time
from collections.abc import Iterator

import numpy as np
from cryptography.hazmat.primitives.asymmetric import ec

from bench.figure import Figure, in_turn, say
from lachan_proximity.keyfile import NO_ONSET, ExportRules, KeyBatch, Signer, Verifier, plan, read, write

KEYS = 500_000
RUNS = 5


def _keys(count: int) -> KeyBatch:
    """Keys as fourteen days of cases bring them: most last a day, every one has a report type, most an onset."""
    draw = np.random.default_rng(20)
    return KeyBatch.from_columns(
        teks=draw.integers(0, 256, (count, 16), np.uint8),
        starts=2_900_016 - 144 * draw.integers(0, 13, count),
        periods=np.where(draw.random(count) < 0.93, 144, draw.integers(1, 144, count)),
        reports=np.where(draw.random(count) < 0.9, 1, 4),
        onsets=np.where(draw.random(count) < 0.25, NO_ONSET, draw.integers(-5, 10, count)),
    )


def run(scale: float) -> Iterator[Figure]:
    count = max(int(KEYS * scale), 1000)
    keys = _keys(count)
    signer = Signer(ec.generate_private_key(ec.SECP256R1()), "bench")
    verifier = Verifier(signer.key.public_key(), "bench")
    now = (2_900_016 + 144 + 12) * 600
    files: list[bytes] = []

    def export() -> float:
        started = time.perf_counter()
        planned = plan(keys, start=now - 3600, end=now, now=now, rules=ExportRules("VN"))
        files[:] = [write(each, [signer]) for each in planned.exports]
        return time.perf_counter() - started

    def read_back() -> float:
        started = time.perf_counter()
        found = sum(len(read(each, [verifier]).keys) for each in files)
        elapsed = time.perf_counter() - started
        if found != count:
            raise AssertionError(f"{found} of {count} keys came back")
        return elapsed

    say(f"{count} keys")
    taken = in_turn({"export": export, "read": read_back}, RUNS)
    yield Figure(
        "export.keys", taken["export"], "s", "lower", RUNS, note=f"{count} keys planned, sorted, signed, zipped"
    )
    yield Figure("export.keys.bytes", sum(map(len, files)) / count, "bytes/key", "lower", 1)
    yield Figure("export.keys.read", taken["read"], "s", "lower", RUNS, note="verified and parsed")
