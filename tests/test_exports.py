"""Whoever writes what is in a cell, no table that leaves the product runs as a formula when it is opened.

Every place that makes a table file is found in the source; each is given cells that begin like formulas and read back.
"""

import ast
import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from openpyxl import load_workbook

import lachan
from lachan.ground.platform import bulk
from lachan.register.forms import xlsform
from lachan.register.places import sheets

SOURCE = Path(lachan.__file__).parent
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HOSTILE = [f"{sign}HYPERLINK(1)|'cmd'!A0" for sign in SIGNS] + [" =1+1", "\u00a0@SUM(1)", "\ufeff-2+3"]
#: The only modules that make table files, each tried below.
WRITERS = {"register/places/sheets.py", "ground/platform/bulk.py", "register/forms/xlsform.py"}
#: What makes a table file, by what is called.
_MAKES = {"writer", "DictWriter", "Workbook", "to_csv", "to_excel", "write_csv", "write_excel"}
_TYPES = ("text/csv", "spreadsheetml.sheet", "application/vnd.ms-excel")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield str(path.relative_to(SOURCE)), ast.parse(path.read_text())


def calls(tree: ast.Module) -> set[str]:
    named = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in named
        if hasattr(one, "attr") or hasattr(one, "id")
    }  # type: ignore[union-attr]


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


def test_tables_are_made_in_these_places_only() -> None:
    making = {name for name, tree in modules() if calls(tree) & _MAKES}
    assert making == WRITERS, "make the table with register.places.sheets, or try the new writer below"


def test_what_is_sent_as_a_table_was_made_there() -> None:
    """No table is joined together by hand and sent under a spreadsheet's type."""
    makers = ("lachan.register.places.sheets", "lachan.ground.platform.bulk", "lachan.register.forms.xlsform")
    for name, tree in modules():
        said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        if name not in WRITERS and any(kind in text for text in said for kind in _TYPES):
            assert any(one.startswith(makers) for one in imported(tree)), name


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def test_every_address_of_a_table_leads_to_a_writer() -> None:
    """From its view's module, over at most one module more, to one of the writers."""
    names = {name.removesuffix(".py").replace("/", "."): tree for name, tree in modules()}
    writers = {f"lachan.{name.removesuffix('.py').replace('/', '.')}" for name in WRITERS}

    def reaches(module: str, steps: int) -> bool:
        tree = names.get(module.removeprefix("lachan."))
        if tree is None:
            return False
        targets = imported(tree)
        if any(one in writers or one.rpartition(".")[0] in writers for one in targets):
            return True
        return steps > 0 and any(
            reaches(one, steps - 1) or reaches(one.rpartition(".")[0], steps - 1) for one in targets
        )

    tables = [(route, view) for route, view in routes(get_resolver().url_patterns) if "csv" in route or "xlsx" in route]
    assert len(tables) >= 6
    for route, view in tables:
        assert reaches(view.__module__, 2), route


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_of_a_csv_is_never_a_formula(text: str) -> None:
    content = sheets.as_csv([text], [[text, 7, None]]).decode("utf-8-sig")
    (head,), (cell, number, nothing) = csv.reader(io.StringIO(content, newline=""))
    for got in (head, cell):
        assert got == "'" + text
    assert (number, nothing) == ("7", "")


def workbook(kind: str) -> bytes:
    if kind == "sheets":
        return sheets.as_xlsx(HOSTILE, [HOSTILE], notes={0: HOSTILE[0]})
    if kind == "rejects":
        column = bulk.Column("name", HOSTILE[0], "", ())
        row = bulk.Row(2, HOSTILE, faults=[("name", HOSTILE[1])])
        return bulk.rejects_file(head=HOSTILE, where={"name": 0}, columns=[column], rows=[row], last="?")
    book = xlsform.Workbook()
    xlsform._Export.sheet(book, "survey", [{text: text for text in HOSTILE if text.isprintable()}])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["sheets", "rejects", "xlsform"])
def test_a_cell_of_a_workbook_is_text(kind: str) -> None:
    content = workbook(kind)
    texts = 0
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for cell in (one for row in sheet.iter_rows() for one in row if one.value is not None):
            assert cell.data_type == "s", cell.value
            texts += 1
    assert texts >= len([text for text in HOSTILE if text.isprintable()])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        written = b"".join(parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet"))
    assert b"<f>" not in written
    assert b"<f " not in written
