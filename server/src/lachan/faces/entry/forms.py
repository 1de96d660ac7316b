"""The small forms of the traveller's pages; the declaration itself is a form document."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lachan.ground.platform.wording import viet_date
from lachan.register.access.forms import CommuneMixin
from lachan.register.forms.document import LANGUAGES
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import today
from lachan.systems.entry.actions import DAYS_BEFORE
from lachan.systems.entry.models import ActivationOrder, Gate
from lachan.systems.entry.queries import order_for


class _InEnglish(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Gate) -> str:
        return obj.name_en


class StartForm(forms.Form):
    """Language, direction, gate and day. After is_valid, `self.order` is the order under which one declares."""

    language = forms.ChoiceField(label=gettext_lazy("Ngôn ngữ của tờ khai"))
    direction = forms.ChoiceField(label=gettext_lazy("Chuyến đi"), widget=forms.RadioSelect)
    gate = forms.ModelChoiceField(Gate.objects.none(), label=gettext_lazy("Cửa khẩu"), to_field_name="code")
    day = forms.CharField(
        label=gettext_lazy("Ngày qua cửa khẩu"), max_length=20, widget=forms.DateInput(attrs={"type": "date"})
    )
    order: ActivationOrder | None = None

    def __init__(self, *args: Any, orders: list[ActivationOrder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = [code for code in LANGUAGES if any(code in order.languages for order in orders)]
        language, direction, gate = self.fields["language"], self.fields["direction"], self.fields["gate"]
        # S101: for the type checker alone; the three are declared a few lines up, no input can change their kind.
        assert isinstance(language, forms.ChoiceField)  # noqa: S101
        assert isinstance(direction, forms.ChoiceField)  # noqa: S101
        assert isinstance(gate, forms.ModelChoiceField)  # noqa: S101
        language.choices = [(code, LANGUAGES[code]) for code in spoken]
        asked = {order.direction for order in orders}
        direction.choices = [choice for choice in ActivationOrder.Direction.choices if choice[0] in asked]
        if len(direction.choices) == 1:
            direction.widget = forms.HiddenInput()
            direction.initial = direction.choices[0][0]
        named = {gate.pk for order in orders for gate in order.gates.all()}
        everywhere = any(not order.gates.all() for order in orders)
        gate.queryset = (
            Gate.objects.order_by("name") if everywhere else Gate.objects.filter(pk__in=named).order_by("name")
        )
        if (get_language() or "vi")[:2] != "vi":
            english = _InEnglish(gate.queryset.order_by("name_en"), label=gate.label, to_field_name="code")
            self.fields["gate"] = gate = english
        gate.empty_label = _("Chọn cửa khẩu")
        self.fields["day"].help_text = _("Khai được từ %(days)d ngày trước chuyến đi") % {"days": DAYS_BEFORE}

    def clean_day(self) -> date:
        typed = day_typed(self.cleaned_data["day"])
        if typed is None:
            raise forms.ValidationError(_("Ghi ngày, tháng, năm, ví dụ 13/8/2026"))
        day, first = date.fromisoformat(typed), today()
        last = first + timedelta(days=DAYS_BEFORE)
        if not first <= day <= last:
            facts = {"first": viet_date(first), "last": viet_date(last)}
            raise forms.ValidationError(_("Ngày qua cửa khẩu phải từ %(first)s đến %(last)s") % facts)
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"gate", "day", "direction", "language"} <= data.keys():
            self.order = order_for(data["gate"], data["direction"], data["day"])
            if self.order is None:
                self.add_error("gate", _("Cửa khẩu này không yêu cầu khai vào ngày đó. Không cần khai gì."))
            elif data["language"] not in self.order.languages:
                self.add_error("language", _("Tờ khai của cửa khẩu này chưa có tiếng đó. Chọn tiếng khác."))
        return data


class StayForm(CommuneMixin):
    """Which commune of today the written one is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].label = _("Xã, phường nơi ở tại Việt Nam")


class ZoneForm(forms.Form):
    """The code lines of a travel document, typed."""

    zone = forms.CharField(
        label=gettext_lazy("Các dòng mã ở cuối trang có ảnh"),
        help_text=gettext_lazy("Hai hoặc ba dòng chữ in hoa, chữ số và dấu <. Xuống dòng như trong giấy tờ."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "autocomplete": "off", "spellcheck": "false"}),
    )


class FindForm(forms.Form):
    """The printed short code, and what only the party knows."""

    code = forms.CharField(
        label=gettext_lazy("Mã ngắn"),
        help_text=gettext_lazy("12 ký tự dưới mã QR, ví dụ 4T7K-M2PX-9AQD"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
    )
    born = forms.CharField(
        label=gettext_lazy("Ngày sinh của một người trong đoàn"),
        help_text=gettext_lazy("Tờ khai chỉ ghi năm thì ghi năm, ví dụ 1988"),
        max_length=20,
    )

    def clean_born(self) -> str:
        typed = self.cleaned_data["born"].strip()
        if typed.isascii() and typed.isdigit() and len(typed) == 4:
            return str(typed)
        day = day_typed(typed)
        if day is None:
            raise forms.ValidationError(_("Ghi ngày, tháng, năm sinh, ví dụ 4/3/1988"))
        return day
