"""The forms by which an officer enters a person, and decides whether two records are one."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.faces.desk.forms import DayField
from lachan.register.access import phones
from lachan.register.access.forms import CommuneMixin
from lachan.register.people.models import Identifier, Person
from lachan.register.people.near import hashes
from lachan.register.people.similarity import Facts

OLDEST_YEARS = 125


class PersonForm(CommuneMixin):
    """A person as an officer hears or reads it; what was not asked stays empty."""

    name = forms.CharField(
        label=gettext_lazy("Họ và tên"),
        help_text=gettext_lazy("Như trên giấy tờ, ví dụ Nguyễn Thị Hạnh"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = DayField(label=gettext_lazy("Ngày sinh"))
    birth_year = forms.IntegerField(
        label=gettext_lazy("Hoặc chỉ năm sinh"),
        help_text=gettext_lazy("Bốn chữ số, ví dụ 1985"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-short"}),
        error_messages={"invalid": gettext_lazy("Năm sinh gồm bốn chữ số, ví dụ 1985")},
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Giới tính"),
        choices=[(value, capfirst(label)) for value, label in Person.Sex.choices if value],
        required=False,
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại"),
        required=False,
        max_length=phones.MAX_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    citizen_id = forms.CharField(
        label=gettext_lazy("Số căn cước"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    passport = forms.CharField(
        label=gettext_lazy("Số hộ chiếu"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Số nhà, đường"),
        help_text=gettext_lazy("Ví dụ 12 Trần Phú"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
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
        if not typed.strip():
            return ""
        try:
            return phones.normalise(typed)
        except phones.NotAPhoneError as error:
            raise forms.ValidationError(str(error)) from error

    def details(self) -> dict[str, Any]:
        """What people.actions.register_person takes. After is_valid."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "area": self.area,
            "birth_date": said["birth_date"],
            "birth_year": said["birth_year"],
            "sex": said["sex"],
            "phone": said["phone"] or None,
            "citizen_id": said["citizen_id"] or None,
            "passport": said["passport"] or None,
            "address": said["address"],
        }

    def facts(self) -> Facts:
        """What the register is searched by. After is_valid."""
        said = self.cleaned_data
        numbers = [
            (Identifier.Kind.PHONE.value, said["phone"]),
            (Identifier.Kind.CITIZEN_ID.value, said["citizen_id"]),
            (Identifier.Kind.PASSPORT.value, said["passport"]),
        ]
        return Facts(
            name=said["name"],
            birth_date=said["birth_date"],
            birth_year=said["birth_year"],
            sex=said["sex"],
            area=self.area.pk if self.area else None,
            address=said["address"],
            papers=hashes(numbers),
        )
