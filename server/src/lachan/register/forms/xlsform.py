"""A form as an XLSForm workbook: the spreadsheet forms of ODK, KoboToolbox and most health ministries.

The sheets `survey`, `choices` and `settings` hold what XLSForm can say, and a further sheet `lachan` the rest (short
names, look-back window, bounds), so that a form comes back equal (xlsform_in.py).
"""

import io
import re
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from openpyxl import Workbook

from lachan.register.forms.document import (
    LANGUAGES,
    Calculation,
    Choice,
    Choices,
    Day,
    Decimal,
    Document,
    Group,
    Integer,
    Item,
    Line,
    Moment,
    Page,
    Question,
    Repeat,
    Text,
    YesNo,
)
from lachan.register.forms.expressions import Expression
from lachan.register.forms.outline import RefusedError
from lachan.register.forms.wording import ANSWERS
from lachan.register.forms.xpath import FormulaError, write_formula

EXTRA_SHEET = "lachan"
# The row of that sheet about the form as a whole; no question's name begins so.
FORM_ROW = "_form"
# What XML 1.0, and so a workbook, has no place for.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TYPES = {Integer: "integer", Decimal: "decimal", Line: "text", Day: "date", Moment: "dateTime"}


def write_xlsform(document: Document) -> bytes:
    """The document as an XLSForm workbook. Raises RefusedError for a formula XPath cannot say."""
    try:
        return _Export(document).workbook()
    except FormulaError as error:
        raise RefusedError([f"{error}."]) from error


class _Export:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.survey: list[dict[str, str]] = []
        self.choices: list[dict[str, str]] = []
        self.extras: dict[str, Any] = {FORM_ROW: {k: v for k, v in _json(document).items() if k != "pages"}}
        self.lists = {item.code: item for _page, item in document.items() if isinstance(item, Choices)}

    def workbook(self) -> bytes:
        for page in self.document.pages:
            if isinstance(page, Group | Repeat):
                self.group(page)
            else:
                self.item(page)
        book = Workbook()
        book.remove(book.active)
        settings = {"form_id": self.document.code, "form_title": self.document.words(self.document.title, self.first)}
        settings["default_language"] = self.column("", self.first)[2:]
        self.sheet(book, "survey", self.survey)
        self.sheet(book, "choices", self.choices or [{"list_name": "", "name": "", "label": ""}])
        self.sheet(book, "settings", [settings])
        rows = [{"code": code, "json": msgspec.json.encode(value).decode()} for code, value in self.extras.items()]
        self.sheet(book, EXTRA_SHEET, rows)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    @property
    def first(self) -> str:
        return self.document.languages[0]

    @staticmethod
    def column(head: str, language: str) -> str:
        return f"{head}::{LANGUAGES[language]} ({language})"

    def said(self, head: str, text: Text | None) -> dict[str, str]:
        return {self.column(head, language): words for language, words in (text or {}).items()}

    @staticmethod
    def sheet(book: Workbook, name: str, rows: list[dict[str, str]]) -> None:
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(key for row in rows for key in row))
        for at, values in enumerate([dict(zip(columns, columns, strict=True)), *rows], start=1):
            for across, key in enumerate(columns, start=1):
                if key in values:
                    if _UNWRITABLE.search(values[key]):
                        raise FormulaError(_("“%(key)s”: có ký tự mà bảng tính không giữ được") % {"key": key})
                    cell = sheet.cell(at, across, values[key])
                    # Text that begins with "=" stays text.
                    cell.data_type = "s"

    def row(self, kind: str, part: Page) -> dict[str, str]:
        row = {"type": kind, "name": part.code, **self.said("label", part.label), **self.said("hint", part.hint)}
        if part.show_if is not None:
            row["relevant"] = self.formula(part.code, "show_if", part.show_if)
        return row

    def formula(self, code: str, key: str, tree: Expression, own: str | None = None) -> str:
        text = write_formula(tree, own, self.lists)
        self.extras.setdefault(code, {}).setdefault("formulas", {})[key] = [text, msgspec.to_builtins(tree)]
        return text

    def group(self, page: Group | Repeat) -> None:
        kind = "repeat" if isinstance(page, Repeat) else "group"
        row = self.row(f"begin_{kind}", page)
        if isinstance(page, Repeat):
            self.extras.setdefault(page.code, {}).update(entry=page.entry, least=page.least, most=page.most)
        else:
            row["appearance"] = "field-list"
        self.survey.append(row)
        for item in page.questions:
            self.item(item)
        self.survey.append({"type": f"end_{kind}", "name": page.code})

    def item(self, item: Item | Page) -> None:
        if isinstance(item, Calculation):
            row = self.row("calculate", item)
            row["calculation"] = self.formula(item.code, "value", item.value)
            self.survey.append(row)
            return
        assert not isinstance(item, Group | Repeat)  # noqa: S101  the caller has taken those apart
        row = self.row(self.kind(item), item)
        data = _json(item)
        rest = {"type", "code", "label", "hint", "show_if", "required", "constraint", "options"}
        extra = self.extras.setdefault(item.code, {})
        extra |= {key: value for key, value in data.items() if key not in rest and value is not None}
        if isinstance(item, Choice | Choices):
            extra["options"] = {"exclusive": [o.code for o in item.options if o.exclusive]}
            extra["type"] = data["type"]
        if item.required:
            row["required"] = "yes"
        if item.constraint is not None:
            row["constraint"] = self.formula(item.code, "rule", item.constraint.rule, item.code)
            row |= self.said("constraint_message", item.constraint.message)
        self.survey.append(row)

    def kind(self, item: Question) -> str:
        match item:
            case YesNo():
                codes = ["yes", "no", "unknown"] if item.unknown else ["yes", "no"]
                self.listed(
                    item.code, [(c, {lang: ANSWERS[lang][c] for lang in self.document.languages}) for c in codes]
                )
                return f"select_one {item.code}"
            case Choice() | Choices():
                if any(option.show_if is not None for option in item.options):
                    raise FormulaError(
                        _("“%(item)s”: lựa chọn có điều kiện riêng chưa xuất được ra XLSForm") % {"item": item.code}
                    )
                self.listed(item.code, [(option.code, option.label) for option in item.options])
                return f"select_{'one' if isinstance(item, Choice) else 'multiple'} {item.code}"
            case _:
                return _TYPES[type(item)]

    def listed(self, name: str, options: list[tuple[str, Text]]) -> None:
        self.choices += [{"list_name": name, "name": code, **self.said("label", label)} for code, label in options]


def _json(part: Any) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(part))
    return data
