"""The registry of holdings: every room says how to export, erase, re-point and retain what it holds of a person.

A column that leads to a person and is not registered here fails the system check and the tests (checks.py).

    holdings.register(
        holdings.of_model(room="checkin", label=_("Nơi đã đến"), model=Visit, person_field="person",
                          fields=["t_in", "t_out"], erase_by="t_out", keep_days=21)
    )
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise

from lachan.ground import audit

Row = Mapping[str, object]


def _no_hold(person_id: int) -> date | None:
    return None


def _own_date(row: Row) -> date | None:
    named = (value for name, value in row.items() if name.endswith("erase_at"))
    return next((value for value in named if isinstance(value, date)), None)


@dataclass(frozen=True)
class Holding:
    """What one column of one table says of a person.

    `export(person_id)` gives the rows as dicts. `erase(person_id)` removes or anonymises them and returns how many.
    `repoint(old_id, new_id)` moves them to another person (a merge). `retain(today)` removes rows past their date, of
    everybody, and returns how many. `held_until(person_id)` is the first day the person may be erased whole, or None: a
    case's record must be kept for its time, so its person can't vanish before.

    A merge is undone from a journal of rows (journal.py). Where rows only grow or are computed from others, the room
    says itself how: `remember(old_id)` before the merge, and `bring_back(remembered, kept_id, dropped_id)` after, which
    returns how many rows went back.
    """

    room: str
    label: str | Promise
    model: type[models.Model]
    person_field: str
    export: Callable[[int], Iterable[Row]]
    erase: Callable[[int], int]
    repoint: Callable[[int, int], int]
    retain: Callable[[date], int]
    held_until: Callable[[int], date | None] = _no_hold
    remember: Callable[[int], list[str]] | None = None
    bring_back: Callable[[list[str], int, int], int] | None = None

    # The first day a row of the export is gone. The date that the row itself names is the usual one.
    until: Callable[[Row], date | None] = _own_date

    def last_day(self, person_id: int) -> date | None:
        """When the last of what is held so far is erased; None where it goes with the person."""
        days = [day for row in self.export(person_id) if (day := self.until(row)) is not None]
        return max(days, default=None)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        return str(self.model._meta.get_field(self.person_field).column)  # type: ignore[union-attr]


_registry: dict[tuple[str, str], Holding] = {}


def register(holding: Holding) -> None:
    """Called in the AppConfig.ready() of each room. Raises ValueError when another room registered the same column."""
    key = (holding.table, holding.column)
    known = _registry.get(key)
    if known is not None and known.room != holding.room:
        raise ValueError(f"{key[0]}.{key[1]} is registered by {known.room} and by {holding.room}")
    _registry[key] = holding


def all_holdings() -> list[Holding]:
    """In the order of erasing: rooms registered last (which point at the others' rows) first."""
    return list(reversed(_registry.values()))


def of_model(
    *,
    room: str,
    label: str | Promise,
    model: type[models.Model],
    person_field: str,
    fields: Iterable[str],
    erase_by: str | None = None,
    keep_days: int = 0,
    held_until: Callable[[int], date | None] = _no_hold,
) -> Holding:
    """The usual holding: one row of `model` is about one person.

    `fields` are exported ("place__name" follows a relation). `erase_by` names the date or time field after which, plus
    keep_days, a row is removed; without it the rows go with the person.
    """
    rows = partial(_rows, model, person_field)
    names = list(fields)
    return Holding(
        room=room,
        label=label,
        model=model,
        person_field=person_field,
        export=lambda person_id: list(rows(person_id).order_by("pk").values(*names)),
        erase=lambda person_id: rows(person_id).delete()[0],
        repoint=lambda old, new: rows(old).update(**{f"{person_field}_id": new}),
        retain=partial(_retain, model, erase_by, keep_days),
        held_until=held_until,
    )


def _rows(model: type[models.Model], person_field: str, person_id: int) -> models.QuerySet[Any]:
    return model._default_manager.filter(**{f"{person_field}_id": person_id})


def _retain(model: type[models.Model], erase_by: str | None, keep_days: int, today: date) -> int:
    if erase_by is None:
        return 0
    first_kept: date | datetime = today - timedelta(days=keep_days)
    if isinstance(model._meta.get_field(erase_by), models.DateTimeField):
        start = datetime(first_kept.year, first_kept.month, first_kept.day)  # noqa: DTZ001  made aware below
        first_kept = timezone.make_aware(start)
        return erase_due(model, model._default_manager.filter(**{f"{erase_by}__lt": first_kept}))
    return erase_due(model, model._default_manager.filter(**{f"{erase_by}__lte": first_kept}))


@transaction.atomic
def erase_due(model: type[models.Model], due: models.QuerySet[Any]) -> int:
    """Rows of the model that went; what went with them is written to the trail here, table by table."""
    _total, per_model = due.delete()
    own = per_model.pop(model._meta.label, 0)
    audit.removed({apps.get_model(label)._meta.db_table: count for label, count in per_model.items()})
    return own
