"""Why this risk, in a sentence: the day, the minutes, the distance and how sure we are of it.

The part of the day is said only where the owner of the device allows it: with a small circle it can tell who it was.
"""

from datetime import UTC, datetime, timedelta, timezone

from lachan_proximity.risk.score import RiskLevel, RiskResult, WindowRisk

# Viet Nam has had one time without summer time since 1975.
HO_CHI_MINH = timezone(timedelta(hours=7))
_PARTS = (
    (5, "rạng sáng", "before dawn"),
    (11, "buổi sáng", "in the morning"),
    (13, "buổi trưa", "around noon"),
    (18, "buổi chiều", "in the afternoon"),
    (22, "buổi tối", "in the evening"),
    (24, "đêm khuya", "late at night"),
)


def part_of_day(unix: float, language: str) -> str:
    """In Viet Nam's time."""
    hour = datetime.fromtimestamp(unix, HO_CHI_MINH).hour
    return next(vi if language == "vi" else en for end, vi, en in _PARTS if hour < end)


def _minutes(risks: list[WindowRisk]) -> int:
    """Time heard, unweighted, rounded up to five minutes: the sum is no more exact than the scans."""
    seconds = sum(max(scan.seconds, 0) for risk in risks for scan in risk.window.scans)
    return max(-(-seconds // 300) * 5, 5)


def _distance(probability: float | None, language: str) -> str:
    if probability is None:
        return "khoảng cách chưa đo được" if language == "vi" else "at a distance that is not measured"
    if probability >= 0.7:
        return "nhiều khả năng trong vòng 2 mét" if language == "vi" else "probably within 2 metres"
    if probability >= 0.4:
        return (
            "có thể trong vòng 2 mét, có thể xa hơn" if language == "vi" else "perhaps within 2 metres, perhaps farther"
        )
    return "nhiều khả năng xa hơn 2 mét" if language == "vi" else "probably farther than 2 metres"


def explain(
    result: RiskResult,
    *,
    today: int,
    language: str = "vi",
    near: float | None = None,
    show_part_of_day: bool = False,
) -> str:
    """One sentence for the newest day of the highest level. `near`: probability of 2 m or nearer, from `distance`.

    Days are UTC days, as the protocol keeps them; the part of the day is Viet Nam's.
    """
    vi = language == "vi"
    if not result.is_exposed:
        return (
            "Máy này chưa ghi nhận lần tiếp xúc gần nào với người đã báo mắc bệnh."
            if vi
            else "This device has recorded no close contact with anyone who reported the disease."
        )
    level = RiskLevel.HIGH if result.total == RiskLevel.HIGH else RiskLevel.LOW
    day = result.days_of(level)[0]
    risks = [risk for risk in result.windows if risk.level is not None and risk.window.day == day.day]
    date = datetime.fromtimestamp(day.day * 86_400, UTC)
    times = [risk.window.start for risk in risks if risk.window.start]
    part = f", {part_of_day(min(times), language)}" if show_part_of_day and times else ""
    when = f"Ngày {date.day}/{date.month}/{date.year}{part}" if vi else f"On {date.day} {date:%B %Y}{part}"
    people = max(day.low_encounters + day.high_encounters, 1)
    minutes, distance = _minutes(risks), _distance(near, language)
    if vi:
        who = "một người" if people == 1 else f"ít nhất {people} người"
        end = "mức nguy cơ cao" if level == RiskLevel.HIGH else "mức nguy cơ thấp"
        return f"{when}, bạn ở gần {who} sau đó báo mắc bệnh, tổng cộng khoảng {minutes} phút, {distance}: {end}."
    who = "a person" if people == 1 else f"at least {people} people"
    end = "high risk" if level == RiskLevel.HIGH else "low risk"
    near_whom = f"you were near {who} who later reported the disease"
    return f"{when}, {near_whom}, about {minutes} minutes in all, {distance}: {end}."
