"""What waits for a second officer, with its clock: released, refused with a reason, or gone out by itself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lachan.faces.desk import reach
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.response.alerts import queries
from lachan.response.alerts import releases as actions
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import Release
from lachan.response.cases.models import Outbreak

RECENT = 5


def section(outbreak: Outbreak, account: Account) -> dict[str, Any]:
    """What the page of notices shows of releases: those waiting, and the last decided."""
    decided = Release.objects.filter(outbreak=outbreak).exclude(state=Release.State.WAITING)
    return {
        "releases": [
            (one, one.proposed_by_id != account.pk)
            for one in queries.waiting_releases(Outbreak.objects.filter(pk=outbreak.pk))
        ],
        "decided": decided.select_related("proposed_by", "decided_by")
        .prefetch_related("windows__place")
        .annotate(people=Count("contacts"))
        .order_by("-decided_at", "-pk")[:RECENT],
    }


def asked(release: Release) -> str:
    """What the proposer reads."""
    return _("Đã gửi đề nghị. Một cán bộ khác duyệt, chậm nhất %(when)s thì tin tự phát.") % {
        "when": wording.viet_clock(release.due_at)
    }


@require(Permission.NOTICE_ISSUE)
@require_POST
def decide(request: HttpRequest, number: int, key: UUID) -> HttpResponse:
    """Release or refuse what another officer proposed."""
    outbreak = reach.own_outbreak(request, number, Permission.NOTICE_ISSUE)
    found = Release.objects.filter(outbreak=outbreak, key=key).first()
    if found is None:
        raise Http404
    by = reach.officer(request)
    try:
        if request.POST.get("decision") == "refuse":
            actions.refuse(release=found, reason=request.POST.get("reason", "")[:300], by=by)
            messages.success(request, _("Đã từ chối. Người đề nghị thấy lý do, không tin nào được gửi."))
        else:
            messages.success(request, _released(actions.release(release=found, by=by)))
    except NoticeError as error:
        messages.error(request, str(error))
    return redirect("desk:notices", number=number)


def _released(release: Release) -> str:
    n = {"n": wording.viet_number(release.sent)}
    if release.kind == Release.Kind.DIRECT:
        return ngettext("Đã gửi %(n)s tin báo", "Đã gửi %(n)s tin báo", release.sent) % n + "."
    said = ngettext("Đã công bố %(n)s khung giờ.", "Đã công bố %(n)s khung giờ.", release.sent) % n
    return said + " " + _("Điện thoại tải về trong ít phút và tự so khớp.")
