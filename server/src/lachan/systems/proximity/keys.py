"""What keys may be published, and the value that binds them to a certificate. Pure."""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from lachan.systems.proximity.errors import Refused
from lachan_proximity.identifiers.gaen import ROLLING_PERIOD, DayKey, interval_of
from lachan_proximity.keyfile.plan import OLDEST_DAYS

# A device's clock may run ahead by so many intervals of ten minutes.
AHEAD_INTERVALS = 2
MAX_KEYS = 30


def mac(secret: bytes, keys: Sequence[DayKey]) -> bytes:
    """HMAC-SHA256 over "base64(key).start.period", sorted and joined by commas: the Exposure Notifications
    verification protocol's, without transmission risk."""
    parts = sorted(f"{b64encode(key.tek).decode()}.{key.start}.{key.period}" for key in keys)
    return hmac.digest(secret, ",".join(parts).encode(), "sha256")


def check(keys: Sequence[DayKey], now: float) -> None:
    """Raises Refused for keys of the future, too old, doubled or overlapping. `now` in unix seconds.

    A key of today is taken, though it goes on until midnight; it is published after its end.
    """
    this = interval_of(now)
    spans: list[tuple[int, int]] = []
    for key in keys:
        if key.start > this + AHEAD_INTERVALS or key.end > this + ROLLING_PERIOD:
            raise Refused("key_from_future", _("Có khóa của ngày chưa đến. Xem lại giờ của máy."), at="keys")
        if key.end <= this - OLDEST_DAYS * ROLLING_PERIOD:
            said = _("Có khóa cũ hơn %(days)d ngày, không còn cần nữa. Bỏ ngày đó ra.") % {"days": OLDEST_DAYS}
            raise Refused("key_too_old", said, at="keys")
        spans.append((key.start, key.end))
    if len({key.tek for key in keys}) < len(keys):
        raise Refused("key_twice", _("Một khóa được gửi hai lần."), at="keys")
    spans.sort()
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise Refused("keys_overlap", _("Hai khóa chồng giờ lên nhau. Mỗi lúc máy chỉ có một khóa."), at="keys")
