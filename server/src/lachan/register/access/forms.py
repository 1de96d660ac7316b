"""Forms of the citizen's sign-in, and the field by which anyone says in which commune they live."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.access import phones
from lachan.register.areas import queries as areas
from lachan.register.areas.models import Area, Level

MAX_OFFERED = 12


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại di động"),
        help_text=gettext_lazy("Mã đăng nhập gửi tới số này. Ví dụ 0905\u00a0000\u00a0418"),
        max_length=phones.MAX_TYPED,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"], mobile=True)
        except phones.NotAPhoneError as error:
            raise forms.ValidationError(str(error)) from error


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Mã gồm 6 chữ số"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}),
    )


class CommuneMixin(forms.Form):
    """Asks for a commune by typing, without a script: what fits several is offered as choices on the next page.

    After is_valid, `self.area` is the commune in force.
    """

    commune = forms.CharField(
        label=gettext_lazy("Phường, xã đang ở"),
        help_text=gettext_lazy("Ghi tên, cần thì thêm tỉnh. Ví dụ Hải Châu, Đà Nẵng"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-level3"}),
    )
    area_id = forms.TypedChoiceField(
        label=gettext_lazy("Chọn một nơi"), coerce=int, required=False, widget=forms.RadioSelect, empty_value=None
    )
    area: Area | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: list[tuple[int, str]] = []
        typed = str(self.data.get(self.add_prefix("commune"), "")) if self.is_bound else ""
        if typed.strip():
            self.offered = _offer(typed)
        choice = self.fields["area_id"]
        assert isinstance(choice, forms.TypedChoiceField)  # noqa: S101  declared above
        choice.choices = self.offered

    @property
    def asks(self) -> bool:
        """Whether the page must show the choices."""
        return len(self.offered) > 1

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "commune" not in data:
            return data
        if not self.offered:
            self.add_error(
                "commune",
                _("Chưa thấy nơi nào tên “%(typed)s”. Ghi tên phường, xã, ví dụ Hải Châu, Đà Nẵng.")
                % {"typed": data["commune"][:60]},
            )
            return data
        chosen = data.get("area_id")
        if chosen is None and len(self.offered) == 1:
            chosen = self.offered[0][0]
        if chosen is None:
            if "area_id" not in self.errors:
                self.add_error("area_id", _("Chọn một nơi trong danh sách dưới đây"))
            return data
        self.area = Area.objects.get(pk=chosen)
        return data


def _offer(typed: str) -> list[tuple[int, str]]:
    """The communes in force that the text may mean; of a closed unit, what it became (all of it, when it was split)."""
    ids: list[int] = []
    exact: list[int] = []
    for found in areas.search(typed, levels=[Level.COMMUNE], limit=MAX_OFFERED * 2):
        became = [found.area_id] if found.in_force else [successor.area_id for successor in found.successors]
        ids.extend(area_id for area_id in became if area_id not in ids)
        if found.in_force and found.path.casefold() == typed.strip().casefold():
            exact = [found.area_id]
    ids = exact or ids[:MAX_OFFERED]
    written = areas.paths(ids)
    return [(area_id, written[area_id]) for area_id in ids if area_id in written]


class JoinForm(CommuneMixin):
    name = forms.CharField(
        label=gettext_lazy("Họ và tên"),
        help_text=gettext_lazy("Như trên giấy tờ, ví dụ Nguyễn Thị Hạnh"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "commune", "area_id"]
