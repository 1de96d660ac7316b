"""Pairs of records that may be one human being: proposed by the machine, decided by an officer, never by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people.models import MatchPair, Person
from lachan.register.people.similarity import Likeness

# What similarity.py found, as an officer reads it.
WORDS: dict[str, str | Promise] = {
    "paper": _("cùng số giấy tờ"),
    "phone": _("cùng số điện thoại"),
    "name": _("tên giống hệt"),
    "name_joined": _("tên giống, viết liền"),
    "name_order": _("tên giống, đảo thứ tự"),
    "name_middle": _("tên giống, thiếu chữ đệm"),
    "name_near": _("tên gần giống"),
    "birth": _("cùng ngày sinh"),
    "birth_swapped": _("ngày sinh đảo ngày và tháng"),
    "birth_typed": _("ngày sinh lệch một chữ số"),
    "birth_year": _("cùng năm sinh"),
    "birth_year_near": _("năm sinh lệch một năm"),
    "area": _("cùng phường, xã"),
    "address": _("cùng địa chỉ"),
    "sex": _("cùng giới"),
    "not_paper": _("khác số căn cước"),
    "not_passport": _("khác số giấy tờ"),
    "not_phone": _("khác số điện thoại"),
    "not_name": _("tên khác"),
    "not_given": _("tên gọi khác"),
    "not_middle": _("tên đệm khác"),
    "not_marks": _("tên khác dấu"),
    "not_birth": _("khác ngày sinh"),
    "not_birth_year": _("khác năm sinh"),
    "not_area": _("khác phường, xã"),
    "not_sex": _("khác giới"),
}


@dataclass(frozen=True)
class Proposal:
    """A pair of ids with how likely they are one, and why."""

    one: int
    other: int
    probability: float
    reasons: tuple[str, ...]


def words(reasons: Iterable[str]) -> list[str]:
    """The reasons in the reader's language; one without words (of an older version) is left out."""
    return [str(WORDS[reason]) for reason in reasons if reason in WORDS]


@transaction.atomic
def propose(proposals: Iterable[Proposal]) -> int:
    """Put pairs on the officers' list; returns how many are new. What an officer has decided stays decided."""
    new = 0
    for proposal in proposals:
        left, right = sorted((proposal.one, proposal.other))
        pair, created = MatchPair.objects.get_or_create(
            left_id=left,
            right_id=right,
            defaults={
                "probability": proposal.probability,
                "reasons": list(proposal.reasons),
                "source": MatchPair.Source.BATCH,
            },
        )
        if not created and pair.state == MatchPair.State.OPEN:
            pair.probability, pair.reasons = proposal.probability, list(proposal.reasons)
            pair.save(update_fields=["probability", "reasons"])
        new += created
    audit.record(action="people.match.propose", detail={"new": new})
    return new


@transaction.atomic
def tell_apart(
    *, one: Person, other: Person, by: Account | None, likeness: Likeness | None = None, source: str, note: str = ""
) -> MatchPair:
    """An officer says they are two; the pair is not offered again. Saying it twice changes nothing."""
    if one.pk == other.pk:
        raise ValueError("a person is not told apart from itself")
    left, right = (one, other) if one.pk < other.pk else (other, one)
    pair, _created = MatchPair.objects.select_for_update().get_or_create(
        left=left,
        right=right,
        defaults={
            "probability": likeness.probability if likeness else 0.0,
            "reasons": [*likeness.reasons, *likeness.against] if likeness else [],
            "source": source,
        },
    )
    if pair.state != MatchPair.State.DIFFERENT:
        pair.state, pair.decided_at, pair.decided_by, pair.note = (
            MatchPair.State.DIFFERENT,
            timezone.now(),
            by,
            note.strip()[:300],
        )
        pair.save(update_fields=["state", "decided_at", "decided_by", "note"])
        audit.record(action="people.match.different", subjects=[left.pk, right.pk], obj=pair)
    return pair


def pairs_for(account: Account) -> QuerySet[MatchPair]:
    """The pairs of which the officer may change both records."""
    areas = visible(account, Permission.PERSON_WRITE)
    both = Q(left__area__in=areas) & Q(right__area__in=areas)
    return MatchPair.objects.filter(both).select_related("left__area", "right__area")


def waiting(account: Account) -> QuerySet[MatchPair]:
    """The officer's list, the likeliest first."""
    return pairs_for(account).filter(state=MatchPair.State.OPEN).order_by("-probability", "pk")
