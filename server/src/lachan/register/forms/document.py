"""A form as a document: what it asks, in which order, when, and within which bounds. Pure data, stored as JSON.

A page of the form is one question or one group. Skip logic looks only at what stands before, so one pass from top to
bottom decides what is shown. A repeated group (a party of travellers) asks its questions once for each entry.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, TypeAlias

import msgspec

from lachan.register.forms.expressions import FARTHEST_DAYS, LARGEST, Expression, check, kind_of

Code: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
# One sentence in each language of the form, e.g. {"vi": "Sốt", "en": "Fever"}.
Text: TypeAlias = dict[str, str]

YES, NO, UNKNOWN = "yes", "no", "unknown"
# Typed in place of an answer by someone who declares for another; stored as no answer at all.
NOT_ASKED = "not_asked"
CHECK_PAGE = "check"
# The languages a form may speak, Vietnamese first. The first, and vi and en where listed, must be complete; the others
# fall back sentence by sentence.
LANGUAGES: dict[str, str] = {
    "vi": "Tiếng Việt",
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "ja": "日本語",
    "lo": "ລາວ",
    "km": "ខ្មែរ",
    "ru": "Русский",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
}
_COMPLETE = ("vi", "en")
_CALCULATED = {"number", "text", ""}
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
# Both say the look-back window in days; the second is what people write in spreadsheets.
_WINDOW = ("{look_back_days}", "{{ngày}}")


class _Part(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    code: Code
    label: Text
    hint: Text | None = None
    show_if: Expression | None = None


class Constraint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold of an answer; an open condition (a missing answer elsewhere) breaks nothing."""

    rule: Expression
    message: Text


class Caution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence beside the question, with a number to call at once where there is one."""

    text: Text
    call: str | None = None


class _Question(_Part, frozen=True, kw_only=True):
    # The question in a word or two, for the summary and the messages.
    short: Text | None = None
    required: bool = False
    constraint: Constraint | None = None
    caution: Caution | None = None
    # The words of the button that leaves an optional question, e.g. "Không có nhiệt kế".
    skip: Text | None = None


class YesNo(_Question, frozen=True, kw_only=True, tag="yes_no"):
    """Có, Không, and Không rõ where it is offered. Not asked is no answer, and never "no"."""

    unknown: bool = True


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to choose. An exclusive one ("none of these") stands alone.

    With `show_if` it is offered only where that is true (the communes of the province chosen before); a question left
    without options is not shown.
    """

    code: Code
    label: Text
    exclusive: bool = False
    show_if: Expression | None = None


class Choice(_Question, frozen=True, kw_only=True, tag="choice"):
    options: tuple[Option, ...]


class Choices(_Question, frozen=True, kw_only=True, tag="choices"):
    options: tuple[Option, ...]


class Integer(_Question, frozen=True, kw_only=True, tag="integer"):
    least: int = -LARGEST
    most: int = LARGEST
    unit: Text | None = None


class Decimal(_Question, frozen=True, kw_only=True, tag="decimal"):
    least: float = -LARGEST
    most: float = LARGEST
    places: Annotated[int, msgspec.Meta(ge=0, le=6)] = 1
    unit: Text | None = None


class Line(_Question, frozen=True, kw_only=True, tag="text"):
    longest: Annotated[int, msgspec.Meta(ge=1, le=4000)] = 200
    lines: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1


class Day(_Question, frozen=True, kw_only=True, tag="date"):
    """A calendar day; bounds are days from the day of answering (-14: at most two weeks ago; 0: not after today)."""

    earliest: int | None = None
    latest: int | None = None


class Moment(_Question, frozen=True, kw_only=True, tag="datetime"):
    """A day and time of day, typed in Viet Nam's time and kept in UTC; bounds as for a day."""

    earliest: int | None = None
    latest: int | None = None


class Calculation(_Part, frozen=True, kw_only=True, tag="calculation"):
    """A number or a text worked out from the answers before it; nobody types it."""

    value: Expression


Question: TypeAlias = YesNo | Choice | Choices | Integer | Decimal | Line | Day | Moment
Item: TypeAlias = Question | Calculation


class Group(_Part, frozen=True, kw_only=True, tag="group"):
    """Questions that belong on one page."""

    questions: tuple[
        YesNo | Choice | Choices | Integer | Decimal | Line | Day | Moment | Calculation,
        ...,
    ]


