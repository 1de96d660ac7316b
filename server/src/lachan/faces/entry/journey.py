"""A declaration being written: kept in the session of somebody without an account, until it is sent."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area
from lachan.register.forms.document import CHECK_PAGE
from lachan.register.forms.flow import State, Walk
from lachan.register.forms.models import FormVersion
from lachan.register.forms.validate import today
from lachan.systems.entry.actions import MOST_TRAVELLERS, Party
from lachan.systems.entry.models import ActivationOrder, Declaration, Gate

_NAME = "entry"
# The declaration that this browser sent or opened with its short code.
_OPEN = "entry_open"
TRIP = "trip"


@dataclass
class Sheet:
    """One form of the declaration: its draft, and whether it has been gone through to the end."""

    state: dict[str, Any] = field(default_factory=dict)
    done: bool = False

    @property
    def answers(self) -> dict[str, Any]:
        return dict(self.state.get("answers") or {})


@dataclass
class Journey:
    """`sheets` holds "trip" and each traveller's key, the leader's first in `people`."""

    session: SessionBase
    order: ActivationOrder
    gate: Gate
    day: date
    language: str
    key: str
    people: list[str]
    sheets: dict[str, Sheet]
    area_id: int | None = None
    revises: int | None = None
    revision: int = 0

    def save(self) -> None:
        self.session[_NAME] = {
            "order": self.order.pk,
            "gate": self.gate.pk,
            "day": self.day.isoformat(),
            "language": self.language,
            "key": self.key,
            "people": self.people,
            "sheets": {name: [sheet.state, sheet.done] for name, sheet in self.sheets.items()},
            "area": self.area_id,
            "revises": self.revises,
            "revision": self.revision,
        }

    def sheet(self, name: str) -> Sheet:
        return self.sheets.setdefault(name, Sheet())

    def add(self) -> int | None:
        """Room for one more traveller: the number, or None when the party is full."""
        if len(self.people) >= MOST_TRAVELLERS:
            return None
        self.people.append(str(uuid7()))
        return len(self.people)

    def drop(self, number: int) -> None:
        if 1 <= number <= len(self.people):
            self.sheets.pop(self.people.pop(number - 1), None)

    @property
    def whole(self) -> bool:
        """Whether everything has been gone through to the end."""
        names = [TRIP, *self.people]
        return bool(self.people) and self.area_id is not None and all(self.sheet(name).done for name in names)

    def party(self) -> Party:
        return Party(self.sheet(TRIP).answers, [self.sheet(key).answers for key in self.people])

    @property
    def area(self) -> Area | None:
        return Area.objects.filter(pk=self.area_id).first() if self.area_id else None


class SheetStore:
    """A form's draft as FormFlow wants it."""

    def __init__(self, journey: Journey, name: str, version: FormVersion) -> None:
        self.journey, self.name, self.version = journey, name, version

    def load(self) -> State:
        state = self.journey.sheet(self.name).state
        answers, seen = dict(state.get("answers") or {}), list(state.get("seen") or [])
        return State(answers, seen, state.get("key") or str(uuid7()))

    def save(self, state: State) -> None:
        sheet = self.journey.sheet(self.name)
        if sheet.answers != state.answers:
            sheet.done = False
        sheet.state = state.plain()
        self.journey.save()

    def clear(self) -> None:
        """Nothing: the answers wait until the whole party's are sent."""


def begin(session: SessionBase, *, order: ActivationOrder, gate: Gate, day: date, language: str) -> Journey:
    """A new declaration; one that is under way keeps its answers when only gate, day or language change."""
    old = current(session)
    if old is not None and old.order == order and old.revises is None:
        old.gate, old.day, old.language = gate, day, language
        old.save()
        return old
    journey = Journey(session, order, gate, day, language, str(uuid7()), [str(uuid7())], {})
    journey.save()
    return journey


def current(session: SessionBase) -> Journey | None:
    """The declaration being written in this session, None when there is none, or its order is gone."""
    kept = session.get(_NAME)
    if not kept:
        return None
    order = ActivationOrder.objects.filter(pk=kept["order"]).select_related("form", "trip_form").first()
    gate = Gate.objects.filter(pk=kept["gate"]).first()
    if order is None or gate is None:
        return None
    return Journey(
        session,
        order,
        gate,
        date.fromisoformat(kept["day"]),
        kept["language"],
        kept["key"],
        list(kept["people"]),
        {name: Sheet(state, done) for name, (state, done) in kept["sheets"].items()},
        kept["area"],
        kept["revises"],
        kept["revision"],
    )


def reopen(session: SessionBase, declaration: Declaration) -> Journey:
    """Begin a correction from the answers that were sent."""
    people = list(declaration.travellers.select_related("response").order_by("number"))
    keys = [str(uuid7()) for _one in people]
    order = declaration.order
    sheets = {key: _done(order.form, one.response.answers) for key, one in zip(keys, people, strict=True)}
    if declaration.trip_response is not None:
        sheets[TRIP] = _done(order.trip_form, declaration.trip_response.answers)
    journey = Journey(
        session,
        order,
        declaration.gate,
        declaration.travel_day,
        declaration.language,
        str(declaration.key),
        keys,
        sheets,
        declaration.area_id,
        declaration.pk,
        declaration.revision,
    )
    journey.save()
    return journey


def _done(version: FormVersion, answers: dict[str, Any]) -> Sheet:
    state = State(dict(answers), [], str(uuid7()))
    state.seen = [page.code for page in Walk(version.content, state, today()).pages()] + [CHECK_PAGE]
    return Sheet(state.plain(), done=True)


def finish(session: SessionBase, declaration: Declaration) -> None:
    """Forget the answers, remember which declaration this browser may show."""
    session.pop(_NAME, None)
    session[_OPEN] = declaration.pk


def open_with(session: SessionBase, declaration: Declaration) -> None:
    """Show the declaration in this browser, under a session that nobody knew before."""
    session.cycle_key()
    session[_OPEN] = declaration.pk


def opened(session: SessionBase) -> Declaration | None:
    """The declaration that this browser sent, or opened with its short code."""
    found = Declaration.objects.filter(pk=session.get(_OPEN) or 0)
    return found.select_related("order__form", "order__trip_form", "gate", "trip", "area", "trip_response").first()


def key_of(journey: Journey) -> UUID:
    return UUID(journey.key)
