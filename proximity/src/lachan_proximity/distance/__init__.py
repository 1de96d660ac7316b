"""How likely a contact was within 2 m, from five minutes of readings: a small model with its uncertainty.

The coefficients are fitted by `python -m lachan_proximity.distance.train FOLDER` on public recordings of real phones;
its figure, measured on scenarios left out, stands beside them in coefficients.json. Nobody should read more into a
reading.
"""

from lachan_proximity.distance.features import FEATURES, WINDOW, Readings, Windows, describe
from lachan_proximity.distance.model import Estimate, Model, shipped

__all__ = ["FEATURES", "WINDOW", "Estimate", "Model", "Readings", "Windows", "describe", "shipped"]
