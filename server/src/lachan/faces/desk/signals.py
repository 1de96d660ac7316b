"""One item of a health station's work: who has symptoms, asks to be called, was told of; where fever rises."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import calls, reach
from lachan.faces.desk.paging import pager
from lachan.faces.desk.watch_forms import ItemEndForm
from lachan.faces.desk.wordings import about, short
from lachan.faces.health_words import why
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require, visible
from lachan.register.forms import files
from lachan.systems.selfreport import clock, ears, risk, work
from lachan.systems.selfreport.models import DailyReport, WorkItem

PAGE = 50
READ, ACT = Permission.CONTACT_READ, Permission.CALL_LIST


@dataclass(frozen=True)
class Line:
    """One item of the list."""

    item: WorkItem
    title: str
    finding: str
    where: str
    state: str


@require(READ)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Where more people report fever or cough than the commune's own days let expect; what has been ended."""
    areas = visible(reach.officer(request), READ)
    closed = request.GET.get("state") == "closed"
    rising = work.items(areas).filter(kind=WorkItem.Kind.SIGNAL)
    found = work.items(areas, closed=True).filter(kind=WorkItem.Kind.SIGNAL) if closed else rising
    total = found.count()
    paged = pager(request, total, PAGE)
    listed = list(found[paged["start"] : paged["start"] + PAGE])
    context = {
        "heading": headline(rising.count()),
        "rows": lines(listed, timezone.localdate()),
        "state": "closed" if closed else "open",
        **paged,
    }
    return render(request, "desk/signals.html", context)


def headline(total: int) -> str:
    """The answer in the heading."""
    if not total:
        return _("Chưa nơi nào có sốt, ho tăng")
    said = ngettext("Sốt, ho tăng ở %(n)s phường, xã", "Sốt, ho tăng ở %(n)s phường, xã", total)
    return said % {"n": wording.viet_number(total)}


def lines(listed: Sequence[WorkItem], today: date) -> list[Line]:
    """The items with what was found; the reports behind them are read at once."""
    wanted = [item.detail["report"] for item in listed if "report" in item.detail]
    reports = DailyReport.objects.select_related("response__version").in_bulk(wanted)
    return [_line(item, today, reports.get(item.detail.get("report", 0))) for item in listed]


def _line(item: WorkItem, today: date, report: DailyReport | None) -> Line:
    title = item.person.name if item.person else str(item.get_kind_display())
    where = about(item.person, today) if item.person else short(item.area)
    urgent = item.detail.get("level") == risk.Level.URGENT
    late = item.kind in {WorkItem.Kind.SIGNAL, WorkItem.Kind.PERSON}
    return Line(item, title, finding(item, report), where, "unsafe" if urgent else "late" if late else "due")


def finding(item: WorkItem, report: DailyReport | None = None) -> str:
    """What the list says of an item in one line; `report` is the one behind it, while it is kept."""
    match item.kind:
        case WorkItem.Kind.PERSON:
            answered = report.response if report else None
            return ", ".join(why(item.detail.get("reasons", []), answered, item.detail.get("temperature")))
        case WorkItem.Kind.ASK:
            return str(item.note or _("Xin được gọi, không ghi lý do"))
        case WorkItem.Kind.TIP:
            return str(dict(WorkItem.What.choices)[item.detail["what"]])
        case _:
            counts = item.detail["counts"]
            return _("%(n)s người sốt hoặc ho ngày %(day)s, thường ngày %(usual)s") % {
                "n": wording.viet_number(counts[-1]),
                "day": wording.viet_date(date.fromisoformat(item.detail["day"])),
                "usual": wording.viet_number(item.detail["expected"], 1),
            }


def _item(request: HttpRequest, key: UUID, permission: Permission = READ) -> WorkItem:
    areas = visible(reach.officer(request), permission)
    found = WorkItem.objects.filter(area__in=areas, key=key)
    item = found.select_related("person__area", "area__parent", "owner", "closed_by", "teller").first()
    if item is None:
        raise Http404
    return item


@require(READ)
def item(request: HttpRequest, key: UUID) -> HttpResponse:
    """One item: what was found and how, whose it is, and ending it."""
    found, account = _item(request, key), reach.officer(request)
    form = ItemEndForm(request.POST or None)
    if request.method == "POST":
        if not can(account, ACT, found.area_id):
            raise Http404
        if form.is_valid():
            try:
                data = form.cleaned_data
                work.end(item=found, outcome=data["outcome"], answer=data["answer"], by=account)
            except work.NotOpenError:
                messages.error(request, _("Việc này đã có người làm xong."))
            else:
                messages.success(request, _("Đã ghi là xong."))
            return redirect("desk:signals" if found.kind == WorkItem.Kind.SIGNAL else "desk:today")
    audit.record(action="desk.signal.read", subject=found.person_id, obj=found)
    return _draw(request, found, form, 422 if request.method == "POST" else 200)


def _draw(request: HttpRequest, found: WorkItem, form: ItemEndForm, status: int = 200, **more: Any) -> HttpResponse:
    account, today = reach.officer(request), timezone.localdate()
    counts = found.detail.get("counts") or []
    day = date.fromisoformat(found.detail["day"]) if counts else today
    context = {
        "item": found,
        "line": lines([found], today)[0],
        "rule": risk.ears_rule(),
        "bars": [(date.fromordinal(day.toordinal() - len(counts) + 1 + n), count) for n, count in enumerate(counts)],
        "most": max(counts, default=1),
        "baseline": ears.BASELINE,
        "due": clock.due_of(found),
        "answered": _shared(found).exists(),
        "acts": found.closed_at is None and can(account, ACT, found.area_id),
        "own": found.owner_id == account.pk,
        "form": form,
        "numbers": None,
        **more,
    }
    return render(request, "desk/signal.html", context, status=status)


def _shared(item: WorkItem) -> QuerySet[DailyReport]:
    return DailyReport.objects.filter(pk=item.detail.get("report", 0), shared=True, person=item.person_id)


@require(ACT)
@require_GET
def answers(request: HttpRequest, key: UUID) -> HttpResponse:
    """The answers behind an item as a FHIR QuestionnaireResponse; 404 once they are erased or were never shared."""
    found = _item(request, key, ACT)
    kept = _shared(found).select_related("response__version").first()
    if kept is None:
        raise Http404
    audit.record(action="desk.signal.answers", subject=found.person_id, obj=found)
    made = files.write_answers(kept.response)
    response = HttpResponse(made.body, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["Cache-Control"] = "no-store"
    return response


@require(ACT)
@require_POST
def take(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer for the item, or give it back."""
    found = _item(request, key, ACT)
    try:
        if "back" in request.POST:
            work.give_back(item=found)
            messages.success(request, _("Đã trả việc lại danh sách chung."))
        else:
            work.take(item=found, by=reach.officer(request))
            messages.success(request, _("Đã nhận việc này."))
    except work.NotOpenError:
        messages.error(request, _("Việc này đã có người làm xong."))
    return redirect("desk:signal", key=key)


@require(ACT)
@require_POST
def show_phone(request: HttpRequest, key: UUID) -> HttpResponse:
    """The numbers that reach the person; each owner gets a row in the trail."""
    found = _item(request, key, ACT)
    if found.person is None:
        raise Http404
    purpose = _("Gọi hỏi sức khỏe")
    with suppress(work.NotOpenError):
        if found.owner is None:
            work.take(item=found, by=reach.officer(request))
    numbers = calls.numbers_for(found.person, purpose, found)
    found = _item(request, key, ACT)
    return _draw(request, found, ItemEndForm(), numbers=numbers)
