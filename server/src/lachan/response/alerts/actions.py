"""The two channels that warn: direct notices to confirmed contacts, place notices in the feed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.areas import queries as areas
from lachan.register.people import queries as people
from lachan.register.people.models import Person
from lachan.register.profiles.document import Profile
from lachan.register.profiles.queries import profile_in_force
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice
from lachan.response.alerts.words import Facts, OwnStay, how_sure, render
from lachan.response.cases.models import Outbreak
from lachan.response.tracing.models import Contact

TEST_WITHIN = timedelta(days=1)
# A notice is read again while one follows its advice, and a little after.
KEPT_AFTER_FOLLOW_UP = timedelta(days=7)


@dataclass
class IssueReport:
    """What became of each contact: a notice issued now, one already in force, or why there is none."""

    issued: list[DirectNotice] = field(default_factory=list)
    already: list[Contact] = field(default_factory=list)
    # Not confirmed, or no longer found by the trace: nobody is warned on a guess.
    unconfirmed: list[Contact] = field(default_factory=list)
    # The disease's profile has no words for that level.
    silent: list[Contact] = field(default_factory=list)
    # Their follow-up has ended: the advice would come too late.
    late: list[Contact] = field(default_factory=list)

    @property
    def by_account(self) -> int:
        return sum(1 for notice in self.issued if notice.channel == DirectNotice.Channel.ACCOUNT)

    @property
    def by_call(self) -> int:
        return len(self.issued) - self.by_account


@transaction.atomic
def issue_notices(
    *, outbreak: Outbreak, contacts: Iterable[Contact], by: Account | None, now: datetime | None = None
) -> IssueReport:
    """Warn each confirmed contact once: in the inbox of the account that reads for them, else on the call list.

    Issuing again changes nothing for whoever has a notice in force. Every contact is accounted for in the report.
    """
    moment = now or timezone.now()
    profile = profile_in_force(outbreak.disease_id, timezone.localdate(moment))
    # The locks, taken before anything else is read, make two officers who press at once issue one notice.
    locked = list(
        Contact.objects.select_for_update(of=("self",))
        .filter(outbreak=outbreak, pk__in=[contact.pk for contact in contacts])
        .select_related("person__area", "person__account", "outbreak__area")
        .prefetch_related("exposures__place")
        .order_by("pk")
    )
    report = IssueReport()
    in_force = set(
        DirectNotice.objects.filter(contact__in=locked, withdrawn_at=None).values_list("contact_id", flat=True)
    )
    for contact in locked:
        if contact.pk in in_force:
            report.already.append(contact)
        elif contact.status != Contact.Status.CONFIRMED or not contact.current:
            report.unconfirmed.append(contact)
        else:
            _issue(contact, profile, moment, by, report)
    return report


def _issue(contact: Contact, profile: Profile, moment: datetime, by: Account | None, report: IssueReport) -> None:
    facts = _facts(contact, profile, moment)
    if facts.follow_up_until < timezone.localdate(moment):
        report.late.append(contact)
        return
    words = render(profile, facts)
    if words is None:
        report.silent.append(contact)
        return
    notice = DirectNotice.objects.create(
        contact=contact,
        person=contact.person,
        channel=_channel(contact.person),
        words=words,
        issued_at=moment,
        issued_by=by,
        erase_at=min(contact.erase_at, facts.erased),
    )
    report.issued.append(notice)
    audit.record(action="alerts.notice.issue", subject=contact.person_id, obj=notice)


def preview(contact: Contact, *, now: datetime | None = None) -> dict[str, Any] | None:
    """The words that issue_notices() would send this contact, by language; None when the profile has none."""
    moment = now or timezone.now()
    profile = profile_in_force(contact.outbreak.disease_id, timezone.localdate(moment))
    return render(profile, _facts(contact, profile, moment))


def _facts(contact: Contact, profile: Profile, moment: datetime) -> Facts:
    exposures = list(contact.exposures.all())
    today = timezone.localdate(moment)
    until = timezone.localdate(contact.last_exposure_at) + timedelta(days=profile.follow_up_days)
    meetings = [(e.source, e.minutes_certain) for e in exposures if e.level == contact.level]
    own = {
        OwnStay(e.place.name, *(datetime.fromisoformat(moment) for moment in e.evidence["own"]))
        for e in exposures
        if e.place is not None and "own" in e.evidence
    }
    return Facts(
        level=contact.level,
        stays=sorted(own, key=lambda stay: (stay.start, stay.place), reverse=True),
        sure=how_sure(contact.level, meetings, profile.minimum_minutes),
        stations=_stations(contact.person, contact.outbreak),
        issued=moment,
        test_by=min(until, today + TEST_WITHIN),
        follow_up_until=until,
        erased=until + KEPT_AFTER_FOLLOW_UP,
    )


def _stations(person: Person, outbreak: Outbreak) -> dict[str, str]:
    area = person.area or outbreak.area
    name = (areas.responsible(area) or area).name
    return {"vi": f"Trạm Y tế {name[:1].lower()}{name[1:]}", "en": f"{name} health station"}


def _channel(person: Person) -> str:
    reads = person.account_id is not None or people.guardians_of(person).filter(account__isnull=False).exists()
    return DirectNotice.Channel.ACCOUNT if reads else DirectNotice.Channel.CALL


@transaction.atomic
def withdraw(*, notice: DirectNotice, by: Account | None) -> DirectNotice:
    """Take a notice back: the inbox says that it no longer holds, the call list forgets it. Twice changes nothing."""
    locked = DirectNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=["withdrawn_at"])
        audit.record(action="alerts.notice.withdraw", subject=locked.person_id, obj=locked)
    notice.withdrawn_at = locked.withdrawn_at
    return locked


def withdraw_for(*, contacts: Iterable[Contact], by: Account | None) -> int:
    """Withdraw what is in force for contacts that nobody should be warned about any more; returns how many."""
    live = DirectNotice.objects.filter(contact__in=[contact.pk for contact in contacts], withdrawn_at=None)
    return len([withdraw(notice=notice, by=by) for notice in live.order_by("pk")])


def _mark(notice: DirectNotice, stamp: str, action: str) -> None:
    if getattr(notice, stamp) is not None:
        return
    moment = timezone.now()
    if DirectNotice.objects.filter(pk=notice.pk, **{stamp: None}).update(**{stamp: moment}):
        audit.record(action=action, subject=notice.person_id, obj=notice)
    setattr(notice, stamp, moment)


@transaction.atomic
def mark_delivered(*, notices: Iterable[DirectNotice]) -> None:
    """The reader's device has fetched them. The first time counts."""
    for notice in notices:
        _mark(notice, "delivered_at", "alerts.notice.deliver")


