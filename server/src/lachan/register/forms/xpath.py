"""The formulas of XLSForms (XPath as ODK writes it) to expression trees and back. Nothing is evaluated. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from lachan.register.forms.expressions import (
    Add,
    And,
    Answer,
    Count,
    Entries,
    Eq,
    Expression,
    If,
    In,
    IsAnswered,
    Le,
    Lt,
    Multiply,
    Ne,
    Not,
    Or,
    Subtract,
    Sum,
    Today,
)


class FormulaError(ValueError):
    """A formula that cannot be used here; the message ends a sentence that names its place."""


_TOKEN = re.compile(
    r"\s*(?:(?P<ref>\$\{\s*[^}]+\})|(?P<path>(?:\.\./)+[\w.-]+)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<name>[A-Za-z_][\w:-]*)|(?P<dot>\.)|(?P<sign><=|>=|!=|[-=<>+*(),\[\]]))"
)
_SPACE = re.compile(r"\s*$")


class _Reader:
    def __init__(self, text: str, name: Callable[[str], str], option: Callable[[str, str], str], own: str | None):
        self.tokens: list[tuple[str, str]] = []
        self.name, self.option, self.own = name, option, own
        at = 0
        while not _SPACE.match(text, at):
            found = _TOKEN.match(text, at)
            if found is None:
                raise FormulaError(_("không đọc được chỗ “%(found)s”") % {"found": text[at : at + 20]})
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            at = found.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> tuple[str, str]:
        if self.at >= len(self.tokens) or (wanted is not None and self.peek() != wanted):
            raise FormulaError(
                _("chờ “%(wanted)s” mà gặp “%(found)s”")
                % {"wanted": wanted or _("một giá trị"), "found": self.peek() or _("hết công thức")}
            )
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self) -> Expression:
        found = self.either()
        if self.at < len(self.tokens):
            raise FormulaError(_("thừa “%(found)s”") % {"found": self.peek()})
        return found

    def either(self) -> Expression:
        sides = [self.both()]
        while self.peek() == "or":
            self.take()
            sides.append(self.both())
        return sides[0] if len(sides) == 1 else Or(tuple(sides))

    def both(self) -> Expression:
        sides = [self.compared()]
        while self.peek() == "and":
            self.take()
            sides.append(self.compared())
        return sides[0] if len(sides) == 1 else And(tuple(sides))

    def compared(self) -> Expression:
        left = self.added()
        sign = self.peek()
        if sign not in {"=", "!=", "<", "<=", ">", ">="}:
            return left
        self.take()
        return self.comparison(sign, left, self.added())

    def comparison(self, sign: str, left: Expression, right: Expression) -> Expression:  # noqa: PLR0911  one return a sign
        if isinstance(left, str) and isinstance(right, Answer):
            left, right, sign = right, left, {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
        if isinstance(left, Answer) and right == "":
            # What ODK writes for "answered" and "not answered".
            return IsAnswered(left.of) if sign == "!=" else Not(IsAnswered(left.of))
        if isinstance(left, Answer) and isinstance(right, str):
            right = self.option(left.of, right)
        match sign:
            case "=":
                return Eq(left, right)
            case "!=":
                return Ne(left, right)
            case "<":
                return Lt(left, right)
            case "<=":
                return Le(left, right)
            case ">":
                return Lt(right, left)
            case _:
                return Le(right, left)

    def added(self) -> Expression:
        left = self.multiplied()
        while self.peek() in {"+", "-"}:
            sign = self.take()[1]
            right = self.multiplied()
            if isinstance(left, Today) and isinstance(right, int):
                left = Today(left.days + (right if sign == "+" else -right))
            else:
                left = Add((left, right)) if sign == "+" else Subtract(left, right)
        return left

    def multiplied(self) -> Expression:
        left = self.single()
        while self.peek() == "*":
            self.take()
            left = Multiply((left, self.single()))
        if self.peek() in {"div", "mod"}:
            raise FormulaError(_("phép tính “%(found)s” chưa dùng được") % {"found": self.peek()})
        return left

    def single(self) -> Expression:  # noqa: PLR0911  one return a kind of token
        kind, text = self.take()
        match kind:
            case "number":
                return float(text) if "." in text else int(text)
            case "text":
                return text[1:-1]
            case "ref":
                return Answer(self.name(text[2:-1].strip()))
            case "path":
                return Answer(self.name(text.rpartition("/")[2]))
            case "dot" if self.own is not None:
                return Answer(self.own)
            case "name" if self.peek() == "(":
                return self.call(text)
        if text == "(":
            found = self.either()
            self.take(")")
            return found
        if text == "-":
            number = self.single()
            return -number if isinstance(number, int | float) else Subtract(0, number)
        raise FormulaError(_("không đọc được “%(found)s”") % {"found": text})

    def call(self, function: str) -> Expression:
        self.take("(")
        given: list[Expression] = []
        while self.peek() != ")":
            if given:
                self.take(",")
            given.append(self.either())
        self.take(")")
        return self.called(function, given)

    def called(self, function: str, given: list[Expression]) -> Expression:  # noqa: PLR0911  one return a function
        match function, given:
            case "not", [one]:
                return Not(one)
            case (("true" | "false"), []):
                return function == "true"
            case "today", []:
                return Today()
            case (("date" | "number" | "int" | "string"), [one]):
                return one
            case "if", [when, then, otherwise]:
                return If(when, then, otherwise)
            case "selected", [Answer(of), str(value)]:
                return In(Answer(of), (self.option(of, value),))
            case "count", [Answer(of)]:
                return Entries(of)
            case "sum", [Answer(of)]:
                raise FormulaError(_("sum(${%(of)s}) chỉ dùng được trong tờ khai xuất từ hệ thống này") % {"of": of})
            case "coalesce", [Answer(of) as first, second]:
                return If(IsAnswered(of), first, second)
        raise FormulaError(_("hàm “%(function)s” chưa dùng được ở đây") % {"function": function})


def read_formula(
    text: str, *, name: Callable[[str], str], option: Callable[[str, str], str], own: str | None = None
) -> Expression:
    """The tree of a formula. `name` gives a question's code, `option` a choice's; `own` is the question "." stands for.

    Raises FormulaError in words.
    """
    try:
        return _Reader(text, name, option, own).whole()
    except RecursionError as error:
        raise FormulaError(_("công thức lồng nhau quá sâu")) from error


def write_formula(expression: Expression, own: str | None = None, lists: Mapping[str, Any] | None = None) -> str:  # noqa: PLR0911, PLR0912  one a kind of node
    """The formula of a tree. `own` is written "."; `lists` holds the codes of questions with several choices.

    Raises FormulaError for the one thing XPath cannot say, the sum of a worked-out value.
    """

    def write(inner: Expression) -> str:
        return write_formula(inner, own, lists)

    def joined(sign: str, of: tuple[Expression, ...], empty: str) -> str:
        return f"({f' {sign} '.join(map(write, of))})" if of else empty

    match expression:
        case Answer(of):
            return "." if of == own else f"${{{of}}}"
        case IsAnswered(of):
            return f"{write(Answer(of))} != ''"
        case Today(days):
            return f"(today() {'+' if days > 0 else '-'} {abs(days)})" if days else "today()"
        case Eq(left, right) | Ne(left, right) | Lt(left, right) | Le(left, right):
            sign = {Eq: "=", Ne: "!=", Lt: "<", Le: "<="}[type(expression)]
            return f"({write(left)} {sign} {write(right)})"
        case In(left, values):
            if isinstance(left, Answer) and left.of in (lists or {}):
                return joined_texts([f"selected({write(left)}, {write(v)})" for v in values])
            return joined_texts([f"{write(left)} = {write(v)}" for v in values])
        case And(of):
            return joined("and", of, "true()")
        case Or(of):
            return joined("or", of, "false()")
        case Not(of):
            return f"not({write(of)})"
        case Count(of):
            return f"({' + '.join(f'if({write(e)}, 1, 0)' for e in of)})" if of else "0"
        case Add(of):
            return joined("+", of, "0")
        case Multiply(of):
            return joined("*", of, "1")
        case Subtract(left, right):
            return f"({write(left)} - {write(right)})"
        case If(when, then, otherwise):
            return f"if({write(when)}, {write(then)}, {write(otherwise)})"
        case Entries(of, where):
            return f"count(${{{of}}})" if where is None else f"count(${{{of}}}[{write(where)}])"
        case Sum(_of, Answer(question)):
            return f"sum(${{{question}}})"
        case Sum():
            raise FormulaError(_("tổng của một công thức không viết được thành XLSForm"))
        case bool():
            return "true()" if expression else "false()"
        case str():
            quote = '"' if "'" in expression else "'"
            return f"{quote}{expression}{quote}"
        case _:
            return f"{expression:.15g}" if isinstance(expression, float) else str(expression)


def joined_texts(texts: list[str]) -> str:
    """Several conditions, any of which is enough."""
    return f"({' or '.join(texts)})" if texts else "false()"
