"""Officers look at forms: the versions there are, and each one as its readers see it, without keeping anything."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require
from lachan.register.forms import queries
from lachan.register.forms.document import LANGUAGES
from lachan.register.forms.flow import Walk
from lachan.register.forms.models import FormVersion
from lachan.register.forms.pages import FormFlow
from lachan.register.forms.render import language_for, summary
from lachan.register.forms.stores import SessionStore
from lachan.register.forms.validate import Result

# A form holds nothing about anybody; every role of an officer may look at it, and every role holds this permission.
officers = require(Permission.SITUATION_READ)


@officers
def index(request: HttpRequest) -> HttpResponse:
    """The forms there are, newest version first."""
    rows = []
    numbers: dict[str, list[int]] = {}
    versions = list(queries.all_versions())
    for version in versions:
        numbers.setdefault(version.form_id, []).append(version.number)
    for version in versions:
        document = version.content
        title = document.words(document.title, language_for(document))
        questions = sum(1 for _page, item in document.items() if not hasattr(item, "value"))
        earlier = [number for number in numbers[version.form_id] if number < version.number]
        rows.append(
            {
                "version": version,
                "status": version.status(),
                "title": title,
                "questions": questions,
                "before": max(earlier, default=None),
                "endless": version.valid_from is not None and version.valid_until is None,
                "machine": ", ".join(LANGUAGES[code] for code in document.machine_translated),
            }
        )
    keeps = can(request.user, Permission.FORM_PUBLISH)
    return render(request, "forms/index.html", {"rows": rows, "keeps": keeps})


@officers
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """To the preview of the version in force, else of the newest one."""
    version = queries.in_force(code) or queries.all_versions().filter(form_id=code).first()
    if version is None:
        raise Http404
    return redirect("forms:preview", code=code, number=version.number)


class Preview(FormFlow):
    """A version as its readers will see it. The answers stay in the officer's session until the end, then go."""

    send_label = gettext_lazy("Xem nội dung sẽ gửi")

    def store(self) -> SessionStore:
        version = get_object_or_404(FormVersion, form_id=self.kwargs["code"], number=self.kwargs["number"])
        return SessionStore(self.request.session, f"preview:{version.pk}", version)

    def about(self) -> str:
        return _("Xem thử bản %(number)s. Không lưu gì.") % {"number": self.kwargs["number"]}

    def told(self) -> str:
        return _("Đây là bản xem thử: câu trả lời không gửi cho ai và xóa ngay.")

    def exit_url(self) -> str:
        return reverse("forms:index")

    def finish(self, walk: Walk, result: Result) -> HttpResponse:
        context = {
            "rows": summary(walk, self.language),
            "values": result.values,
            "number": self.kwargs["number"],
            "again": reverse("forms:preview", kwargs={"code": self.kwargs["code"], "number": self.kwargs["number"]}),
        }
        return render(self.request, "forms/previewed.html", context)


@officers
def preview_page(request: HttpRequest, code: str, number: int, page: str | None = None) -> HttpResponse:
    """The walk through one version."""
    where = {"page": page} if page else {}
    return _walk(request, code=code, number=number, **where)


_walk: Callable[..., HttpResponse] = Preview.as_view()  # type: ignore[assignment]
