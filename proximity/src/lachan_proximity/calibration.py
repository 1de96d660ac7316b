"""What a model of phone or adapter hears and sends, compared with the reference.

`rssi_offset` dB is added to a reading; `tx_power` dBm goes into the metadata it sends. The few models here are those
whose values are public with the recordings that train `distance`; an operator brings more as a table (`load`).
"""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Calibration:
    """`confidence` 0 unknown to 3 measured for this very model."""

    rssi_offset: float
    tx_power: int
    confidence: int


UNKNOWN = Calibration(0.0, 0, 0)
# Samsung models of DP-3T's recordings: "[rssi +5, tx -24]" for all six (DP-3T/bt-measurements, 2020).
_SAMSUNG = Calibration(5.0, -24, 3)
KNOWN = dict.fromkeys(("SM-A405FN", "SM-A515F", "SM-A908B", "SM-G970F", "SM-G973F", "SM-G981B/DS"), _SAMSUNG)


def of_model(model: str, table: dict[str, Calibration] | None = None) -> Calibration:
    """The calibration of a model; UNKNOWN, with confidence 0, for one nobody measured."""
    return (KNOWN | (table or {})).get(model, UNKNOWN)


def load(path: Path) -> dict[str, Calibration]:
    """A table with the columns model, rssi_correction (dB), tx (dBm), calibration_confidence (0 to 3).

    Raises ValueError naming the line that cannot be read.
    """
    table = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                confidence = int(row["calibration_confidence"])
                if not 0 <= confidence <= 3:
                    raise ValueError("calibration_confidence is 0 to 3")
                table[row["model"].strip()] = Calibration(float(row["rssi_correction"]), int(row["tx"]), confidence)
            except (KeyError, TypeError, ValueError) as wrong:
                raise ValueError(f"{path} line {number}: {wrong}") from wrong
    return table
