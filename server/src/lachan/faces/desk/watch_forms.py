"""The forms of the health station's lists: how an item ended, a reading from paper, the end of a plan."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.ground.platform import wording
from lachan.response.care.models import Plan, Slot
from lachan.response.care.symptoms import SYMPTOMS
from lachan.systems.selfreport.models import WorkItem


class ItemEndForm(forms.Form):
    """How an item of the worklist ended; the answer is read by whoever asked or told."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Việc này xong thế nào?"),
        choices=WorkItem.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn việc này xong thế nào")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Trả lời người đã báo"),
        help_text=gettext_lazy("Người xin gọi hay phản ánh đọc được câu này"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TaskEndForm(forms.Form):
    """What was done about a task."""

    note = forms.CharField(
        label=gettext_lazy("Đã làm gì?"),
        help_text=gettext_lazy("Ví dụ: đã gọi, hết sốt, hẹn đo lại 16:00"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReadingForm(forms.Form):
    """A reading from paper or by telephone. What was not asked stays open."""

    slot = forms.ModelChoiceField(Slot.objects.none(), label=gettext_lazy("Khung giờ"), empty_label=None)
    temperature = forms.DecimalField(
        label=gettext_lazy("Nhiệt độ"),
        help_text=gettext_lazy("Không đo thì để trống"),
        required=False,
        min_value=34,
        max_value=43,
        max_digits=3,
        decimal_places=1,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-short"}),
    )
    asked = forms.ChoiceField(
        label=gettext_lazy("Dấu hiệu"),
        choices=[
            ("none", gettext_lazy("Không có dấu hiệu nào")),
            ("some", gettext_lazy("Có, ghi dưới đây")),
            ("not_asked", gettext_lazy("Chưa hỏi được")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn có, không hay chưa hỏi được")},
    )
    symptoms = forms.MultipleChoiceField(
        label=gettext_lazy("Có dấu hiệu nào?"),
        choices=list(SYMPTOMS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, slots: QuerySet[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["slot"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  declared above
        choice.queryset = slots
        choice.label_from_instance = slot_name  # type: ignore[method-assign,assignment]

    def said(self) -> list[str] | None:
        """The symptoms as they are kept: None where nobody asked."""
        asked = self.cleaned_data["asked"]
        return None if asked == "not_asked" else list(self.cleaned_data["symptoms"]) if asked == "some" else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("asked") == "some" and not data.get("symptoms"):
            self.add_error("symptoms", _("Chọn ít nhất một dấu hiệu"))
        return data


class PlanEndForm(forms.Form):
    """How a plan ends."""

    ending = forms.ChoiceField(
        label=gettext_lazy("Kết thúc vì sao?"),
        choices=Plan.Ending.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn vì sao kết thúc")},
    )


def slot_name(slot: Slot) -> str:
    """ "23/11 8:00–12:00"."""
    return f"{wording.viet_date(slot.opens_at)} {wording.viet_range(slot.opens_at, slot.closes_at)}"
