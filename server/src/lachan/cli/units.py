"""Areas as an operator names them: by code."""

from lachan.register.areas.models import Area, Level
from lachan.register.areas.queries import country, in_force

PROVINCE_DIGITS = 2


def unit_by_code(code: str) -> Area | None:
    """The unit in force today: VN, a province's two digits, or a commune's five."""
    if code.upper() == "VN":
        return country()
    level = Level.PROVINCE if len(code) == PROVINCE_DIGITS else Level.COMMUNE
    return in_force(level).filter(code=code).first()
