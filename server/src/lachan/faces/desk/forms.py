"""The forms of the desk."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.profiles.models import Disease
from lachan.response.cases.models import Case, LabTest, Outbreak

OTHER = "other"
REASONS = [
    ("apart", gettext_lazy("Có vách ngăn, không nói chuyện")),
    ("absent", gettext_lazy("Không có mặt ở đó")),
    ("double", gettext_lazy("Trùng với người khác")),
    (OTHER, gettext_lazy("Lý do khác")),
]
PURPOSES = [
    ("case", gettext_lazy("Điều tra ca bệnh")),
    ("contact", gettext_lazy("Gọi hoặc theo dõi người tiếp xúc")),
    ("request", gettext_lazy("Trả lời yêu cầu của chính người này")),
    (OTHER, gettext_lazy("Việc khác")),
]
TESTS = [
    ("", gettext_lazy("Chưa xét nghiệm")),
    ("RT-PCR", gettext_lazy("RT-PCR")),
    ("Ag-RDT", gettext_lazy("Test nhanh kháng nguyên")),
    ("IgM", gettext_lazy("Huyết thanh IgM")),
]
NEW_OUTBREAK = "new"
_DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
_MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]


class DayField(forms.DateField):
    """A day: the browser's own calendar where there is one, 9/8/2026 typed where there is none."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", "class": "w-mid"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=_DAY_FORMATS, required=False, **options)
        self.error_messages["invalid"] = gettext_lazy("Ghi ngày, tháng, năm, ví dụ 9/8/2026")


