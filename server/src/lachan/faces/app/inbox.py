"""Direct notices as a person reads them: the words of the alerts room, with the way of addressing filled in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from lachan.register.access.models import Account
from lachan.register.profiles.models import Disease, ProfileVersion
from lachan.register.profiles.queries import profile_in_force
from lachan.response.alerts import actions, queries
from lachan.response.alerts.models import DirectNotice
from lachan.response.alerts.words import fill


@dataclass(frozen=True)
class Letter:
    """A direct notice in one language. `words` has the keys of alerts.words; it is empty once withdrawn."""

    key: UUID
    words: dict[str, Any]
    for_whom: str
    issued_at: datetime
    read_at: datetime | None
    acted_at: datetime | None
    withdrawn: bool
    erase_at: date

    @property
    def heading(self) -> str:
        return str(self.words.get("heading", ""))

    @property
    def where(self) -> str:
        """The first of the person's own stays: place, day and times. "" when only the home was shared."""
        stays = self.words.get("stays", [])
        return f"{stays[0]['place']}, {stays[0]['when']}" if stays else ""

    @property
    def tel(self) -> str:
        """The hotline as a phone dials it."""
        return "".join(sign for sign in str(self.words.get("hotline", "")) if sign.isdigit() or sign == "+")

    @property
    def code(self) -> str:
        """What to tell a health worker about this notice: the end of its key, in two groups."""
        tail = self.key.hex[-8:].upper()
        return f"{tail[:4]}-{tail[4:]}"


def _letter(notice: DirectNotice, account: Account, language: str, you: str) -> Letter:
    own = notice.person.account_id == account.pk
    withdrawn = notice.withdrawn_at is not None
    return Letter(
        key=notice.key,
        words={} if withdrawn else fill(notice.words[language], you if own else notice.person.name),
        for_whom="" if own else notice.person.name,
        issued_at=notice.issued_at,
        read_at=notice.read_at,
        acted_at=notice.acted_at,
        withdrawn=withdrawn,
        erase_at=notice.erase_at,
    )


def _mine(account: Any) -> Iterable[DirectNotice]:
    return queries.inbox(account) if isinstance(account, Account) else ()


def unread(account: Any) -> int:
    """How many notices in force have not been opened."""
    return sum(1 for notice in _mine(account) if notice.read_at is None and notice.withdrawn_at is None)


def newest(account: Any, language: str, you: str) -> Letter | None:
    """The newest notice whose tasks are not done: what the home page warns of."""
    for notice in _mine(account):
        if notice.withdrawn_at is None and notice.acted_at is None:
            return _letter(notice, account, language, you)
    return None


def letters(account: Any, language: str, you: str) -> list[Letter]:
    """All, newest first. They have reached the reader's device now."""
    found = list(_mine(account))
    actions.mark_delivered(notices=found)
    return [_letter(notice, account, language, you) for notice in found]


def _find(account: Any, key: UUID) -> DirectNotice | None:
    return next((notice for notice in _mine(account) if notice.key == key), None)


def open_letter(account: Any, key: UUID, language: str, you: str) -> Letter | None:
    """The notice, marked read; None when it is not this account's, or erased."""
    notice = _find(account, key)
    if notice is None:
        return None
    if notice.withdrawn_at is None:
        actions.mark_read(notice=notice)
    return _letter(notice, account, language, you)


def done(account: Any, key: UUID) -> bool:
    """The reader has done what the notice asks; the home page no longer warns of it. False for an unknown notice."""
    notice = _find(account, key)
    if notice is None:
        return False
    if notice.withdrawn_at is None:
        actions.mark_acted(notice=notice)
    return True


def diseases(language: str) -> dict[int, dict[str, Any]]:
    """Number in the feed of place notices → the disease's name and how many days to watch one's health."""
    today = timezone.localdate()
    found: dict[int, dict[str, Any]] = {}
    for disease in Disease.objects.filter(versions__valid_from__lte=today).distinct():
        try:
            profile = profile_in_force(disease.pk, today)
        except ProfileVersion.DoesNotExist:
            continue
        name = profile.name_en if language == "en" else profile.name
        found[profile.feed_index] = {"name": name, "days": profile.follow_up_days}
    return found


def hotlines() -> list[str]:
    """The telephone lines of the diseases with rules in force today, each once."""
    today = timezone.localdate()
    found = []
    for disease in Disease.objects.filter(versions__valid_from__lte=today).distinct().order_by("pk"):
        found.append(profile_in_force(disease.pk, today).hotline)
    return list(dict.fromkeys(found))
