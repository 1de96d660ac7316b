"""A case with a code, and its device."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions as cases
from lachan.systems.proximity import api, codes
from lachan.systems.proximity.codes import Issued


@pytest.fixture(autouse=True)
def _answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test looks at time."""
    monkeypatch.setattr(api, "ANSWER_STEP_S", 0)


@pytest.fixture
def outbreak(province_officer: Any, area_tree: Any) -> Any:
    with audit.acting(audit.system("tests")):
        load_profiles()
        return cases.open_outbreak(
            disease=Disease.objects.get(code="covid19"), name="COVID-19", area=area_tree.danang, by=province_officer
        )


@pytest.fixture
def case(outbreak: Any, hanh: Any, province_officer: Any) -> Any:
    """Hạnh, confirmed, ill for three days."""
    with audit.acting(audit.system("tests")):
        return cases.record_case(
            outbreak=outbreak,
            person=hanh.person,
            by=province_officer,
            status="confirmed",
            onset_on=timezone.localdate() - timedelta(days=3),
        )


@pytest.fixture
def issue(case: Any, province_officer: Any) -> Callable[..., Issued]:
    """A code for Hạnh's case."""

    def made(**more: Any) -> Issued:
        with audit.acting(audit.system("tests")):
            return codes.issue_code(by=province_officer, **({"case": case} | more))

    return made
