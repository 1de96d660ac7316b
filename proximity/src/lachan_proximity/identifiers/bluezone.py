"""Bluezone v2/v3 (2020): a forward hash chain from one base id, a new identifier every 15 minutes.

Facts of the published protocol (BluezoneGlobal/react-native-bluetooth-scan, August 2020), kept for compatibility only:
whoever holds one day's key derives every later day, so Lá Chắn never asks for such a key and never publishes one.
"""

from datetime import UTC, datetime
from hashlib import sha256

DAY_SECONDS = 86_400
SLOTS_PER_DAY = 96
BASE_BYTES = 32
IDENTIFIER_BYTES = 12
SERVICE_UUID = 0x4E56
COMPANY_ID = 8885
# Phones that may not advertise the identifier offer it by GATT instead.
GATT_SERVICE = "00004E56-73F5-4BC4-A12F-17D1AD07A667"
GATT_CHARACTERISTIC = "00004E56-73F5-4BC4-A12F-17D1AD07A689"
_SUB_KEY_SALT = b"bluzonesubkey"  # the misspelling is part of the protocol
_PICKED = (0, 4, 8, 12, 16, 18, 20, 22, 24, 26, 28, 30)


def utc_day_start(unix: float) -> int:
    """Unix seconds of the UTC midnight before `unix`."""
    return int(unix) - int(unix) % DAY_SECONDS


def daily_key(base: bytes, days: int) -> bytes:
    """The key of the `days`-th whole UTC day since the base id was made; day 0 is the base id itself."""
    if len(base) != BASE_BYTES:
        raise ValueError(f"a base id has {BASE_BYTES} bytes, this one {len(base)}")
    if days < 0:
        raise ValueError("a base id has no identifiers before the day it was made")
    key = base
    for _ in range(days):
        key = sha256(key).digest()
    return key


def identifiers_of_day(key: bytes, slots: int = SLOTS_PER_DAY) -> list[bytes]:
    """The day's identifiers in order; a deployment may set another number of `slots`."""
    sub_key = sha256(key + _SUB_KEY_SALT).digest()
    found = []
    for _ in range(slots):
        found.append(bytes(sub_key[at] for at in _PICKED))
        sub_key = sha256(sub_key).digest()
    return found


def identifier(base: bytes, made: float, unix: float, slots: int = SLOTS_PER_DAY) -> bytes:
    """The identifier on the air at `unix` of a base id made at `made` (unix seconds)."""
    first, today = utc_day_start(made), utc_day_start(unix)
    key = daily_key(base, (today - first) // DAY_SECONDS)
    slot = int((unix - today) // (DAY_SECONDS / slots))
    return identifiers_of_day(key, slot + 1)[slot]


def read_history(text: str) -> list[tuple[bytes, bytes, int, datetime]]:
    """Bluezone's own upload lines, "own id TAB other id TAB rssi TAB milliseconds", as (own, other, dBm, time).

    Raises ValueError naming the line that cannot be read.
    """
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            own, other, rssi, at = line.split("\t")
            row = (bytes.fromhex(own), bytes.fromhex(other), int(rssi), datetime.fromtimestamp(int(at) / 1000, UTC))
        except (ValueError, OverflowError, OSError) as wrong:
            raise ValueError(f"line {number} is not own id, other id, rssi, milliseconds: {wrong}") from wrong
        if {len(row[0]), len(row[1])} != {IDENTIFIER_BYTES}:
            raise ValueError(f"line {number}: an identifier has {IDENTIFIER_BYTES} bytes")
        rows.append(row)
    return rows
