"""Who is watched at home: everybody with a plan, whom to watch, and one plan with its readings."""

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

from lachan.faces import health_chart
from lachan.faces.desk import calls, reach
from lachan.faces.desk.watch_forms import PlanEndForm, ReadingForm, TaskEndForm
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require, visible
from lachan.response.care import actions, certificate, queries
from lachan.response.care.models import Plan, Slot, Task
from lachan.response.care.symptoms import said

READ, ACT = Permission.CONTACT_READ, Permission.CALL_LIST
LISTED = 200
STATES = {Task.Kind.SEVERE: "unsafe", Task.Kind.FEVER: "late", Task.Kind.MISSED: "late", Task.Kind.ENDING: "due"}


@require(READ)
@require_GET
def watched(request: HttpRequest) -> HttpResponse:
    """Confirmed contacts whom nobody watches, and everybody who is watched. What to do stands in today's list."""
    account = reach.officer(request)
    areas, day = visible(account, READ), timezone.localdate()
    waiting = queries.tasks(areas).count()
    plans = list(
        Plan.objects.filter(area__in=areas, status=Plan.Status.OPEN)
        .select_related("person__area", "disease")
        .order_by("ends_on", "pk")[:LISTED]
    )
    unwatched = list(queries.unwatched(reach.contacts(account).filter(person__area__in=areas))[:LISTED])
    people = {p.person_id for p in plans} | {c.person_id for c in unwatched}
    if people:
        audit.record(action="desk.care.list", subjects=sorted(people))
    marks = queries.marks_of(plans)
    context = {
        "heading": headline(len(plans)),
        "waiting": waiting,
        "plans": [(plan, about(plan.person, day), marks[plan.pk]) for plan in plans],
        "unwatched": [(contact, about(contact.person, day)) for contact in unwatched],
        "acts": can(account, ACT),
    }
    return render(request, "desk/care.html", context)


def headline(total: int) -> str:
    """The answer in the heading."""
    if not total:
        return _("Không theo dõi ai lúc này")
    return ngettext("Đang theo dõi %(n)s người", "Đang theo dõi %(n)s người", total) % {"n": wording.viet_number(total)}


def finding(task: Task) -> str:
    """What the list says of a task in one line."""
    slot = task.slot
    if task.kind == Task.Kind.MISSED:
        return ngettext("sót %(n)s khung giờ", "sót %(n)s khung giờ", task.count) % {"n": task.count}
    if slot is None:
        return ""
    heat = "" if slot.temperature is None else f"{wording.viet_number(slot.temperature, 1)} °C"
    return ", ".join(part for part in (heat, said(slot.symptoms).lower() if slot.symptoms else "") if part)


@require(ACT)
@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """Make a plan for each chosen contact. Each stands alone: what can't be planned is said, the others are."""
    account = reach.officer(request)
    chosen = request.POST.getlist("contact")
    keys = [key for key in chosen if _is_key(key)]
    scope = reach.contacts(account, ACT).filter(key__in=keys, person__area__in=visible(account, ACT))
    made, refused = 0, []
    for contact in queries.unwatched(scope):
        try:
            actions.open_for_contact(contact=contact, by=account)
            made += 1
        except actions.CareError as error:
            refused.append(f"{contact.person.name}: {error}")
    if made:
        messages.success(
            request, ngettext("Bắt đầu theo dõi %(n)s người.", "Bắt đầu theo dõi %(n)s người.", made) % {"n": made}
        )
    for line in refused[:5]:
        messages.warning(request, line)
    if not made and not refused:
        messages.warning(request, _("Chọn ít nhất một người để theo dõi."))
    return redirect("desk:care")


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _plan(request: HttpRequest, key: UUID, permission: Permission = READ) -> Plan:
    areas = visible(reach.officer(request), permission)
    plan = Plan.objects.filter(area__in=areas, key=key).select_related("person__area", "area", "disease").first()
    if plan is None:
        raise Http404
    return plan


@require(ACT)
@require_POST
def phone(request: HttpRequest, key: UUID) -> HttpResponse:
    """The officer answers for what is open of the plan, and sees the numbers that reach the person."""
    found = _plan(request, key, ACT)
    actions.take_tasks(plan=found, by=reach.officer(request))
    numbers = calls.numbers_for(found.person, _("Gọi hỏi sức khỏe"), found)
    return _draw(request, found, numbers=numbers)


