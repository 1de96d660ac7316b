"""How strongly an advert arrives: a simple model of rooms and bodies, the same for every simulated radio.

Log-distance path loss, a shadow that stays for ten minutes (who stands how), a fading of each advert, a soft
threshold of hearing. It is made to be plausible, not to prove anything about real rooms: that is what the recordings
are for.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

ADVERT_SECONDS = 0.25
_SHADOW_SECONDS = 600


@dataclass(frozen=True)
class Propagation:
    """dB and metres. Attenuation at 1 m is `at_one_metre`; it grows by `exponent` × 10 a decade of distance."""

    at_one_metre: float = 47.0
    exponent: float = 2.2
    shadow: float = 4.0
    fading: float = 4.0
    hears_half_at: float = -98.0
    softness: float = 2.0
    tx_power: int = -20
    farthest: float = 40.0

    def _draw(self, *words: object) -> np.random.Generator:
        digest = blake2b(repr(words).encode(), digest_size=8).digest()
        return np.random.default_rng(int.from_bytes(digest, "big"))

    def mean_rssi(self, sender: int, receiver: int, distance: float, at: float) -> float:
        """dBm before fading; both directions of a pair share their shadow."""
        low, high = sorted((sender, receiver))
        shadow = self._draw("shadow", low, high, int(at // _SHADOW_SECONDS)).normal(0, self.shadow)
        loss = self.at_one_metre + 10 * self.exponent * np.log10(max(distance, 0.1)) + shadow
        return float(self.tx_power - loss)

    def heard(
        self, pair: tuple[int, int], distance: float, start: float, end: float, interval: float = ADVERT_SECONDS
    ) -> list[tuple[float, int]]:
        """(time, rssi) of each advert of `pair` (sender, receiver) between `start` and `end` that came through.

        The same every time it is asked.
        """
        sender, receiver = pair
        if distance > self.farthest or end <= start:
            return []
        draw = self._draw("heard", sender, receiver, start)
        count = int((end - start) / interval + draw.random())
        times: NDArray[np.float64] = np.sort(draw.uniform(start, end, count))
        levels = self.mean_rssi(sender, receiver, distance, start) + draw.normal(0, self.fading, count)
        through = draw.random(count) < 1 / (
            1 + np.exp(-np.clip((levels - self.hears_half_at) / self.softness, -30, 30))
        )
        return [
            (float(t), int(np.clip(round(r), -127, 20))) for t, r in zip(times[through], levels[through], strict=True)
        ]