class Repeat(_Part, frozen=True, kw_only=True, tag="repeat"):
    """A group asked once for each entry, e.g. each traveller of a party. Its answer is a list of entries.

    A condition inside sees what stands before the group and the entry's own earlier answers; one behind the group
    counts entries (`entries`, `sum`).
    """

    questions: tuple[
        YesNo | Choice | Choices | Integer | Decimal | Line | Day | Moment | Calculation,
        ...,
    ]
    # What one entry is called, e.g. "Người"; a number follows it.
    entry: Text
    least: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    most: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


Page: TypeAlias = YesNo | Choice | Choices | Integer | Decimal | Line | Day | Moment | Calculation | Group | Repeat


def path(repeat: str, index: int, question: str) -> str:
    """Where an answer inside a repeated group stands, in `Result.shown` and `Problem.question` (entries from 0)."""
    return f"{repeat}.{index}.{question}"


KINDS: dict[type, str] = {
    YesNo: "text",
    Choice: "text",
    Choices: "list",
    Integer: "number",
    Decimal: "number",
    Line: "text",
    Day: "date",
    Moment: "moment",
}


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole form. `look_back_days` is the window its questions ask about, written {look_back_days} in their words."""

    code: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,49}$")]
    title: Text
    languages: tuple[str, ...]
    pages: tuple[Page, ...]
    look_back_days: int | None = None
    # Languages translated by a machine that no speaker has reviewed; said to the reader until one has.
    machine_translated: tuple[str, ...] = ()

    def items(self) -> Iterator[tuple[Page, Item]]:
        """Every question and calculation in order, with the page it stands on."""
        for page in self.pages:
            for item in page.questions if isinstance(page, Group | Repeat) else (page,):
                yield page, item

    def question(self, code: str) -> Question | None:
        for _page, item in self.items():
            if item.code == code and not isinstance(item, Calculation):
                return item
        return None

    def words(self, text: Text | None, language: str) -> str:
        """The sentence in that language, else in English, else in the form's first, with the look-back window said."""
        if not text:
            return ""
        sentence = text.get(language) or (self._stand_in(text) if language in self.languages else "")
        sentence = sentence or text[self.languages[0]]
        for placeholder in _WINDOW:
            sentence = sentence.replace(placeholder, str(self.look_back_days))
        return sentence

    def _stand_in(self, text: Text) -> str:
        return text.get("en", "") if "en" in self.languages else ""

    def name(self, item: "Item | Repeat", language: str) -> str:
        """The question in a word or two."""
        short = None if isinstance(item, Calculation | Repeat) else item.short
        return self.words(short or item.label, language)


