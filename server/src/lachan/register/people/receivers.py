"""A citizen's account gets its person in the transaction that makes it."""

from typing import Any

from django.utils import timezone

from lachan.ground.platform.text import fold
from lachan.register.access import signals
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people import actions, queries
from lachan.register.people.models import Person


def connect() -> None:
    signals.citizen_joined.connect(on_joined, dispatch_uid="people.joined")
    signals.citizen_seen.connect(on_seen, dispatch_uid="people.seen")


def on_joined(*, account: Account, phone: str, name: str, area: Area, **_rest: Any) -> None:
    """Link the one person an officer entered with this proved phone and this name, else enter a new one.

    A phone alone may lead to a whole family, so it never decides; two of one name are never guessed between.
    """
    same = list(queries.find_by_identifier("phone", phone).filter(account=None, folded=fold(name))[:2])
    if len(same) == 1:
        actions.link_account(person=same[0], account=account)
    else:
        actions.register_person(name=name, area=area, phone=phone, account=account)


def on_seen(*, account: Account, **_rest: Any) -> None:
    """Who signs in is in use: the erase date moves on for the person and those it acts for."""
    later = timezone.localdate() + actions.KEEP_UNUSED
    people = queries.acts_for(account).filter(erase_at__lt=later).values("pk")
    Person.objects.filter(pk__in=list(people.values_list("pk", flat=True))).update(erase_at=later)
