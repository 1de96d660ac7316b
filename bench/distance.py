"""distance.auc: 2 m or nearer against farther, on scenarios left out, against the median RSSI of the same windows."""

import os
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, say
from lachan_proximity.distance import train

_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "vectors"


def run(scale: float) -> Iterator[Figure]:
    folder = Path(os.environ.get("LACHAN_VECTORS", _DEFAULT)) / "ble" / "rssi"
    files = train.scenario_files(folder)
    if len(files) < 2:
        say(f"  no recordings in {folder}; name the folder of vectors in LACHAN_VECTORS")
        return
    resamples = max(int(2000 * scale), 200)
    found = train.measure(train.recordings(files), [path.stem for path in files], resamples)
    note = (
        f"95 % interval {found.interval[0]:.3f} to {found.interval[1]:.3f}; gain {found.gain:.3f}, interval"
        f" {found.gain_interval[0]:.3f} to {found.gain_interval[1]:.3f}, pairs of people resampled {resamples} times;"
        f" {found.windows} windows, {found.near} near"
    )
    for name, (ours, median) in found.by_scenario.items():
        say(f"  {name}: {ours:.3f}, median alone {median:.3f}")
    yield Figure("distance.auc", found.auc, "AUC", "higher", 1, "median-rssi", found.median_auc, note)
