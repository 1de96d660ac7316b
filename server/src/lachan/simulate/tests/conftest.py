"""Small worlds: planned without a database, and written over the twelve communes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lachan.simulate import story
from lachan.simulate.places import Ground
from lachan.simulate.plan import Plan, imagine

# A Tuesday, 14:25 in Viet Nam.
NOW = datetime(2026, 3, 10, 7, 25, tzinfo=UTC)
GROUNDS = {
    code: Ground(f"Phường {code}", share, 16.06 + number / 100, 108.2)
    for number, (code, share) in enumerate(story.COMMUNES.items())
}


def plan(**changes: Any) -> Plan:
    asked: dict[str, Any] = {"seed": 7, "now": NOW, "people": 2500, "count": 80, "days": 14, "grounds": GROUNDS}
    return imagine(**asked | changes)


@pytest.fixture(scope="session")
def planned() -> Plan:
    return plan()


@pytest.fixture
def communes(db: None) -> None:
    """The province and its twelve communes, as the register of areas would hold them."""
    from lachan.ground.platform.text import fold
    from lachan.register.areas.models import Area, AreaCover, Level

    since = date(2025, 7, 1)

    def unit(code: str, level: Level, name: str, above: list[Area]) -> Area:
        area = Area.objects.create(
            code=code,
            level=level,
            name=name,
            folded=fold(name),
            parent=above[-1] if above else None,
            valid_from=since,
            first_listed=since,
            latitude=16.06,
            longitude=108.2,
        )
        AreaCover.objects.bulk_create([AreaCover(holder=holder, area=area) for holder in [*above, area]])
        return area

    country = unit("VN", Level.COUNTRY, "Việt Nam", [])
    province = unit(story.PROVINCE, Level.PROVINCE, "Thành phố Đà Nẵng", [country])
    for code in story.COMMUNES:
        unit(code, Level.COMMUNE, f"Phường {code}", [country, province])


@pytest.fixture
def small_world(communes: None) -> Callable[..., Any]:
    """make() of a small world until NOW."""
    from lachan.simulate import world

    def make(**changes: Any) -> Any:
        asked: dict[str, Any] = {"seed": 7, "now": NOW, "people": 200, "places": 10, "days": 3}
        return world.make(**asked | changes)

    return make
