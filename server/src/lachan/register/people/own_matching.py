"""What the matching of records holds of a person: proposed pairs, and the merges with what each of them moved."""

from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lachan.register.people import holdings, rights
from lachan.register.people.models import MatchPair, Merge, RightsRequest


def register() -> None:
    pairs = holdings.of_model(
        room="people",
        label=_("Hồ sơ có thể trùng"),
        model=MatchPair,
        person_field="left",
        fields=["proposed_at", "source", "state", "decided_at"],
    )
    holdings.register(replace(pairs, repoint=_repoint_pairs))
    other = holdings.of_model(
        room="people",
        label=_("Hồ sơ có thể trùng"),
        model=MatchPair,
        person_field="right",
        fields=["proposed_at", "source", "state", "decided_at"],
    )
    # Both sides move at once.
    holdings.register(replace(other, repoint=lambda old, new: 0))
    merges = holdings.of_model(
        room="people",
        label=_("Những lần gộp hồ sơ"),
        model=Merge,
        person_field="kept",
        fields=["at", "reason", "rows", "undo_until", "undone_at"],
    )
    holdings.register(replace(merges, erase=_forget_merges, retain=_forget_journals))
    asked = holdings.of_model(
        room="people",
        label=_("Yêu cầu về dữ liệu của mình"),
        model=RightsRequest,
        person_field="person",
        fields=["kind", "field", "wish", "status", "asked_at", "done_by", "closed_at", "answer", "erase_at"],
        erase_by="erase_at",
    )
    # The request stays as the proof of what was done, without the name and what was written.
    holdings.register(replace(asked, erase=_forget_who_asked))


@transaction.atomic
def _repoint_pairs(old: int, new: int) -> int:
    """What was said of the old record holds of the one that stays, save what is said of it already."""
    moved = 0
    for pair in MatchPair.objects.select_for_update().filter(Q(left=old) | Q(right=old)):
        left, right = sorted((new, pair.right_id if pair.left_id == old else pair.left_id))
        if left == right or MatchPair.objects.filter(left=left, right=right).exists():
            pair.delete()
            continue
        pair.left_id, pair.right_id = left, right
        pair.save(update_fields=["left", "right"])
        moved += 1
    return moved


def _forget_journals(today: date) -> int:
    """After its date a merge stands: what it moved is forgotten. That there was one stays with the person."""
    return Merge.objects.filter(undo_until__lte=today, journal__isnull=False).update(journal=None)


@transaction.atomic
def _forget_merges(person_id: int) -> int:
    """Those into the record, and those undone that once made it, or what is merged into it, part of another."""
    into = Merge.objects.filter(kept_id=person_id)
    gone = [person_id, *into.filter(undone_at=None).values_list("dropped_number", flat=True)]
    undone = Q(dropped_number__in=gone, undone_at__isnull=False)
    return Merge.objects.filter(Q(kept_id=person_id) | undone).delete()[0]


@transaction.atomic
def _forget_who_asked(person_id: int) -> int:
    """What is still open ends here: an erasure asked for is done, nothing else can be done any more."""
    asked, now = RightsRequest.objects.filter(person_id=person_id), timezone.now()
    until = timezone.localdate(now) + timedelta(days=rights.clocks()["keep_days"])
    waiting, erasure = asked.filter(closed_at=None), RightsRequest.Kind.ERASE
    waiting.exclude(kind=erasure).update(status=RightsRequest.Status.REFUSED, closed_at=now, erase_at=until)
    waiting.filter(kind=erasure).update(status=RightsRequest.Status.DONE, closed_at=now, erase_at=until)
    return asked.update(person=None, wish=None, answer=None)