class MomentField(forms.DateTimeField):
    """A day and a clock in Viet Nam."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "moment"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=_MOMENT_FORMATS, required=False, **options)
        self.error_messages["invalid"] = gettext_lazy("Ghi ngày và giờ, ví dụ 9/8/2026 14:30")


class SaidMixin(forms.Form):
    """A choice whose last one is "other", said in words. After is_valid, cleaned_data["said"] is the text."""

    choice_name = "reason"
    other = forms.CharField(label=gettext_lazy("Ghi rõ"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get(self.choice_name)
        if chosen == OTHER and not data.get("other", "").strip():
            self.add_error("other", self.missing())
        if chosen:
            field = self.fields[self.choice_name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared by each form
            labels = {str(value): str(label) for value, label in field.choices}  # type: ignore[misc,union-attr]
            data["said"] = data.get("other", "").strip() if chosen == OTHER else labels[chosen]
        return data

    def missing(self) -> str:
        return _("Ghi lý do, ví dụ “có vách kính ngăn, không nói chuyện”.")


class DismissForm(SaidMixin):
    reason = forms.ChoiceField(
        label=gettext_lazy("Vì sao bỏ?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một lý do bỏ")},
    )
    field_order = ["reason", "other"]


class PurposeForm(SaidMixin):
    choice_name = "purpose"
    purpose = forms.ChoiceField(
        label=gettext_lazy("Mở hồ sơ để làm gì?"),
        choices=PURPOSES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một mục đích")},
    )
    field_order = ["purpose", "other"]

    def missing(self) -> str:
        return _("Ghi việc cần làm, ví dụ “cấp giấy xác nhận”.")


class DatesForm(forms.Form):
    """Onset, or the sample's day for someone without symptoms; care; isolation."""

    symptoms = forms.ChoiceField(
        label=gettext_lazy("Có dấu hiệu bệnh không?"),
        choices=[("yes", gettext_lazy("Có dấu hiệu")), ("no", gettext_lazy("Không có triệu chứng"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn Có dấu hiệu hoặc Không có triệu chứng")},
    )
    onset_on = DayField(label=gettext_lazy("Ngày khởi phát"))
    sampled_on = DayField(
        label=gettext_lazy("Ngày lấy mẫu đầu tiên"),
        help_text=gettext_lazy("Thay cho ngày khởi phát khi không có triệu chứng"),
    )
    isolated_at = MomentField(
        label=gettext_lazy("Cách ly từ lúc"), help_text=gettext_lazy("Kết thúc cửa sổ lây. Chưa cách ly thì để trống")
    )
    care = forms.CharField(label=gettext_lazy("Nơi điều trị"), required=False, max_length=160)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("symptoms") == "yes" and not data.get("onset_on") and "onset_on" not in self.errors:
            self.add_error("onset_on", _("Ghi ngày có dấu hiệu đầu tiên, ví dụ 9/8/2026"))
        if data.get("symptoms") == "no":
            # What was typed before the officer changed the answer is not the truth any more.
            data["onset_on"] = None
            if not data.get("sampled_on") and "sampled_on" not in self.errors:
                self.add_error("sampled_on", _("Ghi ngày lấy mẫu, vì không có ngày khởi phát"))
        onset: date | None = data.get("onset_on")
        isolated: datetime | None = data.get("isolated_at")
        if onset and isolated and (onset - timezone.localdate(isolated)).days > 30:
            self.add_error("isolated_at", _("Cách ly trước khởi phát hơn 30 ngày. Xem lại hai ngày này."))
        return data

    def changes(self) -> dict[str, Any]:
        """What cases.actions.update_case takes."""
        return {name: self.cleaned_data.get(name) for name in ("onset_on", "sampled_on", "isolated_at", "care")}


class CaseForm(DatesForm):
    """A new case of a known person. After is_valid, `self.outbreak` is the one chosen, or None: a new one is wanted."""

    outbreak_id = forms.ChoiceField(
        label=gettext_lazy("Ổ dịch"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Chọn ổ dịch của ca này"),
            "invalid_choice": gettext_lazy("Chọn một ổ dịch đang mở trong danh sách"),
        },
    )
    disease = forms.ChoiceField(label=gettext_lazy("Bệnh của ổ dịch mới"), required=False)
    outbreak_name = forms.CharField(
        label=gettext_lazy("Tên ổ dịch mới"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Ví dụ COVID-19 Đà Nẵng 8/2026"),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Mức chắc chắn"),
        choices=[
            (Case.Status.SUSPECTED, gettext_lazy("Nghi ngờ: có dấu hiệu, chưa có kết quả")),
            (Case.Status.PROBABLE, gettext_lazy("Có thể: dấu hiệu và dịch tễ đều khớp")),
            (Case.Status.CONFIRMED, gettext_lazy("Xác định: xét nghiệm dương tính")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một mức")},
    )
    test_kind = forms.ChoiceField(label=gettext_lazy("Xét nghiệm"), choices=TESTS, required=False)
    test_result = forms.ChoiceField(
        label=gettext_lazy("Kết quả"), choices=LabTest.Result.choices, required=False, initial=LabTest.Result.PENDING
    )
    test_at = MomentField(label=gettext_lazy("Lấy mẫu lúc"))
    field_order = ["outbreak_id", "disease", "outbreak_name", "status", "symptoms", "onset_on", "sampled_on"]

    def __init__(self, *args: Any, outbreaks: list[Outbreak], may_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outbreaks = {str(outbreak.pk): outbreak for outbreak in outbreaks}
        offered = [(number, outbreak.name) for number, outbreak in self.outbreaks.items()]
        if may_open:
            offered.append((NEW_OUTBREAK, _("Mở ổ dịch mới")))
        for name, choices in (("outbreak_id", offered), ("disease", list(Disease.objects.values_list("code", "name")))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
            field.choices = choices if name == "outbreak_id" else [("", _("Chọn bệnh")), *choices]
        if len(offered) == 1 or (len(self.outbreaks) == 1 and not self.is_bound):
            self.fields["outbreak_id"].initial = offered[0][0]
        self.outbreak: Outbreak | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = data.get("outbreak_id", "")
        self.outbreak = self.outbreaks.get(chosen)
        if chosen == NEW_OUTBREAK:
            if not data.get("disease"):
                self.add_error("disease", _("Chọn bệnh của ổ dịch mới"))
            if not data.get("outbreak_name", "").strip():
                self.add_error("outbreak_name", _("Ghi tên ổ dịch, ví dụ “COVID-19 Đà Nẵng 8/2026”."))
        if data.get("test_kind") and not data.get("test_at") and "test_at" not in self.errors:
            self.add_error("test_at", _("Ghi ngày và giờ lấy mẫu, ví dụ 9/8/2026 14:30"))
        if (
            data.get("status") == Case.Status.CONFIRMED
            and data.get("test_kind")
            and data.get("test_result") != LabTest.Result.POSITIVE
        ):
            self.add_error(
                "test_result", _("Ca xác định thì kết quả phải là dương tính. Chưa có kết quả thì chọn mức khác.")
            )
        if data.get("symptoms") == "no" and not data.get("sampled_on") and data.get("test_at"):
            data["sampled_on"] = timezone.localdate(data["test_at"])
            self.errors.pop("sampled_on", None)
        return data


class TestForm(forms.Form):
    """A sample and, when there is one, its result."""

    kind = forms.ChoiceField(label=gettext_lazy("Xét nghiệm"), choices=[t for t in TESTS if t[0]])
    sampled_at = MomentField(label=gettext_lazy("Lấy mẫu lúc"))
    result = forms.ChoiceField(
        label=gettext_lazy("Kết quả"), choices=LabTest.Result.choices, initial=LabTest.Result.PENDING
    )

    def clean_sampled_at(self) -> datetime:
        at: datetime | None = self.cleaned_data.get("sampled_at")
        if at is None:
            raise forms.ValidationError(_("Ghi ngày và giờ lấy mẫu, ví dụ 9/8/2026 14:30"))
        return at


class StatusForm(forms.Form):
    """The next status of a case; a reason where one is asked."""

    to = forms.ChoiceField(choices=Case.Status.choices)
    seen = forms.ChoiceField(choices=Case.Status.choices)
    reason = forms.CharField(label=gettext_lazy("Lý do"), required=False, max_length=300)


class CallForm(forms.Form):
    """How a call went."""

    OUTCOMES = [
        ("reached", gettext_lazy("Đã nói chuyện, người nghe hiểu việc cần làm")),
        ("unanswered", gettext_lazy("Không nghe máy, sẽ gọi lại")),
        ("wrong", gettext_lazy("Sai số")),
        ("visit", gettext_lazy("Cần tới nhà")),
    ]
    outcome = forms.ChoiceField(
        label=gettext_lazy("Cuộc gọi thế nào?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn cuộc gọi thế nào")},
    )
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def said(self) -> str:
        """The outcome in words, with the note."""
        word = str(dict(self.OUTCOMES)[self.cleaned_data["outcome"]])
        note = self.cleaned_data["note"].strip()
        return f"{word}. {note}" if note else word
