"""Cases: the list, a new one, its facts with the infectious window, its tests and statuses; and the trace."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.faces.desk.forms import NEW_OUTBREAK, CaseForm, DatesForm, StatusForm, TestForm
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import assignments, can, require
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.register.profiles.models import Disease
from lachan.register.profiles.queries import profile_in_force
from lachan.response.cases import actions
from lachan.response.cases.errors import CaseError
from lachan.response.cases.models import Case, LabTest, Outbreak
from lachan.response.cases.states import FOLLOWS, INDEX, Status, needs_reason
from lachan.response.cases.window import infectious_window
from lachan.response.tracing.actions import retrace
from lachan.response.tracing.errors import TracingError
from lachan.response.tracing.models import Contact

PAGE = 50


@require(Permission.CASE_READ)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The cases in scope, newest first, by outbreak and status."""
    account = reach.officer(request)
    found = reach.cases(account)
    outbreak, status = request.GET.get("outbreak", ""), request.GET.get("status", "")
    if outbreak.isdigit() and len(outbreak) < 10:
        found = found.filter(outbreak_id=int(outbreak))
    if status in Case.Status.values:
        found = found.filter(status=status)
    text = request.GET.get("page", "")
    page = max(1, int(text)) if text.isdigit() and len(text) < 6 else 1
    total = found.count()
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    first = (page - 1) * PAGE
    listed = list(
        found.select_related("person__area", "outbreak").order_by("-reported_at", "-pk")[first : first + PAGE]
    )
    if listed:
        audit.record(action="desk.cases.list", subjects=[case.person_id for case in listed])
    today = timezone.localdate()
    return render(
        request,
        "desk/cases.html",
        {
            "cases": [(case, about(case.person, today), SHAPES[Status(case.status)]) for case in listed],
            "total": total,
            "first": first + 1,
            "last": first + len(listed),
            "earlier": page - 1,
            "later": page + 1 if page < pages else 0,
            "outbreaks": reach.outbreaks(account),
            "outbreak": outbreak,
            "status": status,
            "statuses": Case.Status.choices,
            "records": can(account, Permission.CASE_WRITE),
        },
    )


SHAPES = {Status.SUSPECTED: "due", Status.PROBABLE: "late", Status.CONFIRMED: "unsafe", Status.EXCLUDED: "paused"}


