"""DP-3T (white paper, May 2020): the low-cost design and the identifiers of the unlinkable one. Read only."""

from hashlib import sha256
from hmac import digest

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

EPOCH_SECONDS = 900
EPOCHS_PER_DAY = 96
KEY_BYTES = 32
IDENTIFIER_BYTES = 16
_BROADCAST = b"broadcast key"


def next_day_key(key: bytes) -> bytes:
    """Low cost: SK of the next day. The chain runs forward only."""
    return sha256(key).digest()


def identifiers_of_day(key: bytes, epochs: int = EPOCHS_PER_DAY) -> list[bytes]:
    """Low cost: the day's EphIDs as generated; a device shuffles them, so a match knows the day, not the epoch."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a day key has {KEY_BYTES} bytes, this one {len(key)}")
    seed = digest(key, _BROADCAST, "sha256")
    encryptor = Cipher(algorithms.AES256(seed), modes.CTR(bytes(16))).encryptor()
    stream = encryptor.update(bytes(IDENTIFIER_BYTES * epochs))
    return [stream[at : at + IDENTIFIER_BYTES] for at in range(0, len(stream), IDENTIFIER_BYTES)]


def epoch_of(unix: float) -> int:
    """Unlinkable: 15-minute epochs since 1970."""
    return int(unix // EPOCH_SECONDS)


def unlinkable_identifier(seed: bytes) -> bytes:
    """Unlinkable: EphID of an epoch's 32-byte seed."""
    return sha256(seed).digest()[:IDENTIFIER_BYTES]


def hashed_observation(ephid: bytes, epoch: int) -> bytes:
    """Unlinkable: what a device keeps of an EphID heard in `epoch`."""
    return sha256(ephid + epoch.to_bytes(4, "big")).digest()
