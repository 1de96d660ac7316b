"""The forms of the desk's pages about places."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.places.spreadsheet import MAX_FILE_BYTES
from lachan.systems.checkin.models import WorkItem


class WorkEndForm(forms.Form):
    """How an item ended. `replaces`: whether this officer may change the place's code with it."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Việc này xong thế nào?"),
        choices=[(one.value, one.label) for one in WorkItem.Outcome if one != WorkItem.Outcome.PASSED],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn việc này xong thế nào")},
    )
    replace = forms.BooleanField(
        label=gettext_lazy("Đổi mã của nơi này ngay: bảng cũ thôi quét được, chủ cơ sở in bảng mới"), required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"),
        help_text=gettext_lazy("Không ghi tên hay số điện thoại của khách"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["replace"]


class PlaceFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp danh sách"),
        help_text=gettext_lazy("xlsx, ods hoặc CSV UTF-8, nhiều nhất 100.000 dòng và 24 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.ods,.xls,.csv"}),
    )

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("Tệp lớn quá 24 MB. Chia thành nhiều tệp."))
        return sent