class DocumentError(ValueError):
    """A form that cannot be used, with every reason found (each names the question it is about)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read(data: Any) -> Document:
    """Make a document of decoded JSON and check it. Raises DocumentError."""
    try:
        document = msgspec.convert(data, Document)
        found = problems(document)
    except msgspec.ValidationError as error:
        raise DocumentError([str(error)]) from error
    except RecursionError as error:
        raise DocumentError(["an expression is nested too deep"]) from error
    if found:
        raise DocumentError(found)
    return document


@cache
def _cached(data: bytes) -> Document:
    return msgspec.json.decode(data, type=Document)


def reopen(data: Any) -> Document:
    """A document that has been checked before: decoded once a process, since versions are read at every request."""
    return _cached(msgspec.json.encode(data))


def plain(document: Document) -> Any:
    """The document as JSON data."""
    return msgspec.to_builtins(document)


def problems(document: Document) -> list[str]:
    """Every reason why the document cannot be published."""
    found = [] if document.languages else ["no language"]
    found += [
        f"{language}: not a language forms can have" for language in document.languages if language not in LANGUAGES
    ]
    if len(set(document.languages)) != len(document.languages):
        found.append("a language stands twice")
    if not set(document.machine_translated) <= set(document.languages[1:]):
        found.append("machine_translated: names the form's first language or one it does not have")
    found += _texts(document, "title", document.title)
    kinds: dict[str, str] = {}
    codes: set[str] = {CHECK_PAGE}
    for page in document.pages:
        if isinstance(page, Group):
            found += _claim(page.code, codes) + _part(document, page, kinds)
            if not any(not isinstance(q, Calculation) for q in page.questions):
                found.append(f"{page.code}: a group without a question")
        if isinstance(page, Repeat):
            found += _claim(page.code, codes) + _repeat(document, page, kinds, codes)
            continue
        for item in page.questions if isinstance(page, Group) else (page,):
            found += _claim(item.code, codes) + _item(document, item, kinds)
    if not any(not isinstance(item, Calculation) for _page, item in document.items()):
        found.append("no question")
    return found


def _repeat(document: Document, page: Repeat, kinds: dict[str, str], codes: set[str]) -> list[str]:
    found = _part(document, page, kinds) + _texts(document, page.code, page.entry)
    if not any(not isinstance(q, Calculation) for q in page.questions):
        found.append(f"{page.code}: a group without a question")
    if page.least > page.most:
        found.append(f"{page.code}: bounds leave no number of entries")
    inside = dict(kinds)
    for item in page.questions:
        found += _claim(item.code, codes) + _item(document, item, inside)
    kinds[page.code] = "entries"
    kinds |= {f"{page.code}/{code}": kind for code, kind in inside.items() if code not in kinds}
    return found


def _claim(code: str, codes: set[str]) -> list[str]:
    if code in codes:
        return [f"{code}: used twice or reserved"]
    codes.add(code)
    return []


def _texts(document: Document, where: str, *texts: Text | None) -> list[str]:
    found = []
    for text in texts:
        if text is None:
            continue
        for language in document.languages:
            must = language in _COMPLETE or language == document.languages[0]
            if must and not text.get(language, "").strip():
                found.append(f"{where}: no words in {language}")
        for sentence in text.values():
            rest = sentence
            for placeholder in _WINDOW:
                rest = rest.replace(placeholder, "")
            if _PLACEHOLDER.search(rest) or (rest != sentence and document.look_back_days is None):
                found.append(f"{where}: nothing fills a placeholder of {sentence!r}")
    return found


def _part(document: Document, part: _Part, kinds: dict[str, str]) -> list[str]:
    found = _texts(document, part.code, part.label, part.hint)
    if part.show_if is not None:
        found += [f"{part.code}, show_if: {p}" for p in check(part.show_if, kinds, "condition")]
    return found


def _item(document: Document, item: Item, kinds: dict[str, str]) -> list[str]:
    found = _part(document, item, kinds)
    if isinstance(item, Calculation):
        found += [f"{item.code}, value: {p}" for p in check(item.value, kinds, "")]
        kind = kind_of(item.value, kinds)
        if kind not in _CALCULATED:
            found.append(f"{item.code}, value: gives a {kind} where a number or a text is needed")
        kinds[item.code] = kind if kind in _CALCULATED else ""
        return found
    if isinstance(item, Choice | Choices):
        for option in item.options:
            if option.show_if is not None:
                wrong = check(option.show_if, kinds, "condition")
                found += [f"{item.code}.{option.code}, show_if: {p}" for p in wrong]
    kinds[item.code] = KINDS[type(item)]
    found += _texts(document, item.code, item.short, item.skip, item.caution.text if item.caution else None)
    if item.constraint is not None:
        found += _texts(document, item.code, item.constraint.message)
        found += [f"{item.code}, constraint: {p}" for p in check(item.constraint.rule, kinds, "condition")]
    return found + _bounds(document, item)


def _bounds(document: Document, item: Question) -> list[str]:
    match item:
        case Choice() | Choices():
            found: list[str] = []
            codes: set[str] = {NOT_ASKED}
            for option in item.options:
                found += [f"{item.code}, {p}" for p in _claim(option.code, codes)]
                found += _texts(document, f"{item.code}.{option.code}", option.label)
            least = 2 if isinstance(item, Choice) else 1
            return found + ([f"{item.code}: fewer than {least} options"] if len(item.options) < least else [])
        case Integer() | Decimal():
            wide = -LARGEST <= item.least <= item.most <= LARGEST
            return _texts(document, item.code, item.unit) + ([] if wide else [f"{item.code}: bounds leave no number"])
        case Day() | Moment():
            if any(abs(bound or 0) > FARTHEST_DAYS for bound in (item.earliest, item.latest)):
                return [f"{item.code}: a bound more than {FARTHEST_DAYS} days away"]
            both = item.earliest is not None and item.latest is not None
            return [f"{item.code}: bounds leave no day"] if both and item.earliest > item.latest else []  # type: ignore[operator]
        case _:
            return []
