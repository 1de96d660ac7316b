"""Two records that are one human being become one, and two again if that was a mistake."""

import json
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people import holdings, journal, matching
from lachan.register.people.models import MatchPair, Merge, Person

# How long a merge can be undone, and what it moved is remembered.
UNDO_FOR = timedelta(days=90)
# What the record that stays takes over where nothing is known there.
_FILLED = ("birth_date", "birth_year", "sex", "area", "address")


class MergeError(ValueError):
    """The two can't be made one, or not two again; the message says why."""


@transaction.atomic
def merge(*, keep: Person, drop: Person, reason: str, by: Account | None) -> Merge:
    """Everything of `drop` becomes `keep`'s; what `keep` lacks is filled from it. Raises MergeError.

    The merge remembers every row it moved, changed or removed (journal.py) until it can't be undone any more.
    """
    if keep.pk == drop.pk:
        raise MergeError(_("Hai hồ sơ này là một."))
    locked = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=[keep.pk, drop.pk])}
    if len(locked) < 2:
        raise MergeError(_("Một trong hai hồ sơ không còn trong sổ."))
    keep, drop = locked[keep.pk], locked[drop.pk]
    if drop.account_id is not None and keep.account_id is not None:
        raise MergeError(_("Cả hai đều có tài khoản; đóng một tài khoản trước."))
    remembered = {_name(h): h.remember(drop.pk) for h in holdings.all_holdings() if h.remember is not None}
    account, key, name = drop.account, drop.key, drop.name
    kept, dropped = keep.pk, drop.pk

    def change() -> None:
        for holding in holdings.all_holdings():
            holding.repoint(dropped, kept)
        old, new = Person.objects.get(pk=dropped), Person.objects.get(pk=kept)
        old.delete()
        if account is not None:
            new.account = account
        _fill(new, old)
        new.save()

    written = journal.record([kept, dropped], change)
    rows = len(written) + sum(len(ids) for ids in remembered.values())
    done = Merge.objects.create(
        kept_id=kept,
        kept_number=kept,
        dropped_number=dropped,
        dropped_key=key,
        dropped_name=name,
        by=by,
        reason=reason.strip()[:500],
        rows=rows,
        journal=json.dumps({"rows": written.dump(), "remembered": remembered}),
        undo_until=timezone.localdate() + UNDO_FOR,
    )
    audit.record(
        action="people.person.merge",
        subjects=[kept, dropped],
        obj=done,
        purpose=done.reason,
        detail={"kept": kept, "dropped": dropped, "rows": rows},
    )
    return done


def _name(holding: holdings.Holding) -> str:
    return f"{holding.table}.{holding.column}"


def _fill(new: Person, old: Person) -> None:
    for name in _FILLED:
        if getattr(new, name) in {None, ""} and getattr(old, name) not in {None, ""}:
            setattr(new, name, getattr(old, name))
    # A year without a day may contradict the day that was taken over.
    if new.birth_date is not None:
        new.birth_year = new.birth_date.year
    new.erase_at = max(new.erase_at, old.erase_at)


@transaction.atomic
def undo(*, merge: Merge, reason: str, by: Account | None) -> tuple[Person, int]:
    """Two records again: (the one that had gone, how many rows went back to it). Raises MergeError.

    What was entered since stays with the record it was entered on; so does a value that was changed since. The two are
    remembered as told apart.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        raise MergeError(_("Lần gộp này đã được gỡ."))
    if merge.journal is None:
        raise MergeError(_("Đã quá hạn gỡ. Những gì lần gộp chuyển đi không còn được nhớ."))
    if Merge.objects.filter(dropped_number=merge.kept_number, undone_at=None, pk__gt=merge.pk).exists():
        raise MergeError(_("Hồ sơ này sau đó lại được gộp vào hồ sơ khác. Gỡ lần gộp sau trước."))
    kept, dropped = merge.kept_number, merge.dropped_number
    Person.objects.select_for_update().get(pk=kept)
    kept_journal = json.loads(merge.journal)
    try:
        with transaction.atomic():
            back, lost = journal.take_back(journal.Journal.load(kept_journal["rows"]))
            for holding in holdings.all_holdings():
                if holding.bring_back is not None:
                    back += holding.bring_back(kept_journal["remembered"].get(_name(holding), []), kept, dropped)
    except IntegrityError as error:
        raise MergeError(
            _("Không gỡ được: một điều ghi sau lần gộp không cho trả lại như cũ. Xem lại tài khoản và số giấy tờ.")
        ) from error
    merge.undone_at, merge.undone_by, merge.undo_reason, merge.journal = timezone.now(), by, reason.strip()[:500], None
    # The record that is back has its own name, which must not outlive it here.
    merge.dropped_name = ""
    merge.save(update_fields=["undone_at", "undone_by", "undo_reason", "journal", "dropped_name"])
    audit.record(
        action="people.person.unmerge",
        subjects=[kept, dropped],
        obj=merge,
        purpose=merge.undo_reason,
        detail={"kept": kept, "restored": dropped, "rows": back, "gone_since": lost},
    )
    restored, stays = Person.objects.get(pk=dropped), Person.objects.get(pk=kept)
    matching.tell_apart(one=stays, other=restored, by=by, source=MatchPair.Source.UNDONE, note=merge.undo_reason)
    return restored, back


def merges_for(account: Account) -> QuerySet[Merge]:
    """The merges into records that the officer may change, the newest first."""
    areas = visible(account, Permission.PERSON_WRITE)
    return Merge.objects.filter(kept__area__in=areas).select_related("kept__area", "by").order_by("-at", "-pk")


def numbers_of(person: Person) -> list[int]:
    """The person's own number and those of the records merged into it: under which the trail speaks of it."""
    gone = Merge.objects.filter(kept=person, undone_at=None).values_list("dropped_number", flat=True)
    return [person.pk, *gone]


def became(key: object) -> Person | None:
    """The record that the one with this key was merged into, if it was."""
    found = Merge.objects.filter(Q(dropped_key=key), undone_at=None).select_related("kept").order_by("-pk").first()
    return found.kept if found else None
