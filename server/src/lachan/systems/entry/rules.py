"""Rules over a traveller's answers: data with a condition, a verdict and the words that say why. Pure."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from lachan.register.forms.document import KINDS, Calculation, Document, Repeat
from lachan.register.forms.expressions import Expression, check, evaluate, truth

DATA = Path(__file__).parent / "data"
Verdict = Literal["clear", "ask", "examine"]
_ORDER: tuple[Verdict, ...] = ("clear", "ask", "examine")


class RuleError(ValueError):
    """A rule that cannot be used; the message names it and its mend."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`when` looks at the answers of the traveller and of the trip; an unanswered question decides nothing."""

    code: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,29}$")]
    verdict: Literal["ask", "examine"]
    when: Expression
    why: dict[str, str]


def read(data: Any, documents: Sequence[Document]) -> tuple[Rule, ...]:
    """The rules in decoded JSON, checked against the forms they read. Raises RuleError."""
    try:
        rules = msgspec.convert(data, tuple[Rule, ...])
    except msgspec.ValidationError as error:
        raise RuleError(str(error)) from error
    kinds = {
        item.code: KINDS[type(item)]
        for document in documents
        for page, item in document.items()
        if not isinstance(item, Calculation) and not isinstance(page, Repeat)
    }
    for rule in rules:
        if wrong := check(rule.when, kinds, "condition"):
            raise RuleError(f"{rule.code}: {'; '.join(wrong)}")
        if not {"vi", "en"} <= rule.why.keys():
            raise RuleError(f"{rule.code}: write why in vi and en")
    if len({rule.code for rule in rules}) != len(rules):
        raise RuleError("two rules of one code")
    return rules


def shipped() -> Any:
    """The rules that come with the product, as JSON data."""
    return msgspec.json.decode((DATA / "rules.json").read_bytes())


@cache
def _cached(data: bytes) -> tuple[Rule, ...]:
    return msgspec.json.decode(data, type=tuple[Rule, ...])


def reopen(data: Any) -> tuple[Rule, ...]:
    """Rules that have been checked before."""
    return _cached(msgspec.json.encode(data))


def strike(rules: Sequence[Rule], answers: dict[str, Any], on: date) -> list[Rule]:
    """The rules that the answers meet, in their order."""
    return [rule for rule in rules if truth(evaluate(rule.when, answers, on)) is True]


def verdict(hits: Sequence[Rule]) -> Verdict:
    """The gravest verdict of the rules met."""
    return max((rule.verdict for rule in hits), key=_ORDER.index, default="clear")
