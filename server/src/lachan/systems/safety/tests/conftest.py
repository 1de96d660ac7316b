"""A market and a school that have joined, and forms as a phone fills them in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.register.places import actions as places
from lachan.systems.safety import actions, versions
from lachan.systems.safety.actions import Said, Signer
from lachan.systems.safety.judging import Answers


@pytest.fixture
def sets(db: None) -> list[Any]:
    with audit.acting(audit.system("tests")):
        return versions.load_shipped()


@pytest.fixture
def school(sets: list[Any], hanh: Any, area_tree: Any) -> Any:
    """A school whose owner is Hạnh, following the set of 15 criteria; it has joined three days ago."""
    with audit.acting(audit.system("tests")):
        place = places.register_place(
            account=hanh, name="Trường Tiểu học Phù Đổng", kind="school", area=area_tree.haichau
        )
        facility = actions.join(place=place, code="school", by=hanh)
    facility.joined_at = timezone.now() - timedelta(days=3)
    facility.save()
    return place


@dataclass(frozen=True)
class Phone:
    """Fills in forms for a place in somebody's name."""

    place: Any
    account: Any
    code: str

    def said(self, kind: str, answers: Answers | None = None, at: datetime | None = None, **more: Any) -> Said:
        criteria = versions.criteria_of(versions.in_force(self.code, timezone.localdate()))  # type: ignore[arg-type]
        full: dict[str, int | str] = {}
        if kind == "commitment":
            full = {task.code: 1 for task in criteria.daily.tasks}
        elif kind != "reply":
            full = {item.code: item.points for item in criteria.items}
        made = Said(
            key=uuid7(),
            kind=kind,
            at=at or timezone.now(),
            answers={**full, **(answers or {})},
            criteria=self.code,
            number=criteria.number,
        )
        return replace(made, **more)

    def send(self, said: Said, name: str = "", **more: Any) -> tuple[Any, bool]:
        signer = Signer(self.account, name or self.account.name)
        with audit.acting(audit.system("tests")):
            return actions.submit(place=self.place, said=said, signer=signer, **more)

    def make(self, kind: str, answers: Answers | None = None, at: datetime | None = None, **more: Any) -> Any:
        return self.send(self.said(kind, answers, at, **more))[0]


@pytest.fixture
def nurse(school: Any, hanh: Any) -> Phone:
    return Phone(school, hanh, "school")


@pytest.fixture
def phone_of() -> Callable[[Any, Any, str], Phone]:
    return Phone
