"""Reads of the register of areas. Scope ("this area and all below it") is asked through within() and covers() only."""

from lachan.register.areas.scope import covers, holders, scope_sql, within, within_any, within_sql
from lachan.register.areas.search import Found, search
from lachan.register.areas.units import (
    Successor,
    country,
    in_force,
    name_on,
    names_on,
    path,
    paths,
    responsible,
    successors,
    successors_of,
    unit,
)

__all__ = [
    "Found",
    "Successor",
    "country",
    "covers",
    "holders",
    "in_force",
    "name_on",
    "names_on",
    "path",
    "paths",
    "responsible",
    "scope_sql",
    "search",
    "successors",
    "successors_of",
    "unit",
    "within",
    "within_any",
    "within_sql",
]
