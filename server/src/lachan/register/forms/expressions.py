"""The small language of skip logic, constraints and calculations: a JSON tree, never evaluated as code.

A missing answer makes a comparison neither true nor false (None), and `and`, `or`, `not` follow Kleene's three-valued
logic (S. C. Kleene, Introduction to Metamathematics, 1952, §64). Values are those of JSON: yes/no/unknown and choices
are strings, dates "YYYY-MM-DD", moments "YYYY-MM-DDTHH:MM:SSZ", so that order of text is order of time.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias, Union

import msgspec

Literal: TypeAlias = str | int | float | bool
Answered: TypeAlias = str | int | float | bool | list[str] | list[dict[str, Any]]
# From here on a browser's numbers are no longer exact, and both validators must agree.
LARGEST = 2**53
# A day is told within this many days of the day of answering, so that no sum of dates leaves the calendar.
FARTHEST_DAYS = 100_000
MOST_NODES = 200
MOST_DEPTH = 12


class _Op(msgspec.Struct, frozen=True, tag_field="op", forbid_unknown_fields=True):
    pass


class Answer(_Op, frozen=True, tag="answer"):
    """The answer to a question; missing when it is not answered or not shown."""

    of: str


class IsAnswered(_Op, frozen=True, tag="answered"):
    of: str


class Today(_Op, frozen=True, tag="today"):
    """The day the form is answered in Viet Nam, moved by `days`."""

    days: int = 0


class Eq(_Op, frozen=True, tag="eq"):
    left: "Expression"
    right: "Expression"


class Ne(_Op, frozen=True, tag="ne"):
    left: "Expression"
    right: "Expression"


class Lt(_Op, frozen=True, tag="lt"):
    left: "Expression"
    right: "Expression"


class Le(_Op, frozen=True, tag="le"):
    left: "Expression"
    right: "Expression"


class In(_Op, frozen=True, tag="in"):
    """The left side is one of the values; where it is a list of choices, any of them is."""

    left: "Expression"
    values: tuple[str | int, ...]


class And(_Op, frozen=True, tag="and"):
    of: tuple["Expression", ...]


class Or(_Op, frozen=True, tag="or"):
    of: tuple["Expression", ...]


class Not(_Op, frozen=True, tag="not"):
    of: "Expression"


class Count(_Op, frozen=True, tag="count"):
    """How many of the conditions are true; one that cannot be told is not counted."""

    of: tuple["Expression", ...]


class Add(_Op, frozen=True, tag="add"):
    of: tuple["Expression", ...]


class Subtract(_Op, frozen=True, tag="subtract"):
    left: "Expression"
    right: "Expression"


class Multiply(_Op, frozen=True, tag="multiply"):
    of: tuple["Expression", ...]


class If(_Op, frozen=True, tag="if"):
    when: "Expression"
    then: "Expression"
    otherwise: "Expression"


class Entries(_Op, frozen=True, tag="entries"):
    """How many entries a repeated group has, or how many for which the condition is true."""

    of: str
    where: "Expression | None" = None


class Sum(_Op, frozen=True, tag="sum"):
    """The sum over the entries of a repeated group; open when one of them is."""

    of: str
    value: "Expression"


Expression: TypeAlias = Union[  # noqa: UP007  the strings inside are forward references
    Answer,
    IsAnswered,
    Today,
    Eq,
    Ne,
    Lt,
    Le,
    In,
    And,
    Or,
    Not,
    Count,
    Add,
    Subtract,
    Multiply,
    If,
    Entries,
    Sum,
    str,
    int,
    float,
    bool,
]


def evaluate(expression: Expression, answers: Mapping[str, Answered], on: date) -> Answered | None:  # noqa: PLR0911, PLR0912  one a kind of node
    """The expression's value, or None where a missing answer leaves it open. Never raises on a checked expression."""
    match expression:
        case Answer(of):
            return answers.get(of)
        case IsAnswered(of):
            return of in answers
        case Today(days):
            return (on + timedelta(days=days)).isoformat()
        case Eq(left, right) | Ne(left, right) | Lt(left, right) | Le(left, right):
            return _compare(expression, evaluate(left, answers, on), evaluate(right, answers, on))
        case In(left, values):
            value = evaluate(left, answers, on)
            if value is None:
                return None
            return any(v in values for v in value) if isinstance(value, list) else value in values
        case And(of):
            return _all(truth(evaluate(e, answers, on)) for e in of)
        case Or(of):
            opposite = _all(_negate(truth(evaluate(e, answers, on))) for e in of)
            return _negate(opposite)
        case Not(of):
            return _negate(truth(evaluate(of, answers, on)))
        case Count(of):
            return sum(truth(evaluate(e, answers, on)) is True for e in of)
        case Add(of) | Multiply(of):
            return _arithmetic(expression, [evaluate(e, answers, on) for e in of])
        case Subtract(left, right):
            return _arithmetic(expression, [evaluate(left, answers, on), evaluate(right, answers, on)])
        case If(when, then, otherwise):
            condition = truth(evaluate(when, answers, on))
            return None if condition is None else evaluate(then if condition else otherwise, answers, on)
        case Entries(of, where):
            rows = _entries(answers, of)
            if where is None:
                return len(rows)
            return sum(truth(evaluate(where, {**answers, **row}, on)) is True for row in rows)
        case Sum(of, value):
            return _arithmetic(expression, [evaluate(value, {**answers, **row}, on) for row in _entries(answers, of)])
        case _:
            return expression


