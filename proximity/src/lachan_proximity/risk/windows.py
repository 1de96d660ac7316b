"""Windows and results as JSON: the documented input and output of `lachan-proximity risk`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from lachan_proximity.encounters import ExposureWindow, Infectiousness, ScanInstance
from lachan_proximity.keyfile.batch import ReportType
from lachan_proximity.risk.profile import ConfigError, RiskProfile
from lachan_proximity.risk.score import RiskLevel, RiskResult
from lachan_proximity.risk.why import explain

E = TypeVar("E", ReportType, Infectiousness)
_EPOCH = date(1970, 1, 1)
_REPORT_NAMES = {kind.name: kind for kind in ReportType}
_INFECTIOUSNESS_NAMES = {kind.name: kind for kind in Infectiousness}


def day_of(when: date) -> int:
    """UTC days since 1970."""
    return (when - _EPOCH).days


def _int(row: Mapping[str, Any], names: tuple[str, ...], where: str, default: int | None = None) -> int:
    for name in names:
        if row.get(name) is not None:
            value = row[name]
            if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
                raise ConfigError(f"{where}.{name} is a whole number, not {value!r}")
            return int(value)
    if default is None:
        raise ConfigError(f"{where} has no {names[0]}")
    return default


def _enum(value: Any, kind: type[E], names: Mapping[str, E], where: str) -> E:
    if isinstance(value, str) and value.upper() in names:
        return names[value.upper()]
    if isinstance(value, int) and not isinstance(value, bool) and value in list(kind):
        return kind(value)
    raise ConfigError(f"{where} is one of {', '.join(f'{v.value} {n}' for n, v in names.items())}, not {value!r}")


def _day(row: Mapping[str, Any], today: int, where: str) -> int:
    if row.get("ageInDays") is not None:
        return today - _int(row, ("ageInDays",), where)
    if row.get("dateMillisSinceEpoch") is not None:
        return _int(row, ("dateMillisSinceEpoch",), where) // 86_400_000
    try:
        return day_of(date.fromisoformat(str(row["date"])))
    except KeyError as wrong:
        raise ConfigError(f"{where} has no date, dateMillisSinceEpoch or ageInDays") from wrong
    except ValueError as wrong:
        raise ConfigError(f"{where}.date is a day as 2026-03-12, not {row['date']!r}") from wrong


def read_window(row: Any, profile: RiskProfile | None, today: int, where: str) -> ExposureWindow:
    """One window. Raises ConfigError that names the place within the file."""
    if not isinstance(row, Mapping):
        raise ConfigError(f"{where} is an object with reportType, infectiousness and scanInstances")
    scans = row.get("scanInstances")
    if not isinstance(scans, list):
        raise ConfigError(f"{where}.scanInstances is a list")
    read = []
    for nth, scan in enumerate(scans):
        place = f"{where}.scanInstances[{nth}]"
        if not isinstance(scan, Mapping):
            raise ConfigError(f"{place} is an object with minAttenuation and secondsSinceLastScan")
        low = _int(scan, ("minAttenuation", "minAttenuationDb"), place)
        typical = _int(scan, ("typicalAttenuation", "typicalAttenuationDb"), place, low)
        read.append(ScanInstance(low, typical, _int(scan, ("secondsSinceLastScan",), place)))
    if row.get("infectiousness") is not None:
        infectious = _enum(row["infectiousness"], Infectiousness, _INFECTIOUSNESS_NAMES, f"{where}.infectiousness")
    elif profile is not None and row.get("daysSinceOnset") is not None:
        days = _int(row, ("daysSinceOnset",), where)
        infectious = Infectiousness(profile.infectiousness_by_day.get(days, 0))
    else:
        raise ConfigError(f"{where} has neither infectiousness nor daysSinceOnset")
    return ExposureWindow(
        day=_day(row, today, where),
        report=_enum(row.get("reportType"), ReportType, _REPORT_NAMES, f"{where}.reportType"),
        infectiousness=infectious,
        confidence=_int(row, ("calibrationConfidence",), where, 0),
        scans=tuple(read),
        start=float(_int(row, ("startSeconds",), where, 0)),
    )


def read_windows(
    rows: Any, profile: RiskProfile | None, today: int, where: str = "exposureWindows"
) -> list[ExposureWindow]:
    if not isinstance(rows, list):
        raise ConfigError(f"{where} is a list of windows")
    return [read_window(row, profile, today, f"{where}[{nth}]") for nth, row in enumerate(rows)]


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def result_json(profile: RiskProfile, result: RiskResult, today: int, language: str | None = None) -> dict[str, Any]:
    """The documented output; see docs/proximity-protocol.md."""
    low, high = result.days_of(RiskLevel.LOW), result.days_of(RiskLevel.HIGH)
    document: dict[str, Any] = {
        "totalRiskLevel": int(result.total),
        "risk": result.total.name.lower() if result.is_exposed else "none",
        "mostRecentDateWithLowRisk": _date(low[0].day) if low else None,
        "mostRecentDateWithHighRisk": _date(high[0].day) if high else None,
        "ageOfMostRecentDateWithLowRisk": today - low[0].day if low else None,
        "ageOfMostRecentDateWithHighRisk": today - high[0].day if high else None,
        "numberOfDaysWithLowRisk": len(low),
        "numberOfDaysWithHighRisk": len(high),
        "totalMinimumDistinctEncountersWithLowRisk": sum(d.low_encounters for d in result.days if d.level is not None),
        "totalMinimumDistinctEncountersWithHighRisk": sum(
            d.high_encounters for d in result.days if d.level is not None
        ),
        "days": [
            {
                "date": _date(day.day),
                "ageInDays": today - day.day,
                "normalizedTime": day.normalized_time,
                "riskLevel": day.level,
                "minimumDistinctEncountersWithLowRisk": day.low_encounters,
                "minimumDistinctEncountersWithHighRisk": day.high_encounters,
            }
            for day in result.days
        ],
        "windows": [
            {
                "date": _date(risk.window.day),
                "transmissionRiskLevel": risk.trl,
                "weightedMinutes": round(risk.weighted_minutes, 6),
                "normalizedTime": round(risk.normalized_time, 6),
                "riskLevel": risk.level,
                **({"dropped": risk.dropped} if risk.dropped else {}),
            }
            for risk in result.windows
        ],
        "profile": {"name": profile.name, "version": profile.version, "assumed": list(profile.assumed)},
    }
    languages = [language] if language else ["vi", "en"]
    document["why"] = {each: explain(result, today=today, language=each) for each in languages}
    return document
