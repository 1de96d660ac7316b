"""Fit the distance model on real recordings and measure it on scenarios it has not seen.

    python -m lachan_proximity.distance.train FOLDER [--out coefficients.json]

FOLDER holds the sqlite files of DP-3T/bt-measurements, experiment 34 (scenario*.sqlite: 18 people, six phone models,
distances from cameras). The recordings stay outside: only the coefficients ship. A window is near where its median
distance is 2 m or less.
"""

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lachan_proximity.calibration import of_model
from lachan_proximity.distance.features import FEATURES, WINDOW, Readings, Windows, describe
from lachan_proximity.distance.model import COEFFICIENTS, Model

NEAR = 2.0
_FEWEST_LABELS = 3
_PENALTIES = (30.0, 100.0, 300.0, 1000.0, 3000.0)
_BINS = 8


@dataclass(frozen=True)
class Recordings:
    """Windows with a known distance: `metres` the median, `scenario` and `pair` (unordered) as numbers."""

    windows: Windows
    metres: NDArray[np.float64]
    scenario: NDArray[np.int64]
    pair: NDArray[np.int64]

    @property
    def near(self) -> NDArray[np.bool_]:
        return self.metres <= NEAR

    def values(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        return self.windows.values[rows]


@dataclass(frozen=True)
class Figures:
    """Area under the ROC curve, mean over left-out scenarios: the model, the median alone, and 95 % intervals."""

    auc: float
    interval: tuple[float, float]
    median_auc: float
    gain: float
    gain_interval: tuple[float, float]
    by_scenario: dict[str, tuple[float, float]]
    windows: int
    near: int


def recordings(files: Sequence[Path]) -> Recordings:
    """Raises ValueError where the folder has fewer than two scenarios."""
    if len(files) < 2:
        raise ValueError("leaving a scenario out needs at least two of them: scenario*.sqlite")
    parts, metres, scenarios, pairs = [], [], [], []
    for scenario, path in enumerate(files):
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        rows = connection.execute(
            "SELECT receiver_id, receiver_model, transmitter_id, transmitter_model, timestamp, rssi,"
            " ground_truth_distance FROM results ORDER BY receiver_id, timestamp, db_id"
        ).fetchall()
        connection.close()
        names = sorted({row[0] for row in rows} | {row[2] for row in rows})
        number = {name: nth for nth, name in enumerate(names)}
        for receiver in names:
            own = [row for row in rows if row[0] == receiver]
            if not own:
                continue
            described, distances = _one_receiver(own, number)
            known = ~np.isnan(distances)
            parts.append(described.values[known])
            metres.append(distances[known])
            scenarios += [scenario] * int(known.sum())
            mine = number[receiver]
            pairs += [
                scenario * 10_000 + min(mine, other) * 100 + max(mine, other)
                for other in described.devices[known].tolist()
            ]
    values = np.concatenate(parts)
    none = np.zeros(len(values), np.int64)
    return Recordings(
        Windows(none, none, none, values),
        np.concatenate(metres),
        np.array(scenarios, np.int64),
        np.array(pairs, np.int64),
    )


def _one_receiver(rows: list[tuple[object, ...]], number: dict[str, int]) -> tuple[Windows, NDArray[np.float64]]:
    """Its windows, and the median distance of each where at least three readings have one, else NaN."""
    devices = np.array([number[str(row[2])] for row in rows], np.int64)
    at = np.array([row[4] for row in rows], np.float64)
    levels = []
    for row in rows:
        receiver, sender = of_model(str(row[1])), of_model(str(row[3]))
        levels.append(float(str(row[5])) + receiver.rssi_offset - sender.tx_power)
    labels = np.array([np.nan if row[6] is None else row[6] for row in rows], np.float64)
    described = describe(Readings(devices, at, np.array(levels)))
    distances = np.full(len(described.devices), np.nan)
    for nth, (device, start) in enumerate(zip(described.devices, described.starts, strict=True)):
        mine = labels[(devices == device) & (at >= start) & (at < start + WINDOW)]
        mine = mine[~np.isnan(mine)]
        if len(mine) >= _FEWEST_LABELS:
            distances[nth] = np.median(mine)
    return described, distances


def auc(positive: NDArray[np.bool_], scores: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> float:
    """Area under the ROC curve; ties count half. `weights` are how often each row counts."""
    weight = np.ones(len(scores)) if weights is None else weights
    values, places = np.unique(scores, return_inverse=True)
    yes = np.bincount(places, weight * positive, len(values))
    no = np.bincount(places, weight * ~positive, len(values))
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / (yes.sum() * no.sum()))


def fit(data: Recordings, rows: NDArray[np.bool_], penalty: float) -> Model:
    """Logistic regression by Newton's method; every scenario weighs the same, weights are pulled to 0 by `penalty`."""
    values, near, scenario = data.values(rows), data.near[rows].astype(np.float64), data.scenario[rows]
    center, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    sizes = np.bincount(scenario)[scenario]
    weight = (1 / sizes) / (1 / sizes).mean()
    design = np.column_stack([np.ones(len(values)), (values - center) / scale])
    pull = np.full(design.shape[1], penalty)
    pull[0] = 1e-6
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (p - near)) + pull * beta
        step = np.linalg.solve((design.T * (weight * p * (1 - p))) @ design + np.diag(pull), gradient)
        beta -= step
        if np.abs(step).max() < 1e-9:
            break
    bare = Model(center, scale, beta[1:], float(beta[0]), np.empty(0), np.empty((0, 3)))
    scores = (values - center) / scale @ beta[1:] + beta[0]
    edges = np.quantile(scores, np.linspace(0, 1, _BINS + 1)[1:-1])
    bins = np.searchsorted(edges, scores, "right")
    metres = np.array([np.quantile(data.metres[rows][bins == nth], [0.1, 0.5, 0.9]) for nth in range(_BINS)])
    return Model(bare.center, bare.scale, bare.weights, bare.intercept, edges, metres)


