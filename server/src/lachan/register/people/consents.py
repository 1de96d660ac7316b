"""The ledger of consents: which purposes are asked for, who said yes to which and when, and taking a yes back.

A room names its purposes when it starts; nothing is given until the person, or who acts for them, presses for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.functional import Promise

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.people.models import Consent, Person

# How long a withdrawn consent is kept as proof of what was allowed until then.
PROOF_KEPT = timedelta(days=365)
# Sent inside the transaction, with `person` and `purpose`: what rested on the consent must stop, or go.
withdrawn = Signal()


@dataclass(frozen=True)
class Purpose:
    """One thing that is asked for: its name, what is done and until when, and what refusing costs."""

    code: str
    name: str | Promise
    words: str | Promise
    refusing: str | Promise


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Called in the AppConfig.ready() of the room that acts on it."""
    _purposes[purpose.code] = purpose


def purposes() -> list[Purpose]:
    return list(_purposes.values())


def purpose(code: str) -> Purpose | None:
    return _purposes.get(code)


def given(person: Person, code: str) -> bool:
    """Whether the purpose is allowed now."""
    return Consent.objects.filter(person=person, purpose=code, withdrawn_at=None).exists()


def in_force(people: Iterable[Person]) -> dict[tuple[int, str], Consent]:
    """(person's id, purpose) → the consent in force."""
    found = Consent.objects.filter(person__in=list(people), withdrawn_at=None)
    return {(consent.person_id, consent.purpose): consent for consent in found}


@transaction.atomic
def give(*, person: Person, code: str, by: Account) -> Consent:
    """Say yes to the purpose, by the person or by who acts for them. Given already, nothing changes.

    Raises KeyError for a purpose nobody asks for.
    """
    asked = _purposes[code]
    Person.objects.select_for_update().get(pk=person.pk)
    known = Consent.objects.filter(person=person, purpose=code, withdrawn_at=None).first()
    if known is not None:
        return known
    consent = Consent.objects.create(
        person=person,
        purpose=code,
        words=f"{asked.name}. {asked.words} {asked.refusing}",
        given_at=timezone.now(),
        given_by=by,
    )
    audit.record(action="people.consent.give", subject=person.pk, obj=consent, detail={"purpose": code})
    return consent


@transaction.atomic
def withdraw(*, person: Person, code: str, by: Account) -> bool:
    """Take the yes back; False when there was none. Whoever acts on the purpose hears of it in the same transaction."""
    consent = Consent.objects.select_for_update().filter(person=person, purpose=code, withdrawn_at=None).first()
    if consent is None:
        return False
    consent.withdrawn_at, consent.withdrawn_by = timezone.now(), by
    consent.erase_at = timezone.localdate() + PROOF_KEPT
    consent.save(update_fields=["withdrawn_at", "withdrawn_by", "erase_at"])
    audit.record(action="people.consent.withdraw", subject=person.pk, obj=consent, detail={"purpose": code})
    withdrawn.send(sender=Consent, person=person, purpose=code)
    return True
