"""What a health station has to do today, read as one list from the four rooms that give it work.

Each room keeps its own items, with their own rules, consents and erase dates; nothing is copied. One query joins them
under the columns of COLUMNS; a page of them is then read in full, room by room.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Model,
    Q,
    QuerySet,
    Value,
    When,
)

from lachan.response.alerts import help as support
from lachan.response.alerts import queries as alerts
from lachan.response.alerts.models import DirectNotice, HelpRequest
from lachan.response.care import queries as care
from lachan.response.care import rules as monitoring
from lachan.response.care.models import Task
from lachan.systems.selfreport import clock, work
from lachan.systems.selfreport.models import WorkItem

COLUMNS = ("source", "number", "sort", "danger", "opened", "due", "holder", "ended")
_ROWS = ", ".join(COLUMNS)
_NOTHING = (
    "SELECT '' AS source, 0::bigint AS number, '' AS sort, false AS danger, now() AS opened, now() AS due,"
    " 0::bigint AS holder, now() AS ended WHERE false"
)


class Source(StrEnum):
    """Which room an item comes from."""

    HELP = "help"
    WORK = "work"
    TASK = "task"
    CALL = "call"


class Sort(StrEnum):
    """What an item is about, as the filters name it."""

    ILL = "ill"
    ASK = "ask"
    MISSED = "missed"
    TELL = "tell"
    TIP = "tip"
    SIGNAL = "signal"


class State(StrEnum):
    OPEN = "open"
    MINE = "mine"
    LATE = "late"
    CLOSED = "closed"


@dataclass(frozen=True)
class Entry:
    """One line of the list: the item with what all items share. `due` is by when it is to be ended."""

    source: Source
    item: Any
    sort: Sort
    danger: bool
    opened: datetime
    due: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Counts:
    """Of what is open: how many of each sort, how many are late, how many the officer has taken."""

    sorts: Mapping[Sort, int]
    late: int
    mine: int

    @property
    def total(self) -> int:
        return sum(self.sorts.values())


def _of(
    found: QuerySet[Any],
    source: Source,
    *,
    sort: Any,
    opened: str,
    due: Any,
    holder: str,
    ended: str,
    danger: Q | None = None,
) -> QuerySet[Any, Any]:
    """The rows of one room under the shared columns."""
    heavy = Case(When(danger, then=Value(True)), default=Value(False)) if danger else Value(False)
    rows: QuerySet[Any, Any] = (
        found.order_by()
        .annotate(
            source=Value(source.value, CharField()),
            number=F("pk"),
            sort=sort,
            danger=ExpressionWrapper(heavy, BooleanField()),
            opened=F(opened),
            due=due,
            holder=F(holder),
            ended=F(ended),
        )
        .values_list(*COLUMNS)
    )
    return rows


def _sorts(field: str, sorts: Mapping[str, Sort]) -> Case:
    whens = [When(**{field: value}, then=Value(sort.value)) for value, sort in sorts.items()]
    return Case(*whens, output_field=CharField())


def _later(opened: str, span: Any) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(F(opened) + span, output_field=DateTimeField())


_HELP: dict[str, Sort] = {HelpRequest.Kind.CALL: Sort.ASK, HelpRequest.Kind.SYMPTOMS: Sort.ILL}
_WORK: dict[str, Sort] = {
    WorkItem.Kind.ASK: Sort.ASK,
    WorkItem.Kind.PERSON: Sort.ILL,
    WorkItem.Kind.TIP: Sort.TIP,
    WorkItem.Kind.SIGNAL: Sort.SIGNAL,
}
_TASK: dict[str, Sort] = {
    Task.Kind.SEVERE: Sort.ILL,
    Task.Kind.FEVER: Sort.ILL,
    Task.Kind.MISSED: Sort.MISSED,
    Task.Kind.ENDING: Sort.MISSED,
}


def _rooms(areas: QuerySet[Any, int], *, closed: bool) -> list[QuerySet[Any, Any]]:
    """What each room has for these areas (a subquery of access.scope.visible), open or ended."""
    asked: QuerySet[HelpRequest] = support.open_requests(areas)
    tasks: QuerySet[Task] = care.tasks(areas)
    calls: QuerySet[DirectNotice] = alerts.call_list(areas)
    if closed:
        asked = HelpRequest.objects.filter(person__area__in=areas, closed_at__isnull=False)
        tasks = Task.objects.filter(plan__area__in=areas, closed_at__isnull=False)
        calls = DirectNotice.objects.filter(
            channel=DirectNotice.Channel.CALL, withdrawn_at=None, called_at__isnull=False, person__area__in=areas
        )
    spans = [When(kind=kind, then=Value(monitoring.answer_within(kind))) for kind in Task.Kind.values]
    return [
        _of(
            asked,
            Source.HELP,
            sort=_sorts("kind", _HELP),
            opened="asked_at",
            due=F("due_at"),
            holder="taken_by_id",
            ended="closed_at",
        ),
        _of(
            work.items(areas, closed=closed),
            Source.WORK,
            sort=_sorts("kind", _WORK),
            opened="opened_at",
            due=clock.due(),
            holder="owner_id",
            ended="closed_at",
            danger=clock.URGENT,
        ),
        _of(
            tasks,
            Source.TASK,
            sort=_sorts("kind", _TASK),
            opened="opened_at",
            due=_later("opened_at", Case(*spans, output_field=DurationField())),
            holder="owner_id",
            ended="closed_at",
            danger=Q(kind=Task.Kind.SEVERE),
        ),
        _of(
            calls,
            Source.CALL,
            sort=Value(Sort.TELL.value, CharField()),
            opened="issued_at",
            due=_later("issued_at", Value(alerts.CALLED_WITHIN, DurationField())),
            holder="taken_by_id",
            ended="called_at",
        ),
    ]


@dataclass(frozen=True)
class Joined:
    """The four rooms as one relation with COLUMNS, put together once for everything a page asks of it."""

    sql: str
    given: list[Any]


def joined(areas: QuerySet[Any, int], *, closed: bool = False) -> Joined:
    """What is open in these areas (a subquery of access.scope.visible), or what was ended."""
    parts = []
    for query in _rooms(areas, closed=closed):
        # Nobody's area: there is nothing to ask the database.
        with suppress(EmptyResultSet):
            parts.append(query.query.sql_with_params())
    # What is put together here is Django's own SQL and the names above; every value stays a parameter.
    named = [f"SELECT * FROM ({sql}) AS room ({_ROWS})" for sql, _given in parts]  # noqa: S608
    return Joined(" UNION ALL ".join(named or [_NOTHING]), [value for _sql, given in parts for value in given])


def counts(work: Joined, account_id: int, now: datetime) -> Counts:
    """How much there is of what is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sort, count(*), count(*) FILTER (WHERE due < %s), count(*) FILTER (WHERE holder = %s)"  # noqa: S608
            f" FROM ({work.sql}) AS everything GROUP BY sort",
            [now, account_id, *work.given],
        )
        rows = cursor.fetchall()
    return Counts(
        {Sort(sort): total for sort, total, _late, _mine in rows},
        sum(late for _sort, _total, late, _mine in rows),
        sum(mine for *_rest, mine in rows),
    )


