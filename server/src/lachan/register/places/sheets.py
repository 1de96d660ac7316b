"""Tables as files, safe to open: no cell is ever read as a formula, whoever wrote what is in it."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.http import HttpResponse

Cell = str | int | float | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula when it opens a CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Cell) -> Cell:
    """The cell as it may stand in a CSV: text that would be a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" \u00a0\ufeff").startswith(_FORMULA):
        return "'" + value
    return value


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark (without it Excel garbles Vietnamese), rows ended as RFC 4180 says."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(cell) for cell in head])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return "\ufeff".encode() + out.getvalue().encode()


def as_xlsx(
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    widths: Sequence[float] = (),
    notes: dict[int, str] | None = None,
) -> bytes:
    """A workbook of one sheet; text stays text, so nothing in it can be a formula. `notes`: comments on head cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, title in enumerate(head):
        sheet.write_string(0, column, title, bold)
        if notes and column in notes:
            sheet.write_comment(0, column, notes[column])
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, column, cell, wrap)
            elif cell is not None:
                sheet.write_number(line, column, cell)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def answer(name: str, form: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """The table as a download."""
    content = as_csv(head, rows) if form == "csv" else as_xlsx(head, rows, widths=[24.0] * len(head))
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8" if form == "csv" else XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{form}"',
            "Cache-Control": "private, no-store",
        },
    )
