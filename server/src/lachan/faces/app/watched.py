"""Somebody of the family is watched: the next slot, giving its reading, and the certificate at the end."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lachan.faces import health_chart
from lachan.faces.app.views import _language, _of_this_build, _page, _people
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.people import queries as people_queries
from lachan.register.people.models import Person
from lachan.response.care import actions, certificate, queries
from lachan.response.care.models import Plan, Slot
from lachan.response.care.symptoms import SYMPTOMS

NONE, NOT_ASKED = "none", "not_asked"


class SlotForm(forms.Form):
    """A reading: the temperature, and every symptom there is, or that there is none."""

    temperature = forms.DecimalField(
        label=gettext_lazy("Nhiệt độ"),
        help_text=gettext_lazy("Ví dụ 36,8. Không có nhiệt kế thì để trống"),
        required=False,
        max_digits=3,
        decimal_places=1,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-short", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("invalid", "max_digits", "max_decimal_places", "max_whole_digits"),
            gettext_lazy("Ghi nhiệt độ từ 34,0 đến 43,0 °C, ví dụ 36,8"),
        ),
    )
    symptoms = forms.MultipleChoiceField(
        label=gettext_lazy("Đang có dấu hiệu nào?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Chọn dấu hiệu đang có, hoặc “Không có dấu hiệu nào”")},
    )

    def __init__(self, *args: Any, other: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["symptoms"]
        assert isinstance(choice, forms.MultipleChoiceField)  # noqa: S101  declared above
        last = [(NOT_ASKED, _("Chưa hỏi được"))] if other else []
        choice.choices = [*SYMPTOMS.items(), (NONE, _("Không có dấu hiệu nào")), *last]

    def clean_temperature(self) -> Decimal | None:
        value: Decimal | None = self.cleaned_data["temperature"]
        if value is not None and not Decimal(34) <= value <= Decimal(43):
            message = _("Nhiệt độ phải từ 34,0 đến 43,0 °C. Ô đang ghi %(typed)s")
            raise forms.ValidationError(message % {"typed": wording.viet_number(value)})
        return value

    def clean_symptoms(self) -> list[str] | None:
        chosen: list[str] = self.cleaned_data["symptoms"]
        alone = [code for code in chosen if code in {NONE, NOT_ASKED}]
        if alone and len(chosen) > 1:
            raise forms.ValidationError(_("Đã chọn vừa có vừa không. Chỉ giữ một."))
        return None if alone == [NOT_ASKED] else [] if alone else chosen


@dataclass(frozen=True)
class Watched:
    """A plan as the family's page shows it."""

    plan: Plan
    slot: Slot | None
    open: bool
    marks: list[str]


def plans_of(people: list[Person]) -> list[Watched]:
    """The plans of the family, the open ones first."""
    now = timezone.now()
    plans = list(queries.of_people(people).exclude(status=Plan.Status.STOPPED))
    marks = queries.marks_of(plans)
    found = []
    for plan in plans:
        slot = queries.next_slot(plan, now) if plan.status == Plan.Status.OPEN else None
        found.append(Watched(plan, slot, slot is not None and slot.opens_at <= now, marks[plan.pk]))
    return found


def _mine(request: HttpRequest, key: UUID) -> Plan:
    people = people_queries.acts_for(request.user)
    plan = Plan.objects.filter(key=key, person__in=people).select_related("person", "area", "disease").first()
    if plan is None:
        raise Http404
    return plan


@_of_this_build
@citizen_required
def slot(request: HttpRequest, key: UUID) -> HttpResponse:
    """The slot that is open now: one page, one press. Between slots, when the next one opens."""
    plan = _mine(request, key)
    due = queries.next_slot(plan) if plan.status == Plan.Status.OPEN else None
    begun = due is not None and due.opens_at <= timezone.now()
    form = SlotForm(request.POST or None, other=plan.person.account_id != request.user.pk)
    if request.method == "POST" and due is not None and form.is_valid():
        data = form.cleaned_data
        try:
            actions.report(
                slot=due, temperature=data["temperature"], symptoms=data["symptoms"], by=cast(Account, request.user)
            )
        except actions.CareError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Đã gửi số đo của %(name)s.") % {"name": plan.person.name})
        return redirect("app:daily")
    context: dict[str, Any] = {"plan": plan, "slot": due, "open": begun, "form": form, "marks": queries.day_marks(plan)}
    context["fever"] = health_chart.fever_in_words()
    status = 422 if request.method == "POST" and begun else 200
    return render(request, "app/daily_slot.html", _page(request, _people(request), **context), status=status)


@require_safe
@_of_this_build
@citizen_required
def paper(request: HttpRequest, key: UUID) -> HttpResponse:
    """The certificate as PDF; 404 before the plan is completed."""
    plan = _mine(request, key)
    if plan.status != Plan.Status.DONE:
        raise Http404
    response = HttpResponse(certificate.render(plan, _language()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="la-chan-{plan.key.hex[-8:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
