"""What the templates draw: each question with its options, its value and what is to be mended, in one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lachan.ground.platform.text import fold
from lachan.ground.platform.wording import viet_date, viet_moment
from lachan.register.forms import wording
from lachan.register.forms.document import (
    NO,
    NOT_ASKED,
    UNKNOWN,
    YES,
    Choice,
    Choices,
    Day,
    Decimal,
    Document,
    Integer,
    Line,
    Moment,
    Question,
    Repeat,
    YesNo,
)
from lachan.register.forms.flow import Walk
from lachan.register.forms.typed import Entry, Screen, meaning, place, questions_on, spelled
from lachan.register.forms.validate import Problem, Result, offered

_SHORT_NUMBER = 1_000_000
_LONG_LINE = 40
# More answers than this (the countries of the world) are a list to pick from, in the order of the reader's alphabet.
_MOST_ROWS = 12


@dataclass(frozen=True)
class OptionRow:
    """One row to tick. `dashed` marks an answer that is no answer (not known, not asked)."""

    value: str
    label: str
    checked: bool
    dashed: bool = False


@dataclass(frozen=True)
class QuestionBlock:
    """A question as drawn. Rows of `apart` stand below "or": they exclude the others."""

    code: str
    label: str
    hint: str
    error: str
    optional: bool
    control: str
    rows: list[OptionRow] = field(default_factory=list)
    apart: list[OptionRow] = field(default_factory=list)
    value: str = ""
    unit: str = ""
    skip: str = ""
    caution: str = ""
    call: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    lines: int = 1

    @property
    def id(self) -> str:
        return f"q_{self.code}"

    @property
    def described_by(self) -> str:
        return " ".join(f"{self.id}_{part}" for part, there in (("hint", self.hint), ("error", self.error)) if there)


@dataclass(frozen=True)
class SummaryRow:
    """A question on the page that checks the answers."""

    code: str
    page: str
    name: str
    answer: str
    error: str
    not_asked: bool = False


def language_for(document: Document) -> str:
    """The reader's language where the form speaks it, else the form's first."""
    wanted = (get_language() or "").split("-")[0]
    return wanted if wanted in document.languages else document.languages[0]


def problems_by_question(problems: tuple[Problem, ...], language: str) -> dict[str, str]:
    return {p.question: p.message.get(language) or p.message.get("en") or p.message["vi"] for p in problems}


def blocks(walk: Walk, page: Screen, language: str, errors: Mapping[str, str]) -> list[QuestionBlock]:
    """The shown questions of a page."""
    result = walk.result()
    shown = set(result.shown)
    seen = {**result.values, **_values_on(result, page)}
    return [
        _block(
            walk,
            _offered(question, seen, walk.on),
            walk.answers_on(page).get(question.code),
            language,
            errors.get(question.code, ""),
        )
        for question in questions_on(page)
        if place(page, question.code) in shown
    ]


def _offered(question: Question, seen: Mapping[str, Any], on: date) -> Question:
    return offered(question, seen, on) if isinstance(question, Choice | Choices) else question


def _block(walk: Walk, question: Question, value: Any, language: str, error: str) -> QuestionBlock:
    document = walk.document
    rows, apart = _rows(document, question, value, language, walk.for_another)
    caution = question.caution
    return QuestionBlock(
        code=question.code,
        label=document.words(question.label, language),
        hint=document.words(question.hint, language),
        error=error,
        optional=not question.required,
        control=_control(question),
        rows=rows,
        apart=apart,
        value=spelled(question, value, language),
        unit=document.words(question.unit, language) if isinstance(question, Integer | Decimal) else "",
        skip=document.words(question.skip, language) or ("" if question.required else _("Bỏ qua câu này")),
        caution=document.words(caution.text, language) if caution else "",
        call=(caution.call or "") if caution else "",
        attributes=_attributes(question, value, walk.on),
        lines=question.lines if isinstance(question, Line) else 1,
    )


def _rows(
    document: Document, question: Question, value: Any, language: str, for_another: bool
) -> tuple[list[OptionRow], list[OptionRow]]:
    chosen = set(value) if isinstance(value, list) else {value}
    say = _said(language)
    rows: list[OptionRow] = []
    apart: list[OptionRow] = []
    match question:
        case YesNo():
            rows = [OptionRow(YES, say(YES), YES in chosen), OptionRow(NO, say(NO), NO in chosen)]
            if question.unknown:
                apart = [OptionRow(UNKNOWN, say(UNKNOWN), UNKNOWN in chosen, dashed=True)]
        case Choice() | Choices():
            for option in question.options:
                row = OptionRow(option.code, document.words(option.label, language), option.code in chosen)
                (apart if option.exclusive else rows).append(row)
            if _control(question) == "select":
                rows.sort(key=lambda row: fold(row.label))
        case _:
            return [], []
    if for_another:
        apart.append(OptionRow(NOT_ASKED, say(NOT_ASKED), NOT_ASKED in chosen, dashed=True))
    return rows, apart


def _control(question: Question) -> str:
    match question:
        case Choice() if len(question.options) > _MOST_ROWS:
            return "select"
        case YesNo() | Choice():
            return "radio"
        case Choices():
            return "checkbox"
        case Line() if question.lines > 1:
            return "textarea"
        case _:
            return "input"


def _attributes(question: Question, value: Any, on: date) -> dict[str, str]:
    match question:
        case Integer() | Decimal():
            short = max(abs(question.least), abs(question.most)) < _SHORT_NUMBER
            mode = "numeric" if isinstance(question, Integer) and question.least >= 0 else "decimal"
            return {"type": "text", "inputmode": mode, "class": "input w-short" if short else "input w-mid"}
        case Day() | Moment():
            # The browser's own field would swallow text that is no day, and it must be shown to be mended.
            readable = value is None or (meaning(question, [str(value)]) == value and "-" in str(value))
            kind = "date" if isinstance(question, Day) else "datetime-local"
            return {"type": kind if readable else "text", "class": "input w-mid"}
        case Line():
            return {"type": "text", "class": "input", "maxlength": str(question.longest * 2)}
        case _:
            return {}


def summary(walk: Walk, language: str) -> list[SummaryRow]:
    """Every shown question with its answer in words; for a repeated group each entry's, then how many there are."""
    result = walk.result()
    errors = problems_by_question(result.errors, language)
    rows: list[SummaryRow] = []
    for page in walk.pages():
        if isinstance(page, Repeat):
            count = len(walk.rows(page))
            name = walk.document.name(page, language)
            rows.append(SummaryRow(page.code, page.code, name, str(count), errors.get(page.code, "")))
            continue
        values = _values_on(result, page)
        for question in questions_on(page):
            where = place(page, question.code)
            if where not in result.shown:
                continue
            value = values.get(question.code)
            rows.append(
                SummaryRow(
                    code=where,
                    page=page.code,
                    name=_entry_name(walk, page, language) + walk.document.name(question, language),
                    answer="" if value is None else in_words(walk.document, question, value, language),
                    error=errors.get(where, ""),
                    not_asked=where in result.not_asked,
                )
            )
    return rows


