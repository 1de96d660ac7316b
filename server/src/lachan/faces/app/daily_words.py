"""How a day's report is said: the state of the badge, what to do now, the chart's sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lachan.faces import health_chart, health_words
from lachan.ground.platform import wording
from lachan.register.people.models import Person
from lachan.systems.selfreport.models import DailyReport
from lachan.systems.selfreport.risk import Level

STATES = {
    Level.URGENT: "unsafe",
    Level.CALL: "late",
    Level.WATCH: "due",
    Level.WELL: "safe",
    Level.UNKNOWN: "none",
}


@dataclass(frozen=True)
class Today:
    """One of the family on the page: the last report of today, and whether a diary may be kept."""

    person: Person
    report: DailyReport | None
    allowed: bool
    yesterday: bool

    @property
    def state(self) -> str:
        return STATES[Level(self.report.level)] if self.report else "none"

    @property
    def why(self) -> str:
        """What the rules saw, for a day that is not well; "" otherwise."""
        if self.report is None:
            return ""
        heat = None if self.report.temperature is None else float(self.report.temperature)
        return ", ".join(
            health_words.why(self.report.reasons, self.report.response, heat if "hot" in self.report.reasons else None)
        )

    @property
    def word(self) -> str:
        if self.report is None:
            return _("Chưa khai")
        return {
            Level.URGENT: _("Gọi 115"),
            Level.CALL: _("Có dấu hiệu"),
            Level.WATCH: _("Cần theo dõi"),
            Level.WELL: _("Khỏe"),
            Level.UNKNOWN: _("Chưa hỏi"),
        }[Level(self.report.level)]


def headline(rows: Sequence[Today]) -> str:
    """The answer first: who needs help, else who has not reported, else that all is well."""
    levels = [row.report.level for row in rows if row.report]
    if Level.URGENT in levels:
        return _("Có người cần gọi 115 ngay")
    if Level.CALL in levels:
        return _("Có người cần được trạm y tế gọi")
    missing = sum(1 for row in rows if row.report is None)
    if missing:
        return ngettext("Hôm nay còn %(n)s người chưa khai", "Hôm nay còn %(n)s người chưa khai", missing) % {
            "n": missing
        }
    if levels and all(level == Level.WELL for level in levels):
        return _("Hôm nay cả nhà khỏe")
    return _("Hôm nay cả nhà đã khai")


def degrees(value: float | Decimal | None) -> str:
    """ "37,9 °C", "" where it was not measured."""
    return "" if value is None else f"{wording.viet_number(round(float(value), 1), 1)} °C"


def chart(days: Sequence[tuple[date, Decimal | None]]) -> SafeString | None:
    """The temperatures; None when none was measured."""
    measured = [float(value) for _day, value in days if value is not None]
    if not measured:
        return None
    high = sum(1 for value in measured if value >= health_chart.fever())
    sentence = _("Nhiệt độ %(days)s ngày: đo %(n)s lần, từ %(low)s tới %(top)s, %(high)s lần từ %(fever)s.") % {
        "days": len(days),
        "n": len(measured),
        "low": degrees(min(measured)),
        "top": degrees(max(measured)),
        "high": high,
        "fever": health_chart.fever_in_words(),
    }
    points = [(wording.viet_date(day), None if value is None else float(value)) for day, value in days]
    return health_chart.temperatures(points, sentence=sentence)
