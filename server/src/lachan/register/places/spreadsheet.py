"""A spreadsheet as rows of text: .xlsx, .ods, .xls and CSV, as people save them. Pure."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import python_calamine

MAX_ROWS = 100_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
MAX_FILE_BYTES = 24 * 1024 * 1024
# What a workbook may grow to when it is unpacked: a small file must not fill the memory.
MAX_UNPACKED_BYTES = 400 * 1024 * 1024


class SpreadsheetError(Exception):
    """The file is no table that can be read; `code` says why: encoding, broken, empty, too_long, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(content: bytes) -> list[list[str]]:
    """The rows of the first sheet that has any, head first, as trimmed text; blank rows are empty lists.

    What the file is, its first bytes say and not its name. Raises SpreadsheetError.
    """
    if len(content) > MAX_FILE_BYTES:
        raise SpreadsheetError("too_large")
    workbook = content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    rows: list[list[str]] = []
    for row in _of_workbook(content) if workbook else _of_csv(content):
        if len(rows) > MAX_ROWS:
            raise SpreadsheetError("too_long")
        rows.append(row if any(row) else [])
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) < 2:
        raise SpreadsheetError("empty")
    return rows


def _of_workbook(content: bytes) -> Iterator[list[str]]:
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED_BYTES:
                    raise SpreadsheetError("too_large")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                # Sheets that begin below or right of the corner keep their row numbers.
                for row in sheet.to_python(skip_empty_area=False):
                    yield [_text(cell) for cell in row[:MAX_COLUMNS]]
                return
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise SpreadsheetError("broken") from error


def _text(cell: object) -> str:  # noqa: PLR0911  one line a type
    """A typed cell as a person would write it."""
    match cell:
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ", timespec="minutes")
        case date():
            return cell.isoformat()
        case time():
            return f"{cell:%H:%M}"
        case timedelta():
            minutes = round(cell.total_seconds() / 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case _:
            return " ".join(str(cell).split())[:MAX_CELL]


def _of_csv(content: bytes) -> Iterator[list[str]]:
    try:
        # "utf-16" only with its mark, as Excel's "Unicode text" has it.
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise SpreadsheetError("encoding") from None
    if "\0" in text:
        raise SpreadsheetError("broken")
    head = text.partition("\n")[0]
    # A Vietnamese Excel separates by semicolons, since the comma is for decimals.
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(1_000_000)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unquoted(" ".join(cell.split()))[:MAX_CELL] for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise SpreadsheetError("broken") from error


def _unquoted(cell: str) -> str:
    """Without the apostrophe that exports put before what would be a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" and len(cell) > 1 else cell
