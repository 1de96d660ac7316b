"""What the border desk shows of a traveller: answers in words, under the version they were given under."""

from dataclasses import dataclass
from typing import Any

from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.forms.document import KINDS, Calculation, Document, Repeat, YesNo
from lachan.register.forms.render import in_words
from lachan.systems.entry import queries
from lachan.systems.entry.models import Traveller

# A verdict of the rules, and the state by which the desk shows it.
STATES = {"clear": "safe", "ask": "due", "examine": "late"}


@dataclass(frozen=True)
class Answer:
    """One question and what was answered; `said` is "" where nothing was: never "no"."""

    name: str
    said: str
    yes: bool = False


@dataclass(frozen=True)
class Shown:
    """A traveller as the desk shows one: facts, the yes-or-no questions apart, and why the rules struck."""

    traveller: Traveller
    state: str
    why: list[str]
    facts: list[Answer]
    checks: list[Answer]


def language() -> str:
    return "en" if wording.english() else "vi"


def answers(document: Document, given: dict[str, Any]) -> list[tuple[bool, Answer]]:
    """Every question that could be asked, with whether it is one of yes or no."""
    spoken = language()
    found: list[tuple[bool, Answer]] = []
    for page in document.pages:
        if isinstance(page, Repeat):
            said = "; ".join(
                ", ".join(
                    in_words(document, item, row[item.code], spoken)
                    for item in page.questions
                    if item.code in row and type(item) in KINDS
                )
                for row in given.get(page.code, [])
            )
            found.append((False, Answer(document.name(page, spoken), said)))
    for page, item in document.items():
        if isinstance(item, Calculation) or isinstance(page, Repeat):
            continue
        value = given.get(item.code)
        said = "" if value is None else in_words(document, item, value, spoken)
        found.append((isinstance(item, YesNo), Answer(document.name(item, spoken), said, value == "yes")))
    return found


def shown(traveller: Traveller) -> Shown:
    order = traveller.declaration.order
    rows = answers(order.form.content, traveller.response.answers)
    return Shown(
        traveller,
        STATES[traveller.verdict],
        queries.why(order, traveller.hits, language()),
        [answer for check, answer in rows if not check and answer.said],
        [answer for check, answer in rows if check],
    )


def areas_of(account: Account) -> frozenset[int]:
    """The areas where the officer decides at gates."""
    return frozenset(visible(account, Permission.ENTRY_DECIDE))
