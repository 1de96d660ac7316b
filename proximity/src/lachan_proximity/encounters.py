"""From sightings of a published key to exposure windows (for the risk) and to encounters (for people).

A scan every few minutes sees a contact as a row of points. Between two scans that both heard, the contact is certain;
before the first and after the last it is possible, up to the neighbouring scan. The truth lies between the two sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from lachan_proximity.calibration import UNKNOWN, Calibration
from lachan_proximity.identifiers.gaen import DayKey, Metadata, crypt_metadata
from lachan_proximity.keyfile.batch import ReportType
from lachan_proximity.sightings.sighting import Sighting

# Transmit power outside this range (dBm) is a broken or forged sender: the sighting is left out.
TX_POWER = range(-50, 21)


class Infectiousness(IntEnum):
    """Of the case on the day of a window, by days since onset."""

    NONE = 0
    STANDARD = 1
    HIGH = 2


@dataclass(frozen=True)
class WindowRules:
    """Seconds. The values are those phones use (Exposure Notification, window mode)."""

    longest_window: int = 1800
    same_scan: float = 25.5
    default_gap: int = 120
    longest_gap: int = 300
    contact_ends: int = 600


@dataclass(frozen=True, slots=True)
class ScanInstance:
    """One scan: attenuation in dB, strongest and mean; `seconds` since the scan before, at most five minutes."""

    min_attenuation: int
    typical_attenuation: int
    seconds: int


@dataclass(frozen=True)
class ExposureWindow:
    """Up to half an hour near one key's phone. `day`: UTC days since 1970; `start` unix seconds, kept on the device."""

    day: int
    report: ReportType
    infectiousness: Infectiousness
    confidence: int
    scans: tuple[ScanInstance, ...]
    start: float = field(compare=False, default=0.0)


@dataclass(frozen=True)
class Heard:
    """One scan that heard the key: `at` unix seconds, `gap` seconds before it, attenuation in dB of each advert."""

    at: float
    gap: int
    attenuations: tuple[int, ...]


@dataclass(frozen=True)
class Encounter:
    """An uninterrupted time near one person, unix seconds; the true minutes lie between `certain` and `possible`."""

    start: float
    end: float
    certain: float
    possible: float
    scans: tuple[Heard, ...]

    @property
    def typical_attenuation(self) -> float:
        """dB, mean over all adverts heard."""
        values = [value for scan in self.scans for value in scan.attenuations]
        return sum(values) / len(values)


def scans_of(
    key: DayKey, sightings: Sequence[Sighting], receiver: Calibration = UNKNOWN, rules: WindowRules = WindowRules()
) -> list[Heard]:
    """The sightings of one key as scans in order of time: those of one scan merged, attenuations made comparable.

    Attenuation is what the sender says it sends with, less what arrived at this model of receiver.
    """
    merged: list[tuple[float, int, list[int]]] = []
    for sighting in sorted(sightings, key=lambda one: one.at):
        try:
            metadata = Metadata.decode(crypt_metadata(key.tek, sighting.identifier, sighting.metadata))
        except ValueError:
            continue
        if metadata.tx_power not in TX_POWER:
            continue
        values = [metadata.tx_power - round(reading + receiver.rssi_offset) for reading in sighting.rssi]
        if merged and sighting.at - merged[-1][0] <= rules.same_scan:
            merged[-1][2].extend(values)
        else:
            merged.append((sighting.at, sighting.gap or rules.default_gap, values))
    return [Heard(at, min(gap, rules.longest_gap), tuple(values)) for at, gap, values in merged]


def exposure_windows(
    scans: Sequence[Heard],
    *,
    report: ReportType,
    infectiousness: Infectiousness,
    confidence: int = 0,
    rules: WindowRules = WindowRules(),
) -> list[ExposureWindow]:
    """Windows of at most half an hour, each on the day it starts."""
    groups: list[list[Heard]] = []
    for scan in scans:
        if groups and scan.at - groups[-1][0].at < rules.longest_window:
            groups[-1].append(scan)
        else:
            groups.append([scan])
    return [
        ExposureWindow(
            day=int(group[0].at // 86_400),
            report=report,
            infectiousness=infectiousness,
            confidence=confidence,
            scans=tuple(
                ScanInstance(
                    min_attenuation=min(scan.attenuations),
                    typical_attenuation=round(sum(scan.attenuations) / len(scan.attenuations)),
                    seconds=scan.gap,
                )
                for scan in group
            ),
            start=group[0].at,
        )
        for group in groups
    ]


def encounters(scans: Sequence[Heard], rules: WindowRules = WindowRules()) -> list[Encounter]:
    """Contacts in order of time; ten minutes unheard end one. Scans may come from several keys of one person."""
    groups: list[list[Heard]] = []
    for scan in sorted(scans, key=lambda one: one.at):
        if groups and scan.at - groups[-1][-1].at <= rules.contact_ends:
            groups[-1].append(scan)
        else:
            groups.append([scan])
    found = []
    for group in groups:
        first, last = group[0], group[-1]
        certain = last.at - first.at
        found.append(
            Encounter(
                start=first.at,
                end=last.at,
                certain=certain / 60,
                # The scan after the last is as far off as scans have been, five minutes at most.
                possible=(certain + first.gap + max(scan.gap for scan in group)) / 60,
                scans=tuple(group),
            )
        )
    return found
