"""One scan's worth of one identifier."""

import struct
from dataclasses import dataclass

from lachan_proximity.identifiers import Scheme

_HEAD = struct.Struct(">BdHBBB")
MOST_READINGS = 64


@dataclass(frozen=True, slots=True)
class Sighting:
    """`at` unix seconds; `rssi` dBm of each advert in the scan; `gap` seconds since the scan before (0 unknown).

    `metadata` is what came beside the identifier, still sealed (GAEN's 4 bytes), empty where the scheme has none.
    """

    scheme: Scheme
    identifier: bytes
    at: float
    rssi: tuple[int, ...]
    metadata: bytes = b""
    gap: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.identifier) <= 255 or len(self.metadata) > 255:
            raise ValueError("an identifier has 1 to 255 bytes, its metadata at most 255")
        if not self.rssi or not all(-128 <= reading <= 127 for reading in self.rssi):
            raise ValueError("a sighting has readings between -128 and 127 dBm")
        if not 0 <= self.at < 2**33 or not 0 <= self.gap <= 0xFFFF:
            raise ValueError("the time or the gap of a sighting is out of range")

    def encode(self) -> bytes:
        """The plain payload; more than 64 readings of one scan are thinned evenly."""
        readings = self.rssi
        if len(readings) > MOST_READINGS:
            readings = tuple(readings[n * len(readings) // MOST_READINGS] for n in range(MOST_READINGS))
        head = _HEAD.pack(self.scheme, self.at, self.gap, len(self.identifier), len(self.metadata), len(readings))
        return head + self.identifier + self.metadata + struct.pack(f"{len(readings)}b", *readings)

    @classmethod
    def decode(cls, data: bytes) -> "Sighting":
        scheme, at, gap, n_identifier, n_metadata, n_readings = _HEAD.unpack_from(data)
        begin = _HEAD.size
        identifier = data[begin : begin + n_identifier]
        begin += n_identifier
        metadata = data[begin : begin + n_metadata]
        readings = struct.unpack_from(f"{n_readings}b", data, begin + n_metadata)
        return cls(Scheme(scheme), identifier, at, readings, metadata, gap)
