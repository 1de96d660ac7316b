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
_TRIES = 20
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
    """Consecutive ids of that many new rows, drawn from the table's sequence: nobody else gets them, nobody waits.

    Raises RuntimeError when others draw from the sequence all the time.
    """
    if not count:
        return range(0)
    with connection.cursor() as cursor:
        for _ in range(_TRIES):
            cursor.execute(
                "SELECT min(id), max(id) FROM (SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS id "
                "FROM generate_series(1, %s)) drawn",
                [model._meta.db_table, count],
            )
            first, last = cursor.fetchone()
            # Somebody who drew in between leaves a gap; the numbers before and after it are simply not used.
            if last - first + 1 == count:
                return range(first, last + 1)
    raise RuntimeError(f"no {count} consecutive ids of {model._meta.db_table} in {_TRIES} tries")


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
