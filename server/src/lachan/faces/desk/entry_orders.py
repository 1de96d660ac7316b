"""The Ministry's activation orders: which gates ask for a declaration, from when until when, on which ground."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lachan.faces.desk import reach
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.forms import queries as form_queries
from lachan.register.forms.document import LANGUAGES
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import today
from lachan.register.profiles.models import Disease
from lachan.systems.entry import actions, rules
from lachan.systems.entry.models import ActivationOrder, Gate


class OrderForm(forms.Form):
    """A new order."""

    number = forms.CharField(label=gettext_lazy("Số lệnh"), help_text=gettext_lazy("Ví dụ 12/QĐ-BYT"), max_length=40)
    legal_basis = forms.CharField(
        label=gettext_lazy("Căn cứ pháp lý"),
        help_text=gettext_lazy("Ví dụ Luật 114/2025/QH15, Nghị định 165/2026/NĐ-CP"),
        max_length=300,
    )
    disease = forms.ModelChoiceField(Disease.objects.order_by("name"), label=gettext_lazy("Bệnh"), empty_label=None)
    direction = forms.ChoiceField(
        label=gettext_lazy("Áp dụng cho"),
        choices=ActivationOrder.Direction.choices,
        initial="entry",
        widget=forms.RadioSelect,
    )
    starts_on = forms.CharField(
        label=gettext_lazy("Từ ngày"), widget=forms.DateInput(attrs={"type": "date"}), max_length=20
    )
    ends_on = forms.CharField(
        label=gettext_lazy("Đến hết ngày"),
        widget=forms.DateInput(attrs={"type": "date"}),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Để trống nếu chưa định"),
    )
    retention_days = forms.IntegerField(
        label=gettext_lazy("Giữ tờ khai bao nhiêu ngày sau chuyến đi"), min_value=1, max_value=60, initial=30
    )
    gates = forms.ModelMultipleChoiceField(
        Gate.objects.order_by("name"),
        label=gettext_lazy("Cửa khẩu"),
        help_text=gettext_lazy("Không chọn cửa khẩu nào: mọi cửa khẩu"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Ngôn ngữ của tờ khai"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = form_queries.in_force(actions.FORM)
        spoken = version.content.languages if version else ("vi", "en")
        languages = self.fields["languages"]
        assert isinstance(languages, forms.MultipleChoiceField)  # noqa: S101  declared above
        languages.choices = [(code, LANGUAGES[code]) for code in spoken]
        languages.initial = list(spoken)

    def _day(self, name: str) -> date | None:
        typed = self.cleaned_data[name].strip()
        if not typed:
            return None
        day = day_typed(typed)
        if day is None:
            raise forms.ValidationError(_("Ghi ngày, tháng, năm, ví dụ 13/8/2026"))
        return date.fromisoformat(day)

    def clean_starts_on(self) -> date | None:
        return self._day("starts_on")

    def clean_ends_on(self) -> date | None:
        return self._day("ends_on")

    def clean_languages(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["languages"]
        if not {"vi", "en"} <= set(chosen):
            raise forms.ValidationError(_("Tiếng Việt và tiếng Anh luôn phải có."))
        return chosen


@require(Permission.ENTRY_ORDER)
def orders(request: HttpRequest) -> HttpResponse:
    """Every order, and a new one."""
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.activate(
                number=data["number"],
                disease=data["disease"],
                direction=data["direction"],
                gates_named=list(data["gates"]),
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                legal_basis=data["legal_basis"],
                retention_days=data["retention_days"],
                languages=data["languages"],
                by=reach.officer(request),
            )
        except actions.EntryError as error:
            form.add_error("ends_on" if data["ends_on"] else None, str(error))
        except rules.RuleError as error:
            said = _("Quy tắc không hợp với tờ khai đang dùng (%(fault)s). Công bố tờ khai có đủ các câu hỏi đó.")
            form.add_error(None, said % {"fault": str(error)})
        else:
            messages.success(request, _("Đã ra lệnh khai báo."))
            return redirect("desk:entry_orders")
    listed = ActivationOrder.objects.order_by("-starts_on", "-pk").select_related("disease").prefetch_related("gates")
    rows = [(order, order.holds(today()), order.starts_on > today()) for order in listed]
    context = {"form": form, "rows": rows, "today": today()}
    return render(request, "desk/entry_orders.html", context, status=422 if request.method == "POST" else 200)


@require(Permission.ENTRY_ORDER)
@require_POST
def end(request: HttpRequest, key: UUID) -> HttpResponse:
    """Today is the order's last day."""
    order = ActivationOrder.objects.filter(key=key).first()
    if order is None:
        raise Http404
    try:
        actions.end_order(order=order, last_day=max(today(), order.starts_on))
    except actions.EntryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Lệnh %(number)s hết sau hôm nay.") % {"number": order.number})
    return redirect("desk:entry_orders")
