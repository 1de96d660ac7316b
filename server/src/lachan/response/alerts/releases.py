"""Two officers send what warns many: one proposes, another releases or refuses; unanswered, it goes by itself in time.

Nothing waits for ever and no one person alone can frighten a city. The limits are the disease profile's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.profiles.document import Profile
from lachan.register.profiles.queries import profile_in_force
from lachan.response.alerts.actions import IssueReport, issue_notices
from lachan.response.alerts.errors import ReleaseError, WindowGone
from lachan.response.alerts.models import DirectNotice, PlaceNotice, Release
from lachan.response.alerts.place_notices import ProposedWindow, propose_windows, publish_edition, supported
from lachan.response.cases.models import Outbreak
from lachan.response.tracing.models import Contact

# Notices sent alone within this time count together, so that many small sendings are one large one.
ALONE_WITHIN = timedelta(hours=1)


@transaction.atomic
def propose_places(
    *, outbreak: Outbreak, windows: Iterable[ProposedWindow], by: Account | None, now: datetime | None = None
) -> Release | None:
    """Ask a second officer to publish those windows; None when all are published or asked for already.

    Raises WindowGone for a window that is not proposed now or that fewer than MIN_VISITORS shared: nothing is asked.
    """
    moment = now or timezone.now()
    Outbreak.objects.select_for_update().get(pk=outbreak.pk)
    chosen = _publishable(outbreak, windows, moment)
    if not chosen:
        return None
    profile = profile_in_force(outbreak.disease_id, timezone.localdate(moment))
    release = _ask(outbreak, Release.Kind.PLACE, profile, by, moment)
    made = PlaceNotice.objects.bulk_create(
        PlaceNotice(
            outbreak=outbreak,
            place=window.place,
            start=window.start,
            end=window.end,
            grade=profile.place_notice_grade,
            visitors=window.visitors,
            issued_at=moment,
            issued_by=by,
            erase_at=timezone.localdate(window.end) + timedelta(days=profile.retention_days),
        )
        for window in chosen
    )
    release.windows.set(made)
    audit.record(action="alerts.release.propose", obj=release, detail={"places": [w.place.pk for w in chosen]})
    return release


def _publishable(outbreak: Outbreak, asked: Iterable[ProposedWindow], moment: datetime) -> list[ProposedWindow]:
    now_proposed = {window.key: window for window in propose_windows(outbreak, now=moment)}
    chosen = []
    for one in asked:
        window = now_proposed.get(one.key)
        if window is None:
            raise WindowGone(_("Khung giờ ở %(place)s đã đổi. Tải lại trang rồi chọn lại.") % {"place": one.place.name})
        if not window.publishable:
            raise WindowGone(
                _("Ở %(place)s chỉ có %(visitors)d người khác, nên chỉ báo riêng, không công bố.")
                % {"place": window.place.name, "visitors": window.visitors}
            )
        if not window.published and not window.waiting:
            chosen.append(window)
    return chosen


def _ask(outbreak: Outbreak, kind: Release.Kind, profile: Profile, by: Account | None, moment: datetime) -> Release:
    due = moment + timedelta(minutes=profile.release_minutes)
    return Release.objects.create(outbreak=outbreak, kind=kind, proposed_at=moment, proposed_by=by, due_at=due)


@transaction.atomic
def warn(
    *, outbreak: Outbreak, contacts: list[Contact], by: Account | None, now: datetime | None = None
) -> IssueReport | Release:
    """Send direct notices now, or ask a second officer when they are more than one officer may send alone."""
    moment = now or timezone.now()
    Outbreak.objects.select_for_update().get(pk=outbreak.pk)
    profile = profile_in_force(outbreak.disease_id, timezone.localdate(moment))
    alone = DirectNotice.objects.filter(
        contact__outbreak=outbreak, releases=None, issued_by=by, issued_at__gt=moment - ALONE_WITHIN
    ).count()
    if len(contacts) + alone <= profile.direct_release_above:
        return issue_notices(outbreak=outbreak, contacts=contacts, by=by, now=moment)
    release = _ask(outbreak, Release.Kind.DIRECT, profile, by, moment)
    release.contacts.set(contacts)
    audit.record(action="alerts.release.propose", obj=release, detail={"contacts": len(contacts)})
    return release


@transaction.atomic
def release(*, release: Release, by: Account, now: datetime | None = None) -> Release:
    """Send what another officer proposed. Raises ReleaseError for one's own proposal or one decided already."""
    locked = _open(release, by)
    _send(locked, by, now or timezone.now())
    audit.record(action="alerts.release.release", obj=locked, detail={"sent": locked.sent})
    return locked