def _entries(answers: Mapping[str, Answered], of: str) -> list[dict[str, Any]]:
    found = answers.get(of)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def truth(value: Answered | None) -> bool | None:
    """A condition's value; anything that is not a condition cannot be told."""
    return value if isinstance(value, bool) else None


def _all(values: Iterator[bool | None]) -> bool | None:
    seen_open = False
    for value in values:
        if value is False:
            return False
        seen_open = seen_open or value is None
    return None if seen_open else True


def _negate(value: bool | None) -> bool | None:
    return None if value is None else not value


def _compare(operation: Eq | Ne | Lt | Le, left: Answered | None, right: Answered | None) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(operation, Eq):
        return left == right
    if isinstance(operation, Ne):
        return left != right
    if isinstance(left, str) and isinstance(right, str):
        return left < right if isinstance(operation, Lt) else left <= right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left < right if isinstance(operation, Lt) else left <= right
    return None


def _arithmetic(operation: Add | Subtract | Multiply | Sum, values: Sequence[Answered | None]) -> int | float | None:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(values):
        return None
    result: int | float = 1 if isinstance(operation, Multiply) else 0
    for i, number in enumerate(numbers):
        if isinstance(operation, Multiply):
            result *= number
        else:
            result += -number if isinstance(operation, Subtract) and i else number
        if not abs(result) < LARGEST:
            return None
    return result


