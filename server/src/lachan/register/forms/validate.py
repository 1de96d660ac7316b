"""Answers against a document: which questions are shown, which answers count, what must be mended. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec

from lachan.register.forms import expressions, wording
from lachan.register.forms.document import (
    NO,
    NOT_ASKED,
    UNKNOWN,
    YES,
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
    path,
)
from lachan.register.forms.expressions import Answered

# Viet Nam has kept this offset, without summer time, since 1975 (IANA tz, Asia/Ho_Chi_Minh).
VIETNAM = timezone(timedelta(hours=7))
# Bounds of a question that asks for a year.
_YEARS = (1000, 9999)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend: at which question, of which kind, and the sentence in each language.

    The question is "" for the whole, and "party.1.fever" for one inside a repeated group (entries from 0).
    """

    question: str
    code: str
    message: Text


class Result(msgspec.Struct, frozen=True):
    """`values` holds only what is asked and answered; `shown` the questions in order; `errors` what must be mended."""

    values: dict[str, Any]
    shown: tuple[str, ...]
    errors: tuple[Problem, ...]
    # Left open on purpose by someone who declares for another; absent from `values`, as everything not asked.
    not_asked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


class _RefusedError(Exception):
    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def today(at: datetime | None = None) -> date:
    """The calendar day in Viet Nam."""
    return (at or datetime.now(UTC)).astimezone(VIETNAM).date()


def validate(document: Document, answers: Any, *, on: date, for_another: bool = False) -> Result:
    """Check the answers of a form filled in on that day (Viet Nam's calendar).

    One pass from top to bottom: a hidden question's answer is dropped and counts as missing for what follows, and so
    does an answer that must be mended. With `for_another`, a required question may be answered NOT_ASKED. The browser's
    validator (web/static/forms/validate.js) gives the same result; a test holds the two together.
    """
    if not isinstance(answers, Mapping):
        return Result({}, (), (_problem(document, None, "not_answers", {}),))
    whole = _Pass(document, on, for_another)
    for page in document.pages:
        if not whole.shows(page):
            continue
        if isinstance(page, Repeat):
            whole.entries(page, answers.get(page.code))
        else:
            whole.questions(page.questions if isinstance(page, Group) else (page,), answers)
    known = {page.code if isinstance(page, Repeat) else item.code for page, item in document.items()}
    whole.strangers(answers, known)
    return Result(whole.values, tuple(whole.shown), tuple(whole.errors), tuple(whole.not_asked))


class _Pass:
    """One way through the questions: of the form, or of one entry of a repeated group."""

    def __init__(
        self, document: Document, on: date, for_another: bool, entry: tuple[Repeat, int] | None = None
    ) -> None:
        self.document, self.on, self.for_another, self.entry = document, on, for_another, entry
        self.values: dict[str, Any] = {}
        # What conditions may look at: in an entry, also what stands before the group.
        self.seen: dict[str, Any] = {}
        self.shown: list[str] = []
        self.errors: list[Problem] = []
        self.not_asked: list[str] = []

    def shows(self, part: Page) -> bool:
        return part.show_if is None or expressions.evaluate(part.show_if, self.seen, self.on) is True

    def keep(self, code: str, value: Any) -> None:
        self.values[code] = self.seen[code] = value

    def questions(self, items: Iterable[Item], answers: Mapping[str, Any]) -> None:
        for one in items:
            item = one
            if not self.shows(item):
                continue
            if isinstance(item, Calculation):
                worked_out = expressions.evaluate(item.value, self.seen, self.on)
                if worked_out is not None:
                    self.keep(item.code, worked_out)
                continue
            if isinstance(item, Choice | Choices):
                item = offered(item, self.seen, self.on)
                if not item.options:
                    continue
            self.shown.append(self.place(item.code))
            typed = answers.get(item.code)
            try:
                self.question(item, typed)
            except _RefusedError as refused:
                self.errors.append(
                    _problem(self.document, item, refused.code, {**refused.facts, "value": typed}, self.entry)
                )

    def question(self, item: Question, typed: Any) -> None:
        if typed == NOT_ASKED and isinstance(item, YesNo | Choice | Choices):
            if self.for_another:
                self.not_asked.append(self.place(item.code))
                return
            typed = None
        value = _value(item, typed, self.on)
        if value is not None:
            _obey(item, {**self.seen, item.code: value}, self.on)
            self.keep(item.code, value)

    def entries(self, repeat: Repeat, typed: Any) -> None:
        self.shown.append(repeat.code)
        rows = [] if typed is None else typed
        if not isinstance(rows, list):
            self.errors.append(_problem(self.document, repeat, "not_entries", {"value": typed}))
            return
        if not repeat.least <= len(rows) <= repeat.most:
            code = "too_few_entries" if len(rows) < repeat.least else "too_many_entries"
            self.errors.append(_problem(self.document, repeat, code, {"value": len(rows)}))
            if len(rows) > repeat.most:
                return
        kept = []
        for index, row in enumerate(rows):
            inside = _Pass(self.document, self.on, self.for_another, (repeat, index))
            inside.seen = dict(self.seen)
            if isinstance(row, Mapping):
                inside.questions(repeat.questions, row)
                inside.strangers(row, {item.code for item in repeat.questions})
            else:
                self.errors.append(_problem(self.document, repeat, "not_entries", {"value": row}))
            kept.append(inside.values)
            self.shown += inside.shown
            self.errors += inside.errors
            self.not_asked += inside.not_asked
        if kept:
            self.keep(repeat.code, kept)

    def place(self, code: str) -> str:
        return path(self.entry[0].code, self.entry[1], code) if self.entry else code

    def strangers(self, answers: Mapping[Any, Any], known: set[str]) -> None:
        # In an order of its own: a browser does not keep the order of names that are numbers.
        for code in sorted(answers, key=str):
            if code not in known:
                self.errors.append(_problem(self.document, None, "unknown_question", {"value": code}, self.entry))


