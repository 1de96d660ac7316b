"""What waits today, in the officer's scope; the answer is in the heading."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.faces.desk import today as today_list
from lachan.faces.desk.bar import permissions_of
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.response.alerts import queries as alerts
from lachan.response.cases.models import Case, Outbreak
from lachan.response.tracing.models import Contact

NEWEST = 6


@dataclass(frozen=True)
class Waiting:
    """An outbreak with what waits in it."""

    outbreak: Outbreak
    cases: int
    waiting: int
    close: int
    unwarned: int


@require(Permission.SITUATION_READ)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    account = reach.officer(request)
    held = permissions_of(account)
    if Permission.CONTACT_READ not in held:
        return render(request, "desk/home_bare.html", {"receives": Permission.ENTRY_DECIDE in held})
    outbreaks = _outbreaks(account)
    today = timezone.localdate()
    cases = list(
        reach.cases(account).select_related("person__area", "outbreak").order_by("-reported_at", "-pk")[:NEWEST]
    )
    if cases:
        audit.record(action="desk.cases.list", subjects=[case.person_id for case in cases])
    fresh = reach.cases(account).filter(reported_at__date=today).exclude(status=Case.Status.EXCLUDED).count()
    work = today_list.waiting(account) if Permission.CALL_LIST in held else None
    # An office above the communes is told what they have not ended in time; the rest is theirs.
    above = work is not None and today_list.oversees(account)
    calls = 0 if work is None else work.late if above else work.total
    releases = (
        list(
            alerts.waiting_releases(reach.own_outbreaks(account, Permission.NOTICE_ISSUE)).exclude(proposed_by=account)
        )
        if Permission.NOTICE_ISSUE in held
        else []
    )
    waiting = sum(row.waiting for row in outbreaks)
    return render(
        request,
        "desk/home.html",
        {
            "headline": headline(fresh, waiting, calls, len(releases)),
            "releases": releases,
            "outbreaks": outbreaks,
            "cases": [(case, about(case.person, today)) for case in cases],
            "calls": calls,
            "work": work,
            "above": above,
            "sorts": [(today_list.sort_name(one), n) for one, n in (work.sorts if work else {}).items()],
            "waiting": waiting,
            "first": next((row for row in outbreaks if row.waiting), None),
            "decides": Permission.CONTACT_DECIDE in held,
            "records": Permission.CASE_WRITE in held,
            "searches": Permission.PERSON_SEARCH in held,
            "issues": Permission.NOTICE_ISSUE in held,
            "today": today,
        },
    )


def headline(fresh: int, waiting: int, calls: int, releases: int = 0) -> str:
    """ "3 ca mới, 41 tiếp xúc chờ xem": what is not nothing, the heaviest first; a calm sentence when all is done."""
    number = wording.viet_number
    parts = []
    if releases:
        parts.append(
            ngettext("%(n)s tin chờ người thứ hai duyệt", "%(n)s tin chờ người thứ hai duyệt", releases)
            % {"n": number(releases)}
        )
    if fresh:
        parts.append(ngettext("%(n)s ca mới hôm nay", "%(n)s ca mới hôm nay", fresh) % {"n": number(fresh)})
    if waiting:
        parts.append(ngettext("%(n)s tiếp xúc chờ xem", "%(n)s tiếp xúc chờ xem", waiting) % {"n": number(waiting)})
    if calls:
        parts.append(
            ngettext("%(n)s việc cần gọi, cần tới", "%(n)s việc cần gọi, cần tới", calls) % {"n": number(calls)}
        )
    return ", ".join(parts) if parts else _("Không có việc nào đang chờ")


def _outbreaks(account: Account) -> list[Waiting]:
    listed = list(reach.outbreaks(account, Permission.CONTACT_READ).filter(closed_on=None))
    current = reach.contacts(account).filter(outbreak__in=listed, current=True)
    found, confirmed = Q(status=Contact.Status.FOUND), Q(status=Contact.Status.CONFIRMED)
    unwarned = confirmed & ~Q(pk__in=Contact.objects.filter(notices__withdrawn_at=None, notices__isnull=False))
    counted = {
        row["outbreak"]: row
        for row in current.values("outbreak")
        .annotate(
            waiting=Count("pk", filter=found),
            close=Count("pk", filter=found & Q(level=1)),
            unwarned=Count("pk", filter=unwarned),
        )
        .order_by()
    }
    live = reach.cases(account).filter(outbreak__in=listed).exclude(status=Case.Status.EXCLUDED)
    cases = dict(live.values_list("outbreak").annotate(n=Count("pk")).order_by())
    nothing = {"waiting": 0, "close": 0, "unwarned": 0}
    rows = []
    for outbreak in listed:
        row = counted.get(outbreak.pk, nothing)
        rows.append(Waiting(outbreak, cases.get(outbreak.pk, 0), row["waiting"], row["close"], row["unwarned"]))
    return rows
