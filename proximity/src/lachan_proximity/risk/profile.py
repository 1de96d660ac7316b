"""A risk profile: data, versioned, in the shape in which national apps publish theirs.

Read from YAML or JSON with names in kebab, camel or snake case: Corona-Warn-App's `risk-calculation-parameters` and
our own profiles alike. Values written as `${NAME:default}` (a server's placeholders) count as their default.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

SHIPPED = "respiratory-1.yaml"
_PLACEHOLDER = re.compile(r"^\$\{[^:}]+:([^}]*)\}$")


class ConfigError(ValueError):
    """A configuration or a file of windows cannot be used; the text names the place."""


@dataclass(frozen=True, slots=True)
class Range:
    """`low` to `high`; each bound belongs to it unless excluded."""

    low: float
    high: float
    low_excluded: bool = False
    high_excluded: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_excluded else value >= self.low
        below = value < self.high if self.high_excluded else value <= self.high
        return above and below


@dataclass(frozen=True, slots=True)
class TrlEncoding:
    """How report type and infectiousness add up to the transmission risk level."""

    infectiousness_standard: int
    infectiousness_high: int
    recursive: int
    self_report: int
    clinical_diagnosis: int
    confirmed_test: int


@dataclass(frozen=True)
class RiskProfile:
    """`assumed` lists, in words, what the configuration left open and this program filled in."""

    attenuation_weights: tuple[tuple[Range, float], ...]
    window_levels: tuple[tuple[Range, int], ...]
    day_levels: tuple[tuple[Range, int], ...]
    trl_encoding: TrlEncoding
    trl_values: Mapping[int, float]
    attenuation_filters: tuple[tuple[Range, Range], ...] = ()
    trl_filters: tuple[Range, ...] = ()
    max_age_days: int | None = None
    infectiousness_by_day: Mapping[int, int] = field(default_factory=dict)
    infectiousness_when_unknown: int = 1
    name: str = ""
    version: str = ""
    assumed: tuple[str, ...] = ()

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "RiskProfile":
        """From one or more files; each adds what those before it leave open. Raises ConfigError."""
        merged: dict[str, Any] = {}
        for path in paths:
            merged = _flat(read_document(path)) | merged
        return cls.parse(merged)

    @classmethod
    def shipped(cls) -> "RiskProfile":
        """The starting profile that comes with this package, for a device that has been given none."""
        text = resources.files("lachan_proximity.risk").joinpath("profiles", SHIPPED).read_text("utf-8")
        return cls.parse(yaml.safe_load(text))

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "RiskProfile":
        """From a document already read. Raises ConfigError naming the field."""
        data = _flat(document)
        assumed = []
        values = {
            int(_number(row, "transmissionrisklevel")): _number(row, "transmissionriskvalue")
            for row in _rows(data, "transmissionriskvaluemapping")
        }
        if not values:
            values = dict(_PUBLISHED_TRL_VALUES)
            assumed.append(
                "The configuration has no transmission-risk-value-mapping; the values that Corona-Warn-App"
                " published for its servers are used: levels 1 to 8 = 0, 0, 0.6, 0.8, 1, 1.2, 1.4, 1.6."
            )
        encoding = _flat(_need(data, "trlencoding", "transmissionrisklevelencoding"))
        age = data.get("maxencounterageindays")
        return cls(
            attenuation_weights=tuple(
                (_range(row, "attenuationrange"), _number(row, "weight"))
                for row in _rows(data, "minutesatattenuationweights", must=True)
            ),
            window_levels=_levels(data, "normalizedtimepere-wtorisklevelmapping".replace("-", "")),
            day_levels=_levels(data, "normalizedtimeperdaytorisklevelmapping"),
            trl_encoding=TrlEncoding(
                *(
                    int(_number(encoding, name))
                    for name in (
                        "infectiousnessoffsetstandard",
                        "infectiousnessoffsethigh",
                        "reporttypeoffsetrecursive",
                        "reporttypeoffsetselfreport",
                        "reporttypeoffsetconfirmedclinicaldiagnosis",
                        "reporttypeoffsetconfirmedtest",
                    )
                )
            ),
            trl_values=values,
            attenuation_filters=tuple(
                (_range(row, "attenuationrange"), _range(row, "dropifminutesinrange"))
                for row in _rows(data, "minutesatattenuationfilters")
            ),
            trl_filters=tuple(_range(row, "dropiftrlinrange") for row in _rows(data, "trlfilters")),
            max_age_days=None if age is None else int(_value(age, "max-encounter-age-in-days")),
            infectiousness_by_day={
                int(_value(day, "days since onset")): int(_value(level, "infectiousness"))
                for day, level in (data.get("dayssinceonsettoinfectiousness") or {}).items()
            },
            infectiousness_when_unknown=int(
                _value(data.get("infectiousnesswhendayssinceonsetmissing", 1), "infectiousness")
            ),
            name=str(data.get("name", "")),
            version=str(data.get("version", "")),
            assumed=tuple(assumed),
        )


_PUBLISHED_TRL_VALUES = {1: 0.0, 2: 0.0, 3: 0.6, 4: 0.8, 5: 1.0, 6: 1.2, 7: 1.4, 8: 1.6}
_WRAPPERS = ("riskcalculationparameters", "defaultriskcalculationconfiguration")


def read_document(path: Path) -> Any:
    """YAML or JSON, by its content. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise ConfigError(f"{path} cannot be read: {wrong}") from wrong
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as wrong:
        raise ConfigError(f"{path} is neither JSON nor YAML: {wrong}") from wrong


