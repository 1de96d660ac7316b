"""What a day's answers mean for one person, by rules that are data. Pure; what was not asked is never "no"."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from lachan.response.care import rules as monitoring
from lachan.systems.selfreport import ears

FILE = Path(__file__).parent / "data" / "rules.toml"


class Level(StrEnum):
    """Heaviest first."""

    URGENT = "urgent"
    CALL = "call"
    WATCH = "watch"
    WELL = "well"
    UNKNOWN = "unknown"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Symptoms by their code in the form, temperatures in °C. Fever and severe signs are the monitoring rules' own."""

    number: int
    urgent_temperature: float
    fever_symptoms: tuple[str, ...]
    counted_symptoms: tuple[str, ...]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answer_within` in hours, by kind of item."""

    risk: Rule
    ears: dict[str, float]
    answer_within: dict[Literal["urgent", "person", "ask", "tip", "signal"], Annotated[float, msgspec.Meta(gt=0)]]


@dataclass(frozen=True)
class Judgement:
    """`reasons` are codes, heaviest first; `ill` is fever or cough, `fever` fever: None where it was not asked."""

    level: Level
    reasons: tuple[str, ...]
    fever: bool | None
    ill: bool | None


@cache
def rules() -> Rules:
    """The rules in force."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Rules)


def ears_rule() -> ears.Rule:
    given = rules().ears
    return ears.Rule(given["c1"], given["c2"], given["c3"], given["least_sd"], int(given["least_count"]))


def judge(answers: Mapping[str, Any], rule: Rule | None = None) -> Judgement:
    """Judge validated answers of the daily form (codes symptoms, temperature, near, conditions).

    Danger signs or a very high temperature are urgent. Fever, or any symptom in somebody who was near a case or has an
    underlying condition, asks for a call. Any other symptom, or having been near a case, is to be watched.
    """
    rule, watched = rule or rules().risk, monitoring.rules()
    symptoms, temperature = answers.get("symptoms"), answers.get("temperature")
    had = [code for code in symptoms or () if code != "none"]
    hot = temperature is not None and temperature >= watched.fever
    near = answers.get("near") == "yes"
    frail = any(code != "none" for code in answers.get("conditions") or ())
    fever = _known(hot or any(code in rule.fever_symptoms for code in had), symptoms)
    ill = _known(hot or any(code in rule.counted_symptoms for code in had), symptoms)
    reasons = [code for code in had if code in watched.severe_symptoms]
    urgent = bool(reasons) or (temperature is not None and temperature >= rule.urgent_temperature)
    reasons += ["hot"] * hot + [code for code in had if code not in watched.severe_symptoms]
    reasons += ["near"] * near + ["frail"] * (frail and bool(had))
    if urgent:
        level = Level.URGENT
    elif fever or (had and (near or frail)):
        level = Level.CALL
    elif had or near:
        level = Level.WATCH
    else:
        level = Level.UNKNOWN if symptoms is None else Level.WELL
    return Judgement(level, tuple(reasons), fever, ill)


def _known(there: bool, symptoms: Any) -> bool | None:
    return True if there else (None if symptoms is None else False)
