"""Exposure windows to a risk, by a versioned configuration; and the sentence that says why."""

from lachan_proximity.risk.profile import ConfigError, Range, RiskProfile
from lachan_proximity.risk.score import DayRisk, RiskLevel, RiskResult, assess

__all__ = ["ConfigError", "DayRisk", "Range", "RiskLevel", "RiskProfile", "RiskResult", "assess"]