def _flat(document: Any) -> dict[str, Any]:
    """Keys in lower case without separators, wrappers opened. The names of one file family differ in nothing else."""
    if not isinstance(document, Mapping):
        raise ConfigError(f"a configuration is a mapping of names to values, not {type(document).__name__}")
    plain = {re.sub(r"[-_ ]", "", str(name)).lower(): value for name, value in document.items()}
    for wrapper in _WRAPPERS:
        if isinstance(plain.get(wrapper), Mapping):
            inner = _flat(plain.pop(wrapper))
            plain = {**plain, **inner}
    return plain


def _need(data: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        if data.get(name) is not None:
            return data[name]
    raise ConfigError(f"the configuration has no {names[0]}")


def _rows(data: Mapping[str, Any], name: str, *, must: bool = False) -> list[dict[str, Any]]:
    rows = data.get(name)
    if rows is None:
        if must:
            raise ConfigError(f"the configuration has no {name}")
        return []
    if not isinstance(rows, list):
        raise ConfigError(f"{name} is a list")
    return [_flat(row) for row in rows]


def _value(value: Any, name: str) -> float:
    if isinstance(value, str) and (found := _PLACEHOLDER.match(value.strip())):
        value = found[1]
    if isinstance(value, bool) or value is None:
        raise ConfigError(f"{name} is a number, not {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError) as wrong:
        raise ConfigError(f"{name} is a number, not {value!r}") from wrong


def _number(row: Mapping[str, Any], name: str) -> float:
    if name not in row:
        raise ConfigError(f"a row of the configuration has no {name}")
    return _value(row[name], name)


def _range(row: Mapping[str, Any], name: str) -> Range:
    data = _flat(_need(row, name))
    found = Range(
        _value(data.get("min", 0), f"{name}.min"),
        _number(data, "max"),
        bool(data.get("minexclusive", False)),
        bool(data.get("maxexclusive", False)),
    )
    if found.low > found.high:
        raise ConfigError(f"{name} begins at {found.low:g} and ends before, at {found.high:g}")
    return found


def _levels(data: Mapping[str, Any], name: str) -> tuple[tuple[Range, int], ...]:
    return tuple(
        (_range(row, "normalizedtimerange"), int(_number(row, "risklevel"))) for row in _rows(data, name, must=True)
    )
