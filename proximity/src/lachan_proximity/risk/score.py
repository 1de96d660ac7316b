"""Windows to window risks, days and the whole, as Corona-Warn-App published it (and its cases check it).

Per window: minutes weighted by attenuation, times the value of the transmission risk level. Per day: the sum, rounded
to a tenth, held against the day's thresholds; a day counts distinct encounters by risk level and calibration
confidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from lachan_proximity.encounters import ExposureWindow, Infectiousness
from lachan_proximity.keyfile.batch import ReportType
from lachan_proximity.risk.profile import RiskProfile


class RiskLevel(IntEnum):
    """The numbers are those of the published format."""

    LOW = 1
    HIGH = 2


@dataclass(frozen=True)
class WindowRisk:
    """What became of one window: its level, or in `dropped` why it does not count."""

    window: ExposureWindow
    trl: int
    weighted_minutes: float
    normalized_time: float
    level: int | None
    dropped: str = ""


@dataclass(frozen=True)
class DayRisk:
    """One UTC day (days since 1970); `normalized_time` in weighted minutes; `level` None below every threshold."""

    day: int
    normalized_time: float
    level: int | None
    low_encounters: int
    high_encounters: int


@dataclass(frozen=True)
class RiskResult:
    """`total` as published apps say it; `days`, newest first, and `windows` show how it came about."""

    total: RiskLevel
    days: tuple[DayRisk, ...]
    windows: tuple[WindowRisk, ...]

    def days_of(self, level: RiskLevel) -> list[DayRisk]:
        return [day for day in self.days if day.level == level]

    @property
    def is_exposed(self) -> bool:
        """Whether any day reached a level: apps say LOW also where nobody was met."""
        return any(day.level is not None for day in self.days)


def transmission_risk_level(profile: RiskProfile, report: ReportType, infectiousness: Infectiousness) -> int:
    """Raises ValueError for a report type that is no exposure (unknown, revoked)."""
    encoding = profile.trl_encoding
    offsets = {
        ReportType.RECURSIVE: encoding.recursive,
        ReportType.SELF_REPORT: encoding.self_report,
        ReportType.CONFIRMED_CLINICAL_DIAGNOSIS: encoding.clinical_diagnosis,
        ReportType.CONFIRMED_TEST: encoding.confirmed_test,
    }
    if report not in offsets:
        raise ValueError(f"a window of report type {report.name} is no exposure")
    high = infectiousness == Infectiousness.HIGH
    return offsets[report] + (encoding.infectiousness_high if high else encoding.infectiousness_standard)


def assess_window(profile: RiskProfile, window: ExposureWindow) -> WindowRisk:
    """Raises ValueError for a report type that is no exposure."""
    trl = transmission_risk_level(profile, window.report, window.infectiousness)
    for attenuation, drop in profile.attenuation_filters:
        minutes = sum(max(scan.seconds, 0) for scan in window.scans if scan.min_attenuation in attenuation) / 60
        if minutes in drop:
            return WindowRisk(window, trl, 0.0, 0.0, None, f"{minutes:g} minutes in a filtered attenuation range")
    if any(trl in dropped for dropped in profile.trl_filters):
        return WindowRisk(window, trl, 0.0, 0.0, None, f"transmission risk level {trl} is filtered")
    seconds = 0.0
    for scan in window.scans:
        weight = next((value for range_, value in profile.attenuation_weights if scan.min_attenuation in range_), 0.0)
        seconds += max(scan.seconds, 0) * weight
    minutes = seconds / 60
    normalized = profile.trl_values.get(trl, 0.0) * minutes
    level = next((level for range_, level in profile.window_levels if normalized in range_), None)
    return WindowRisk(window, trl, minutes, normalized, level, "" if level is not None else "below every threshold")


def assess(profile: RiskProfile, windows: Sequence[ExposureWindow], *, today: int | None = None) -> RiskResult:
    """The risk of all windows; `today` (UTC days since 1970) leaves out those older than the profile's age limit.

    Raises ValueError for a report type that is no exposure.
    """
    risks = []
    for window in windows:
        risk = assess_window(profile, window)
        age = None if today is None else today - window.day
        if profile.max_age_days is not None and age is not None and age > profile.max_age_days:
            risk = WindowRisk(window, risk.trl, 0.0, 0.0, None, f"{age} days old, more than {profile.max_age_days}")
        risks.append(risk)
    counted = [risk for risk in risks if risk.level is not None]
    days = [
        _day(profile, day, [risk for risk in counted if risk.window.day == day])
        for day in sorted({risk.window.day for risk in counted}, reverse=True)
    ]
    total = RiskLevel.HIGH if any(day.level == RiskLevel.HIGH for day in days) else RiskLevel.LOW
    return RiskResult(total, tuple(days), tuple(risks))


def _day(profile: RiskProfile, day: int, risks: list[WindowRisk]) -> DayRisk:
    # Parts that make nine are nine, and not 8.999999999 by the way binary fractions add up. One decimal, as one version
    # of the app rounds, would contradict the published cases: 299 seconds are less than five minutes.
    time = round(sum(risk.normalized_time for risk in risks), 9)
    level = next((level for range_, level in profile.day_levels if time in range_), None)

    def encounters(of: RiskLevel) -> int:
        return len({(risk.trl, risk.window.confidence) for risk in risks if risk.level == of})

    return DayRisk(day, time, level, encounters(RiskLevel.LOW), encounters(RiskLevel.HIGH))