@require(READ)
def plan(request: HttpRequest, key: UUID) -> HttpResponse:
    """One plan: what to do, the chart, every slot; entering a reading from paper; ending a task or the plan."""
    found, account = _plan(request, key), reach.officer(request)
    verb = request.POST.get("do", "")
    reading = ReadingForm(request.POST if verb == "reading" else None, slots=_awaited(found))
    done = TaskEndForm(request.POST if verb == "task" else None)
    ending = PlanEndForm(request.POST if verb == "end" else None)
    if request.method == "POST":
        if not can(account, ACT, found.area_id):
            raise Http404
        try:
            if verb == "reading" and reading.is_valid():
                data = reading.cleaned_data
                actions.report(
                    slot=data["slot"],
                    temperature=data["temperature"],
                    symptoms=reading.said(),
                    by=account,
                    source=Slot.Source.STATION,
                )
                messages.success(request, _("Đã ghi số đo."))
                return redirect("desk:care_plan", key=key)
            if verb == "task" and done.is_valid():
                key_of = request.POST.get("task", "")
                task = found.tasks.filter(key=key_of) if _is_key(key_of) else found.tasks.none()
                actions.end_task(task=task.get(), note=done.cleaned_data["note"], by=account)
                messages.success(request, _("Đã ghi là xong."))
                return redirect("desk:care_plan", key=key)
            if verb == "end" and ending.is_valid():
                actions.end_plan(plan=found, ending=ending.cleaned_data["ending"], by=account)
                messages.success(request, _("Đã kết thúc theo dõi."))
                return redirect("desk:care_plan", key=key)
        except (actions.CareError, Task.DoesNotExist) as error:
            messages.error(request, str(error) if isinstance(error, actions.CareError) else _("Không thấy việc này."))
            return redirect("desk:care_plan", key=key)
    audit.record(action="desk.care.read", subject=found.person_id, obj=found)
    status = 422 if request.method == "POST" else 200
    return _draw(request, found, status, reading=reading, done=done, ending=ending)


def _draw(request: HttpRequest, found: Plan, status: int = 200, **more: Any) -> HttpResponse:
    account = reach.officer(request)
    slots = list(found.slots.select_related("by").order_by("opens_at"))
    tasks = list(queries.heaviest_first(found.tasks.filter(closed_at=None)).select_related("slot", "owner"))
    holder = next((task for task in tasks if task.owner is not None), None)
    context = {
        "plan": found,
        "about": about(found.person, timezone.localdate()),
        "marks": queries.day_marks(found),
        "tasks": [(task, STATES[Task.Kind(task.kind)], finding(task)) for task in tasks],
        "holder": holder,
        "mine": holder is not None and holder.owner_id == account.pk,
        "past": found.tasks.exclude(closed_at=None).exclude(note="").select_related("closed_by").order_by("-closed_at"),
        "slots": [(slot, said(slot.symptoms)) for slot in reversed(slots) if slot.opens_at <= timezone.now()],
        "chart": _chart(slots),
        "acts": found.status == Plan.Status.OPEN and can(account, ACT, found.area_id),
        "awaited": _awaited(found).exists(),
        "reading": ReadingForm(slots=_awaited(found)),
        "done": TaskEndForm(),
        "ending": PlanEndForm(),
        "numbers": None,
        **more,
    }
    return render(request, "desk/care_plan.html", context, status=status)


def _awaited(found: Plan) -> QuerySet[Slot]:
    return found.slots.filter(reported_at=None, opens_at__lte=timezone.now()).order_by("-opens_at")


def _chart(slots: list[Slot]) -> str:
    begun = [slot for slot in slots if slot.opens_at <= timezone.now()]
    measured = [float(slot.temperature) for slot in begun if slot.temperature is not None]
    if not measured:
        return ""
    sentence = _("Nhiệt độ: đo %(n)s lần, từ %(low)s tới %(top)s °C.") % {
        "n": len(measured),
        "low": wording.viet_number(min(measured), 1),
        "top": wording.viet_number(max(measured), 1),
    }
    points = [
        (wording.viet_date(slot.opens_at), None if slot.temperature is None else float(slot.temperature))
        for slot in begun
    ]
    return health_chart.temperatures(points, sentence=sentence)


@require(READ)
@require_GET
def paper(request: HttpRequest, key: UUID) -> HttpResponse:
    """The certificate as PDF; 404 for a plan that was not completed."""
    found = _plan(request, key)
    if found.status != Plan.Status.DONE:
        raise Http404
    audit.record(action="desk.care.read", subject=found.person_id, obj=found)
    response = HttpResponse(
        certificate.render(found, "en" if wording.english() else "vi"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="theo-doi-{found.key.hex[-8:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
