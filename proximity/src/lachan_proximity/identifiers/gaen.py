"""Google/Apple Exposure Notification v1.2: cryptography specification (April 2020) and Bluetooth specification v1.2.

All times are ENIntervalNumbers (unix seconds // 600) unless a name says otherwise.
"""

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INTERVAL_SECONDS = 600
ROLLING_PERIOD = 144
KEY_BYTES = IDENTIFIER_BYTES = 16
METADATA_BYTES = 4
SERVICE_UUID = 0xFD6F
_BLOCK_PREFIX = b"EN-RPI" + bytes(6)


@dataclass(frozen=True, slots=True)
class DayKey:
    """A Temporary Exposure Key and the intervals it is on the air: `start` to `start + period` (exclusive)."""

    tek: bytes
    start: int
    period: int = ROLLING_PERIOD

    def __post_init__(self) -> None:
        if len(self.tek) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, this one {len(self.tek)}")
        if not 0 <= self.start <= 0x7FFFFFFF:
            raise ValueError(f"start {self.start} is not an interval number")
        if not 1 <= self.period <= ROLLING_PERIOD:
            raise ValueError(f"a key lasts 1 to {ROLLING_PERIOD} intervals, not {self.period}")

    @property
    def end(self) -> int:
        """The first interval after the key."""
        return self.start + self.period


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the sender says about itself: protocol version and transmit power in dBm (-127 to 127)."""

    tx_power: int
    major: int = 1
    minor: int = 0
    confidence: int = 0

    def encode(self) -> bytes:
        """4 bytes; `confidence` (0 lowest to 3 high, of the calibration) is in bits 3:2 since version 1.1."""
        if not (0 <= self.major <= 3 and 0 <= self.minor <= 3 and 0 <= self.confidence <= 3):
            raise ValueError("version and confidence are 2 bits each")
        head = self.major << 6 | self.minor << 4 | self.confidence << 2
        return bytes([head]) + self.tx_power.to_bytes(1, "big", signed=True) + bytes(2)

    @classmethod
    def decode(cls, plain: bytes) -> "Metadata":
        """Raises ValueError unless 4 bytes; the reserved bytes are ignored, as the specification asks."""
        if len(plain) != METADATA_BYTES:
            raise ValueError(f"metadata has {METADATA_BYTES} bytes, this has {len(plain)}")
        head = plain[0]
        return cls(
            tx_power=int.from_bytes(plain[1:2], "big", signed=True),
            major=head >> 6,
            minor=head >> 4 & 3,
            confidence=head >> 2 & 3,
        )


def interval_of(unix: float) -> int:
    """ENIntervalNumber of a time in unix seconds."""
    return int(unix // INTERVAL_SECONDS)


def day_start(interval: int) -> int:
    """The interval at UTC midnight of the day that holds `interval`."""
    return interval - interval % ROLLING_PERIOD


def new_day_key(interval: int) -> DayKey:
    """A fresh key for the UTC day of `interval`; nothing derives it, so no key leads to another day's."""
    return DayKey(secrets.token_bytes(KEY_BYTES), day_start(interval))


def _hkdf(tek: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=16, salt=None, info=info).derive(tek)


def identifier_key(tek: bytes) -> bytes:
    """RPIK: HKDF-SHA256(tek, salt none, "EN-RPIK", 16)."""
    return _hkdf(tek, b"EN-RPIK")


def metadata_key(tek: bytes) -> bytes:
    """AEMK: HKDF-SHA256(tek, salt none, "EN-AEMK", 16)."""
    return _hkdf(tek, b"EN-AEMK")


def padded_blocks(start: int, period: int) -> bytes:
    """The plain blocks whose encryption gives the identifiers of `start` to `start + period`."""
    return b"".join(_BLOCK_PREFIX + interval.to_bytes(4, "little") for interval in range(start, start + period))


def identifiers(key: DayKey) -> list[bytes]:
    """The Rolling Proximity Identifiers of a key, in order of its intervals."""
    encryptor = Cipher(algorithms.AES128(identifier_key(key.tek)), modes.ECB()).encryptor()  # noqa: S305 - the protocol's own construction: one block, never repeated
    stream = encryptor.update(padded_blocks(key.start, key.period))
    return [stream[at : at + IDENTIFIER_BYTES] for at in range(0, len(stream), IDENTIFIER_BYTES)]


def identifier(key: DayKey, interval: int) -> bytes:
    """The identifier on the air at `interval`. Raises ValueError outside the key's time."""
    if not key.start <= interval < key.end:
        raise ValueError(f"interval {interval} is outside {key.start} to {key.end - 1}")
    return identifiers(DayKey(key.tek, interval, 1))[0]


def crypt_metadata(tek: bytes, rpi: bytes, data: bytes) -> bytes:
    """AES-128-CTR with the identifier as first counter: seals and opens alike."""
    encryptor = Cipher(algorithms.AES128(metadata_key(tek)), modes.CTR(rpi)).encryptor()
    return encryptor.update(data)