def _values_on(result: Result, page: Screen) -> dict[str, Any]:
    if not isinstance(page, Entry):
        return result.values
    rows = result.values.get(page.repeat.code) or []
    return rows[page.index] if page.index < len(rows) else {}


def _entry_name(walk: Walk, page: Screen, language: str) -> str:
    return f"{entry_title(walk.document, page, language)}: " if isinstance(page, Entry) else ""


def entry_title(document: Document, page: Entry, language: str) -> str:
    """An entry by its number, "Người 2"."""
    return f"{document.words(page.repeat.entry, language)} {page.index + 1}"


@dataclass(frozen=True)
class EntryRow:
    """One entry on the list page of a repeated group: its first answers, and whether something must be mended."""

    page: str
    index: int
    title: str
    line: str
    error: bool


def entries(walk: Walk, repeat: Repeat, language: str) -> list[EntryRow]:
    """The entries of a repeated group, each with what it begins with."""
    by_page: dict[str, list[SummaryRow]] = {}
    for row in summary(walk, language):
        by_page.setdefault(row.page, []).append(row)
    found = []
    for index in range(len(walk.rows(repeat))):
        page = Entry(repeat, index)
        rows = by_page.get(page.code, [])
        line = ", ".join(row.answer for row in rows if row.answer)[: _LONG_LINE * 2]
        title = entry_title(walk.document, page, language)
        found.append(EntryRow(page.code, index, title, line, any(row.error for row in rows)))
    return found


def _said(language: str) -> Callable[[str], str]:
    """Yes, no and the answers that are none, in the form's language where the pages do not speak it."""
    shown = (get_language() or "").split("-")[0]
    if language in wording.ANSWERS and (shown != language or language not in ("vi", "en")):
        return wording.ANSWERS[language].__getitem__
    return {YES: _("Có"), NO: _("Không"), UNKNOWN: _("Không rõ"), NOT_ASKED: _("Chưa hỏi được")}.__getitem__


def in_words(document: Document, question: Any, value: Any, language: str) -> str:
    """A kept answer as people write it."""
    match question:
        case YesNo():
            return _said(language)(value)
        case Choice() | Choices():
            chosen = value if isinstance(value, list) else [value]
            words = [document.words(o.label, language) for o in question.options if o.code in chosen]
            return ", ".join([words[0], *(w[:1].lower() + w[1:] for w in words[1:])])
        case Integer() | Decimal():
            places = question.places if isinstance(question, Decimal) else 0
            unit = document.words(question.unit, language)
            return f"{wording.number(value, language, places)} {unit}".strip()
        case Day():
            return viet_date(date.fromisoformat(value))
        case Moment():
            return viet_moment(datetime.fromisoformat(value))
        case _:
            return str(value)
