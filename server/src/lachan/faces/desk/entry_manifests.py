"""Carriers' lists at the border desk: send one, read what was found, bring it in or leave it."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.faces.desk.place_forms import PlaceFileForm
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import today
from lachan.register.places import sheets
from lachan.register.places.importing import UnreadableFile
from lachan.systems.entry import landed, manifest_rows, manifests, queries
from lachan.systems.entry.models import Gate, Manifest

SHOWN = 20
_Status = Manifest.Status


class ManifestForm(PlaceFileForm):
    """A list, and the conveyance it is of."""

    gate = forms.ModelChoiceField(Gate.objects.none(), label=gettext_lazy("Cửa khẩu"), empty_label=None)
    conveyance = forms.ChoiceField(
        label=gettext_lazy("Phương tiện"),
        choices=[
            ("air", gettext_lazy("Máy bay")),
            ("sea", gettext_lazy("Tàu thuyền")),
            ("road", gettext_lazy("Ô tô")),
            ("rail", gettext_lazy("Tàu hỏa")),
        ],
    )
    number = forms.CharField(
        label=gettext_lazy("Số hiệu chuyến"), help_text=gettext_lazy("Ví dụ VN 627"), max_length=30
    )
    day = forms.CharField(
        label=gettext_lazy("Ngày qua cửa khẩu"), max_length=20, widget=forms.DateInput(attrs={"type": "date"})
    )
    field_order = ("gate", "conveyance", "number", "day", "file")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gate = self.fields["gate"]
        assert isinstance(gate, forms.ModelChoiceField)  # noqa: S101  declared above
        gate.queryset = queries.gates_of(account)
        self.initial = {"day": today().isoformat(), **self.initial}

    def clean_day(self) -> date:
        typed = day_typed(self.cleaned_data["day"])
        if typed is None:
            raise forms.ValidationError(_("Ghi ngày, tháng, năm, ví dụ 13/8/2026"))
        return date.fromisoformat(typed)


@require(Permission.ENTRY_DECIDE)
def listing(request: HttpRequest) -> HttpResponse:
    """Send a list; the lists of the officer's gates are below."""
    account = reach.officer(request)
    form = ManifestForm(request.POST or None, request.FILES or None, account=account)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        sent = data.pop("file")
        try:
            job = manifests.submit(by=account, filename=sent.name, content=sent.read(), **data)
        except UnreadableFile as error:
            form.add_error("file", str(error))
        except manifests.ManifestError as error:
            form.add_error(error.field, str(error))
        else:
            return redirect("desk:entry_manifest", key=job.key)
    jobs = landed.manifests_of(account).defer("content", "rejects")[:SHOWN]
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/entry_manifests.html", {"form": form, "jobs": jobs}, status=status)


def _file(name: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=sheets.XLSX, headers=headers)


@require(Permission.ENTRY_DECIDE)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    columns = manifest_rows.COLUMNS
    notes = {at: str(column.hint) for at, column in enumerate(columns) if str(column.hint)}
    head = [str(column.title) for column in columns]
    content = sheets.as_xlsx(head, [manifest_rows.EXAMPLE], widths=[22.0] * len(columns), notes=notes)
    return _file("la-chan-hanh-khach", content)


def _job(request: HttpRequest, key: UUID) -> Manifest:
    found = landed.manifests_of(reach.officer(request)).filter(key=key).defer("content").first()
    if found is None:
        raise Http404
    return found


@require(Permission.ENTRY_DECIDE)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where a list stands; when it has been read, the officer says whether it comes in."""
    job = _job(request, key)
    if request.method == "POST":
        if "discard" in request.POST:
            manifests.discard(job=job)
            messages.success(request, _("Không đưa dòng nào vào. Tệp đã xóa."))
            return redirect("desk:entry_manifests")
        if not manifests.confirm(job=job):
            messages.error(request, _("Tệp này không còn chờ nữa. Gửi lại nếu cần."))
        return redirect("desk:entry_manifest", key=key)
    states = dict.fromkeys(("declared", "probable", "absent", "away"), 0)
    if job.status == _Status.DONE:
        for state in job.passengers.values_list("state", flat=True):
            states[state] += 1
    context = {
        "job": job,
        "heading": _heading(job),
        "running": job.status in (_Status.WAITING, _Status.STORING),
        "done": job.read if job.status == _Status.WAITING else job.stored,
        "asks": job.status == _Status.CHECKED and job.finished_at is None,
        "states": states,
    }
    return render(request, "desk/entry_manifest.html", context)


def _heading(job: Manifest) -> str:
    number = wording.viet_number
    match job.status:
        case _Status.WAITING:
            return _("Đang đọc %(file)s") % {"file": job.filename}
        case _Status.CHECKED if job.finished_at is not None:
            return _("Không đưa dòng nào vào")
        case _Status.CHECKED:
            said = ngettext("%(n)s dòng sẵn sàng đưa vào", "%(n)s dòng sẵn sàng đưa vào", job.good)
            return said % {"n": number(job.good)}
        case _Status.STORING:
            return _("Đang đưa vào")
        case _Status.DONE:
            said = ngettext("%(n)s hành khách trên chuyến", "%(n)s hành khách trên chuyến", job.stored)
            return said % {"n": number(job.stored)}
        case _:
            return _("Không đọc được %(file)s") % {"file": job.filename}


@require(Permission.ENTRY_DECIDE)
@require_GET
def rejects(request: HttpRequest, key: UUID) -> HttpResponse:
    """The rows to mend, as the carrier wrote them: names, papers and births. Recorded."""
    job = _job(request, key)
    if not job.rejects:
        raise Http404
    audit.record(action="entry.manifest.rejects.read", obj=job, purpose="border")
    return _file("la-chan-can-sua", bytes(job.rejects))
