"""Nobody may keep something of a person without saying how it is exported, erased, re-pointed and retained."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from lachan.register.people import holdings
from lachan.register.people.models import Person

HINT = "register it in the room's AppConfig.ready() with lachan.register.people.holdings.register(...)"

# Columns that by their name lead to a person, also in tables Django does not manage; a partition counts as its parent.
_COLUMNS = r"""
WITH RECURSIVE root(oid, top) AS (
    SELECT c.oid, c.oid FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
    UNION ALL
    SELECT i.inhrelid, root.top FROM pg_inherits i JOIN root ON i.inhparent = root.oid
)
SELECT DISTINCT root.top::regclass::text, a.attname
FROM root JOIN pg_attribute a ON a.attrelid = root.oid
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('int8'::regtype, 'int4'::regtype, 'int8[]'::regtype)
  AND a.attname ~ '(^|_)(person|persons|people|subject|patient|ward|guardian)(_ids?|s)?$'
  -- A foreign key says itself where it leads, whatever its name.
  AND NOT EXISTS (
      SELECT FROM pg_constraint con WHERE con.contype = 'f' AND con.conrelid = a.attrelid
      AND con.conkey = ARRAY[a.attnum] AND con.confrelid <> 'people_person'::regclass
  )
UNION
SELECT con.conrelid::regclass::text, a.attname
FROM pg_constraint con JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = ANY (con.conkey)
WHERE con.contype = 'f' AND con.confrelid = 'people_person'::regclass AND con.conparentid = 0
ORDER BY 1, 2
"""


def registered() -> set[tuple[str, str]]:
    return {(holding.table, holding.column) for holding in holdings.all_holdings()}


def unregistered_fields() -> list[tuple[str, str]]:
    """(table, column) of every model field that points to Person and is not registered."""
    found = {
        (model._meta.db_table, str(field.column))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.remote_field is not None and field.related_model is Person
    }
    return sorted(found - registered())


def unregistered_columns(alias: str = "default") -> list[tuple[str, str]]:
    """(table, column) of every column of the database that leads to a person and is not registered."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_COLUMNS)
        found = {(str(table), str(column)) for table, column in cursor.fetchall()}
    return sorted(found - registered())


def _errors(columns: Sequence[tuple[str, str]], number: str) -> list[CheckMessage]:
    return [
        Error(f"{table}.{column} leads to a person and is not registered", hint=HINT, id=number)
        for table, column in columns
    ]


@register(Tags.models)
def person_fields(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    return _errors(unregistered_fields(), "people.E001")


@register(Tags.database)
def person_columns(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for alias in databases or []:
        if "people_person" in connections[alias].introspection.table_names():
            errors += _errors(unregistered_columns(alias), "people.E002")
    return errors
