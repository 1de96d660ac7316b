"""Answers against a document: which questions are shown, which answers count, what must be mended. Pure."""

import re
from collections.abc import Mapping
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
    Question,
    Text,
    YesNo,
)
from lachan.register.forms.expressions import Answered

# Viet Nam has kept this offset, without summer time, since 1975 (IANA tz, Asia/Ho_Chi_Minh).
VIETNAM = timezone(timedelta(hours=7))
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend: at which question ("" for the whole), of which kind, and the sentence in each language."""

    question: str
    code: str
    message: Text


class Result(msgspec.Struct, frozen=True):
    """`values` holds only what is asked and answered; `shown` the questions in order; `errors` what must be mended."""

    values: dict[str, Answered]
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
    does an answer that must be mended. With `for_another`, a required question may be answered NOT_ASKED.
    """
    if not isinstance(answers, Mapping):
        return Result({}, (), (_problem(document, None, "not_answers", {}),))
    values: dict[str, Answered] = {}
    shown: list[str] = []
    errors: list[Problem] = []
    not_asked: list[str] = []
    known: set[str] = set()
    for page, item in document.items():
        known.add(item.code)
        if not _is_shown(page if isinstance(page, Group) else None, item, values, on):
            continue
        if isinstance(item, Calculation):
            worked_out = expressions.evaluate(item.value, values, on)
            if worked_out is not None:
                values[item.code] = worked_out
            continue
        shown.append(item.code)
        typed = answers.get(item.code)
        try:
            if typed == NOT_ASKED and isinstance(item, YesNo | Choice | Choices):
                if not for_another:
                    typed = None
                else:
                    not_asked.append(item.code)
                    continue
            value = _value(item, typed, on)
            if value is None:
                continue
            _obey(item, {**values, item.code: value}, on)
            values[item.code] = value
        except _RefusedError as refused:
            errors.append(_problem(document, item, refused.code, {**refused.facts, "value": typed}))
    for code in answers:
        if code not in known:
            errors.append(_problem(document, None, "unknown_question", {"value": code}))
    return Result(values, tuple(shown), tuple(errors), tuple(not_asked))


def _is_shown(group: Group | None, item: Item, values: Mapping[str, Answered], on: date) -> bool:
    conditions = [part.show_if for part in (group, item) if part is not None and part.show_if is not None]
    return all(expressions.evaluate(condition, values, on) is True for condition in conditions)


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
            if isinstance(typed, bool) or not isinstance(typed, int):
                raise _RefusedError("not_an_integer")
            return _within(item, typed)
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
    if isinstance(typed, bool) or not isinstance(typed, int | float) or typed != typed:  # noqa: PLR0124  NaN
        raise _RefusedError("not_a_number")
    value = _within(item, typed)
    if round(value, item.places) != value:
        raise _RefusedError("places" if item.places else "places_0")
    return value


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


def _problem(document: Document, item: Question | None, code: str, facts: dict[str, Any]) -> Problem:
    if code == "constraint":
        message = {lang: document.words(facts["message"], lang) for lang in document.languages}
    else:
        message = {}
        for language in dict.fromkeys((*document.languages, "vi", "en")):
            words = wording.WORDS[code]
            template = words.get(language) or words["en"]
            message[language] = template.format(**_spelled(document, item, facts, language))
    return Problem(item.code if item else "", code, message)


def _spelled(document: Document, item: Question | None, facts: dict[str, Any], language: str) -> dict[str, str]:
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
            spelled |= {
                "least": wording.number(item.least, language, places),
                "most": wording.number(item.most, language, places),
                "unit": f" {document.words(item.unit, language)}" if item.unit else "",
                "places": str(places),
                "example": wording.number(middle, language, places),
            }
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
