"""Bluezone at the desk: codes for cases and confirmed contacts, what was uploaded, what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require, visible
from lachan.response.cases.models import Case
from lachan.response.tracing.models import Contact
from lachan.systems.proximity import codes, queries
from lachan.systems.proximity.errors import Refused
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
    """Choose the kind of code; it is shown once, with what to say on the phone."""
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
        made = codes.issue_code(
            by=reach.officer(request), case=case, contact=contact, long=request.POST.get("kind") == "long"
        )
    except Refused as refused:
        return render(request, "desk/bluezone_code_new.html", context | {"refused": str(refused)}, status=422)
    context |= {"code": made.code, "spoken": codes.spoken(made.text)}
    return render(request, "desk/bluezone_code.html", context)


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
