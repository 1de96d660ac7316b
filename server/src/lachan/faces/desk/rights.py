"""What people of the area ask about their own data: the list, oldest first, and the answer within the law's time."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.people import erasing, rights
from lachan.register.people.models import Person, RightsRequest

MOST = 200
NEWEST = 20


class AnswerForm(forms.Form):
    do = forms.ChoiceField(
        label=gettext_lazy("Quyết định thế nào?"),
        choices=[
            ("do", gettext_lazy("Làm điều yêu cầu")),
            ("refuse", gettext_lazy("Không làm, nói vì sao")),
            ("extend", gettext_lazy("Cần thêm thời gian, nói vì sao")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một quyết định")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Trả lời, người yêu cầu đọc được"),
        help_text=gettext_lazy("Không làm hoặc gia hạn thì ghi lý do và điều luật"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require(Permission.PERSON_WRITE)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and what was answered lately."""
    account, today = reach.officer(request), timezone.localdate()
    waiting = rights.waiting(account)
    listed = list(waiting[:MOST])
    closed = list(rights.requests_for(account).exclude(closed_at=None).order_by("-closed_at")[:NEWEST])
    shown = sorted({one.person_id for one in [*listed, *closed] if one.person_id is not None})
    if shown:
        audit.record(action="people.rights.list", subjects=shown)
    rows = [(one, rights.is_late(one, today)) for one in listed]
    page = {
        "rows": rows,
        "total": waiting.count(),
        "late": sum(1 for _one, late in rows if late),
        "closed": closed,
    }
    return render(request, "desk/rights.html", page)


@require(Permission.PERSON_WRITE)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request: take it, then do it, refuse it with its ground, or prolong it once."""
    account, today = reach.officer(request), timezone.localdate()
    asked = get_object_or_404(rights.requests_for(account), key=key)
    takes = request.POST.get("do") == "take"
    form = AnswerForm(request.POST if request.method == "POST" and not takes else None)
    try:
        if takes:
            rights.take(request=asked, by=account)
            messages.success(request, _("Đã nhận. Người yêu cầu thấy ai trả lời và trước ngày nào."))
            return redirect("desk:rights_one", key=key)
        if form.is_bound and form.is_valid():
            return _decide(request, asked, form.cleaned_data)
    except rights.RightsError as error:
        if not form.is_bound:
            messages.error(request, str(error))
            return redirect("desk:rights_one", key=key)
        form.add_error(error.field or None, str(error))
    if asked.person_id is not None:
        audit.record(action="people.rights.read", subject=asked.person_id, obj=asked)
    person: Person | None = asked.person
    hold = erasing.hold_of(person.pk) if person is not None and asked.kind == RightsRequest.Kind.ERASE else None
    page: dict[str, Any] = {
        "asked": asked,
        "form": form,
        "person": person,
        "about": about(person, today) if person is not None else "",
        "field": rights.FIELDS.get(asked.field, ""),
        "now": _now(person, asked.field),
        "late": rights.is_late(asked, today),
        "held": rights.held_words(hold.until, hold.labels) if hold is not None else "",
        "basis": rights.clocks()["basis"],
    }
    return render(request, "desk/rights_one.html", page, status=422 if form.is_bound else 200)


def _decide(request: HttpRequest, asked: RightsRequest, said: dict[str, Any]) -> HttpResponse:
    by = reach.officer(request)
    if said["do"] == "extend":
        rights.extend(request=asked, reason=said["answer"])
        messages.success(request, _("Đã gia hạn. Người yêu cầu thấy lý do và ngày mới."))
        return redirect("desk:rights_one", key=asked.key)
    if said["do"] == "refuse":
        rights.refuse(request=asked, answer=said["answer"], by=by)
    else:
        rights.do(request=asked, answer=said["answer"], by=by)
    messages.success(request, _("Đã trả lời yêu cầu %(number)s.") % {"number": asked.number})
    return redirect("desk:rights")


def _now(person: Person | None, field: str) -> str:
    """What stands now where the person wants it put right."""
    if person is None:
        return ""
    if field == "birth":
        day = person.birth_date
        return day.strftime("%d/%m/%Y") if day else str(person.birth_year or "")
    if field == "sex":
        return str(person.get_sex_display())
    return {"name": person.name, "address": person.address}.get(field, "")
