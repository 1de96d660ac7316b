"""What published keys mean to this device: which it heard, how long, how near, the risk. Nothing leaves the device."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lachan_proximity.calibration import UNKNOWN, Calibration
from lachan_proximity.distance import Estimate, Readings, describe, shipped
from lachan_proximity.encounters import (
    Encounter,
    ExposureWindow,
    Infectiousness,
    encounters,
    exposure_windows,
    scans_of,
)
from lachan_proximity.identifiers import Scheme
from lachan_proximity.identifiers.gaen import DayKey
from lachan_proximity.keyfile.batch import NO_ONSET, Export, KeyBatch, ReportType
from lachan_proximity.matching import CLOCK_TOLERANCE
from lachan_proximity.matching.heard import Heard
from lachan_proximity.risk.profile import RiskProfile
from lachan_proximity.risk.score import RiskResult, assess
from lachan_proximity.sightings.sighting import Sighting
from lachan_proximity.sightings.store import Sightings


@dataclass(frozen=True)
class Exposure:
    """One published key that was heard: its contacts, each with how near it probably was (None: too few readings)."""

    key: DayKey
    report: ReportType
    encounters: tuple[tuple[Encounter, Estimate | None], ...]
    windows: tuple[ExposureWindow, ...]


@dataclass(frozen=True)
class Checked:
    """`result` is the risk of all windows; `near` the probability of 2 m or less on the strongest five minutes."""

    exposures: tuple[Exposure, ...]
    result: RiskResult
    near: float | None


def infectiousness(profile: RiskProfile, report: ReportType, onset: int) -> Infectiousness:
    """Of the case on the key's day. A profile without a table by days counts every published day as standard."""
    if onset == NO_ONSET or not profile.infectiousness_by_day:
        level = profile.infectiousness_when_unknown
    else:
        level = profile.infectiousness_by_day.get(onset, 0)
    return Infectiousness(level)


def heard_of(store: Sightings, keys: KeyBatch, tolerance: int = CLOCK_TOLERANCE) -> dict[int, list[Sighting]]:
    """Row of `keys` to its sightings; reads the whole store once, however many keys there are."""
    kept = [sighting for sighting in store.all() if sighting.scheme == Scheme.GAEN]
    identifiers = np.frombuffer(b"".join(one.identifier for one in kept), np.uint8).reshape(-1, 16)
    hits = Heard(identifiers, np.array([one.at for one in kept], np.float64)).match(keys, tolerance=tolerance)
    found: dict[int, list[Sighting]] = defaultdict(list)
    for key, row in zip(hits.keys.tolist(), hits.heard.tolist(), strict=True):
        found[key].append(kept[row])
    return dict(found)


def check(
    store: Sightings,
    exports: Iterable[Export],
    profile: RiskProfile,
    *,
    today: int,
    receiver: Calibration = UNKNOWN,
) -> Checked:
    """Hold verified exports against the store. Keys that a later export revokes count no more."""
    listed = list(exports)
    keys = KeyBatch.joined(export.keys for export in listed)
    revised = KeyBatch.joined(export.revised for export in listed)
    changed = {tek.tobytes(): kind for tek, kind in zip(revised.teks, revised.reports.tolist(), strict=True)}
    found = []
    estimates: list[Estimate] = []
    for row, sightings in sorted(heard_of(store, keys).items()):
        tek = keys.teks[row].tobytes()
        report = ReportType(min(changed.get(tek, int(keys.reports[row])), ReportType.REVOKED))
        if report in (ReportType.REVOKED, ReportType.UNKNOWN):
            continue
        key = DayKey(tek, int(keys.starts[row]), int(keys.periods[row]))
        infectious = infectiousness(profile, report, int(keys.onsets[row]))
        if infectious == Infectiousness.NONE:
            continue
        scans = scans_of(key, sightings, receiver)
        contacts = []
        for encounter in encounters(scans):
            estimate = nearness(store, encounter, sightings, receiver)
            estimates += [estimate] if estimate else []
            contacts.append((encounter, estimate))
        windows = exposure_windows(scans, report=report, infectiousness=infectious, confidence=receiver.confidence)
        found.append(Exposure(key, report, tuple(contacts), tuple(windows)))
    result = assess(profile, [window for exposure in found for window in exposure.windows], today=today)
    return Checked(tuple(found), result, max((one.near for one in estimates), default=None))


def nearness(
    store: Sightings, encounter: Encounter, sightings: list[Sighting], receiver: Calibration
) -> Estimate | None:
    """The strongest five minutes of an encounter by the shipped model; None where no five minutes hold three readings.

    The person's own readings are made comparable by their transmit power, which came sealed beside the identifier;
    others' power is unknown, so their strength is taken as if they sent alike: it only ranks.
    """
    own = {sighting.identifier for sighting in sightings}
    offset = _offset(encounter, sightings)
    rows = [
        (0, scan.at + n / 100, -float(value)) for scan in encounter.scans for n, value in enumerate(scan.attenuations)
    ]
    number: dict[bytes, int] = {}
    for sighting in store.all(encounter.start - 900, encounter.end + 900):
        if sighting.identifier in own:
            continue
        device = number.setdefault(sighting.identifier, len(number) + 1)
        rows += [(device, sighting.at + n / 100, reading + offset) for n, reading in enumerate(sighting.rssi)]
    devices, at, levels = zip(*rows, strict=True)
    windows = describe(Readings(np.array(devices, np.int64), np.array(at, np.float64), np.array(levels, np.float64)))
    mine = [e for e, device in zip(shipped().estimates(windows), windows.devices.tolist(), strict=True) if device == 0]
    return max(mine, key=lambda estimate: estimate.near, default=None)


def _offset(encounter: Encounter, sightings: list[Sighting]) -> float:
    """dB between this person's levels and the raw readings behind them."""
    readings = [reading for sighting in sightings for reading in sighting.rssi]
    return -encounter.typical_attenuation - sum(readings) / len(readings)
