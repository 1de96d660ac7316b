"""Bluezone at the desk: codes for cases and confirmed contacts, what was uploaded, what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.ground.platform.wording import viet_number
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require, visible
from lachan.response.cases.models import Case
from lachan.response.tracing.models import Contact
from lachan.systems.proximity import codes, giving, queries, slips
from lachan.systems.proximity.errors import Refused
from lachan.systems.proximity.giving import Given, Way
from lachan.systems.proximity.models import Code
from lachan.systems.proximity.statements import KEEP_DAYS
from lachan.systems.proximity.states import State, may_follow

LISTED = 100
_SHAPES = {"issued": "due", "claimed": "late", "certified": "late", "used": "safe", "withdrawn": "paused"}


@require(Permission.CASE_READ)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Codes, uploads and figures of the officer's own outbreaks."""
    account = reach.officer(request)
    areas = visible(account, Permission.CASE_READ)
    listed = list(queries.codes_in(areas)[:LISTED])
    uploads = list(queries.uploads_in(areas)[:LISTED])
    if subjects := sorted({code.person_id for code in listed} | {up.person_id for up in uploads if up.person_id}):
        audit.record(action="desk.bluezone.list", subjects=subjects)
    now = timezone.now()
    return render(
        request,
        "desk/bluezone.html",
        {
            "codes": [_row(code, now) for code in listed],
            "uploads": uploads,
            "coverage": queries.coverage(areas),
            "issues": can(account, Permission.CASE_WRITE),
            "keep_days": KEEP_DAYS,
        },
    )


def _row(code: Code, now: Any) -> dict[str, Any]:
    over = code.expires_at <= now and code.status in {State.ISSUED, State.CLAIMED, State.CERTIFIED}
    return {
        "code": code,
        "shape": "paused" if over else _SHAPES[code.status],
        "word": _("hết giờ") if over else code.get_status_display(),
        "withdrawable": not over and may_follow(State(code.status), State.WITHDRAWN),
    }


def _target(request: HttpRequest) -> tuple[Case | None, Contact | None]:
    """The case (?case=) or the contact (?contact=) that the code is for; 404 out of scope."""
    account = reach.officer(request)
    try:
        if text := request.GET.get("case"):
            return reach.case(request, UUID(text), Permission.CASE_WRITE), None
        key = UUID(request.GET.get("contact", ""))
    except ValueError:
        raise Http404 from None
    found = reach.own_contacts(account).filter(key=key).select_related("person__area", "outbreak__area").first()
    if found is None:
        raise Http404
    return None, found


@require(Permission.CASE_WRITE)
@never_cache
def new_code(request: HttpRequest) -> HttpResponse:
    """Choose how the code gets there; it is shown once, with what to say on the phone, or sent, or printed."""
    case, contact = _target(request)
    target = case or contact
    assert target is not None  # noqa: S101  for the type checker: _target gives one of the two
    context: dict[str, Any] = {
        "case": case,
        "contact": contact,
        "person": target.person,
        "outbreak": target.outbreak,
        "about": about(target.person, timezone.localdate()),
    }
    audit.record(action="desk.bluezone.read", subject=target.person_id, obj=target)
    if request.method != "POST":
        return render(request, "desk/bluezone_code_new.html", context)
    try:
        way = Way(request.POST.get("way", Way.SPOKEN))
        made = giving.give(by=reach.officer(request), way=way, case=case, contact=contact)
    except ValueError:
        refusal = _("Chọn cách đưa mã.")
    except Refused as refused:
        refusal = str(refused)
    else:
        if way == Way.SLIP:
            return slips_page([made])
        context |= {"code": made.issued.code, "spoken": codes.spoken(made.issued.text), "sent_to": made.sent_to}
        return render(request, "desk/bluezone_code.html", context)
    return render(request, "desk/bluezone_code_new.html", context | {"refused": refusal}, status=422)


def slips_page(given: list[Given]) -> HttpResponse:
    """The slips as a PDF that no one keeps: the codes are on it."""
    content = slips.render([each.issued for each in given], "en" if wording.english() else "vi")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="bluezone.pdf"'
    return response


@require(Permission.CASE_WRITE)
@never_cache
def many_codes(request: HttpRequest) -> HttpResponse:
    """Codes for a list of cases at once: slips to take along, or text messages."""
    account = reach.officer(request)
    listed = list(queries.cases_without_code(visible(account, Permission.CASE_WRITE))[: giving.MOST_AT_ONCE])
    if listed:
        audit.record(action="desk.bluezone.many", subjects=sorted({case.person_id for case in listed}))
    context: dict[str, Any] = {"way": request.POST.get("way", Way.SLIP), "most": giving.MOST_AT_ONCE}
    if request.method != "POST":
        return _many(request, listed, {case.pk for case in listed}, context)
    chosen = [case for case in listed if str(case.key) in request.POST.getlist("case")]
    picked = {case.pk for case in chosen}
    if not chosen or context["way"] not in {Way.SLIP, Way.SMS}:
        return _many(request, listed, picked, context | {"refused": _("Chọn ít nhất một ca và một cách đưa mã.")})
    try:
        given = giving.give_all(by=account, way=Way(context["way"]), cases=chosen)
    except giving.NotGivenError as wrong:
        said = _("Chưa cấp mã nào. Bỏ chọn các ca có lý do ở dưới, hoặc chọn cách khác.")
        return _many(request, listed, picked, context | {"refused": said}, wrong.reasons)
    if context["way"] == Way.SLIP:
        return slips_page(given)
    n = len(given)
    messages.success(
        request, ngettext("Đã nhắn mã cho %(n)s người.", "Đã nhắn mã cho %(n)s người.", n) % {"n": viet_number(n)}
    )
    return redirect("desk:bluezone")


def _many(
    request: HttpRequest,
    listed: list[Case],
    picked: set[int],
    context: dict[str, Any],
    reasons: dict[int, str] | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    rows = [(case, about(case.person, today), case.pk in picked, (reasons or {}).get(case.pk, "")) for case in listed]
    status = 422 if "refused" in context else 200
    return render(request, "desk/bluezone_many.html", context | {"rows": rows}, status=status)


@require(Permission.CASE_WRITE)
@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make a code worthless that was read to the wrong person, or lost."""
    account = reach.officer(request)
    found = queries.codes_in(visible(account, Permission.CASE_WRITE)).filter(key=key).first()
    if found is None:
        raise Http404
    try:
        codes.withdraw_code(code=found, by=account)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Đã thu hồi mã."))
    return redirect("desk:bluezone")
