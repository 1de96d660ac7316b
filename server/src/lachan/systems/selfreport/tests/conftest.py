"""A family that has allowed everything, and its form."""

from typing import Any

import pytest

from lachan.ground import audit
from lachan.register.forms import queries as forms
from lachan.register.forms.actions import load_forms
from lachan.register.people import consents
from lachan.systems.selfreport import actions, purposes

WELL = {"symptoms": ["none"], "near": "no", "conditions": ["none"]}
ILL = {"symptoms": ["fever", "cough"], "temperature": 38.4, "near": "no", "conditions": ["none"]}
EVERYTHING = (purposes.DIARY, purposes.STATION, purposes.COUNT)


@pytest.fixture
def form(db: None) -> Any:
    with audit.acting(audit.system("tests")):
        load_forms()
    return forms.in_force(actions.FORM)


def allow(person: Any, by: Any, codes: Any = EVERYTHING) -> None:
    with audit.acting(audit.system("tests")):
        for code in codes:
            consents.give(person=person, code=code, by=by)


def report(person: Any, by: Any, form: Any, answers: dict[str, Any], **more: Any) -> Any:
    with audit.acting(audit.system("tests")):
        return actions.record_report(person=person, version=form, answers=answers, by=by, **more)