def parts(expression: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911  one return a kind
    """The expressions directly inside this one."""
    match expression:
        case And(of) | Or(of) | Count(of) | Add(of) | Multiply(of):
            return of
        case Not(of):
            return (of,)
        case Eq(left, right) | Ne(left, right) | Lt(left, right) | Le(left, right) | Subtract(left, right):
            return (left, right)
        case In(left, _values):
            return (left,)
        case If(when, then, otherwise):
            return (when, then, otherwise)
        case Entries(_of, where):
            return () if where is None else (where,)
        case Sum(_of, value):
            return (value,)
        case _:
            return ()


def check(expression: Expression, kinds: Mapping[str, str], wanted: str) -> list[str]:
    """Why this expression cannot stand here: an unknown or later question, sides of different kinds, or too large.

    `kinds` maps every question that may be asked about to its kind: "text", "number", "list", "date", "moment",
    "condition" or "entries" (a repeated group, whose questions stand as "group/question"); `wanted` is the kind the
    expression must have ("condition" for skip logic; "" takes any).
    """
    if _size(expression) > MOST_NODES or _depth(expression) > MOST_DEPTH:
        return [f"expression larger than {MOST_NODES} parts or deeper than {MOST_DEPTH}"]
    problems: list[str] = []
    found = _kind(expression, kinds, problems)
    if wanted and found and found != wanted:
        problems.append(f"gives a {found} where a {wanted} is needed")
    return problems


def kind_of(expression: Expression, kinds: Mapping[str, str]) -> str:
    """The kind of value an expression gives, "" where it cannot be told."""
    return _kind(expression, kinds, [])


def _size(expression: Expression) -> int:
    return 1 + sum(_size(e) for e in parts(expression))


def _depth(expression: Expression) -> int:
    return 1 + max((_depth(e) for e in parts(expression)), default=0)


def _kind(expression: Expression, kinds: Mapping[str, str], problems: list[str]) -> str:  # noqa: PLR0911, PLR0912  one a kind of node
    if isinstance(expression, Entries | Sum):
        return _kind_of_entries(expression, kinds, problems)
    inner = [_kind(e, kinds, problems) for e in parts(expression)]
    match expression:
        case Answer(of) | IsAnswered(of):
            # "group/question" is how `kinds` keeps what only entries know; nobody may ask so.
            if of not in kinds or "/" in of:
                problems.append(f"asks about {of!r}, which does not stand before it")
            return "condition" if isinstance(expression, IsAnswered) else kinds.get(of, "")
        case Today(days):
            if abs(days) > FARTHEST_DAYS:
                problems.append(f"a day more than {FARTHEST_DAYS} days away")
            return "date"
        case Eq() | Ne() | Lt() | Le():
            _expect_alike(expression, inner, problems)
            return "condition"
        case In(_left, values):
            wanted = "number" if values and not isinstance(values[0], str) else "text"
            if any(isinstance(v, str) is (wanted == "number") for v in values):
                problems.append('"in" mixes texts and numbers')
            if inner[0] not in {wanted, "list" if wanted == "text" else wanted, ""}:
                problems.append(f'"in" looks for a {wanted} in a {inner[0]}')
            return "condition"
        case And() | Or() | Not() | Count():
            problems += [f"{k} used as a condition" for k in inner if k not in {"condition", ""}]
            return "number" if isinstance(expression, Count) else "condition"
        case Add() | Subtract() | Multiply():
            problems += [f"{k} used as a number" for k in inner if k not in {"number", ""}]
            return "number"
        case If():
            if inner[0] not in {"condition", ""}:
                problems.append(f'{inner[0]} after "if"')
            if "" not in inner[1:] and inner[1] != inner[2]:
                problems.append('the two sides of "if" differ in kind')
            return inner[1] or inner[2]
        case bool():
            return "condition"
        case str():
            return "text"
        case _:
            return "number"


def _kind_of_entries(expression: Entries | Sum, kinds: Mapping[str, str], problems: list[str]) -> str:
    if kinds.get(expression.of) != "entries":
        problems.append(f"counts {expression.of!r}, which is no repeated group before it")
    # A repeated group's own questions can be asked about only inside it or while counting its entries.
    own = {key.partition("/")[2]: kind for key, kind in kinds.items() if key.startswith(f"{expression.of}/")}
    wanted = "condition" if isinstance(expression, Entries) else "number"
    for part in parts(expression):
        kind = _kind(part, {**kinds, **own}, problems)
        if kind not in {wanted, ""}:
            problems.append(f"{kind} used as a {wanted}")
    return "number"


def _expect_alike(expression: Eq | Ne | Lt | Le, inner: list[str], problems: list[str]) -> None:
    # A date or moment is compared with a text that spells one.
    left, right = (k for k in inner)
    spelled = {"text", "date", "moment"}
    alike = left == right or "" in inner or ({left, right} <= spelled and "text" in inner)
    if not alike:
        problems.append(f"compares a {left} with a {right}")
    if "entries" in inner:
        problems.append("compares a repeated group; count its entries")
    if isinstance(expression, Lt | Le) and {"list", "condition"} & set(inner):
        problems.append("a list or a condition has no order")
