"""The forms of the health station's lists: how an item ended, a reading from paper, the end of a plan."""

from django import forms
from django.utils.translation import gettext_lazy

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