def _scores(model: Model, values: NDArray[np.float64]) -> NDArray[np.float64]:
    none = np.zeros(len(values), np.int64)
    return model.scores(Windows(none, none, none, values))


def choose_penalty(data: Recordings, rows: NDArray[np.bool_]) -> float:
    """The penalty with the best mean over scenarios of `rows` left out in turn: the outer scenario is never seen."""
    scenarios = np.unique(data.scenario[rows])

    def mean_auc(penalty: float) -> float:
        found = []
        for left_out in scenarios:
            test = rows & (data.scenario == left_out)
            model = fit(data, rows & ~test, penalty)
            found.append(auc(data.near[test], _scores(model, data.values(test))))
        return float(np.mean(found))

    return max(_PENALTIES, key=mean_auc)


def left_out_scores(data: Recordings) -> NDArray[np.float64]:
    """Each window's score by a model that has seen nothing of its scenario."""
    scores = np.zeros(len(data.metres))
    for left_out in np.unique(data.scenario):
        test = data.scenario == left_out
        model = fit(data, ~test, choose_penalty(data, ~test))
        scores[test] = _scores(model, data.values(test))
    return scores


def measure(data: Recordings, names: Sequence[str], resamples: int = 1000) -> Figures:
    """The figures, intervals by resampling pairs of people within scenarios (a pair's windows are alike)."""
    scores = left_out_scores(data)
    median = data.windows.values[:, FEATURES.index("median")]
    parts = [(data.scenario == each) for each in np.unique(data.scenario)]

    def mean_of(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
        return float(np.mean([auc(data.near[part], values[part], weights[part]) for part in parts]))

    ones = np.ones(len(scores))
    draw = np.random.default_rng(34)
    drawn, gains = [], []
    pair_of = [np.unique(data.pair[part], return_inverse=True) for part in parts]
    for _ in range(resamples):
        weights = np.zeros(len(scores))
        for part, (pairs, places) in zip(parts, pair_of, strict=True):
            weights[part] = np.bincount(draw.integers(0, len(pairs), len(pairs)), minlength=len(pairs))[places]
        ours, theirs = mean_of(scores, weights), mean_of(median, weights)
        drawn.append(ours)
        gains.append(ours - theirs)
    low, high = np.quantile(drawn, [0.025, 0.975])
    gain_low, gain_high = np.quantile(gains, [0.025, 0.975])
    ours, theirs = mean_of(scores, ones), mean_of(median, ones)
    return Figures(
        auc=ours,
        interval=(float(low), float(high)),
        median_auc=theirs,
        gain=ours - theirs,
        gain_interval=(float(gain_low), float(gain_high)),
        by_scenario={
            name: (auc(data.near[part], scores[part]), auc(data.near[part], median[part]))
            for name, part in zip(names, parts, strict=True)
        },
        windows=len(scores),
        near=int(data.near.sum()),
    )


def scenario_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("scenario*.sqlite"))


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(COEFFICIENTS))
    options = parser.parse_args(arguments)
    files = scenario_files(options.folder)
    try:
        data = recordings(files)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    figures = measure(data, [path.stem for path in files])
    everything = np.ones(len(data.metres), np.bool_)
    penalty = choose_penalty(data, everything)
    document = {
        "trained_on": "DP-3T/bt-measurements exp34, " + ", ".join(path.stem for path in files),
        "windows": figures.windows,
        "near": figures.near,
        "auc_left_out": round(figures.auc, 4),
        "auc_interval_95": [round(value, 4) for value in figures.interval],
        "auc_median_rssi": round(figures.median_auc, 4),
        "gain_interval_95": [round(value, 4) for value in figures.gain_interval],
        "auc_by_scenario": {
            name: {"model": round(ours, 4), "median": round(theirs, 4)}
            for name, (ours, theirs) in figures.by_scenario.items()
        },
        "penalty": penalty,
        **fit(data, everything, penalty).to_json(),
    }
    options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for name in (
        "windows",
        "near",
        "auc_left_out",
        "auc_interval_95",
        "auc_median_rssi",
        "gain_interval_95",
        "auc_by_scenario",
    ):
        say(f"{name}: {document[name]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
