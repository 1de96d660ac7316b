"""Forms of the family pages."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.access import phones
from lachan.register.access.forms import CommuneMixin
from lachan.register.people.models import Guardianship, Person

OLDEST_YEARS = 125


class RelativeForm(forms.Form):
    """Someone to act for: a child, an elder, another person in one's care."""

    name = forms.CharField(
        label=gettext_lazy("Họ và tên"),
        help_text=gettext_lazy("Như trên giấy tờ, ví dụ Nguyễn Minh Khôi"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Người được khai hộ là ai?"),
        choices=[(value, capfirst(label)) for value, label in Guardianship.Kind.choices],
        widget=forms.RadioSelect,
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Năm sinh"),
        help_text=gettext_lazy("Bốn chữ số, ví dụ 2017"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-short"}),
        error_messages={"invalid": gettext_lazy("Năm sinh gồm bốn chữ số, ví dụ 2017")},
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Giới tính"),
        choices=[(value, capfirst(label)) for value, label in Person.Sex.choices if value],
        required=False,
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại riêng"),
        required=False,
        max_length=phones.MAX_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    together = forms.ChoiceField(
        label=gettext_lazy("Người này có ở cùng nhà không?"),
        choices=[("yes", gettext_lazy("Có, ở cùng nhà")), ("no", gettext_lazy("Không, ở nơi khác"))],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Ở cùng nhà với ca bệnh thì được báo ngay"),
    )

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        this: int = timezone.localdate().year
        if year is not None and not this - OLDEST_YEARS <= year <= this:
            message = _("Năm sinh phải từ %(first)d đến %(last)d. Ô đang ghi %(typed)d.")
            raise forms.ValidationError(message % {"first": this - OLDEST_YEARS, "last": this, "typed": year})
        return year

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        if not typed:
            return ""
        try:
            return phones.normalise(typed)
        except phones.NotAPhoneError as error:
            raise forms.ValidationError(str(error)) from error


class HomeForm(CommuneMixin):
    """Where one lives, from which day."""

    address = forms.CharField(
        label=gettext_lazy("Số nhà, đường"),
        help_text=gettext_lazy("Ví dụ 12 Trần Phú"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    since = forms.DateField(
        label=gettext_lazy("Ở đây từ ngày"),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-mid"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Ghi ngày, ví dụ 9/8/2026")},
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    field_order = ["address", "commune", "area_id", "since"]

    def clean_since(self) -> date:
        day: date = self.cleaned_data["since"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Ngày đến ở không thể sau hôm nay. Chuyển đi thì ghi sau khi đã chuyển."))
        return day


class EraseForm(forms.Form):
    sure = forms.BooleanField(label=gettext_lazy("Xóa hồ sơ và tài khoản của tôi, không lấy lại được"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].error_messages["required"] = _("Đánh dấu ô này nếu muốn xóa")
