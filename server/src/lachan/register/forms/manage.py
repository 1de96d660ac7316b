"""The Ministry keeps the forms: takes one in as a draft, compares versions, publishes with a date, retires."""

from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lachan.ground.platform.wording import things_to_mend
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.forms import actions, files, queries
from lachan.register.forms.compare import ADDED, CHANGED, MOVED, REMOVED, Change, compare
from lachan.register.forms.document import LANGUAGES
from lachan.register.forms.models import FormVersion
from lachan.register.forms.outline import RefusedError
from lachan.register.forms.render import language_for
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import VIETNAM, today
from lachan.register.forms.xlsform_in import LARGEST_FILE

keeper = require(Permission.FORM_PUBLISH)
officers = require(Permission.SITUATION_READ)


def _version(code: str, number: int) -> FormVersion:
    return get_object_or_404(FormVersion, form_id=code, number=number)


def _title(version: FormVersion) -> str:
    document = version.content
    return document.words(document.title, language_for(document))


@keeper
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """An XLSForm or a FHIR Questionnaire as a draft; what cannot come in is told fault by fault."""
    if request.method == "GET":
        return render(request, "forms/upload.html", {"faults": []})
    faults: list[str] = []
    sent = request.FILES.get("file")
    name = sent.name or "" if sent else ""
    if sent is None:
        faults = [_("Chọn tệp trước.")]
    elif (sent.size or 0) > LARGEST_FILE:
        faults = [_("Tệp lớn hơn 5 MB. Bỏ hình ảnh và các trang không dùng rồi tải lên lại.")]
    else:
        try:
            document, notes = files.read_form(sent.read(), name)
            version = actions.create_draft(document=actions.as_data(document))
        except RefusedError as refused:
            faults = refused.sentences
        else:
            messages.success(request, _("Đã lưu bản nháp %(number)s.") % {"number": version.number})
            for note in notes:
                messages.info(request, note)
            before = queries.version_before(version)
            if before is None:
                return redirect("forms:preview", code=version.form_id, number=version.number)
            return redirect("forms:compare", code=version.form_id, before=before.number, after=version.number)
    context = {"faults": faults, "errors_heading": things_to_mend(len(faults)), "filename": name}
    return render(request, "forms/upload.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@officers
@require_GET
def compared(request: HttpRequest, code: str, before: int, after: int) -> HttpResponse:
    """Two versions side by side: what was added, removed, changed, moved."""
    old, new = _version(code, before), _version(code, after)
    language = language_for(new.content)
    words = {ADDED: _("thêm"), REMOVED: _("bỏ"), CHANGED: _("sửa"), MOVED: _("đổi chỗ")}
    found = compare(old.content, new.content, language)
    counts = [(words[kind], sum(change.kind == kind for change in found)) for kind in words]
    changes = [(words[change.kind], change, _readable(change)) for change in found]
    context = {
        "title": _title(new),
        "old": old,
        "new": new,
        "counts": [(word, count) for word, count in counts if count],
        "changes": changes,
        "versions": queries.all_versions().filter(form_id=code),
    }
    return render(request, "forms/compare.html", context)


def _readable(change: Change) -> list[tuple[str, str, str]]:
    """The rows of a change in an officer's words; a field without words of its own keeps its name."""
    names = {
        "label": _("chữ của câu"),
        "short": _("tên ngắn"),
        "hint": _("lời dẫn"),
        "type": _("loại"),
        "required": _("bắt buộc"),
        "show_if": _("chỉ hỏi khi"),
        "constraint": _("điều phải đúng"),
        "options": _("lựa chọn"),
        "unknown": _("có “Không rõ”"),
        "least": _("nhỏ nhất"),
        "most": _("lớn nhất"),
        "earliest": _("sớm nhất (ngày)"),
        "latest": _("muộn nhất (ngày)"),
        "languages": _("ngôn ngữ"),
        "machine_translated": _("bản dịch máy"),
        "look_back_days": _("số ngày nhìn lại"),
        "title": _("tên tờ khai"),
        "value": _("công thức"),
        "group": _("nhóm"),
        "entry": _("tên mỗi mục"),
        "unit": _("đơn vị"),
    }
    rows = []
    for key, before, after in change.rows:
        head, dot, rest = key.partition(".")
        rows.append((f"{names.get(head, head)}{dot and ' · '}{rest}", _value(before), _value(after)))
    return rows


def _value(value: str) -> str:
    if value in {"true", "false"}:
        return _("có") if value == "true" else _("không")
    return value.strip("[]").replace('"', "").replace(",", ", ") if value.startswith("[") else value


@keeper
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Put a draft in force from a day, or from now."""
    return _dated(request, _version(code, number), "forms/publish.html", actions.publish, "valid_from")


@keeper
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """End a version on a day, or now, with nothing in its place."""
    return _dated(request, _version(code, number), "forms/retire.html", actions.retire, "at")


def _dated(request: HttpRequest, version: FormVersion, template: str, act: Any, key: str) -> HttpResponse:
    fault = ""
    typed = request.POST.get("day", "").strip()
    if request.method == "POST":
        try:
            act(version=version, **{key: _moment(typed)})
        except actions.FormError as error:
            fault = str(error)
        else:
            messages.success(request, _("Đã ghi. Xem ngày trong danh sách."))
            return redirect("forms:index")
    document = version.content
    context = {
        "version": version,
        "title": _title(version),
        "status": version.status().label,
        "in_force": queries.in_force(version.form_id),
        "before": queries.version_before(version),
        "machine": [(code, LANGUAGES[code]) for code in document.machine_translated],
        "typed": typed,
        "today": today().isoformat(),
        "fault": fault,
        "errors_heading": things_to_mend(1),
    }
    return render(request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK)


def _moment(typed: str) -> datetime | None:
    """The first moment of that day in Viet Nam; now for today, and for nothing typed."""
    if not typed:
        return None
    day = day_typed(typed)
    if day is None:
        raise actions.FormError(_("Ghi ngày, tháng, năm, ví dụ 13/8/2026."))
    chosen = date.fromisoformat(day)
    return None if chosen == today() else datetime.combine(chosen, time(), VIETNAM)


@keeper
@require_POST
def reviewed(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A speaker has read a machine's translation: its mark goes, in a new draft where the version is published."""
    try:
        version = actions.review_translation(version=_version(code, number), language=request.POST.get("language", ""))
    except actions.FormError as error:
        messages.error(request, str(error))
        return redirect("forms:publish", code=code, number=number)
    messages.success(request, _("Đã bỏ dấu bản dịch máy ở bản %(number)s.") % {"number": version.number})
    return redirect("forms:publish", code=code, number=version.number)


@officers
@require_GET
def file(request: HttpRequest, code: str, number: int, kind: str) -> HttpResponse:
    """The version as a file for other systems: XLSForm, FHIR Questionnaire or JSON Schema."""
    version = _version(code, number)
    try:
        made = files.write_form(version, kind)
    except RefusedError as refused:
        messages.error(request, " ".join(refused.sentences))
        return redirect("forms:index")
    except KeyError:
        raise Http404 from None
    response = HttpResponse(made.body, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
