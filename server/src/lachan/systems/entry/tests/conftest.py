"""An order in force at Đà Nẵng's airport, and what a party of the tests writes."""

from datetime import date, timedelta
from typing import Any

import pytest

from lachan.ground import audit
from lachan.register.forms.actions import load_forms
from lachan.register.forms.validate import today
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.systems.entry import actions, gates
from lachan.systems.entry.models import ActivationOrder, Gate
from lachan.testing.cast import Areas


def trip(**changes: Any) -> dict[str, Any]:
    """What the leader writes of the journey."""
    answers = {
        "conveyance": "air",
        "vehicle_number": "VN 627",
        "departure_country": "tha",
        "departure_place": "Bangkok",
        "departure_day": today().isoformat(),
        "stay_commune": "Hải Châu",
        "stay_address": "Khách sạn Sông Hàn",
        "phone": "+66 81 234 5678",
    }
    return {code: value for code, value in (answers | changes).items() if value is not None}


def traveller(name: str = "SOMCHAI KAEWMANEE", document: str = "AC1234417", **changes: Any) -> dict[str, Any]:
    """What one of the party answers: well, seen nobody ill."""
    well = (
        "fever",
        "cough",
        "breath",
        "sore_throat",
        "vomiting",
        "diarrhoea",
        "bleeding",
        "rash",
        "animals",
        "patient",
    )
    answers = {
        "name": name,
        "birth_date": "1988-03-04",
        "sex": "male",
        "nationality": "tha",
        "document": document,
        "category": "visitor",
        "seat": "17C",
        "test_result": "none",
        **dict.fromkeys(well, "no"),
    }
    return {code: value for code, value in (answers | changes).items() if value is not None}


def make_order(**changes: Any) -> ActivationOrder:
    given: dict[str, Any] = {
        "number": "12/QĐ-BYT",
        "disease": Disease.objects.get(code="covid19"),
        "direction": "entry",
        "gates_named": [],
        "starts_on": today() - timedelta(days=1),
        "ends_on": None,
        "legal_basis": "Luật 114/2025/QH15, Nghị định 165/2026/NĐ-CP",
        "retention_days": 30,
        "languages": ["vi", "en", "ko"],
        "by": None,
    }
    with audit.acting(audit.system("tests")):
        return actions.activate(**given | changes)


@pytest.fixture
def airport(area_tree: Areas) -> Gate:
    with audit.acting(audit.system("tests")):
        load_profiles()
        load_forms()
        gates.load_gates()
    return Gate.objects.get(pk="da-nang")


@pytest.fixture
def order(airport: Gate) -> ActivationOrder:
    return make_order()


def tomorrow() -> date:
    return today() + timedelta(days=1)
