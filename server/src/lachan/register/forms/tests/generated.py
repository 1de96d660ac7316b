"""Forms with every kind of question, and answers to them that are right, nearly right or nothing of the kind."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from lachan.register.forms.document import (
    Calculation,
    Choice,
    Choices,
    Day,
    Decimal,
    Document,
    DocumentError,
    Integer,
    Line,
    Moment,
    Repeat,
    YesNo,
    read,
)
from lachan.register.forms.expressions import LARGEST
from lachan.register.forms.tests.worlds import json_values

OPTIONS = ["a", "b", "c"]
numbers = st.integers(-50, 50) | st.floats(-50, 50).map(lambda v: round(v, 1) + 0.0)
languages = st.sampled_from(
    [["vi"], ["vi", "en"], ["vi", "en", "ko"], ["en", "ja", "vi"], ["vi", "zh", "lo", "km"], ["vi", "ru", "fr"]]
)


def _text(draw: st.DrawFn, code: str, spoken: list[str]) -> dict[str, str]:
    window = draw(st.sampled_from(["", " {look_back_days}", " {{ngày}}"]))
    must = {*spoken[:1], "vi", "en"} & set(spoken)
    return {lang: f"{code} {lang}{window}" for lang in spoken if lang in must or draw(st.booleans())}


def _of(code: str) -> dict[str, Any]:
    return {"op": "answer", "of": code}


@st.composite
def _number(draw: st.DrawFn, kinds: dict[str, str], depth: int = 2) -> Any:
    known = [code for code, kind in kinds.items() if kind == "number" and "/" not in code]
    choices: list[st.SearchStrategy[Any]] = [numbers]
    if known:
        choices += [st.sampled_from(known).map(_of)] * 3
    groups = [code for code, kind in kinds.items() if kind == "entries"]
    if depth:
        inner = _number(kinds, depth - 1)
        choices.append(st.lists(inner, max_size=3).map(lambda of: {"op": "add", "of": of}))
        choices.append(st.lists(inner, max_size=3).map(lambda of: {"op": "multiply", "of": of}))
        choices.append(st.builds(lambda a, b: {"op": "subtract", "left": a, "right": b}, inner, inner))
        condition = _condition(kinds, depth - 1)
        choices.append(st.lists(condition, max_size=3).map(lambda of: {"op": "count", "of": of}))
        choices.append(
            st.builds(lambda w, a, b: {"op": "if", "when": w, "then": a, "otherwise": b}, condition, inner, inner)
        )
    if groups and depth:
        group = draw(st.sampled_from(groups))
        own = {k.partition("/")[2]: kind for k, kind in kinds.items() if k.startswith(f"{group}/")}
        both = {**kinds, **own}
        choices += [st.just({"op": "entries", "of": group})]
        choices += [_condition(both, depth - 1).map(lambda w: {"op": "entries", "of": group, "where": w})] * 2
        choices += [_number(both, depth - 1).map(lambda v: {"op": "sum", "of": group, "value": v})] * 2
    return draw(st.one_of(choices))


@st.composite
def _condition(draw: st.DrawFn, kinds: dict[str, str], depth: int = 2) -> Any:
    by_kind: dict[str, list[str]] = {}
    for code, kind in kinds.items():
        if "/" not in code:
            by_kind.setdefault(kind, []).append(code)
    compare = st.sampled_from(["eq", "ne", "lt", "le"])
    choices: list[st.SearchStrategy[Any]] = [st.booleans()]
    if codes := [c for k, cs in by_kind.items() for c in cs]:
        choices.append(st.sampled_from(codes).map(lambda c: {"op": "answered", "of": c}))
    texts = st.sampled_from(["yes", "no", "a", "b", "", "é", "\uffff", "🦠", "2026-06-15"])
    for kind in ("text", "date", "moment"):
        if codes := by_kind.get(kind, []):
            left = st.sampled_from(codes).map(_of)
            right = texts | (st.integers(-30, 30).map(lambda d: {"op": "today", "days": d}) if kind == "date" else left)
            choices += [st.builds(lambda o, a, b: {"op": o, "left": a, "right": b}, compare, left, right)] * 2
    if codes := [*by_kind.get("text", []), *by_kind.get("list", [])]:
        left = st.sampled_from(codes).map(_of)
        values = st.lists(st.sampled_from(["yes", "no", *OPTIONS]), max_size=3)
        choices += [st.builds(lambda a, vs: {"op": "in", "left": a, "values": vs}, left, values)] * 2
    if by_kind.get("number") or by_kind.get("entries"):
        number = _number(kinds, max(depth - 1, 0))
        choices += [st.builds(lambda o, a, b: {"op": o, "left": a, "right": b}, compare, number, number)] * 2
    if depth:
        inner = _condition(kinds, depth - 1)
        several = st.sampled_from(["and", "or"])
        choices.append(st.builds(lambda o, of: {"op": o, "of": of}, several, st.lists(inner, max_size=3)))
        choices.append(inner.map(lambda e: {"op": "not", "of": e}))
    return draw(st.one_of(choices))


@st.composite
def _question(draw: st.DrawFn, code: str, kinds: dict[str, str], spoken: list[str]) -> dict[str, Any]:
    names = ["yes_no", "choice", "choices", "integer", "decimal", "text", "date", "datetime", "calculation"]
    kind = draw(st.sampled_from(names))
    question: dict[str, Any] = {"type": kind, "code": code, "label": _text(draw, code, spoken)}
    if draw(st.integers(0, 2)) == 0:
        question["show_if"] = draw(_condition(kinds))
    stored = {"choices": "list", "integer": "number", "decimal": "number", "date": "date", "datetime": "moment"}
    if kind == "calculation":
        question["value"] = draw(_number(kinds))
        kinds[code] = "number"
        return question
    question["required"] = draw(st.booleans())
    if draw(st.booleans()):
        question["short"] = _text(draw, f"short {code}", spoken)
    if kind == "yes_no":
        question["unknown"] = draw(st.booleans())
    elif kind in {"choice", "choices"}:
        question["options"] = [
            {
                "code": option,
                "label": _text(draw, option, spoken),
                "exclusive": draw(st.booleans()),
                "show_if": draw(st.none() | st.none() | _condition(kinds, 1)),
            }
            for option in OPTIONS
        ]
    elif kind in {"integer", "decimal"}:
        whole = st.integers(-5, 5)
        bound = whole if kind == "integer" else whole | st.sampled_from([0.5, 2.5, -1.5, 34.25])
        low = draw(st.none() | bound)
        if low is not None:
            question["least"] = low
        if draw(st.booleans()):
            question["most"] = (low or 0) + draw(st.sampled_from([0, 3, 2000, 12345678]))
            question["least"] = question.get("least", -LARGEST)
        if kind == "decimal":
            question["places"] = draw(st.integers(0, 3))
        if draw(st.booleans()):
            question["unit"] = _text(draw, "kg", spoken)
    elif kind == "text":
        question["longest"] = draw(st.sampled_from([1, 5, 1500]))
    else:
        question |= draw(st.sampled_from([{}, {"latest": 0}, {"earliest": -14, "latest": 0}, {"earliest": 0}]))
    kinds[code] = stored.get(kind, "text")
    if draw(st.integers(0, 3)) == 0:
        question["constraint"] = {"rule": draw(_condition(kinds)), "message": _text(draw, "wrong", spoken)}
    return question


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A form of up to five pages: lone questions, groups and repeated groups."""
    spoken = draw(languages)
    kinds: dict[str, str] = {}
    pages: list[dict[str, Any]] = []
    count = 0
    for number in range(draw(st.integers(1, 5))):
        shape = draw(st.sampled_from(["alone", "alone", "group", "repeat"]))
        head: dict[str, Any] = {"type": shape, "code": f"p{number}", "label": _text(draw, f"p{number}", spoken)}
        if shape != "alone" and draw(st.integers(0, 2)) == 0:
            head["show_if"] = draw(_condition(kinds))
        inside = dict(kinds)
        questions = []
        for _ in range(1 if shape == "alone" else draw(st.integers(1, 3))):
            questions.append(draw(_question(f"q{count}", inside, spoken)))
            count += 1
        if shape == "alone":
            pages += questions
            kinds = inside
            continue
        if all(q["type"] == "calculation" for q in questions):
            questions.append({"type": "yes_no", "code": f"q{count}", "label": _text(draw, "q", spoken)})
            count += 1
        page = {**head, "questions": questions}
        if shape == "repeat":
            page["entry"] = _text(draw, "Người", spoken)
            page |= draw(st.sampled_from([{}, {"least": 1}, {"least": 0, "most": 2}, {"least": 2, "most": 3}]))
            kinds = {**kinds, f"p{number}": "entries"} | {
                f"p{number}/{c}": k for c, k in inside.items() if c not in kinds
            }
        else:
            kinds = inside
        pages.append(page)
    pages.append({"type": "yes_no", "code": "last", "label": _text(draw, "last", spoken)})
    data = {"code": "made", "title": _text(draw, "made", spoken), "languages": spoken, "pages": pages}
    try:
        return read({**data, "look_back_days": 14})
    except DocumentError as error:  # the generator draws only forms that can be used
        raise AssertionError(error.problems, pages) from error


