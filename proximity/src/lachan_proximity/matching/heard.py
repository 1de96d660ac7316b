"""What a device heard, arranged so that millions of published identifiers can be held against it.

A table of flags, 32 to 64 for each sighting, on the low bits of the first eight bytes lets 97 of 100 foreign
identifiers go after one look; what remains is found in the sorted prefixes, then compared whole, then held against
the clock.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lachan_proximity.identifiers.gaen import IDENTIFIER_BYTES, INTERVAL_SECONDS, ROLLING_PERIOD
from lachan_proximity.keyfile.batch import KeyBatch
from lachan_proximity.matching.derive import identifiers_of, room_for

# Two hours, as phones use it: clocks may differ that much. A replay beyond it finds nothing.
CLOCK_TOLERANCE = 12
_FLAGS_A_SIGHTING = 32
# Keys derived at a time: 512 × 144 × 16 bytes = 1.1 MB, which stays in the processor's cache.
_KEYS_AT_ONCE = 512
_PIECE = 1 << 17


@dataclass(frozen=True)
class Hits:
    """Which key was heard when: row of the batch, row of `Heard`, and the key's interval the identifier belongs to."""

    keys: NDArray[np.int64]
    heard: NDArray[np.int64]
    intervals: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def joined(cls, parts: list["Hits"]) -> "Hits":
        none = np.empty(0, np.int64)
        columns = ("keys", "heard", "intervals")
        return cls(*(np.concatenate([none, *(getattr(part, name) for part in parts)]) for name in columns))


class Heard:
    """`identifiers` (n, 16) uint8 as heard; `times` unix seconds of each. The same identifier may come many times."""

    def __init__(self, identifiers: NDArray[np.uint8], times: NDArray[np.float64]) -> None:
        if identifiers.ndim != 2 or identifiers.shape[1] != IDENTIFIER_BYTES or len(identifiers) != len(times):
            raise ValueError(f"identifiers are rows of {IDENTIFIER_BYTES} bytes, each with its time")
        words = np.ascontiguousarray(identifiers).view(np.uint64)
        order = np.argsort(words[:, 0])
        self._rows = order.astype(np.int64)
        self._first = np.ascontiguousarray(words[order, 0])
        self._second = np.ascontiguousarray(words[order, 1])
        self._intervals = (np.asarray(times, np.float64)[order] // INTERVAL_SECONDS).astype(np.int64)
        size = 1 << max(len(self._first) * _FLAGS_A_SIGHTING - 1, 1).bit_length()
        self._mask = np.uint64(size - 1)
        self._table = np.zeros(size, np.bool_)
        self._table[self._first & self._mask] = True

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, identifiers: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(row of `identifiers`, sorted position here) of every equal pair; `identifiers` (n, 16) contiguous uint8."""
        words = identifiers.view(np.uint64)
        if not len(self) or not len(words):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        # In pieces, so that what lies between the steps stays in the processor's cache.
        pieces = [self._known(words[at : at + _PIECE, 0]) + at for at in range(0, len(words), _PIECE)]
        maybe = np.concatenate(pieces)
        wanted = words[maybe, 0]
        low = np.searchsorted(self._first, wanted, "left")
        counts = np.searchsorted(self._first, wanted, "right") - low
        rows = np.repeat(maybe, counts)
        positions = np.repeat(low - np.cumsum(counts) + counts, counts) + np.arange(len(rows))
        equal = words[rows, 1] == self._second[positions]
        return rows[equal].astype(np.int64), positions[equal].astype(np.int64)

    def _known(self, first: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Rows of `first` whose value is a prefix of something heard."""
        maybe = np.flatnonzero(self._table.take((first & self._mask).view(np.int64), mode="clip"))
        wanted = first[maybe]
        low = np.minimum(np.searchsorted(self._first, wanted, "left"), len(self) - 1)
        known: NDArray[np.int64] = maybe[self._first[low] == wanted]
        return known

    def match(self, keys: KeyBatch, *, tolerance: int = CLOCK_TOLERANCE) -> Hits:
        """Every time one of `keys` was heard within `tolerance` intervals of when it was on the air."""
        parts = []
        room = room_for(min(_KEYS_AT_ONCE, len(keys)))
        for begin in range(0, len(keys), _KEYS_AT_ONCE):
            teks, starts = keys.teks[begin : begin + _KEYS_AT_ONCE], keys.starts[begin : begin + _KEYS_AT_ONCE]
            derived = identifiers_of(teks, starts, room)
            rows, positions = self.find(derived.reshape(-1, IDENTIFIER_BYTES))
            key_rows, slots = rows // ROLLING_PERIOD + begin, rows % ROLLING_PERIOD
            on_air = keys.starts[key_rows].astype(np.int64) + slots
            fits = (slots < keys.periods[key_rows]) & (np.abs(self._intervals[positions] - on_air) <= tolerance)
            parts.append(Hits(key_rows[fits], self._rows[positions[fits]], on_air[fits]))
        return Hits.joined(parts)


def match(
    keys: KeyBatch,
    identifiers: NDArray[np.uint8],
    times: NDArray[np.float64],
    *,
    tolerance: int = CLOCK_TOLERANCE,
) -> Hits:
    """One question: which of `keys` this device heard. For several files, make one `Heard` and ask it each."""
    return Heard(identifiers, times).match(keys, tolerance=tolerance)
