"""A city's day of sightings at once: tens of thousands of devices, as arrays.

The same air as the simulated radio (propagation, duty cycle), reckoned per scan instead of per advert: how many of a
scan's adverts come through is drawn, and their mean strength. One scan costs what the people in its room cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lachan_proximity.radio.propagation import ADVERT_SECONDS, Propagation

_SHADOW_SECONDS = 600
# Pairs of scan and neighbour worked on at a time: about 100 MB.
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Stays:
    """Who was where: seconds since any midnight, `x`, `y` metres within the place. Nobody is in two places at once."""

    device: NDArray[np.int64]
    place: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.device)

    def take(self, rows: NDArray[np.int64]) -> "Stays":
        return Stays(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Duty:
    """Seconds: listens `scan` of every `shortest` to `longest`."""

    scan: float = 4.0
    shortest: float = 210.0
    longest: float = 300.0


@dataclass(frozen=True)
class Scans:
    """One row for each scan that heard a neighbour: `count` adverts, mean `attenuation` dB, `gap` before it."""

    receiver: NDArray[np.int64]
    sender: NDArray[np.int64]
    at: NDArray[np.float64]
    gap: NDArray[np.float64]
    count: NDArray[np.int64]
    attenuation: NDArray[np.float64]


@dataclass(frozen=True)
class Meetings:
    """Uninterrupted contacts as one side heard them; minutes certain and possible, mean attenuation in dB."""

    receiver: NDArray[np.int64]
    sender: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    certain: NDArray[np.float64]
    possible: NDArray[np.float64]
    attenuation: NDArray[np.float64]


def simulate(stays: Stays, *, seed: int, propagation: Propagation | None = None, duty: Duty | None = None) -> Scans:
    """What every device heard of every other. The same seed gives the same day."""
    air, rhythm = propagation or Propagation(), duty or Duty()
    draw = np.random.default_rng(seed)
    order = np.argsort(stays.place, kind="stable")
    sorted_places = stays.place[order]
    edges = np.flatnonzero(np.diff(sorted_places)) + 1
    parts = []
    offset = {int(device): draw.uniform(0, rhythm.longest) for device in np.unique(stays.device)}
    for rows in np.split(order, edges):
        if len(rows) > 1:
            parts += list(_place(stays.take(rows), offset, air, rhythm, draw))
    columns = zip(*parts, strict=True) if parts else [[np.empty(0)]] * 6
    receiver, sender, at, gap, count, attenuation = (np.concatenate(list(column)) for column in columns)
    return Scans(receiver.astype(np.int64), sender.astype(np.int64), at, gap, count.astype(np.int64), attenuation)


def _scans_of(
    stays: Stays, offset: dict[int, float], rhythm: Duty, draw: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """(row of the stay, time, gap before) of every scan that falls into a stay."""
    most = int((stays.end - stays.start).max() / rhythm.shortest) + 2
    gaps = draw.uniform(rhythm.shortest, rhythm.longest, (len(stays), most))
    # Where in its rhythm a device is when it comes in: one number a device stands for its past.
    first = np.array([offset[int(device)] for device in stays.device])
    times = stays.start[:, None] + (first % gaps[:, 0])[:, None] + np.cumsum(gaps, axis=1) - gaps[:, :1]
    rows, columns = np.nonzero(times + rhythm.scan <= stays.end[:, None])
    return rows.astype(np.int64), times[rows, columns], gaps[rows, columns]


def _place(
    stays: Stays, offset: dict[int, float], air: Propagation, rhythm: Duty, draw: np.random.Generator
) -> Iterator[tuple[NDArray[np.float64], ...]]:
    rows, times, gaps = _scans_of(stays, offset, rhythm, draw)
    step = max(_PAIRS_AT_ONCE // len(stays), 1)
    adverts = int(rhythm.scan / ADVERT_SECONDS)
    salt = int(draw.integers(1 << 62))
    for begin in range(0, len(rows), step):
        mine, at = rows[begin : begin + step], times[begin : begin + step]
        here = (stays.start <= at[:, None]) & (stays.end >= at[:, None] + rhythm.scan)
        here &= stays.device != stays.device[mine][:, None]
        scan, other = np.nonzero(here)
        near = np.hypot(stays.x[mine[scan]] - stays.x[other], stays.y[mine[scan]] - stays.y[other])
        kept = near <= air.farthest
        scan, other, near = scan[kept], other[kept], near[kept]
        receiver, sender, when = stays.device[mine[scan]], stays.device[other], at[scan]
        shadow = _shadow(receiver, sender, when, salt) * air.shadow
        mean = air.tx_power - air.at_one_metre - 10 * air.exponent * np.log10(np.maximum(near, 0.1)) - shadow
        # The chance of one advert, averaged over its fading: the logistic threshold is widened by it.
        width = np.sqrt(air.softness**2 + (air.fading / 1.7) ** 2)
        through = 1 / (1 + np.exp(-np.clip((mean - air.hears_half_at) / width, -30, 30)))
        count = draw.binomial(adverts, through)
        heard = count > 0
        count, mean = count[heard], mean[heard]
        level = mean + draw.normal(0, air.fading, len(mean)) / np.sqrt(count)
        yield (
            receiver[heard].astype(np.float64),
            sender[heard].astype(np.float64),
            when[heard],
            gaps[begin : begin + step][scan][heard],
            count.astype(np.float64),
            air.tx_power - level,
        )


def _shadow(one: NDArray[np.int64], two: NDArray[np.int64], at: NDArray[np.float64], salt: int) -> NDArray[np.float64]:
    """A standard normal number that a pair keeps, both ways, for ten minutes (splitmix64, then Box and Muller)."""
    low, high = np.minimum(one, two).astype(np.uint64), np.maximum(one, two).astype(np.uint64)
    state = low * np.uint64(0x9E3779B97F4A7C15) ^ high * np.uint64(0xC2B2AE3D27D4EB4F)
    state ^= (at // _SHADOW_SECONDS).astype(np.uint64) * np.uint64(0x165667B19E3779F9) ^ np.uint64(salt)

    def mixed(value: NDArray[np.uint64]) -> NDArray[np.float64]:
        value = (value ^ value >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ value >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        return ((value ^ value >> np.uint64(31)) >> np.uint64(11)).astype(np.float64) / (1 << 53)

    angle = mixed(state + np.uint64(0x9E3779B97F4A7C15))
    radius = np.maximum(mixed(state), 1e-300)
    result: NDArray[np.float64] = np.sqrt(-2 * np.log(radius)) * np.cos(2 * np.pi * angle)
    return result


def meetings(scans: Scans, *, contact_ends: float = 600.0) -> Meetings:
    """Scans joined to contacts by the rule of `encounters`: ten minutes unheard end one."""
    if not len(scans.at):
        none, zero = np.empty(0, np.int64), np.empty(0)
        return Meetings(none, none, zero, zero, zero, zero, zero)
    order = np.lexsort((scans.at, scans.sender, scans.receiver))
    receiver, sender, at = scans.receiver[order], scans.sender[order], scans.at[order]
    gap, count, attenuation = np.minimum(scans.gap[order], 300), scans.count[order], scans.attenuation[order]
    new = np.ones(len(at), np.bool_)
    new[1:] = (receiver[1:] != receiver[:-1]) | (sender[1:] != sender[:-1]) | (np.diff(at) > contact_ends)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(at)) - 1
    certain = at[last] - at[first]
    weight = np.add.reduceat(count.astype(np.float64), first)
    return Meetings(
        receiver=receiver[first],
        sender=sender[first],
        start=at[first],
        end=at[last],
        certain=certain / 60,
        possible=(certain + gap[first] + np.maximum.reduceat(gap, first)) / 60,
        attenuation=np.add.reduceat(attenuation * count, first) / weight,
    )


def truth(stays: Stays, *, within: float = 2.0, minutes: float = 15.0) -> set[tuple[int, int]]:
    """Pairs (smaller, larger) within `within` metres for `minutes` in all: what a perfect device would say."""
    order = np.argsort(stays.place, kind="stable")
    edges = np.flatnonzero(np.diff(stays.place[order])) + 1
    together: dict[tuple[int, int], float] = {}
    for rows in np.split(order, edges):
        here = stays.take(rows)
        distance = np.hypot(here.x[:, None] - here.x, here.y[:, None] - here.y)
        overlap = np.minimum(here.end[:, None], here.end) - np.maximum(here.start[:, None], here.start)
        one, two = np.nonzero((distance <= within) & (overlap > 0) & (here.device[:, None] < here.device))
        for a, b, seconds in zip(
            here.device[one].tolist(), here.device[two].tolist(), overlap[one, two].tolist(), strict=True
        ):
            together[a, b] = together.get((a, b), 0.0) + seconds
    return {pair for pair, seconds in together.items() if seconds >= minutes * 60}


def ordinary_day(devices: int, *, seed: int) -> Stays:
    """A made-up day: homes of four, workplaces of about thirty, an hour at one of a few markets, homes again.

    Places are for the test of the chain, not for any claim about a real city.
    """
    draw = np.random.default_rng(seed)
    person = np.arange(devices)
    homes, works, markets = devices // 4 + 1, devices // 30 + 1, devices // 400 + 1
    leave, home = draw.uniform(6.5, 8.5, devices) * 3600, draw.uniform(17.5, 19.5, devices) * 3600
    shop = home - draw.uniform(0.4, 1.0, devices) * 3600
    home_of, work_of = draw.permutation(devices) % homes, draw.integers(0, works, devices)
    parts = [
        (home_of, np.zeros(devices), leave, 5.0),
        (homes + work_of, leave + 1200, shop - 600, 12.0),
        (homes + works + draw.integers(0, markets, devices), shop, home - 600, 40.0),
        (home_of, home, np.full(devices, 86_400.0), 5.0),
    ]
    place, start, end, size = (np.concatenate([np.broadcast_to(part[n], devices) for part in parts]) for n in range(4))
    return Stays(
        device=np.tile(person, 4),
        place=place.astype(np.int64),
        start=start.astype(np.float64),
        end=end.astype(np.float64),
        x=draw.uniform(0, 1, 4 * devices) * size,
        y=draw.uniform(0, 1, 4 * devices) * size,
    )