@dataclass(frozen=True)
class Which:
    """The entries of one page's filters, for that officer; `work` holds what is open, for CLOSED what was ended."""

    work: Joined
    account_id: int
    now: datetime
    state: State = State.OPEN
    sort: Sort | None = None

    def chosen(self) -> tuple[str, list[Any]]:
        """FROM and WHERE with their values."""
        where: list[str] = ["TRUE"]
        values: list[Any] = []
        if self.state == State.MINE:
            where, values = [*where, "holder = %s"], [*values, self.account_id]
        if self.state == State.LATE:
            where, values = [*where, "due < %s"], [*values, self.now]
        if self.sort is not None:
            where, values = [*where, "sort = %s"], [*values, self.sort.value]
        return f" FROM ({self.work.sql}) AS everything WHERE {' AND '.join(where)}", [*self.work.given, *values]


def total(which: Which) -> int:
    """How many entries there are."""
    chosen, given = which.chosen()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {chosen}", given)
        return int(cursor.fetchone()[0])


def page(which: Which, start: int, size: int) -> list[Entry]:
    """The entries from `start` on: danger signs first, then what is due soonest; the ended ones newest first. The
    caller audits whom it shows."""
    chosen, given = which.chosen()
    order = "ended DESC" if which.state == State.CLOSED else "danger DESC, due"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_ROWS} {chosen} ORDER BY {order}, opened, source, number LIMIT %s OFFSET %s",
            [*given, size, start],
        )
        rows = cursor.fetchall()
    items = _read(rows)
    return [
        Entry(Source(source), items[source, number], Sort(kind), danger, opened, due, ended)
        for source, number, kind, danger, opened, due, _holder, ended in rows
        if (source, number) in items
    ]


_FULL: Mapping[Source, tuple[type[Model], tuple[str, ...]]] = {
    Source.HELP: (HelpRequest, ("person__area", "taken_by", "closed_by")),
    Source.WORK: (WorkItem, ("person__area", "area__parent", "owner", "closed_by")),
    Source.TASK: (Task, ("plan__person__area", "slot", "owner", "closed_by")),
    Source.CALL: (DirectNotice, ("person__area", "contact__outbreak", "taken_by")),
}


def _read(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    for source, (model, related) in _FULL.items():
        wanted = [row[1] for row in rows if row[0] == source]
        if wanted:
            listed = model._default_manager.filter(pk__in=wanted).select_related(*related)
            found |= {(source.value, one.pk): one for one in listed}
    return found


def is_late(entry: Entry, now: datetime) -> bool:
    """Whether it should have been ended by now."""
    return entry.ended is None and entry.due < now