def offered(item: Choice | Choices, seen: Mapping[str, Any], on: date) -> Choice | Choices:
    """The question with only the options its reader may choose, given the answers before it."""
    if all(option.show_if is None for option in item.options):
        return item
    kept = [o for o in item.options if o.show_if is None or expressions.evaluate(o.show_if, seen, on) is True]
    return msgspec.structs.replace(item, options=tuple(kept))


def _obey(item: Question, values: Mapping[str, Answered], on: date) -> None:
    if item.constraint is not None and expressions.evaluate(item.constraint.rule, values, on) is False:
        raise _RefusedError("constraint", message=item.constraint.message)


def _value(item: Question, typed: Any, on: date) -> Answered | None:  # noqa: PLR0911  one return a kind
    if typed is None or typed in ("", [], ()):
        if item.required:
            kind = "choice" if isinstance(item, YesNo | Choice) else "choices" if isinstance(item, Choices) else "entry"
            raise _RefusedError(f"required_{kind}")
        return None
    match item:
        case YesNo():
            return _one_of(typed, {YES, NO, UNKNOWN} if item.unknown else {YES, NO})
        case Choice():
            return _one_of(typed, {o.code for o in item.options})
        case Choices():
            return _several_of(item, typed)
        case Integer():
            # JSON does not tell 5 from 5.0, nor does a browser.
            if isinstance(typed, bool) or not isinstance(typed, int | float) or not _is_whole(typed):
                raise _RefusedError("not_an_integer")
            return _within(item, int(typed))
        case Decimal():
            return _decimal(item, typed)
        case Line():
            return _line(item, typed)
        case Day():
            return _day(item, typed, on)
        case Moment():
            return _moment(item, typed, on)


def _one_of(typed: Any, codes: set[str]) -> str:
    if not isinstance(typed, str) or typed not in codes:
        raise _RefusedError("not_a_choice")
    return typed


def _several_of(item: Choices, typed: Any) -> list[str]:
    codes = {o.code for o in item.options}
    if not isinstance(typed, list):
        raise _RefusedError("not_a_choice")
    for one in typed:
        if not isinstance(one, str) or one not in codes:
            raise _RefusedError("not_a_choice", quoted=one)
    for option in item.options:
        if option.exclusive and option.code in typed and len(set(typed)) > 1:
            raise _RefusedError("exclusive", option=option.label)
    # In the form's order, each once: the same answer is always stored alike.
    return [o.code for o in item.options if o.code in typed]


def _decimal(item: Decimal, typed: Any) -> int | float:
    number = isinstance(typed, int | float) and not isinstance(typed, bool)
    # Written so that NaN is refused too.
    if not number or not abs(typed) < expressions.LARGEST:
        raise _RefusedError("not_a_number")
    value = _within(item, typed)
    if round(value, item.places) != value:
        raise _RefusedError("places" if item.places else "places_0")
    return value


def _is_whole(typed: int | float) -> bool:
    return abs(typed) < expressions.LARGEST and typed == int(typed)


def _within(item: Integer | Decimal, value: int | float) -> int | float:
    if item.least <= value <= item.most:
        return value
    low, high = item.least > -expressions.LARGEST, item.most < expressions.LARGEST
    raise _RefusedError("between" if low == high else "at_least" if low else "at_most")