@require(Permission.CASE_WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """A case of the person named in the address (?person=)."""
    account = reach.officer(request)
    try:
        key = UUID(request.GET.get("person", ""))
    except ValueError:
        return redirect("desk:people")
    person = reach.person(request, key, Permission.CASE_WRITE)
    outbreaks = list(
        reach.own_outbreaks(account, Permission.CASE_WRITE).filter(closed_on=None).order_by("-opened_on", "-pk")
    )
    may_open = can(account, Permission.OUTBREAK_OPEN)
    form = CaseForm(request.POST or None, outbreaks=outbreaks, may_open=may_open, initial={"status": ""})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                case = _record(account, person, form)
        except CaseError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Đã ghi ca %(number)s.") % {"number": case.number})
            return redirect("desk:case", key=case.key)
    context = {"form": form, "person": person, "about": about(person, timezone.localdate()), "may_open": may_open}
    return render(request, "desk/case_new.html", context, status=422 if request.method == "POST" else 200)


def _record(account: Account, person: Person, form: CaseForm) -> Case:
    data = form.cleaned_data
    outbreak = form.outbreak
    if data["outbreak_id"] == NEW_OUTBREAK:
        outbreak = actions.open_outbreak(
            disease=Disease.objects.get(code=data["disease"]),
            name=data["outbreak_name"],
            area=office(account, Permission.OUTBREAK_OPEN),
            by=account,
        )
    if outbreak is None:
        raise CaseError(_("Chọn ổ dịch của ca này."), field="outbreak_id")
    case = actions.record_case(outbreak=outbreak, person=person, by=account, status=data["status"], **form.changes())
    if data["test_kind"]:
        actions.record_test(
            case=case,
            kind=data["test_kind"],
            sampled_at=data["test_at"],
            by=account,
            result=data["test_result"] or "pending",
        )
    return case


def office(account: Account, permission: Permission) -> Area:
    """The area over which the officer holds the permission: what a new outbreak belongs to."""
    held = assignments(account, permission).select_related("area").order_by("area__level", "pk").first()
    if held is None:
        raise Http404
    return held.area


@dataclass(frozen=True)
class Window:
    """The infectious window with the rule that gave it."""

    start: Any
    end: Any
    empty: bool
    open: bool
    stand_in: bool
    before: int
    after: int
    basis: str


def window_of(case: Case) -> Window:
    profile = profile_in_force(case.outbreak.disease_id, timezone.localdate())
    now = timezone.now()
    start, end = infectious_window(case, profile, now)
    return Window(
        start=start,
        end=end,
        empty=start == end,
        open=end >= now,
        stand_in=case.onset_on is None,
        before=profile.infectious_days_before_onset,
        after=profile.infectious_days_after_onset,
        basis=profile.legal_basis,
    )


@require(Permission.CASE_READ)
@require_GET
def case(request: HttpRequest, key: UUID) -> HttpResponse:
    found = reach.case(request, key)
    audit.record(action="desk.case.read", subject=found.person_id, obj=found)
    return render(request, "desk/case.html", _facts(request, found))


def _facts(request: HttpRequest, found: Case, **more: Any) -> dict[str, Any]:
    account = reach.officer(request)
    outbreak = found.outbreak
    writes = can(account, Permission.CASE_WRITE, outbreak.area_id)
    current = Contact.objects.filter(outbreak=outbreak, current=True, exposures__index_case=found)
    next_ = sorted(FOLLOWS[Status(found.status)], key=list(Status).index) if writes else []
    return {
        "case": found,
        "outbreak": outbreak,
        "person": found.person,
        "about": about(found.person, timezone.localdate()),
        "window": window_of(found),
        "shape": SHAPES[Status(found.status)],
        "tests": found.tests.order_by("-sampled_at", "-pk"),
        "changes": found.changes.select_related("by").order_by("-at", "-pk"),
        "next": [(s, Case.Status(s).label, needs_reason(Status(found.status), s)) for s in next_],
        "index": found.status in INDEX,
        "met": current.distinct().count() if can(account, Permission.CONTACT_READ, outbreak.area_id) else None,
        "writes": writes,
        "traces": can(account, Permission.TRACE_RUN, outbreak.area_id),
        "test_form": TestForm(),
        "status_form": StatusForm(),
    } | more


@require(Permission.CASE_WRITE)
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """Dates and care: first what would change, then the change."""
    found = reach.case(request, key, Permission.CASE_WRITE)
    initial = {name: getattr(found, name) for name in ("onset_on", "sampled_on", "isolated_at", "care")}
    initial["symptoms"] = "yes" if found.onset_on else "no"
    form = DatesForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"case": found, "form": form, "person": found.person}
    if request.method != "POST":
        audit.record(action="desk.case.read", subject=found.person_id, obj=found)
        return render(request, "desk/case_edit.html", context)
    if form.is_valid():
        before = window_of(found)
        try:
            with transaction.atomic():
                actions.update_case(case=found, by=reach.officer(request), **form.changes())
                after = window_of(found)
                if request.POST.get("step") != "save":
                    raise _PreviewOnlyError
        except CaseError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except _PreviewOnlyError:
            return render(request, "desk/case_edit.html", context | {"before": before, "after": after})
        else:
            if (before.start, before.end) != (after.start, after.end):
                messages.warning(request, _("Cửa sổ lây đã đổi. Truy vết lại để danh sách tiếp xúc theo kịp."))
            else:
                messages.success(request, _("Đã lưu. Cửa sổ lây không đổi."))
            return redirect("desk:case", key=key)
    return render(request, "desk/case_edit.html", context, status=422)


class _PreviewOnlyError(Exception):
    """Rolls back a change that was only made to be looked at."""


@require(Permission.CASE_WRITE)
@require_POST
def change_status(request: HttpRequest, key: UUID) -> HttpResponse:
    found = reach.case(request, key, Permission.CASE_WRITE)
    form = StatusForm(request.POST)
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        found.status = seen
        try:
            changed = actions.change_status(
                case=found, to=form.cleaned_data["to"], by=reach.officer(request), reason=form.cleaned_data["reason"]
            )
        except CaseError as error:
            found.refresh_from_db(fields=["status"])
            if error.field == "reason":
                form.add_error("reason", str(error))
            else:
                messages.error(request, str(error))
                return redirect("desk:case", key=key)
        else:
            said = {"number": changed.number, "status": changed.get_status_display()}
            messages.success(request, _("Ca %(number)s đã chuyển sang “%(status)s”.") % said)
            return redirect("desk:case", key=key)
    return render(request, "desk/case.html", _facts(request, found, status_form=form), status=422)


