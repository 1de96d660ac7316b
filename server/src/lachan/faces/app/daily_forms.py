"""The forms of the health pages: asking for a call, telling of something nearby."""

from django import forms
from django.utils.translation import gettext_lazy

from lachan.register.access.forms import CommuneMixin
from lachan.register.people.models import Person
from lachan.systems.selfreport.models import WorkItem


class AskForm(forms.Form):
    """Who should be called about, and why."""

    person = forms.ChoiceField(
        label=gettext_lazy("Cần gọi về ai?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn người cần được gọi")},
    )
    note = forms.CharField(
        label=gettext_lazy("Cần giúp việc gì?"),
        help_text=gettext_lazy("Ví dụ: sốt từ hôm qua, hết thuốc huyết áp"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, people: list[Person], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice = self.fields["person"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  declared above
        choice.choices = [(str(person.key), person.name) for person in people]


class TellForm(CommuneMixin):
    """What was seen, in which commune."""

    what = forms.ChoiceField(
        label=gettext_lazy("Phản ánh việc gì?"),
        choices=WorkItem.What.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn việc muốn phản ánh")},
    )
    note = forms.CharField(
        label=gettext_lazy("Thấy gì, ở đâu, từ khi nào?"),
        help_text=gettext_lazy("Ví dụ: nhà số 4 hẻm 12 có hai người ho, sốt từ thứ Hai"),
        max_length=1000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Ghi thấy gì, ở đâu, từ khi nào"),
            "min_length": gettext_lazy("Ghi rõ hơn: thấy gì, ở đâu, từ khi nào"),
        },
    )
    field_order = ["what", "note", "commune", "area_id"]
