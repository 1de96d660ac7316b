"""Windows and encounters by hand, calibration, and a look-up among many sightings against a plain scan."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan_proximity import calibration
from lachan_proximity.calibration import Calibration
from lachan_proximity.encounters import Heard, Infectiousness, ScanInstance, encounters, exposure_windows, scans_of
from lachan_proximity.identifiers import Scheme, gaen
from lachan_proximity.keyfile import ReportType
from lachan_proximity.sightings import Sighting

KEY = gaen.DayKey(bytes(range(16)), 20_510 * 144)
DAY = 20_510 * 86_400.0


def sighting(at: float, *rssi: int, power: int = -20, gap: int = 270) -> Sighting:
    rpi = gaen.identifier(KEY, gaen.interval_of(at))
    sealed = gaen.crypt_metadata(KEY.tek, rpi, gaen.Metadata(power).encode())
    return Sighting(Scheme.GAEN, rpi, at, rssi, sealed, gap)


def test_attenuation_is_power_sent_less_what_arrived_at_this_model() -> None:
    receiver = Calibration(rssi_offset=5.0, tx_power=0, confidence=3)
    (scan,) = scans_of(KEY, [sighting(DAY, -70, -80)], receiver)
    assert scan.attenuations == (45, 55)
    assert (scan.at, scan.gap) == (DAY, 270)


def test_impossible_power_and_broken_metadata_are_left_out() -> None:
    broken = Sighting(Scheme.GAEN, bytes(16), DAY, (-60,), b"")
    assert scans_of(KEY, [sighting(DAY, -70, power=21), sighting(DAY, -70, power=-51), broken]) == []
    assert len(scans_of(KEY, [sighting(DAY, -70, power=20), sighting(DAY + 60, -70, power=-50)])) == 2


def test_one_scan_is_one_scan_also_across_a_rotation() -> None:
    scans = scans_of(KEY, [sighting(DAY + 602, -72), sighting(DAY + 598, -70), sighting(DAY + 630, -75, gap=0)])
    assert [(scan.at, scan.attenuations, scan.gap) for scan in scans] == [
        (DAY + 598, (50, 52), 270),
        (DAY + 630, (55,), 120),
    ]
    assert scans_of(KEY, [sighting(DAY, -70, gap=900)])[0].gap == 300


def test_windows_last_half_an_hour_at_most() -> None:
    scans = [Heard(DAY + minute * 60, 270, (50, 61)) for minute in range(0, 62, 5)]
    windows = exposure_windows(
        scans, report=ReportType.CONFIRMED_TEST, infectiousness=Infectiousness.HIGH, confidence=2
    )
    assert [len(window.scans) for window in windows] == [6, 6, 1]
    assert [window.start - DAY for window in windows] == [0, 1800, 3600]
    assert windows[0].scans[0] == ScanInstance(50, 56, 270)
    assert {(w.day, w.report, w.infectiousness, w.confidence) for w in windows} == {(20_510, 1, 2, 2)}
    assert exposure_windows([], report=ReportType.CONFIRMED_TEST, infectiousness=Infectiousness.HIGH) == []


def test_ten_minutes_unheard_end_an_encounter() -> None:
    scans = [Heard(DAY + at, 300, (50,)) for at in (0, 300, 900, 1501)]
    first, second = encounters(scans)
    assert (first.start, first.end, first.certain, first.possible) == (DAY, DAY + 900, 15, 25)
    assert (second.certain, second.possible) == (0, 10)
    assert first.typical_attenuation == 50


@given(st.integers(0, 299), st.integers(1, 7200), st.lists(st.integers(210, 300), min_size=60, max_size=60))
def test_the_truth_lies_between_certain_and_possible(offset: int, length: int, gaps: list[int]) -> None:
    """A contact of any length, scans at any legal rhythm: heard are the scans within it."""
    at, scans = DAY + offset - 300.0, []
    start, end = DAY, DAY + length
    for gap in gaps:
        at += gap
        if start <= at < end:
            scans.append(Heard(at, gap, (50,)))
    found = encounters(scans)
    if not scans:
        assert found == []
        return
    (one,) = found
    assert one.certain * 60 <= length
    last = max(scan.gap for scan in scans)
    assert length <= one.possible * 60 + 300 - last


def test_calibration_tables(tmp_path: Path) -> None:
    path = tmp_path / "calibration.csv"
    path.write_text("oem,model,rssi_correction,tx,calibration_confidence\nx,Pi 5,-2.5,-12,2\n")
    table = calibration.load(path)
    assert calibration.of_model("Pi 5", table) == Calibration(-2.5, -12, 2)
    assert calibration.of_model("SM-A405FN").confidence == 3
    assert calibration.of_model("unheard of", table) == calibration.UNKNOWN
    for row in ("x,Pi 5,-2.5,-12,7", "x,Pi 5,a,-12,1", "x"):
        path.write_text(f"oem,model,rssi_correction,tx,calibration_confidence\n{row}\n")
        with pytest.raises(ValueError, match="line 2"):
            calibration.load(path)
