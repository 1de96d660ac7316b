"""Many keys as arrays: a file holds up to a million, and every step works on all of them at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lachan_proximity.identifiers.gaen import KEY_BYTES, ROLLING_PERIOD, DayKey

NO_ONSET = -128


class ReportType(IntEnum):
    """Of the export format; RECURSIVE is how a suspected contact's keys warn the second order."""

    UNKNOWN = 0
    CONFIRMED_TEST = 1
    CONFIRMED_CLINICAL_DIAGNOSIS = 2
    SELF_REPORT = 3
    RECURSIVE = 4
    REVOKED = 5


@dataclass(frozen=True)
class KeyBatch:
    """`teks` (n, 16) uint8; `starts`, `periods` in intervals; `reports` ReportType; `onsets` days from onset to key.

    `onsets` holds NO_ONSET where the case had no symptoms or nobody asked. `risks` is the deprecated transmission risk
    level 0 to 8, read from older files and written only where it is not 0.
    """

    teks: NDArray[np.uint8]
    starts: NDArray[np.uint32]
    periods: NDArray[np.uint16]
    reports: NDArray[np.uint8]
    onsets: NDArray[np.int8]
    risks: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.teks.ndim != 2 or self.teks.shape[1] != KEY_BYTES:
            raise ValueError(f"keys are rows of {KEY_BYTES} bytes")
        if {len(getattr(self, each.name)) for each in fields(self)} != {len(self.teks)}:
            raise ValueError("every column of a batch has as many rows as there are keys")
        if len(self) and not (self.periods.min() >= 1 and self.periods.max() <= ROLLING_PERIOD):
            raise ValueError(f"a key lasts 1 to {ROLLING_PERIOD} intervals")

    def __len__(self) -> int:
        return len(self.teks)

    @classmethod
    def of(
        cls, keys: Iterable[DayKey], report: ReportType = ReportType.CONFIRMED_TEST, onsets: Iterable[int] | None = None
    ) -> Self:
        """From single keys that share a report type; `onsets` beside them, else unknown."""
        listed = list(keys)
        days = [NO_ONSET] * len(listed) if onsets is None else list(onsets)
        return cls.from_columns(
            teks=np.frombuffer(b"".join(key.tek for key in listed), np.uint8).reshape(-1, KEY_BYTES),
            starts=[key.start for key in listed],
            periods=[key.period for key in listed],
            reports=[report] * len(listed),
            onsets=days,
        )

    @classmethod
    def from_columns(
        cls, *, teks: NDArray[np.uint8], starts: Any, periods: Any, reports: Any, onsets: Any, risks: Any = None
    ) -> Self:
        """Columns as anything numpy reads. Raises ValueError for values out of range."""
        try:
            return cls(
                teks=teks,
                starts=np.asarray(starts, np.uint32),
                periods=np.asarray(periods, np.uint16),
                reports=np.asarray(reports, np.uint8),
                onsets=np.asarray(onsets, np.int8),
                risks=np.zeros(len(teks), np.uint8) if risks is None else np.asarray(risks, np.uint8),
            )
        except OverflowError as wrong:
            raise ValueError(f"a value is out of range: {wrong}") from wrong

    @classmethod
    def empty(cls) -> Self:
        return cls.of([])

    @classmethod
    def joined(cls, batches: Iterable["KeyBatch"]) -> Self:
        """All keys of several batches, in order."""
        listed = list(batches) or [KeyBatch.empty()]
        return cls(**{each.name: np.concatenate([getattr(b, each.name) for b in listed]) for each in fields(cls)})

    def take(self, chosen: Any) -> Self:
        """Rows by index array, slice or mask."""
        return type(self)(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})

    def sorted(self) -> Self:
        """By key bytes: the order then says nothing about who uploaded what together."""
        as_words = np.ascontiguousarray(self.teks).view(">u8")
        return self.take(np.lexsort((as_words[:, 1], as_words[:, 0])))

    def ends(self) -> NDArray[np.int64]:
        """The first interval after each key."""
        return self.starts.astype(np.int64) + self.periods

    def keys(self) -> Iterator[DayKey]:
        for tek, start, period in zip(self.teks, self.starts.tolist(), self.periods.tolist(), strict=True):
            yield DayKey(tek.tobytes(), start, period)


@dataclass(frozen=True)
class Export:
    """The content of one export file; times in unix seconds, the end exclusive."""

    start: int
    end: int
    region: str
    keys: KeyBatch
    revised: KeyBatch = field(default_factory=KeyBatch.empty)
    batch: int = 1
    batches: int = 1
