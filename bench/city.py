"""city.recall, city.precision, city.day: a simulated city's day by Bluetooth alone, against who truly was near.

The air and the day are made up (`lachan_proximity.city`): the figures compare rules and catch mistakes; they claim
nothing about a real city.
"""

import time
from collections.abc import Iterator

import numpy as np

from bench.figure import Figure, say
from lachan_proximity.city import Meetings, meetings, ordinary_day, simulate, truth

DEVICES = 10_000
NEAREST_DB = 55
ANY_DB = 73


def _found(met: Meetings, below: float) -> set[tuple[int, int]]:
    """Pairs near for 15 minutes: both sides' contacts of at most `below` dB, halfway between certain and possible."""
    near = met.attenuation <= below
    one, two = np.minimum(met.receiver, met.sender)[near], np.maximum(met.receiver, met.sender)[near]
    pairs, places = np.unique(one * 1_000_000 + two, return_inverse=True)
    # Two sides heard the same contact, and each halfway time is half the sum of its two bounds: a quarter of all.
    minutes = np.bincount(places, (met.certain + met.possible)[near] / 4)
    return {(int(pair) // 1_000_000, int(pair) % 1_000_000) for pair in pairs[minutes >= 15]}


def run(scale: float) -> Iterator[Figure]:
    devices = max(int(DEVICES * scale), 200)
    stays = ordinary_day(devices, seed=1)
    started = time.perf_counter()
    scans = simulate(stays, seed=2)
    met = meetings(scans)
    elapsed = time.perf_counter() - started
    true = truth(stays)
    say(f"  {devices} devices, {len(scans.at)} scans with somebody, {len(met.start)} contacts, {len(true)} true pairs")
    nearest, anyone = _found(met, NEAREST_DB), _found(met, ANY_DB)
    note = f"15 minutes at {NEAREST_DB} dB or less, against any contact up to {ANY_DB} dB; truth: 15 minutes within 2 m"
    recall, precision = len(nearest & true) / len(true), len(nearest & true) / max(len(nearest), 1)
    any_recall, any_precision = len(anyone & true) / len(true), len(anyone & true) / max(len(anyone), 1)
    yield Figure("city.recall", recall, "share", "higher", 1, "73-dB", any_recall, note)
    yield Figure("city.precision", precision, "share", "higher", 1, "73-dB", any_precision, note)
    yield Figure("city.day", elapsed, "s", "lower", 1, note=f"{devices} devices, one day, one core")
