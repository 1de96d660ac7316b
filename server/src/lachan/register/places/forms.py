"""The forms of a place's owner."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.access import phones
from lachan.register.access.forms import CommuneMixin
from lachan.register.places.models import Place, PlaceStaff

# A poster's line, not a story.
MAX_NAME, MAX_ADDRESS = 80, 160


class PlaceForm(CommuneMixin):
    """What a new place is. After is_valid, `self.area` is its commune."""

    name = forms.CharField(
        label=gettext_lazy("Tên nơi này"),
        help_text=gettext_lazy("Như trên biển hiệu, thêm cổng nếu có. Ví dụ Chợ Đầu Cầu, cổng Đông"),
        max_length=MAX_NAME,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Loại nơi"),
        choices=[("", gettext_lazy("Chọn một loại")), *Place.Kind.choices],
    )
    address = forms.CharField(
        label=gettext_lazy("Số nhà, đường"),
        required=False,
        max_length=MAX_ADDRESS,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    opens = forms.TimeField(
        label=gettext_lazy("Giờ mở cửa"),
        help_text=gettext_lazy("Để trống cả hai nếu mở suốt ngày đêm"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    closes = forms.TimeField(
        label=gettext_lazy("Giờ đóng cửa"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    field_order = ["name", "kind", "commune", "area_id", "address", "opens", "closes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].label = _("Phường, xã của nơi này")
        for name in ("opens", "closes"):
            self.fields[name].error_messages["invalid"] = _("Ghi giờ và phút, ví dụ 07:30")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        opens: time | None = data.get("opens")
        closes: time | None = data.get("closes")
        if not {"opens", "closes"} & set(self.errors):
            if opens is None and closes is not None:
                self.add_error("opens", _("Ghi giờ mở cửa, hoặc bỏ trống giờ đóng cửa"))
            elif closes is None and opens is not None:
                self.add_error("closes", _("Ghi giờ đóng cửa, hoặc bỏ trống giờ mở cửa"))
            elif opens is not None and opens == closes:
                self.add_error("closes", _("Giờ đóng cửa phải khác giờ mở cửa"))
        return data


class InviteForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại của người ấy"),
        help_text=gettext_lazy("Ví dụ 0905 000 418"),
        max_length=phones.MAX_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Việc ở đây"),
        choices=PlaceStaff.Role.choices,
        initial=PlaceStaff.Role.GATEKEEPER,
        widget=forms.RadioSelect,
    )

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"], mobile=True)
        except phones.NotAPhoneError as error:
            raise forms.ValidationError(str(error)) from error