def _answer(question: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911  one return a kind
    odd = st.integers(0, 9).flatmap(lambda n: json_values if n == 0 else st.nothing())
    match question:
        case YesNo():
            return st.sampled_from(["yes", "no", "unknown", "not_asked", "maybe"])
        case Choice():
            return st.sampled_from([*OPTIONS, "not_asked", "d"])
        case Choices():
            return st.lists(st.sampled_from(OPTIONS), max_size=3) | st.sampled_from(["not_asked", "a", ["a", "z"]])
        case Integer():
            return st.integers(-7, 20) | st.sampled_from([5.0, 0.5, LARGEST, "5", True, 12345678])
        case Decimal():
            return numbers | st.sampled_from([34.25, 0.125, 1e-9, 1e17, "38", 12345678.9, 2.5])
        case Line():
            return st.text(max_size=6) | st.just("chữ " * 400)
        case Day():
            return st.dates(date(2025, 12, 1), date(2027, 1, 31)).map(str) | st.sampled_from(
                ["2026-02-30", "hôm qua", ""]
            )
        case Moment():
            days = st.dates(date(2025, 12, 1), date(2027, 1, 31))
            hours = st.sampled_from(["00:00:00Z", "16:59:59Z", "17:00:00Z", "25:00:00Z", "08:00"])
            return st.builds(lambda d, h: f"{d}T{h}", days, hours)
        case _:
            return odd | st.just(1)


def answers_to(document: Document) -> st.SearchStrategy[Any]:
    """Answers to some of the questions, and sometimes to none that exists."""
    optional: dict[str, st.SearchStrategy[Any]] = {"stranger": st.just(1)}
    for page in document.pages:
        if isinstance(page, Repeat):
            row = st.fixed_dictionaries({}, optional={q.code: _answer(q) | json_values for q in page.questions})
            rows = st.lists(row, max_size=4) | st.lists(row, min_size=2, max_size=2)
            optional[page.code] = rows | rows | rows | json_values
        else:
            for item in getattr(page, "questions", (page,)):
                likely = _answer(item)
                optional[item.code] = likely if isinstance(item, Calculation) else st.one_of(*[likely] * 6, json_values)
    # Python's JSON may hold what no browser can send.
    return st.fixed_dictionaries({}, optional=optional).filter(_sendable)


def _sendable(value: Any) -> bool:
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")  # noqa: PLR0124
    if isinstance(value, dict):
        return all(_sendable(v) for v in value.values())
    return all(_sendable(v) for v in value) if isinstance(value, list) else True
