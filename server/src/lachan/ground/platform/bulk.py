"""Bringing in a list of thousands of rows: what every such import shares, whatever its rows are.

A file is read and judged in the background, and brought in when its sender says so. The work runs in a thread of the
steward, in steps that each stand for themselves: what is stopped in the middle goes on where it was.
"""

import io
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db import close_old_connections, connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.text import fold

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Column:
    """A column of a list. `names` are the folded heads by which it is known, besides its title."""

    key: str
    title: str | Promise
    hint: str | Promise
    names: tuple[str, ...]
    needed: bool = False


class NoColumnError(Exception):
    """A column that is needed is not there; `title` is its name."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


@dataclass(slots=True)
class Row:
    """A row judged. `faults` are (column key, mend); `twin` names what it seems to repeat."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    twin: str = ""


def heads(row: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Where each known column stands. Raises NoColumnError."""
    known = {name: column.key for column in columns for name in (*column.names, fold(str(column.title)))}
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        key = known.get(fold(cell).rstrip(" *"))
        if key is not None:
            found.setdefault(key, at)
    for column in columns:
        if column.needed and column.key not in found:
            raise NoColumnError(str(column.title))
    return found


def rejects_file(
    *,
    head: Sequence[str],
    where: Mapping[str, int],
    columns: Sequence[Column],
    rows: Iterable[Row],
    last: str,
    more: Callable[[Row], str] = lambda _row: "",
) -> bytes:
    """The rows to mend, as they came, the wrong cells marked and explained; it can be mended and sent again.

    A workbook whose cells are all text, so that none is a formula. `where` each column stands; `last` heads the column
    of reasons; `more` says what else there is to say of a row.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True})
    marked = book.add_format({"bg_color": "#fbe3dc", "bold": True})
    titles = {column.key: str(column.title) for column in columns}
    # What an earlier round wrote is written anew.
    kept = [cell for cell in head if cell != last]
    for column, title in enumerate([*kept, last]):
        sheet.write_string(0, column, title, bold)
    for line, row in enumerate(sorted(rows, key=lambda row: row.number), start=1):
        faults = dict(reversed(row.faults))
        bad = {where[key]: mend for key, mend in faults.items() if key in where}
        for column in range(len(kept)):
            cell = row.cells[column] if column < len(row.cells) else ""
            sheet.write_string(line, column, cell, marked if column in bad else None)
            if column in bad:
                sheet.write_comment(line, column, bad[column])
        said = [f"{titles[key]}: {mend}" for key, mend in row.faults]
        sheet.write_string(line, len(kept), "\n".join([*said, *filter(None, [more(row)])]), wrap)
    sheet.set_column(0, max(len(kept) - 1, 0), 18)
    sheet.set_column(len(kept), len(kept), 70)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


class ImportJob(models.Model):
    """A file on its way in: read and judged first, brought in when its sender says so."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("chờ đọc")
        CHECKED = "checked", _("đã đọc, chưa đưa vào")
        STORING = "storing", _("đang đưa vào")
        DONE = "done", _("đã đưa vào")
        REFUSED = "refused", _("không đọc được")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    filename = models.TextField()
    # The file holds what people would not want lying about: it goes as soon as the import is done, or after a week.
    content = models.BinaryField(null=True)
    status = models.TextField(choices=Status, default=Status.WAITING)
    rows = models.PositiveIntegerField(null=True)
    read = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    # The last row brought in: where to go on after a stop.
    stored_row = models.PositiveIntegerField(default=0, db_default=0)
    # The rejected rows with reason and mend beside each, as a spreadsheet to mend and bring again.
    rejects = models.BinaryField(null=True)
    refusal = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def note(self, **changes: object) -> None:
        """Write down how far the work has come, at once."""
        type(self)._default_manager.filter(pk=self.pk).update(**changes)


class Worker:
    """Lets a thread do what waits, so that the steward's other chores are not held up; one at a time anywhere.

    `work()` does one job and says whether there was one; `lock` is the number of the advisory lock.
    """

    def __init__(self, name: str, lock: int, model: type[ImportJob], work: Callable[[], bool], acting: Any) -> None:
        self.name, self.lock, self.model, self.work, self.acting = name, lock, model, work, acting
        self._thread: threading.Thread | None = None

    def waits(self) -> models.QuerySet[Any]:
        """The jobs to be done, the oldest first."""
        states = (ImportJob.Status.WAITING, ImportJob.Status.STORING)
        return self.model._default_manager.filter(status__in=states).order_by("created_at")

    def aside(self) -> None:
        """Begin, when something waits and nobody is at it."""
        if self._thread is not None and self._thread.is_alive():
            return
        if not self.waits().exists():
            return
        self._thread = threading.Thread(target=self._alone, name=self.name, daemon=True)
        self._thread.start()

    def _alone(self) -> None:
        close_old_connections()
        try:
            with connection.cursor() as cursor, self.acting():
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [self.lock])
                if not cursor.fetchone()[0]:
                    return
                try:
                    while self.work():
                        pass
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [self.lock])
        except Exception:
            log.exception("the work of %s stopped; it goes on at the next round", self.name)
        finally:
            connection.close()
