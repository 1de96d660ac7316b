"""Reporting a code that is not where it belongs. No account, no name: only what, where, and which code."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from lachan.register.access import ratelimit
from lachan.register.access.views import ip_of
from lachan.register.places import actions, queries
from lachan.register.places.forms import ReportForm

# A passer-by sees a few wrong posters in a day; a prankster must not fill an officer's list. The address is kept only
# as a keyed hash, as in every limit.
REPORTS = ratelimit.Limit("code-report", burst=5, seconds=3600.0)


@never_cache
def report(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request.POST or None, initial={"code": request.GET.get("code", "")[:40]})
    if request.method != "POST":
        return render(request, "places/report.html", {"form": form})
    if not form.is_valid() or form.area is None:
        return render(request, "places/report.html", {"form": form}, status=422)
    if wait := ratelimit.take(REPORTS, ip_of(request)):
        text = _("Đã nhận nhiều tin từ mạng này. Thử lại sau %(minutes)s phút.") % {"minutes": -(-wait // 60)}
        form.add_error(None, text)
        answer = render(request, "places/report.html", {"form": form}, status=429)
        answer["Retry-After"] = str(wait)
        return answer
    data = form.cleaned_data
    code = queries.code_by_text(data["code"]) if data["code"] else None
    actions.report_code(code=code, area=form.area, what=data["what"], note=data["note"])
    messages.success(request, _("Đã gửi tin tới %(area)s. Cán bộ sẽ tới xem bảng.") % {"area": form.area.name})
    return redirect("places:report")
