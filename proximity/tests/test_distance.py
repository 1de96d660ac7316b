"""Features by hand, training repeats to what ships, the area under the curve against a count of pairs."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan_proximity.distance import FEATURES, Readings, describe, shipped, train

Paths = Callable[[str], Path]


def readings(*rows: tuple[int, float, float]) -> Readings:
    devices, at, levels = zip(*rows, strict=True)
    return Readings(np.array(devices), np.array(at, float), np.array(levels, float))


def test_features_by_hand() -> None:
    mine = [(1, 600.0, -50.0), (1, 600.3, -52.0), (1, 700.0, -54.0), (1, 701.0, -60.0)]
    others = [(2, 650.0, -70.0), (3, 800.0, -40.0), (1, 950.0, -64.0)]
    found = describe(readings(*mine, *others))
    assert found.devices.tolist() == [1]
    assert found.starts.tolist() == [600]
    row = dict(zip(FEATURES, found.values[0].tolist(), strict=True))
    assert row["median"] == -53
    assert (row["mean"], row["largest"]) == (-54, -50)
    assert row["log_count"] == pytest.approx(np.log(4))
    assert row["span"] == pytest.approx(101 / 300)
    assert row["log_adverts_a_scan"] == pytest.approx(np.log(4 / 2))
    assert row["rank"] == pytest.approx(0.5)  # weaker than 3, stronger than 2, and itself
    assert row["above_median_of_all"] == 0
    assert row["median_around"] == pytest.approx((4 * -53 + 0.7 * -64) / 4.7)
    assert row["log_count_around"] == pytest.approx(np.log(5 / 2))


def test_too_few_readings_give_no_window() -> None:
    assert describe(readings((1, 0, -50), (1, 1, -50))).values.shape == (0, len(FEATURES))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30))
def test_area_under_the_curve_equals_a_count_of_pairs(rows: list[tuple[bool, int]]) -> None:
    yes = [score for positive, score in rows if positive]
    no = [score for positive, score in rows if not positive]
    if not yes or not no:
        return
    expected = sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))
    positive, scores = np.array([p for p, _ in rows]), np.array([float(s) for _, s in rows])
    assert train.auc(positive, scores) == pytest.approx(expected)
    assert train.auc(positive, scores, np.full(len(rows), 3.0)) == pytest.approx(expected)


def test_the_shipped_model_falls_with_distance() -> None:
    near = describe(readings(*((1, 0.25 * n, -45.0) for n in range(16)), *((2, 0.25 * n, -75.0) for n in range(16))))
    close, far = shipped().estimates(near)
    assert close.near > 0.6
    assert far.near < 0.4
    assert close.middle < far.middle
    assert close.low <= close.middle <= close.high


def test_training_repeats_to_what_ships(vectors: Paths, tmp_path: Path) -> None:
    out = tmp_path / "coefficients.json"
    assert train.main([str(vectors("ble/rssi")), "--out", str(out)], say=lambda _text: None) == 0
    made = json.loads(out.read_text())
    kept = json.loads(Path(train.__file__).with_name("coefficients.json").read_text())
    assert set(made) == set(kept)
    for name in ("center", "scale", "weights", "intercept", "edges", "metres", "auc_left_out", "auc_median_rssi"):
        assert np.allclose(made[name], kept[name], atol=1e-4), name
    assert (made["windows"], made["near"], made["penalty"]) == (kept["windows"], kept["near"], kept["penalty"])


def test_the_left_out_scenario_is_never_seen(vectors: Paths) -> None:
    """Its labels turned around change nothing about how it is scored."""
    data = train.recordings(train.scenario_files(vectors("ble/rssi")))
    honest = train.left_out_scores(data)
    first = data.scenario == 0
    turned = train.Recordings(data.windows, np.where(first, 4 - data.metres, data.metres), data.scenario, data.pair)
    assert np.allclose(train.left_out_scores(turned)[first], honest[first])
    assert not np.allclose(train.left_out_scores(turned)[~first], honest[~first])


def test_a_folder_without_recordings_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main([str(tmp_path)]) == 2
    assert "scenario" in capsys.readouterr().err
