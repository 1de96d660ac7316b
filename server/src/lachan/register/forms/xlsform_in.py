"""An XLSForm as a form: ours come back equal, others as near as the form language allows.

pyxform reads the workbook and checks it; what this form language cannot say is refused in words. Where somebody has
changed a formula since it was written out, the formula of the sheet counts.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from lachan.register.forms.document import (
    LANGUAGES,
    Calculation,
    Choice,
    Choices,
    Day,
    Decimal,
    Document,
    DocumentError,
    Integer,
    Item,
    Line,
    Moment,
    Question,
    Text,
    YesNo,
    read,
)
from lachan.register.forms.expressions import Expression
from lachan.register.forms.outline import Branch, Codes, RefusedError, in_officers_words, pages
from lachan.register.forms.xlsform import EXTRA_SHEET, FORM_ROW
from lachan.register.forms.xpath import FormulaError, read_formula

LARGEST_FILE = 5 * 1024 * 1024
_LANGUAGE = re.compile(r"\(([a-z]{2})\)\s*$")
_NAMES = {
    "vietnamese": "vi", "tiếng việt": "vi", "english": "en", "chinese": "zh", "korean": "ko", "japanese": "ja",
    "lao": "lo", "khmer": "km", "russian": "ru", "french": "fr", "français": "fr", "spanish": "es", "español": "es",
    "italian": "it",
}  # fmt: skip
_LEFT_OUT = {"note", "start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit", "acknowledge"}
_ONE, _SEVERAL = {"select one", "select_one"}, {"select all that apply", "select_multiple"}
_SIMPLE: dict[str, Any] = {
    "integer": Integer, "int": Integer, "decimal": Decimal, "text": Line, "string": Line, "phone number": Line,
    "date": Day, "dateTime": Moment, "datetime": Moment,
}  # fmt: skip
_YES_NO = ({"yes", "no"}, {"yes", "no", "unknown"})


@dataclass(frozen=True)
class Imported:
    """A form that came in, and what was left out or changed on the way, in words."""

    document: Document
    notes: list[str]


def read_xlsform(data: bytes, filename: str) -> Imported:
    """The document of an XLSForm (xlsx, xls, csv). Raises RefusedError with every sentence an officer must know."""
    suffix = filename.lower().rpartition(".")[2]
    if suffix not in {"xlsx", "xls", "csv"}:
        raise RefusedError([_("Tệp phải là XLSForm dạng .xlsx, .xls hoặc .csv.")])
    if len(data) > LARGEST_FILE:
        raise RefusedError([_("Tệp lớn hơn 5 MB. Bỏ hình ảnh và các trang không dùng rồi tải lên lại.")])
    name = re.sub(r"[^a-z0-9]+", "-", filename.lower().rpartition(".")[0]).strip("-")
    try:
        survey = convert(data, form_name="form", file_type=f".{suffix}", validate=False)._pyxform
    except PyXFormError as error:
        raise RefusedError([_in_words(str(error))]) from error
    except Exception as error:
        raise RefusedError([_("Không mở được tệp. Lưu lại từ Excel hoặc LibreOffice rồi tải lên lại.")]) from error
    return _Import(survey, _extras(data, suffix), name).done()


def _in_words(error: str) -> str:
    known = (
        (r"different names for the same column were found: (.+?)\. Rename",
         _("Trang “survey” có hai cột cùng một nghĩa: {0}. Giữ lại một cột.")),
        (r"Unknown question type '?\"?(.+?)['\"]?\.?$", _("Loại câu hỏi “{0}” không có trong XLSForm.")),
        (r"List name not in choices sheet: (\S+)", _("Danh sách lựa chọn “{0}” không có trên trang “choices”.")),
        (r"reference to '?\"?(\w+)['\"]?.*(?:not|no) ", _("Có công thức hỏi tới “{0}”, mà không câu nào mang tên đó.")),
        (r"survey sheet.*(?:missing|not found)|must have a sheet", _("Tệp không có trang “survey”.")),
    )  # fmt: skip
    for pattern, sentence in known:
        if found := re.search(pattern, error, re.IGNORECASE):
            return sentence.format(*found.groups())
    row = re.search(r"row ?: ?(\d+)", error)
    place = _(" Dòng %(row)s.") % {"row": row[1]} if row else ""
    return _("XLSForm này sai quy cách.%(place)s Trình đọc báo: %(error)s") % {"place": place, "error": error[:300]}


def _extras(data: bytes, suffix: str) -> dict[str, Any]:
    if suffix != "xlsx":
        return {}
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        if EXTRA_SHEET not in book.sheetnames:
            return {}
        rows = book[EXTRA_SHEET].iter_rows(min_row=2, max_col=2, values_only=True)
        return {str(code): msgspec.json.decode(str(value)) for code, value in rows if code and value}
    except (InvalidFileException, msgspec.DecodeError, KeyError, ValueError) as error:
        raise RefusedError(
            [_("Trang “%(sheet)s” của tệp bị hỏng. Xóa trang ấy rồi tải lên lại.") % {"sheet": EXTRA_SHEET}]
        ) from error


class _Import:
    def __init__(self, survey: dict[str, Any], extras: dict[str, Any], name: str) -> None:
        self.survey, self.extras = survey, extras
        self.whole = extras.get(FORM_ROW, {})
        self.codes, self.options = Codes(), dict[str, Codes]()
        self.notes: list[str] = []
        self.faults: list[str] = []
        self.kinds: dict[str, str] = {}
        self.form_code = self.whole.get("code") or self._code(survey.get("id_string") or name)
        self.languages = self._languages()

    @staticmethod
    def _code(name: str) -> str:
        code = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")[:50]
        return code if code and code[0].isalpha() else f"form-{code}"[:50].rstrip("-")

    def done(self) -> Imported:
        outline = self.branches(self.survey["children"])
        if self.faults:
            raise RefusedError(self.faults)
        title = self.whole.get("title") or self.words(self.survey.get("title"), self.form_code)
        data = {
            "code": self.form_code,
            "title": title,
            "languages": self.languages,
            "pages": msgspec.to_builtins(pages(outline, self.codes)),
            **{key: self.whole[key] for key in ("look_back_days", "machine_translated") if key in self.whole},
        }
        try:
            document = read(data)
        except DocumentError as error:
            raise RefusedError([in_officers_words(problem) for problem in error.problems]) from error
        return Imported(document, self.notes)

    # ---- words ----

    def _languages(self) -> list[str]:
        if "languages" in self.whole:
            return list(self.whole["languages"])
        found: list[str] = []
        for name in self._spoken(self.survey):
            code = self.language(name)
            if code is None:
                self.notes.append(
                    _("Bỏ phần chữ tiếng “%(name)s”: tờ khai ở đây không có ngôn ngữ ấy.") % {"name": name}
                )
            elif code not in found:
                found.append(code)
        return sorted(found, key=list(LANGUAGES).index) or [self.unnamed()]

    def unnamed(self) -> str:
        return "en" if not re.search(r"[ăâđêôơưạ-ỹ]", str(self.survey), re.IGNORECASE) else "vi"

    def language(self, name: str) -> str | None:
        if name == "default":
            return self.unnamed()
        marked = _LANGUAGE.search(name)
        code = marked[1] if marked else _NAMES.get(name.strip().lower(), name.strip().lower())
        return code if code in LANGUAGES else None

    def _spoken(self, node: Any) -> Iterable[str]:
        found: dict[str, None] = {}
        for child in [*node.get("children", ()), *node.get("choices", ())] if isinstance(node, dict) else ():
            if not isinstance(child, dict):
                continue
            for key in ("label", "hint"):
                if isinstance(child.get(key), dict):
                    found |= dict.fromkeys(child[key])
            found |= dict.fromkeys(self._spoken(child))
        return found

    def words(self, text: Any, fallback: str) -> Text:
        """The sentence in each language; one that only some have stands in for the others that must have one."""
        said: Text = {}
        for name, words in (text if isinstance(text, dict) else {"": text}).items():
            language = self.languages[0] if not name else self.language(name)
            if language in self.languages and words and str(words).strip():
                said[language] = str(words).strip()
        some = next(iter(said.values()), fallback)
        for language in self.languages:
            if language not in said and language in {self.languages[0], "vi", "en"}:
                said[language] = some
        return said

    # ---- questions ----

    def branches(self, children: list[dict[str, Any]]) -> list[Branch | Item]:
        found: list[Branch | Item] = []
        for node in children:
            kind, name = node.get("type", ""), node.get("name", "")
            if name == "meta" and kind == "group":
                continue
            try:
                branch = self.group(node) if kind in {"group", "repeat"} else self.item(node, kind)
            except FormulaError as error:
                self.faults.append(_("Câu “%(name)s”: %(error)s.") % {"name": name, "error": error})
                continue
            if branch is not None:
                found.append(branch)
        return found

    def group(self, node: dict[str, Any]) -> Branch:
        code, extra = self.codes.of(node["name"]), self.extras.get(node["name"], {})
        branch = Branch(code, self.words(node.get("label"), node["name"]), self.hint(node), self.condition(node))
        if node["type"] == "repeat":
            branch.repeat = {"entry": extra.get("entry") or self.words(None, self.entry_word())}
            branch.repeat |= {key: extra[key] for key in ("least", "most") if key in extra}
            if "jr:count" in node.get("control", {}) and not extra:
                self.notes.append(
                    _("Nhóm “%(name)s”: số mục do người khai tự thêm, không theo công thức đếm.")
                    % {"name": node["name"]}
                )
        branch.children = self.branches(node.get("children", []))
        self.kinds[code] = "entries"
        return branch

    def entry_word(self) -> str:
        return "Mục" if self.languages[0] == "vi" else "Entry"

    def hint(self, node: dict[str, Any]) -> Text | None:
        return self.words(node["hint"], "") if node.get("hint") else None

    def item(self, node: dict[str, Any], kind: str) -> Item | None:
        name, bind = node["name"], node.get("bind", {})
        if kind == "calculate":
            code = self.codes.of(name)
            value = self.formula(node, "calculate", "value")
            self.kinds[code] = "calculation"
            label = self.words(self.extras.get(name, {}).get("label") or node.get("label"), name)
            return Calculation(code=code, label=label, show_if=self.condition(node), value=value)
        if kind in _LEFT_OUT:
            if kind == "note" or "label" in node:
                self.notes.append(
                    _("Bỏ “%(name)s”: lời ghi chú hoặc câu máy tự điền, không phải câu hỏi.") % {"name": name}
                )
            return None
        head: dict[str, Any] = {"label": self.words(node.get("label"), name), "hint": self.hint(node)}
        head["show_if"] = self.condition(node)
        head["required"] = str(bind.get("required", "")).lower() in {"yes", "true", "true()"}
        question = self.question(node, kind, head)
        if question is None:
            self.faults.append(
                _("Câu “%(name)s”: loại “%(kind)s” chưa dùng được ở đây. Đổi sang loại khác hoặc bỏ câu này.")
                % {"name": name, "kind": kind}
            )
            return None
        extra = {
            k: v for k, v in self.extras.get(name, {}).items() if k not in {"formulas", "rule", "options", "label"}
        }
        data = {**msgspec.to_builtins(question), **extra}
        if "constraint" in bind:
            own = self.formula(node, "constraint", "rule", question.code)
            message = self.words(bind.get("jr:constraintMsg"), "Xem lại câu này" if "vi" in self.languages else "Check")
            if not self.only_bounds(name, bind["constraint"]):
                data["constraint"] = {"rule": msgspec.to_builtins(own), "message": message}
        kept: Question = msgspec.convert(data, type(question))
        return kept

    def only_bounds(self, name: str, text: str) -> bool:
        return bool(self.extras.get(name, {}).get("formulas", {}).get("bounds") == text)

    def question(self, node: dict[str, Any], kind: str, head: dict[str, Any]) -> Question | None:
        name = node["name"]
        if kind in _ONE | _SEVERAL:
            return self.chosen(node, head, several=kind in _SEVERAL)
        if kind not in _SIMPLE:
            return None
        code = self.codes.of(name)
        self.kinds[code] = "simple"
        rest: dict[str, Any] = {"places": 6} if _SIMPLE[kind] is Decimal else {}
        question: Question = _SIMPLE[kind](code=code, **head, **rest)
        return question

    def chosen(self, node: dict[str, Any], head: dict[str, Any], *, several: bool) -> Question:
        name = node["name"]
        code = self.codes.of(name)
        names = [choice["name"] for choice in node.get("choices", [])]
        extra = self.extras.get(name, {})
        self.options[code] = Codes(taken={"not_asked"})
        if not several and not node.get("choice_filter") and set(names) in _YES_NO and extra.get("type") != "choice":
            self.kinds[code] = "text"
            return YesNo(code=code, **head, unknown="unknown" in names)
        self.kinds[code] = "list" if several else "text"
        options: dict[str, dict[str, Any]] = {}
        for choice in node.get("choices", []):
            option = self.options[code].of(str(choice["name"]))
            row = {"code": option, "label": msgspec.to_builtins(self.words(choice.get("label"), str(choice["name"])))}
            row["exclusive"] = option in extra.get("options", {}).get("exclusive", ())
            if node.get("choice_filter"):
                row["show_if"] = self.filtered(node, choice)
                if option in options:
                    earlier = options[option]["show_if"]
                    row["show_if"] = {"op": "or", "of": [earlier, row["show_if"]]}
            options[option] = row
        kept = [row for row in options.values() if row.get("show_if") is not False]
        if len(kept) < (1 if several else 2):
            raise FormulaError(_("cần ít nhất hai lựa chọn trên trang “choices”"))
        for row in kept:
            if row.get("show_if") is True:
                row["show_if"] = None
        data = {"type": "choices" if several else "choice", "code": code, "options": kept}
        made = {**data, **msgspec.to_builtins(head)}
        return msgspec.convert(made, Choices) if several else msgspec.convert(made, Choice)

    def filtered(self, node: dict[str, Any], choice: dict[str, Any]) -> Any:
        """A choice's own condition: the filter with the columns of its row filled in."""
        every = {k for one in node["choices"] for k in one if k not in {"name", "label"}}
        columns = {k: str(choice.get(k, "")) for k in every}
        text = node["choice_filter"]
        bare = re.search(r"^\s*([\w.-]+)\s*=\s*(['\"]?)([\w.-]+)\2\s*$", text)
        if bare and bare[1] in columns:
            return columns[bare[1]] == bare[3]
        for column, value in columns.items():
            text = re.sub(rf"(?<![\w${{'\"]){re.escape(column)}(?![\w}}'\"(])", f"'{value}'", text)
        return msgspec.to_builtins(read_formula(text, name=self.reference, option=self.option))

    # ---- formulas ----

    def condition(self, node: dict[str, Any]) -> Expression | None:
        return self.formula(node, "relevant", "show_if") if node.get("bind", {}).get("relevant") else None

    def formula(self, node: dict[str, Any], column: str, key: str, own: str | None = None) -> Expression:
        text = str(node["bind"][column])
        kept = self.extras.get(node["name"], {}).get("formulas", {}).get(key)
        if kept and kept[0] == text:
            tree: Expression = msgspec.convert(kept[1], Expression)
            return tree
        return read_formula(text, name=self.reference, option=self.option, own=own)

    def reference(self, name: str) -> str:
        code = self.codes.known.get(name)
        if code is None or code not in self.kinds:
            raise FormulaError(_("hỏi tới “%(name)s”, mà không câu hỏi nào đứng trước mang tên đó") % {"name": name})
        return code

    def option(self, of: str, value: str) -> str:
        return self.options[of].known.get(value, value) if of in self.options else value
