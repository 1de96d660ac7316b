"""The shipped gates, and how near people sit aboard what."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
from django.db import transaction

from lachan.ground import audit
from lachan.register.areas.models import Area, Level
from lachan.systems.entry.models import Gate

DATA = Path(__file__).parent / "data"


class _Gates(msgspec.Struct, forbid_unknown_fields=True):
    # code → kind, code of the province, name, name in English
    gates: dict[str, tuple[Gate.Kind, str, str, str]]


@cache
def rows_near() -> dict[str, int]:
    """By conveyance, how many rows apart still count as near; what is not named counts everybody aboard."""
    return dict(tomllib.loads((DATA / "conveyances.toml").read_text(encoding="utf-8"))["rows_near"])


@transaction.atomic
def load_gates(path: Path = DATA / "gates.toml") -> int:
    """Enter the shipped gates that are not stored yet, those whose province is; returns how many."""
    shipped = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Gates).gates
    missing = set(shipped) - set(Gate.objects.values_list("code", flat=True))
    provinces = {
        area.code: area for area in Area.objects.filter(level=Level.PROVINCE, valid_to=None, closed_before=None)
    }
    made = [
        Gate(code=code, name=name, name_en=name_en, kind=kind, area=provinces[province])
        for code, (kind, province, name, name_en) in shipped.items()
        if code in missing and province in provinces
    ]
    Gate.objects.bulk_create(made)
    if made:
        audit.record(action="entry.gates.load", detail={"gates": sorted(gate.code for gate in made)})
    return len(made)
