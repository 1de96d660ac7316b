"""Many rows at once into a model's table, by COPY: defaults are filled in and sealed fields sealed, as Django would."""

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, models
from django.utils import timezone

from lachan.ground.platform import keyring
from lachan.ground.platform.fields import SealedTextField

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def text(value: Any) -> str:
    """One value in COPY's text format."""
    if value is None:
        return NULL
    if isinstance(value, str):
        # Most text has nothing to escape, and isprintable() is many times faster than translate().
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value)


def copy(table: str, columns: Mapping[str, Sequence[str]]) -> int:
    """Columns of values already in COPY's text format. Returns the number of rows."""
    rows = list(zip(*columns.values(), strict=True))
    if rows:
        names = ", ".join(f'"{name}"' for name in columns)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as pipe:
            pipe.write("\n".join(map("\t".join, rows)) + "\n")
    return len(rows)


def insert(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> int:
    """Columns by attribute name; a field not given gets its default. Raises ValueError for one that has none."""
    count = len(next(iter(columns.values())))
    ready: dict[str, Sequence[str]] = {}
    for field in model._meta.concrete_fields:
        given = columns.get(field.attname)
        if given is None and (field.has_db_default() or isinstance(field, models.AutoField)):
            continue
        if given is None and field.has_default():
            given = [field.get_default() for _ in range(count)]
        elif given is None and (getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)):
            given = [timezone.now()] * count
        elif given is None and not field.null:
            raise ValueError(f"{model._meta.label}.{field.attname} has no default: give it")
        elif given is None:
            continue
        if isinstance(field, SealedTextField):
            context = f"{model._meta.db_table}.{field.column}"
            given = [None if value is None else keyring.seal(value, context) for value in given]
        ready[str(field.column)] = [text(value) for value in given]
    return copy(model._meta.db_table, ready)


def reserve(model: type[models.Model], count: int) -> range:
    """Ids of that many new rows, taken from the table's sequence; nobody else gets them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        # The lock keeps a live insert from drawing a number between the two statements.
        cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        (first,) = cursor.fetchone()
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + max(count, 1) - 1])
    return range(first, first + count)


def moments(seconds: npt.NDArray[np.int64]) -> list[str]:
    """Instants as PostgreSQL reads them."""
    return [f"{moment}+00" for moment in np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()]


def numbers(values: npt.NDArray[np.int64]) -> list[str]:
    return [str(value) for value in values.tolist()]


def keys(source: random.Random, seconds: npt.NDArray[np.int64]) -> list[uuid.UUID]:
    """UUIDs of version 7 for those instants, the same for the same source."""
    made = []
    for moment in seconds.tolist():
        low = source.getrandbits(74)
        made.append(uuid.UUID(int=moment * 1000 << 80 | 7 << 76 | (low >> 62) << 64 | 2 << 62 | (low & (1 << 62) - 1)))
    return made