@require(Permission.CASE_WRITE)
@require_POST
def add_test(request: HttpRequest, key: UUID) -> HttpResponse:
    found = reach.case(request, key, Permission.CASE_WRITE)
    form = TestForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.record_test(
                case=found,
                kind=data["kind"],
                sampled_at=data["sampled_at"],
                by=reach.officer(request),
                result=data["result"],
            )
        except CaseError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if data["result"] == LabTest.Result.POSITIVE and found.status != Status.CONFIRMED:
                messages.info(request, _("Đã ghi kết quả dương tính. Tình trạng của ca chưa đổi: cán bộ quyết định."))
            else:
                messages.success(request, _("Đã ghi xét nghiệm."))
            return redirect("desk:case", key=key)
    return render(request, "desk/case.html", _facts(request, found, test_form=form), status=422)


@require(Permission.TRACE_RUN)
@require_POST
def trace(request: HttpRequest, number: int) -> HttpResponse:
    """Trace the outbreak now and show the contacts."""
    outbreak = reach.own_outbreak(request, number, Permission.TRACE_RUN)
    try:
        run = retrace(outbreak=outbreak, by=reach.officer(request))
    except TracingError as error:
        messages.error(request, str(error))
        return redirect("desk:outbreak_cases", number=number)
    levels = {int(level): count for level, count in run.found["levels"].items()}
    total = sum(levels.values())
    said = ngettext("Tìm thấy %(n)s người tiếp xúc", "Tìm thấy %(n)s người tiếp xúc", total)
    by_level = ", ".join(f"{wording.viet_number(count)} F{level}" for level, count in sorted(levels.items()))
    seconds = wording.viet_number(run.milliseconds / 1000, 1)
    text = said % {"n": wording.viet_number(total)} + (f": {by_level}." if by_level else ".")
    messages.success(request, f"{text} " + _("Mất %(seconds)s giây.") % {"seconds": seconds})
    return redirect("desk:contacts", number=number)


# ---------- outbreaks ----------


@require(Permission.CASE_READ)
@require_GET
def outbreaks(request: HttpRequest) -> HttpResponse:
    account = reach.officer(request)
    listed = list(reach.outbreaks(account))
    contacts = (
        reach.contacts(account).filter(outbreak__in=listed, current=True)
        if can(account, Permission.CONTACT_READ)
        else None
    )
    return render(
        request,
        "desk/outbreaks.html",
        {
            "rows": [
                (
                    outbreak,
                    _count(reach.cases(account).filter(outbreak=outbreak).exclude(status="excluded")),
                    *_levels(contacts, outbreak),
                )
                for outbreak in listed
            ]
        },
    )


def _count(found: Any) -> int:
    return int(found.count())


def _levels(contacts: Any, outbreak: Outbreak) -> Iterable[int]:
    if contacts is None:
        return (0, 0)
    mine = contacts.filter(outbreak=outbreak)
    return (mine.filter(level=1).count(), mine.filter(status=Contact.Status.FOUND).count())


@require(Permission.CASE_READ)
@require_GET
def outbreak_cases(request: HttpRequest, number: int) -> HttpResponse:
    """The cases of one outbreak, with the button that traces them."""
    account = reach.officer(request)
    outbreak = reach.outbreak(request, number, Permission.CASE_READ)
    listed = list(
        reach.cases(account).filter(outbreak=outbreak).select_related("person__area", "outbreak").order_by("number")
    )
    if listed:
        audit.record(action="desk.cases.list", subjects=[case.person_id for case in listed], obj=outbreak)
    today = timezone.localdate()
    rows = [(c, about(c.person, today), SHAPES[Status(c.status)], window_of(c)) for c in listed]
    context = {
        "outbreak": outbreak,
        "tab": "cases",
        "rows": rows,
        "traces": can(account, Permission.TRACE_RUN, outbreak.area_id),
        "index": any(c.status in INDEX for c in listed),
        "records": can(account, Permission.CASE_WRITE, outbreak.area_id),
        "whole": can(account, Permission.CASE_READ, outbreak.area_id),
        "issues": can(account, Permission.NOTICE_ISSUE, outbreak.area_id),
    }
    return render(request, "desk/outbreak_cases.html", context)
