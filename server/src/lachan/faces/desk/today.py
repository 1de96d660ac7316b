"""The health station's one list of today: whom to call or visit, why, by when, and who has taken it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lachan.faces.desk import care, reach, signals
from lachan.faces.desk import today_reading as reading
from lachan.faces.desk.paging import pager
from lachan.faces.desk.today_reading import Counts, Entry, Sort, Source, State
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import assignments, require, visible
from lachan.register.areas.models import Level
from lachan.register.people.models import Person

PAGE = 50
ACT = Permission.CALL_LIST


@dataclass(frozen=True)
class Line:
    """One line as the page draws it. `call` is the address that takes the item and shows the number; "" for an item
    without a person. `person` is whom it is about, for the audit."""

    entry: Entry
    person: Person | None
    title: str
    where: str
    what: str
    why: str
    holder: Account | None
    state: str
    late: bool
    raised: bool
    url: str
    call: str
    outcome: str


@require(ACT)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What waits in the officer's area: danger signs first, then what is due soonest. An office above the communes
    starts with what they have not ended in time."""
    account, now = reach.officer(request), timezone.now()
    areas = visible(account, ACT)
    work = reading.joined(areas)
    found = reading.counts(work, account.pk, now)
    above = oversees(account)
    given, kind = request.GET.get("state", ""), request.GET.get("sort", "")
    state = State(given) if given in set(State) else State.LATE if above else State.OPEN
    sort = Sort(kind) if kind in set(Sort) else None
    ended = reading.joined(areas, closed=True) if state == State.CLOSED else work
    which = reading.Which(ended, account.pk, now, state, sort)
    paged = pager(request, reading.total(which), PAGE)
    entries = reading.page(which, paged["start"], PAGE)
    shown = lines(entries, now, account)
    if people := sorted({line.person.pk for line in shown if line.person is not None}):
        audit.record(action="desk.today.list", subjects=people)
    context = {
        "heading": headline(found, above),
        "lines": shown,
        "state": state.value,
        "sort": sort.value if sort else "",
        "sorts": [(one.value, sort_name(one), found.sorts.get(one, 0)) for one in Sort if found.sorts.get(one, 0)],
        "counts": found,
        "above": above,
        "me": account.pk,
        **paged,
    }
    return render(request, "desk/today.html", context)


def oversees(account: Account) -> bool:
    """Whether the officer calls for an area above the communes."""
    return assignments(account, ACT).filter(area__level__lt=Level.COMMUNE).exists()


def headline(found: Counts, above: bool) -> str:
    """The answer in the heading."""
    if not found.total:
        return _("Không việc nào đang chờ hôm nay")
    if above:
        if not found.late:
            return _("Các xã chưa để quá hạn việc nào")
        said = ngettext("%(n)s việc quá hạn ở xã, phường", "%(n)s việc quá hạn ở xã, phường", found.late)
        return said % {"n": wording.viet_number(found.late)}
    said = ngettext("%(n)s việc hôm nay", "%(n)s việc hôm nay", found.total)
    words = said % {"n": wording.viet_number(found.total)}
    if not found.late:
        return words
    late = ngettext("%(n)s đã quá hạn", "%(n)s đã quá hạn", found.late) % {"n": wording.viet_number(found.late)}
    return f"{words}, {late}"


def sort_name(sort: Sort) -> str:
    """A sort of item as the filter writes it."""
    return {
        Sort.ILL: _("Có dấu hiệu"),
        Sort.ASK: _("Xin được gọi"),
        Sort.MISSED: _("Theo dõi"),
        Sort.TELL: _("Báo tin"),
        Sort.TIP: _("Phản ánh"),
        Sort.SIGNAL: _("Nơi sốt tăng"),
    }[sort]


def lines(entries: Sequence[Entry], now: datetime, account: Account) -> list[Line]:
    """The entries with their words. The reports behind the items of daily health are read at once."""
    day = timezone.localtime(now).date()
    worked = [entry.item for entry in entries if entry.source == Source.WORK]
    told = {line.item.pk: line for line in signals.lines(worked, day)}
    return [_line(entry, now, day, account, told) for entry in entries]


def _line(entry: Entry, now: datetime, day: date, account: Account, told: dict[int, signals.Line]) -> Line:
    item: Any = entry.item
    person: Person | None = item.plan.person if entry.source == Source.TASK else item.person
    raised, outcome = False, ""
    match entry.source:
        case Source.HELP:
            what, why = _("Nhận tin báo, %(kind)s") % {"kind": item.get_kind_display()}, item.outcome
            url = reverse("desk:help", args=[item.key])
            call, holder = url, item.taken_by
        case Source.WORK:
            what, why = str(item.get_kind_display()), told[item.pk].finding
            url, holder = reverse("desk:signal", args=[item.key]), item.owner
            call = reverse("desk:signal_phone", args=[item.key]) if person else ""
            raised = item.escalated_at is not None
            outcome = str(item.get_outcome_display())
        case Source.TASK:
            what, why = str(item.get_kind_display()), care.finding(item)
            url, holder = reverse("desk:care_plan", args=[item.plan.key]), item.owner
            call, outcome = reverse("desk:care_phone", args=[item.plan.key]), item.note
        case _:
            what, why = _("Báo tin: %(name)s") % {"name": item.contact.outbreak.name}, item.call_outcome
            url, holder = reverse("desk:call", args=[item.key]), item.taken_by
            call = reverse("desk:call_phone", args=[item.key])
    title = person.name if person else told[item.pk].title
    where = about(person, day) if person else told[item.pk].where
    late = reading.is_late(entry, now)
    ended = entry.ended is not None
    # A colleague's item is opened first, to see how far it is.
    offered = "" if ended or (holder is not None and holder.pk != account.pk) else call
    state = "safe" if ended else "unsafe" if entry.danger else "late" if late else "due"
    return Line(
        entry, person, title, where, what, why, holder, state, late, raised, url, offered, outcome if ended else ""
    )


def waiting(account: Account) -> Counts:
    """The counts for the first page."""
    return reading.counts(reading.joined(visible(account, ACT)), account.pk, timezone.now())