@transaction.atomic
def mark_read(*, notice: DirectNotice) -> None:
    """The reader has opened it. The first time counts."""
    _mark(notice, "delivered_at", "alerts.notice.deliver")
    _mark(notice, "read_at", "alerts.notice.read")


@transaction.atomic
def mark_acted(*, notice: DirectNotice) -> None:
    """The reader has begun what it asks: booked a test, declared their health. The first time counts."""
    mark_read(notice=notice)
    _mark(notice, "acted_at", "alerts.notice.act")


@transaction.atomic
def take_call(*, notice: DirectNotice, by: Account) -> DirectNotice:
    """The officer makes this call, a colleague's too; the trail shows it. Nothing changes for one that is over."""
    locked = DirectNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.called_at is None and locked.taken_by_id != by.pk:
        before, locked.taken_by, locked.taken_at = locked.taken_by_id, by, timezone.now()
        locked.save(update_fields=["taken_by", "taken_at"])
        audit.record(action="alerts.call.take", subject=locked.person_id, obj=locked, detail={"from": before})
    return locked


@transaction.atomic
def record_call(*, notice: DirectNotice, reached: bool, outcome: str, by: Account | None) -> DirectNotice:
    """Record a call. Only one that reached the person (or who answers for them) takes the notice off the call list.

    Raises NoticeError for a notice that is not on the call list.
    """
    locked = DirectNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.channel != DirectNotice.Channel.CALL or locked.withdrawn_at is not None:
        raise NoticeError(_("Tin này không còn trong danh sách gọi. Tải lại danh sách."))
    locked.call_outcome = outcome.strip()
    if reached:
        locked.called_at = timezone.now()
    locked.save(update_fields=["call_outcome", "called_at"])
    audit.record(action="alerts.call.record", subject=locked.person_id, obj=locked, detail={"reached": reached})
    return locked
