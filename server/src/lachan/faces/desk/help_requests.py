"""What warned people ask of the health station: taken by an officer, acted on, ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.faces.desk import calls, reach
from lachan.faces.desk.forms import CallForm
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require, visible
from lachan.response.alerts import help as support
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import HelpRequest


@require(Permission.CALL_LIST)
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request: take it with the number to call, then write down how it went."""
    by = reach.officer(request)
    areas = visible(by, Permission.CALL_LIST)
    found = HelpRequest.objects.filter(key=key, person__area__in=areas).select_related("person__area", "taken_by")
    asked = found.first()
    if asked is None:
        raise Http404
    form = CallForm(request.POST if "outcome" in request.POST or "note" in request.POST else None)
    numbers: list[tuple[str, str, str]] | None = None
    try:
        if form.is_bound and form.is_valid():
            ends = form.cleaned_data["outcome"] == "reached"
            support.record(request=asked, outcome=form.said(), ends=ends, by=by)
            messages.success(request, _("Đã ghi cuộc gọi cho %(name)s.") % {"name": asked.person.name})
            return redirect("desk:today")
        if request.method == "POST" and not form.is_bound:
            asked = support.take(request=asked, by=by)
            purpose = _("Gọi lại theo lời nhờ của người này")
            numbers = calls.numbers_for(asked.person, purpose, asked)
    except NoticeError as error:
        messages.error(request, str(error))
        return redirect("desk:today")
    # Opening the record for its number has left its own row.
    if numbers is None:
        audit.record(action="desk.help.read", subject=asked.person_id, obj=asked)
    context: dict[str, Any] = {
        "asked": asked,
        "person": asked.person,
        "about": about(asked.person, timezone.localdate()),
        "late": asked.closed_at is None and asked.due_at < timezone.now(),
        "numbers": numbers,
        "form": form,
    }
    return render(request, "desk/help.html", context, status=422 if form.is_bound else 200)
