"""Reads: the order in force, a declaration by its code, who is to be seen at a gate."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from lachan.ground.platform import keyring
from lachan.ground.platform.text import fold
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.forms.validate import VIETNAM
from lachan.register.people.models import Identifier
from lachan.register.people.queries import identifier_hash
from lachan.systems.entry import rules, signed
from lachan.systems.entry.models import ActivationOrder, Decision, Declaration, Gate, Traveller

# After its last day a code no longer opens the answers it stands for.
_TAIL = 3


def signing_key() -> ec.EllipticCurvePrivateKey:
    return keyring.signing_key("entry")


def orders_between(first: date, last: date) -> QuerySet[ActivationOrder]:
    """The orders that hold on some day from the first to the last."""
    return ActivationOrder.objects.filter(Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gte=first)))


def order_for(gate: Gate, direction: str, on: date) -> ActivationOrder | None:
    """The order under which whoever passes the gate that day declares; the newest where two overlap."""
    named = ActivationOrder.gates.through.objects.filter(activationorder_id=OuterRef("pk"))
    return (
        orders_between(on, on)
        .filter(direction=direction)
        .filter(~Exists(named) | Exists(named.filter(gate_id=gate.pk)))
        .order_by("-starts_on", "-pk")
        .first()
    )


def is_of_party(declaration: Declaration, born: str) -> bool:
    """Whether one of the party was born then: an ISO day, or the year alone where the declaration has no more."""
    known = [t.response.answers for t in declaration.travellers.select_related("response")]
    days = {a.get("birth_date") for a in known} | {str(a["birth_year"]) for a in known if a.get("birth_year")}
    return born in days


def qr_text(declaration: Declaration) -> str:
    """What the QR says: names, the end of the document's number and what the rules found; never the answers."""
    travellers = list(declaration.travellers.select_related("person", "response").order_by("number"))
    names = 60
    while True:
        text = signed.write(signing_key(), _body(declaration, travellers, names))
        if len(text) <= signed.LONGEST or names <= 10:
            return text
        names -= 10


def _body(declaration: Declaration, travellers: Sequence[Traveller], names: int) -> list[Any]:
    rows = []
    for one in travellers:
        answers = one.response.answers
        tail = str(answers["document"])[-_TAIL:].upper()
        nationality = str(answers["nationality"]).upper()
        name = fold(one.person.name).upper()[:names]
        rows.append([one.number, name, tail, nationality, one.seat, one.verdict, one.hits])
    midnight = datetime.combine(declaration.last_day + timedelta(days=1), time(), VIETNAM)
    return [
        declaration.code,
        declaration.gate_id,
        declaration.travel_day.isoformat(),
        int(midnight.timestamp()),
        declaration.revision,
        declaration.order.number[:40],
        "" if declaration.trip.conveyance == "foot" else declaration.trip.number[:20],
        rows,
    ]


def gates_of(account: Account, permission: Permission = Permission.ENTRY_DECIDE) -> QuerySet[Gate]:
    """The gates where the officer works."""
    return Gate.objects.filter(area__in=visible(account, permission)).order_by("name")


def travellers_of(account: Account) -> QuerySet[Traveller]:
    """Whoever declared for a gate where the officer works."""
    last = Decision.objects.filter(traveller=OuterRef("pk")).order_by("-at", "-pk")
    return (
        Traveller.objects.filter(declaration__gate__area__in=visible(account, Permission.ENTRY_DECIDE))
        .select_related("person", "response", "declaration__gate", "declaration__order", "declaration__trip")
        .annotate(decided=Subquery(last.values("kind")[:1]), decided_at=Subquery(last.values("at")[:1]))
    )


def not_seen(account: Account, day: date) -> QuerySet[Traveller]:
    """Those of the officer's gates who travel that day and about whom nothing has been decided, by conveyance."""
    seen = Decision.objects.filter(traveller=OuterRef("pk"))
    waiting = travellers_of(account).filter(~Exists(seen), declaration__travel_day=day)
    return waiting.order_by("trip__number", "seat_row", "seat", "declaration_id", "number")


def by_document(account: Account, number: str) -> QuerySet[Traveller]:
    """The travellers with that document's number, the latest journey first."""
    digest = identifier_hash(Identifier.Kind.PASSPORT, number)
    return travellers_of(account).filter(document_hash=digest).order_by("-declaration__travel_day", "-pk")


def why(order: ActivationOrder, hits: list[str], language: str) -> list[str]:
    """What the rules met say, in that language."""
    met = [rule.why for rule in rules.reopen(order.rules) if rule.code in hits]
    return [words.get(language) or words["vi" if language == "vi" else "en"] for words in met]