def _line(item: Line, typed: Any) -> str | None:
    if not isinstance(typed, str):
        raise _RefusedError("not_text")
    # PostgreSQL keeps no NUL, and lone surrogates cannot be written as UTF-8.
    if "\x00" in typed or any("\ud800" <= c <= "\udfff" for c in typed):
        raise _RefusedError("not_text")
    text = typed.replace("\r\n", "\n").strip()
    if len(text) > item.longest:
        raise _RefusedError("too_long", length=len(text))
    if not text and item.required:
        raise _RefusedError("required_entry")
    return text or None


def _day(item: Day, typed: Any, on: date) -> str:
    try:
        if not isinstance(typed, str) or not _DAY.fullmatch(typed):
            raise _RefusedError("not_a_day")
        value = date.fromisoformat(typed)
    except ValueError as error:
        raise _RefusedError("not_a_day") from error
    _not_outside(item, value, on)
    return typed


def _moment(item: Moment, typed: Any, on: date) -> str:
    try:
        if not isinstance(typed, str) or not _MOMENT.fullmatch(typed):
            raise _RefusedError("not_a_moment")
        value = datetime.fromisoformat(typed).astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise _RefusedError("not_a_moment") from error
    _not_outside(item, value.date(), on)
    return typed


def _not_outside(item: Day | Moment, value: date, on: date) -> None:
    if item.earliest is not None and value < on + timedelta(days=item.earliest):
        raise _RefusedError("too_early", earliest=on + timedelta(days=item.earliest))
    if item.latest is not None and value > on + timedelta(days=item.latest):
        raise _RefusedError("too_late", latest=on + timedelta(days=item.latest))


def _problem(
    document: Document,
    item: Question | Repeat | None,
    code: str,
    facts: dict[str, Any],
    entry: tuple[Repeat, int] | None = None,
) -> Problem:
    if code == "constraint":
        message = {lang: document.words(facts["message"], lang) for lang in document.languages}
    else:
        message = {}
        for language in dict.fromkeys((*document.languages, "vi", "en")):
            words = wording.WORDS[code]
            template = words.get(language) or words["en"]
            message[language] = template.format(**_spelled(document, item, facts, language))
    if entry is not None:
        repeat, index = entry
        # Whose answer it is comes first: "Người 2: Nhiệt độ phải …".
        message = {
            lang: f"{document.words(repeat.entry, lang)} {index + 1}: {words}" for lang, words in message.items()
        }
        return Problem(path(repeat.code, index, item.code) if item else repeat.code, code, message)
    return Problem(item.code if item else "", code, message)


def _spelled(
    document: Document, item: Question | Repeat | None, facts: dict[str, Any], language: str
) -> dict[str, str]:
    spelled = {
        "name": document.name(item, language) if item else "",
        "typed": wording.quote(facts.get("quoted", facts.get("value")), language),
    }
    if "option" in facts:
        spelled["option"] = document.words(facts["option"], language)
    if "length" in facts:
        spelled["length"] = wording.number(facts["length"], language)
    spelled |= {key: wording.day(facts[key], language) for key in ("earliest", "latest") if key in facts}
    match item:
        case Integer() | Decimal():
            places = item.places if isinstance(item, Decimal) else 0
            middle = item.least if item.least > -expressions.LARGEST else min(item.most, 1)
            # Between four-figure bounds stands a year, which no language groups.
            grouped = not (_YEARS[0] <= item.least and item.most <= _YEARS[1])
            spelled |= {
                "least": wording.number(item.least, language, places, grouped=grouped),
                "most": wording.number(item.most, language, places, grouped=grouped),
                "unit": f" {document.words(item.unit, language)}" if item.unit else "",
                "places": str(places),
                "example": wording.number(middle, language, places, grouped=grouped),
            }
        case Repeat():
            spelled |= {"least": str(item.least), "most": str(item.most)}
            spelled["entry"] = document.words(item.entry, language).lower()
        case Line():
            spelled["longest"] = wording.number(item.longest, language)
        case Day() | Moment():
            example = date(2026, 8, 13)
            spelled["example"] = wording.day(example, language)
            for key in ("earliest", "latest"):
                spelled.setdefault(key, "")
            shown = facts.get("value")
            if isinstance(shown, str) and (_DAY.fullmatch(shown) or _MOMENT.fullmatch(shown)):
                spelled["typed"] = _spell_day(shown, language)
        case _:
            pass
    return spelled


def _spell_day(typed: str, language: str) -> str:
    try:
        if _DAY.fullmatch(typed):
            return wording.day(date.fromisoformat(typed), language)
        moment = datetime.fromisoformat(typed).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return typed
    return f"{wording.day(moment.date(), language)} {moment:%H:%M}"
