"""What five minutes of readings look like, as numbers.

Beside the strength itself three things tell: how many adverts came through at all (weak ones are lost), how this
device stands among all that the receiver heard in the same minutes (a body in between shifts them all), and the
quarter of an hour around. Everything is there on the receiving device.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW = 300
# Two windows before and after belong to the surroundings, each step away counting less.
_AROUND = 2
_FADES = 0.7
_SAME_SCAN = 15
_FEWEST = 3
FEATURES = (
    "median",
    "mean",
    "largest",
    "q90",
    "q75",
    "q25",
    "q10",
    "log_count",
    "span",
    "log_adverts_a_scan",
    "rank",
    "above_median_of_all",
    "median_around",
    "log_count_around",
)


@dataclass(frozen=True)
class Readings:
    """All one receiver heard: `devices` any integer per sender, `at` unix seconds, `levels` dB (minus attenuation)."""

    devices: NDArray[np.int64]
    at: NDArray[np.float64]
    levels: NDArray[np.float64]


@dataclass(frozen=True)
class Windows:
    """Rows of `values` in the order of FEATURES; `devices` and `starts` (unix seconds) say which window a row is."""

    devices: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    values: NDArray[np.float64]


def describe(readings: Readings, fewest: int = _FEWEST) -> Windows:
    """Every five minutes with at least `fewest` readings of a device; those with fewer still count as surroundings."""
    numbers = (readings.at // WINDOW).astype(np.int64)
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(readings.devices.tolist(), numbers.tolist(), strict=True)):
        groups[key].append(row)
    medians = {key: float(np.median(readings.levels[rows])) for key, rows in groups.items()}
    by_window: dict[int, list[float]] = defaultdict(list)
    for (_device, number), median in medians.items():
        by_window[number].append(median)
    found = []
    for (device, number), rows in groups.items():
        if len(rows) < fewest:
            continue
        times = readings.at[rows]
        around = [
            (len(groups[key]), medians[key], _FADES ** abs(step))
            for step in range(-_AROUND, _AROUND + 1)
            if (key := (device, number + step)) in groups
        ]
        heard_any = sum(number + step in by_window for step in range(-_AROUND, _AROUND + 1))
        everyone = np.array(by_window[number])
        found.append(
            (
                device,
                number * WINDOW,
                len(rows),
                [
                    *_shape(readings.levels[rows]),
                    np.log(len(rows)),
                    (times.max() - times.min()) / WINDOW,
                    np.log(len(rows) / len(np.unique(times // _SAME_SCAN))),
                    (everyone < medians[device, number]).mean() + (everyone == medians[device, number]).mean() / 2,
                    medians[device, number] - np.median(everyone),
                    sum(n * median * fade for n, median, fade in around) / sum(n * fade for n, _median, fade in around),
                    np.log(sum(n for n, _median, _fade in around) / heard_any),
                ],
            )
        )
    devices, starts, counts, values = zip(*found, strict=True) if found else ((), (), (), ())
    return Windows(
        np.array(devices, np.int64),
        np.array(starts, np.int64),
        np.array(counts, np.int64),
        np.array(values, np.float64).reshape(-1, len(FEATURES)),
    )


def _shape(levels: NDArray[np.float64]) -> list[float]:
    q10, q25, q50, q75, q90 = np.percentile(levels, [10, 25, 50, 75, 90])
    return [q50, levels.mean(), levels.max(), q90, q75, q25, q10]
