"""Bringing in a list of places at the desk: send the file, read what was found, bring it in or leave it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.faces.desk.place_forms import PlaceFileForm
from lachan.ground.platform import wording
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.places import importing, sheets
from lachan.register.places.models import PlaceImport

SHOWN = 20


def _file(name: str, content: bytes) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=sheets.XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "private, no-store"},
    )


@require(Permission.PLACE_WRITE)
def listing(request: HttpRequest) -> HttpResponse:
    """Send a file; the officer's own earlier ones are below. A file holds phone numbers: nobody else sees it."""
    account = reach.officer(request)
    form = PlaceFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            job = importing.submit(by=account, filename=sent.name, content=sent.read())
        except importing.UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("desk:place_import", key=job.key)
    jobs = PlaceImport.objects.filter(by=account).defer("content", "rejects").order_by("-created_at")[:SHOWN]
    return render(
        request,
        "desk/place_imports.html",
        {"form": form, "jobs": jobs},
        status=422 if request.method == "POST" else 200,
    )


@require(Permission.PLACE_WRITE)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    return _file("la-chan-danh-sach-noi", importing.template())


def _job(request: HttpRequest, key: UUID) -> PlaceImport:
    found = PlaceImport.objects.filter(by=reach.officer(request), key=key).defer("content").first()
    if found is None:
        raise Http404
    return found


@require(Permission.PLACE_WRITE)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where an import stands; when it has been read, the officer says what comes in."""
    job = _job(request, key)
    if request.method == "POST":
        if "discard" in request.POST:
            importing.discard(job=job)
            messages.success(request, _("Không đưa dòng nào vào. Tệp đã xóa."))
            return redirect("desk:place_imports")
        if not importing.confirm(job=job, with_twins="twins" in request.POST):
            messages.error(request, _("Tệp này không còn chờ nữa. Gửi lại nếu cần."))
        return redirect("desk:place_import", key=key)
    running = job.status in (PlaceImport.Status.WAITING, PlaceImport.Status.STORING)
    return render(
        request,
        "desk/place_import.html",
        {
            "job": job,
            "heading": _heading(job),
            "running": running,
            "done": job.read if job.status == PlaceImport.Status.WAITING else job.stored,
            "wanted": job.good + (job.twins if job.with_twins else 0),
            "asks": job.status == PlaceImport.Status.CHECKED and job.finished_at is None,
            "everything": job.good + job.twins,
        },
    )


def _heading(job: PlaceImport) -> str:
    number = wording.viet_number
    match job.status:
        case PlaceImport.Status.WAITING:
            return _("Đang đọc %(file)s") % {"file": job.filename}
        case PlaceImport.Status.CHECKED if job.finished_at is not None:
            return _("Không đưa dòng nào vào")
        case PlaceImport.Status.CHECKED:
            said = ngettext("%(n)s dòng sẵn sàng đưa vào", "%(n)s dòng sẵn sàng đưa vào", job.good)
            return said % {"n": number(job.good)}
        case PlaceImport.Status.STORING:
            return _("Đang đưa vào")
        case PlaceImport.Status.DONE:
            return ngettext("Đã đưa %(n)s nơi vào", "Đã đưa %(n)s nơi vào", job.stored) % {"n": number(job.stored)}
        case _:
            return _("Không đọc được %(file)s") % {"file": job.filename}


@require(Permission.PLACE_WRITE)
@require_GET
def rejects(request: HttpRequest, key: UUID) -> HttpResponse:
    job = _job(request, key)
    if not job.rejects:
        raise Http404
    return _file("la-chan-can-sua", bytes(job.rejects))