@transaction.atomic
def refuse(*, release: Release, reason: str, by: Account, now: datetime | None = None) -> Release:
    """Do not send it. Raises ReleaseError without a reason, for one's own proposal or one decided already."""
    if not reason.strip():
        raise ReleaseError(_("Ghi lý do từ chối, ví dụ “sai giờ, đang hỏi lại ca bệnh”."))
    locked = _open(release, by)
    moment = now or timezone.now()
    _decide(locked, Release.State.REFUSED, by, moment)
    locked.reason = reason.strip()
    locked.save()
    locked.windows.filter(withdrawn_at=None).update(withdrawn_at=moment)
    audit.record(action="alerts.release.refuse", obj=locked)
    return locked


@transaction.atomic
def release_due(*, now: datetime | None = None) -> list[Release]:
    """Send what nobody answered in time; it says so wherever it is shown."""
    moment = now or timezone.now()
    late = Release.objects.select_for_update(skip_locked=True).filter(state=Release.State.WAITING, due_at__lte=moment)
    sent = list(late.order_by("due_at", "pk"))
    for one in sent:
        _send(one, None, moment)
        audit.record(action="alerts.release.clock", obj=one, detail={"sent": one.sent})
    return sent


def _open(release: Release, by: Account) -> Release:
    locked = Release.objects.select_for_update().get(pk=release.pk)
    if locked.state != Release.State.WAITING:
        raise ReleaseError(_("Đề nghị này đã được quyết định. Tải lại trang để xem."))
    if locked.proposed_by_id == by.pk:
        raise ReleaseError(_("Người đề nghị không tự duyệt được. Nhờ một cán bộ khác cùng cơ quan."))
    return locked


def _decide(release: Release, state: Release.State, by: Account | None, moment: datetime) -> None:
    release.state, release.decided_at, release.decided_by, release.by_clock = state, moment, by, by is None


def _send(release: Release, by: Account | None, moment: datetime) -> None:
    _decide(release, Release.State.RELEASED, by, moment)
    # Stored first: the edition holds what no longer waits.
    release.save()
    if release.kind == Release.Kind.PLACE:
        release.sent = _publish(release, moment)
    else:
        report = issue_notices(
            outbreak=release.outbreak, contacts=release.contacts.all(), by=release.proposed_by, now=moment
        )
        release.notices.set(report.issued)
        release.sent = len(report.issued)
    release.save()


def _publish(release: Release, moment: datetime) -> int:
    """Windows that the cases no longer give cause for are dropped: a case may have been excluded meanwhile."""
    proposed = [window for window in propose_windows(release.outbreak, now=moment) if window.publishable]
    waiting = list(release.windows.select_for_update().filter(withdrawn_at=None).order_by("pk"))
    made = [notice for notice in waiting if supported(notice, proposed)]
    for notice in waiting:
        if notice in made:
            notice.issued_at = moment
            audit.record(action="alerts.window.publish", obj=notice, detail={"place": notice.place_id})
        else:
            notice.withdrawn_at = moment
        notice.save(update_fields=["issued_at", "withdrawn_at"])
    if made:
        publish_edition(now=moment)
    return len(made)
