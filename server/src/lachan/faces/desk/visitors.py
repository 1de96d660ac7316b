"""Who was at a place between two moments, for a case: the purpose is written first, and everyone named can read it."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.faces.desk import parts, reach
from lachan.faces.desk.forms import OTHER, MomentField, SaidMixin
from lachan.faces.desk.wordings import about
from lachan.ground.platform import wording
from lachan.ground.platform.text import fold
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require, visible
from lachan.register.places import queries as places
from lachan.register.places import sheets
from lachan.register.places.models import Place
from lachan.response.cases.models import Case
from lachan.systems.checkin import presence
from lachan.systems.checkin.models import Visit

PURPOSES = [
    ("contacts", gettext_lazy("Tìm người tiếp xúc với ca bệnh")),
    ("verify", gettext_lazy("Kiểm lại lời kể của ca bệnh")),
    (OTHER, gettext_lazy("Việc khác")),
]


class VisitorsForm(SaidMixin):
    """`areas`: where the place may be; `cases`: those of the outbreak."""

    choice_name = "purpose"
    place = forms.CharField(
        label=gettext_lazy("Nơi nào?"), help_text=gettext_lazy("Mã trên bảng, hoặc đúng tên nơi"), max_length=160
    )
    start = MomentField(label=gettext_lazy("Từ lúc"))
    end = MomentField(label=gettext_lazy("Đến lúc"))
    case = forms.ChoiceField(
        label=gettext_lazy("Vì ca nào?"), error_messages={"required": gettext_lazy("Chọn ca bệnh")}
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Xem để làm gì?"),
        choices=PURPOSES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một mục đích")},
    )
    field_order = ["place", "start", "end", "case", "purpose", "other"]

    def __init__(self, *args: Any, areas: QuerySet[Any, int], cases: QuerySet[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas = areas
        field = self.fields["case"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", _("Chọn ca"))] + [(str(case.key), case.number) for case in cases]
        for name in ("start", "end"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = _("Ghi ngày và giờ, ví dụ 9/8/2026 14:30")
        self.fields["place"].error_messages["required"] = _("Ghi mã hoặc tên nơi")

    def clean_place(self) -> Place:
        text = self.cleaned_data["place"].strip()
        by_code = places.place_by_code(text)
        here = Place.objects.filter(area__in=self.areas).select_related("area")
        found = list(here.filter(pk=by_code.pk) if by_code else here.filter(folded=fold(text))[:2])
        if not found:
            raise forms.ValidationError(_("Không có nơi “%(text)s” trong địa bàn này.") % {"text": text})
        if len(found) > 1:
            raise forms.ValidationError(_("Có nhiều nơi tên “%(text)s”. Ghi mã trên bảng.") % {"text": text})
        return found[0]


@require(Permission.CONTACT_DECIDE)
def page(request: HttpRequest, number: int) -> HttpResponse:
    """The question; answered by POST only, so that no address by itself reads anybody's name."""
    outbreak = reach.own_outbreak(request, number, Permission.CONTACT_DECIDE)
    cases = Case.objects.filter(outbreak=outbreak).exclude(status=Case.Status.EXCLUDED).order_by("number")
    areas = visible(reach.officer(request), Permission.CONTACT_DECIDE)
    initial = {name: request.GET.get(name, "") for name in ("place", "start", "end")}
    form = VisitorsForm(request.POST or None, areas=areas, cases=cases, initial=initial)
    context: dict[str, Any] = {"outbreak": outbreak, "tab": "visitors", "form": form, "issues": True}
    if form.is_bound and form.is_valid():
        asked, export = form.cleaned_data, request.POST.get("form") == "xlsx"
        place: Place = asked["place"]
        start: datetime = asked["start"]
        try:
            found = presence.visitors(
                place=place,
                start=start,
                end=asked["end"],
                purpose=asked["said"],
                case=cases.get(key=asked["case"]),
                export=export,
            )
        except presence.PresenceError as error:
            form.add_error("end", str(error))
        else:
            if export:
                return _workbook(found)
            today, there = timezone.localdate(), parts.of_visits(found)
            context |= {
                "place": place,
                "start": start,
                "end": asked["end"],
                "rows": [(visit, about(visit.person, today), there.get(visit.id, "")) for visit in found],
                "in_parts": bool(there),
                "people": len({visit.person_id for visit in found}),
                "asked": [(name, request.POST.get(name, "")) for name in form.fields],
            }
    status = 422 if form.is_bound and "rows" not in context else 200
    return render(request, "desk/visitors.html", context, status=status)


def _workbook(found: list[Visit]) -> HttpResponse:
    head = [
        _("Họ tên"),
        _("Năm sinh"),
        _("Phường, xã"),
        _("Giờ đến"),
        _("Chắc chắn đến"),
        _("Có thể đến"),
        _("Chỗ trong nơi đó"),
        _("Cách ghi"),
    ]
    there = parts.of_visits(found)
    rows: list[list[sheets.Cell]] = [
        [
            visit.person.name,
            visit.person.birth_date.year if visit.person.birth_date else visit.person.birth_year,
            visit.person.area.name if visit.person.area else "",
            *(timezone.localtime(at).strftime("%Y-%m-%d %H:%M") for at in _times(visit)),
            there.get(visit.id, ""),
            str(visit.get_trust_display()),
        ]
        for visit in found
    ]
    return sheets.answer(f"la-chan-ai-da-toi-{wording.today().isoformat()}", "xlsx", head, rows)


def _times(visit: Visit) -> tuple[datetime, datetime, datetime]:
    return visit.t_in, visit.certain_until, visit.t_out
