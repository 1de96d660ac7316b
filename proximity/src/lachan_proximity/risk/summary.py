"""Daily summaries, the other published way to score windows (Exposure Notification, `DailySummariesConfig`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lachan_proximity.encounters import ExposureWindow
from lachan_proximity.risk.profile import ConfigError, _flat, _need, _value


@dataclass(frozen=True)
class SummaryConfig:
    """Three attenuation thresholds in dB make four buckets, each with a weight; the other weights multiply."""

    thresholds: tuple[float, ...]
    bucket_weights: tuple[float, ...]
    infectiousness_weights: Mapping[int, float]
    report_weights: Mapping[int, float]
    minimum_window_score: float
    days: int

    @classmethod
    def parse(cls, document: Any) -> "SummaryConfig":
        data = _flat(document)
        thresholds = tuple(_value(v, "threshold") for v in _need(data, "attenuationbucketthresholddb"))
        weights = tuple(_value(v, "bucket weight") for v in _need(data, "attenuationbucketweights"))
        if len(thresholds) != 3 or len(weights) != 4 or list(thresholds) != sorted(thresholds):
            raise ConfigError("daily summaries have 3 rising attenuation thresholds and 4 bucket weights")
        return cls(
            thresholds,
            weights,
            {
                int(_value(k, "infectiousness")): _value(v, "weight")
                for k, v in _need(data, "infectiousnessweights").items()
            },
            {int(_value(k, "report type")): _value(v, "weight") for k, v in _need(data, "reporttypeweights").items()},
            _value(data.get("minimumwindowscore", 0), "minimum-window-score"),
            int(_value(data.get("dayssinceexposurethreshold", 0), "days-since-exposure-threshold")),
        )


@dataclass(frozen=True)
class DaySummary:
    """Weighted seconds of one UTC day: largest and summed window scores, and the sum before other weights."""

    day: int
    maximum_score: float
    score_sum: float
    weighted_duration_sum: float


def summaries(
    config: SummaryConfig, windows: Sequence[ExposureWindow], *, today: int | None = None
) -> list[DaySummary]:
    """Newest day first. `days` of the config, unless 0, leaves older windows out where `today` is given."""
    scores: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for window in windows:
        if config.days and today is not None and today - window.day > config.days:
            continue
        duration = 0.0
        for scan in window.scans:
            bucket = sum(scan.typical_attenuation > threshold for threshold in config.thresholds)
            duration += max(scan.seconds, 0) * config.bucket_weights[bucket]
        score = (
            duration
            * config.infectiousness_weights.get(window.infectiousness, 0.0)
            * config.report_weights.get(window.report, 0.0)
        )
        if score > 0 and score >= config.minimum_window_score:
            scores[window.day].append((score, duration))
    return [
        DaySummary(day, max(s for s, _ in rows), sum(s for s, _ in rows), sum(d for _, d in rows))
        for day, rows in sorted(scores.items(), reverse=True)
    ]
