"""A logistic model over the features, and what distances lay behind each of its answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lachan_proximity.distance.features import FEATURES, Windows

COEFFICIENTS = "coefficients.json"


@dataclass(frozen=True)
class Estimate:
    """`near`: probability of 2 m or less. `low` to `high` metres held 80 of 100 recordings with such an answer."""

    near: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Model:
    """`center`, `scale`, `weights` per feature; `bins` of the score with the metres recorded in each (10, 50, 90 %)."""

    center: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercept: float
    edges: NDArray[np.float64]
    metres: NDArray[np.float64]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Model":
        """Raises ValueError where the document is for other features."""
        if tuple(document["features"]) != FEATURES:
            raise ValueError("the coefficients belong to another set of features; train anew")
        columns = [np.array(document[name], np.float64) for name in ("center", "scale", "weights")]
        edges, metres = (np.array(document[name], np.float64) for name in ("edges", "metres"))
        return cls(columns[0], columns[1], columns[2], float(document["intercept"]), edges, metres)

    def to_json(self) -> dict[str, Any]:
        def rounded(values: NDArray[np.float64]) -> Any:
            return np.round(values, 6).tolist()

        return {
            "features": list(FEATURES),
            "center": rounded(self.center),
            "scale": rounded(self.scale),
            "weights": rounded(self.weights),
            "intercept": round(self.intercept, 6),
            "edges": rounded(self.edges),
            "metres": rounded(self.metres),
        }

    def scores(self, windows: Windows) -> NDArray[np.float64]:
        """Log odds of 2 m or less, one per window."""
        result: NDArray[np.float64] = (windows.values - self.center) / self.scale @ self.weights + self.intercept
        return result

    def near(self, windows: Windows) -> NDArray[np.float64]:
        """Probability of 2 m or less, one per window."""
        result: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(self.scores(windows), -30, 30)))
        return result

    def estimates(self, windows: Windows) -> list[Estimate]:
        bins = np.searchsorted(self.edges, self.scores(windows), "right")
        return [Estimate(float(p), *map(float, self.metres[b])) for p, b in zip(self.near(windows), bins, strict=True)]


@cache
def shipped() -> Model:
    """The model that comes with this package."""
    text = resources.files("lachan_proximity.distance").joinpath(COEFFICIENTS).read_text("utf-8")
    return Model.from_json(json.loads(text))
