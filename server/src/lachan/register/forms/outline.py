"""A form of another format as a tree of groups and questions, and its way to pages. Pure.

Other formats nest groups without end; here a page is one question or one group. A group inside a group becomes pages of
its own, shown only while every group around it is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from lachan.register.forms.document import CHECK_PAGE, NOT_ASKED, Calculation, Group, Item, Page, Repeat, Text
from lachan.register.forms.expressions import And, Expression

_LONGEST = 40


class RefusedError(ValueError):
    """A form of another format that cannot be used here; every sentence names the place and says why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass
class Branch:
    """A group; `repeat` carries what a repeated one needs beside (entry, least, most)."""

    code: str
    label: Text
    hint: Text | None = None
    show_if: Expression | None = None
    children: list["Branch | Item"] = field(default_factory=list)
    repeat: dict[str, Any] | None = None


@dataclass
class Codes:
    """Names of another format as codes of this one: small letters, digits and underscores, each once."""

    taken: set[str] = field(default_factory=lambda: {CHECK_PAGE, NOT_ASKED})
    known: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        if name not in self.known:
            plain = re.sub(r"[^a-z0-9_]", "_", name.lower())[:_LONGEST] or "x"
            plain = plain if plain[0].isalpha() else f"c_{plain}"[:_LONGEST]
            code, number = plain, 2
            while code in self.taken:
                code = f"{plain[: _LONGEST - len(str(number)) - 1]}_{number}"
                number += 1
            self.taken.add(code)
            self.known[name] = code
        return self.known[name]


def both(outer: Expression | None, inner: Expression | None) -> Expression | None:
    """The two conditions as one."""
    if outer is None or inner is None:
        return inner if outer is None else outer
    return And((outer, inner))


def pages(branches: Iterable[Branch | Item], codes: Codes) -> tuple[Page, ...]:
    """The pages of an outline. Raises RefusedError for a repeated group inside another."""
    return tuple(_pages(branches, codes))


def _pages(branches: Iterable[Branch | Item], codes: Codes) -> Iterator[Page]:
    for branch in branches:
        if not isinstance(branch, Branch):
            yield branch
        elif branch.repeat is not None:
            yield from _repeat(branch)
        else:
            yield from _group(branch, codes)


def _group(branch: Branch, codes: Codes) -> Iterator[Page]:
    run: list[Item] = []
    first = True

    def close() -> Iterator[Page]:
        nonlocal first
        if not run:
            return
        if all(isinstance(item, Calculation) for item in run):
            # Nothing to draw: calculations stand alone.
            yield from (_under(branch.show_if, item) for item in run)
        else:
            code = branch.code if first else codes.of(f"{branch.code}_part")
            first = False
            yield Group(code=code, label=branch.label, hint=branch.hint, show_if=branch.show_if, questions=tuple(run))
        run.clear()

    for child in branch.children:
        if not isinstance(child, Branch):
            run.append(child)
            continue
        yield from close()
        child.show_if = both(branch.show_if, child.show_if)
        yield from _pages([child], codes)
    yield from close()


def _repeat(branch: Branch) -> Iterator[Page]:
    items = list(_flat(branch.children, None, branch.code))
    if not any(not isinstance(item, Calculation) for item in items):
        return
    yield Repeat(
        code=branch.code,
        label=branch.label,
        hint=branch.hint,
        show_if=branch.show_if,
        questions=tuple(items),
        **(branch.repeat or {}),
    )


def _flat(children: Iterable[Branch | Item], condition: Expression | None, where: str) -> Iterator[Item]:
    for child in children:
        if not isinstance(child, Branch):
            yield _under(condition, child)
        elif child.repeat is not None:
            raise RefusedError(
                [
                    _("“%(child)s”: nhóm lặp nằm trong nhóm lặp “%(where)s”; tách ra thành nhóm riêng.")
                    % {"child": child.code, "where": where}
                ]
            )
        else:
            yield from _flat(child.children, both(condition, child.show_if), where)


def _under(condition: Expression | None, item: Item) -> Item:
    return item if condition is None else msgspec.structs.replace(item, show_if=both(condition, item.show_if))


def in_officers_words(problem: str) -> str:
    """A fault of a document as a health officer can mend it in the sheet."""
    where, _sep, what = problem.partition(": ")
    known = (
        ("does not stand before it", _("hỏi tới một câu đứng sau, hoặc không có; chuyển câu được hỏi lên trước")),
        ("no words in", _("thiếu chữ ở một ngôn ngữ của tờ khai")),
        ("compares a", _("so sánh hai thứ khác loại, ví dụ chữ với số")),
        ("used twice", _("mã này dùng hai lần, hoặc là mã hệ thống giữ riêng")),
        ("where a condition is needed", _("điều kiện phải cho kết quả đúng hoặc sai")),
        ("fewer than", _("thiếu lựa chọn")),
        ("placeholder", _("có chỗ trong ngoặc nhọn {…} mà không có gì điền vào")),
    )
    for part, words in known:
        if part in problem:
            return f"“{where}”: {words}."
    return _("Tờ khai không có câu hỏi nào.") if problem == "no question" else f"“{where}”: {what or problem}."
