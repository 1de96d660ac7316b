"""Help for the warned: they ask for a call or tell of symptoms; an officer takes it, acts, and ends it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.people.models import Person
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice, HelpRequest

# Within which the health station answers; past it the item is marked late. Symptoms come first.
ANSWERED_WITHIN: Final = {
    HelpRequest.Kind.CALL: timedelta(hours=4),
    HelpRequest.Kind.SYMPTOMS: timedelta(hours=1),
}
# As long as a week of asking back may need; a notice that lives longer does not make it live longer.
KEPT: Final = timedelta(days=21)


@transaction.atomic
def ask(
    *, person: Person, kind: HelpRequest.Kind, notice: DirectNotice | None = None, now: datetime | None = None
) -> HelpRequest:
    """Ask; asking again while the same is open returns what was asked."""
    moment = now or timezone.now()
    made, created = HelpRequest.objects.get_or_create(
        person=person,
        kind=kind,
        closed_at=None,
        defaults={
            "notice": notice,
            "asked_at": moment,
            "due_at": moment + ANSWERED_WITHIN[kind],
            "erase_at": timezone.localdate(moment) + KEPT,
        },
    )
    if created:
        audit.record(action="alerts.help.ask", subject=person.pk, obj=made)
    return made


@transaction.atomic
def take(*, request: HelpRequest, by: Account) -> HelpRequest:
    """Make it one's own. Raises NoticeError when another officer has it or it is ended."""
    locked = _open(request)
    if locked.taken_by_id not in {None, by.pk}:
        raise NoticeError(_("Cán bộ khác đã nhận việc này. Tải lại trang."))
    if locked.taken_by_id is None:
        locked.taken_by, locked.taken_at = by, timezone.now()
        locked.save(update_fields=["taken_by", "taken_at"])
        audit.record(action="alerts.help.take", subject=locked.person_id, obj=locked)
    return locked


@transaction.atomic
def record(*, request: HelpRequest, outcome: str, ends: bool, by: Account) -> HelpRequest:
    """Write down what was done; with `ends`, the item leaves the list. Raises NoticeError as take() does."""
    locked = take(request=request, by=by)
    locked.outcome = outcome.strip()
    if ends:
        locked.closed_at, locked.closed_by = timezone.now(), by
    locked.save(update_fields=["outcome", "closed_at", "closed_by"])
    audit.record(action="alerts.help.act", subject=locked.person_id, obj=locked, detail={"ends": ends})
    return locked


def _open(request: HelpRequest) -> HelpRequest:
    locked = HelpRequest.objects.select_for_update().get(pk=request.pk)
    if locked.closed_at is not None:
        raise NoticeError(_("Việc này đã xong. Tải lại trang."))
    return locked


def open_requests(areas: Iterable[int] | QuerySet[Any, int]) -> QuerySet[HelpRequest]:
    """What waits of people living in those areas (a subquery of access.scope.visible), the most pressing first."""
    found = HelpRequest.objects.filter(closed_at=None, person__area__in=areas)
    return found.select_related("person__area", "taken_by").order_by("due_at", "pk")


def of_people(people: Iterable[Person], on: date | None = None) -> QuerySet[HelpRequest]:
    """What those persons have asked, newest first."""
    kept = HelpRequest.objects.filter(person__in=list(people), erase_at__gt=on or timezone.localdate())
    return kept.select_related("person").order_by("-asked_at", "-pk")
