"""The forms of a place's owner."""

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.access import phones
from lachan.register.access.forms import CommuneMixin
from lachan.register.places import codes, rotation
from lachan.register.places.models import CodeReport, Part, Place, PlaceCode, PlaceStaff

# A poster's line, not a story.
MAX_NAME, MAX_ADDRESS, MAX_PART = 80, 160, 40
# A restaurant's tables, a train's coaches; more come in several goes.
MAX_SERIES = 200
_SERIES = re.compile(r"^(.*?)(\d{1,4})\s*[-–]\s*(\d{1,4})$")


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


WEEKDAYS = (
    gettext_lazy("Thứ Hai"),
    gettext_lazy("Thứ Ba"),
    gettext_lazy("Thứ Tư"),
    gettext_lazy("Thứ Năm"),
    gettext_lazy("Thứ Sáu"),
    gettext_lazy("Thứ Bảy"),
    gettext_lazy("Chủ Nhật"),
)


def _clock(label: Any) -> forms.TimeField:
    field = forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    field.error_messages["invalid"] = _("Ghi giờ và phút, ví dụ 07:30")
    return field


class DetailsForm(forms.Form):
    """What the owner may correct. After is_valid, `week` is as in hours.py, or None when every day is the same."""

    name = forms.CharField(label=gettext_lazy("Tên nơi này"), max_length=MAX_NAME)
    address = forms.CharField(label=gettext_lazy("Số nhà, đường"), required=False, max_length=MAX_ADDRESS)
    capacity = forms.IntegerField(
        label=gettext_lazy("Sức chứa cùng lúc"),
        help_text=gettext_lazy("Để thấy lúc nào sắp đông. Để trống nếu không giới hạn"),
        required=False,
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    typical_minutes = forms.IntegerField(
        label=gettext_lazy("Khách thường ở bao lâu"),
        help_text=gettext_lazy("Dùng khi khách quên quét lúc về. Để trống thì tính theo loại nơi"),
        required=False,
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    hours = forms.ChoiceField(
        label=gettext_lazy("Giờ mở cửa"),
        choices=[
            ("always", gettext_lazy("Suốt ngày đêm")),
            ("same", gettext_lazy("Ngày nào cũng như nhau")),
            ("week", gettext_lazy("Mỗi ngày một khác")),
        ],
        widget=forms.RadioSelect,
    )
    week: list[list[str] | None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opens"] = _clock(_("Giờ mở cửa"))
        self.fields["closes"] = _clock(_("Giờ đóng cửa"))
        for number, day in enumerate(WEEKDAYS):
            self.fields[f"opens_{number}"] = _clock(_("%(day)s, mở") % {"day": day})
            self.fields[f"closes_{number}"] = _clock(_("%(day)s, đóng") % {"day": day})

    @classmethod
    def of(cls, place: Place) -> "DetailsForm":
        """The form filled with what is known."""
        initial: dict[str, Any] = {
            "name": place.name,
            "address": place.address,
            "capacity": place.capacity,
            "typical_minutes": place.typical_minutes,
            "hours": "week" if place.week else "same" if place.opens else "always",
            "opens": place.opens,
            "closes": place.closes,
        }
        for number, day in enumerate(place.week or []):
            initial[f"opens_{number}"], initial[f"closes_{number}"] = day or (None, None)
        return cls(initial=initial)

    def days(self) -> list[Any]:
        """The two fields of each weekday, for the page."""
        return [(self[f"opens_{number}"], self[f"closes_{number}"]) for number in range(len(WEEKDAYS))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        match data.get("hours"):
            case "same":
                self._pair(data, "opens", "closes")
                if not self.errors and data.get("opens") is None:
                    self.add_error("opens", _("Ghi giờ mở cửa, hoặc chọn “Suốt ngày đêm”"))
            case "week":
                data["opens"] = data["closes"] = None
                for number in range(len(WEEKDAYS)):
                    self._pair(data, f"opens_{number}", f"closes_{number}")
                pairs = [(data.get(f"opens_{n}"), data.get(f"closes_{n}")) for n in range(len(WEEKDAYS))]
                self.week = [[f"{a:%H:%M}", f"{b:%H:%M}"] if a and b else None for a, b in pairs]
                if not self.errors and not any(self.week):
                    self.add_error("opens_0", _("Ghi giờ của ít nhất một ngày"))
            case _:
                data["opens"] = data["closes"] = None
        return data

    def _pair(self, data: dict[str, Any], first: str, last: str) -> None:
        opens, closes = data.get(first), data.get(last)
        if {first, last} & set(self.errors):
            return
        if opens is None and closes is not None:
            self.add_error(first, _("Ghi giờ mở cửa, hoặc bỏ trống giờ đóng cửa"))
        elif closes is None and opens is not None:
            self.add_error(last, _("Ghi giờ đóng cửa, hoặc bỏ trống giờ mở cửa"))
        elif opens is not None and opens == closes:
            self.add_error(last, _("Giờ đóng cửa phải khác giờ mở cửa"))


class PartsForm(forms.Form):
    """Several parts at once: a prefix and how many ("Bàn 1" … "Bàn 24"), or names one a line."""

    kind = forms.ChoiceField(label=gettext_lazy("Thêm gì"), choices=Part.Kind.choices, widget=forms.RadioSelect)
    names = forms.CharField(
        label=gettext_lazy("Tên, mỗi dòng một tên"),
        help_text=gettext_lazy("Ví dụ Cổng Đông. Ghi Bàn 1-24 để có hai mươi bốn bàn"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_names(self) -> list[str]:
        found: list[str] = []
        for line in self.cleaned_data["names"].splitlines():
            name = " ".join(line.split())
            if not name:
                continue
            if match := _SERIES.match(name):
                first, last = int(match[2]), int(match[3])
                if not first <= last < first + MAX_SERIES:
                    raise forms.ValidationError(
                        _("“%(name)s”: số sau lớn hơn số trước, mỗi lần nhiều nhất %(limit)s.")
                        % {"name": name[:40], "limit": MAX_SERIES}
                    )
                found += [f"{match[1]}{number}" for number in range(first, last + 1)]
            else:
                found.append(name)
        if len(found) > MAX_SERIES:
            raise forms.ValidationError(_("Mỗi lần thêm nhiều nhất %(limit)s tên.") % {"limit": MAX_SERIES})
        if long := next((name for name in found if len(name) > MAX_PART), None):
            raise forms.ValidationError(
                _("“%(name)s…” dài quá %(limit)s chữ.") % {"name": long[:20], "limit": MAX_PART}
            )
        if not found:
            raise forms.ValidationError(_("Ghi ít nhất một tên, ví dụ Cổng Đông"))
        return found


class ReplaceForm(forms.Form):
    because = forms.ChoiceField(
        label=gettext_lazy("Bảng cũ làm sao"),
        choices=[(r.value, r.label) for r in PlaceCode.Reason if r != PlaceCode.Reason.REMOVED],
        widget=forms.RadioSelect,
    )


class PauseForm(forms.Form):
    reopens_on = forms.DateField(
        label=gettext_lazy("Mở lại ngày nào"),
        help_text=gettext_lazy("Để trống nếu chưa biết"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reopens_on"].error_messages["invalid"] = _("Ghi ngày dạng 2026-12-31")


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại của người ấy"),
        help_text=gettext_lazy("Ví dụ 0905 000 418"),
        max_length=phones.MAX_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"], mobile=True)
        except phones.NotAPhoneError as error:
            raise forms.ValidationError(str(error)) from error


class ReportForm(CommuneMixin):
    """What a passer-by says of a code. Nobody needs an account, and nobody is asked who they are."""

    what = forms.ChoiceField(
        label=gettext_lazy("Mã có gì lạ"), choices=CodeReport.What.choices, widget=forms.RadioSelect
    )
    code = forms.CharField(
        label=gettext_lazy("12 ký tự dưới hình QR"),
        help_text=gettext_lazy("Để trống nếu không đọc được"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Bảng đang dán ở đâu"),
        help_text=gettext_lazy("Tên nơi và chỗ dán, ví dụ cổng sau chợ Đầu Cầu. Đừng ghi tên hay số điện thoại của ai"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["what", "code", "commune", "area_id", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].label = _("Phường, xã nơi thấy bảng")

    def clean_code(self) -> str:
        typed = str(self.cleaned_data["code"]).strip()
        if not typed:
            return ""
        try:
            return codes.parse(rotation.split(typed)[0])
        except codes.NotACodeError:
            # A stranger's sticker carries no code of ours: that is the very thing to report.
            if self.data.get("what") in {CodeReport.What.OTHER_SITE, CodeReport.What.COVERED}:
                return ""
            raise forms.ValidationError(_("Mã chưa đúng. Xem lại 12 ký tự dưới hình QR, hoặc để trống.")) from None


class InviteForm(PhoneForm):
    role = forms.ChoiceField(
        label=gettext_lazy("Việc ở đây"),
        choices=PlaceStaff.Role.choices,
        initial=PlaceStaff.Role.GATEKEEPER,
        widget=forms.RadioSelect,
    )
