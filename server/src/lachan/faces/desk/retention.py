"""What was erased because its time had come, night by night: the proof that nothing is kept longer than promised."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.people import holdings

NIGHTS = 31
#: What a table holds, where no room says so of it as something about a person.
_LABELS = {
    "access_account": _("Tài khoản"),
    "access_cache": _("Bộ nhớ đệm"),
    "access_device": _("Máy đã đăng xuất"),
    "access_onetimecode": _("Mã đăng nhập một lần"),
    "access_ratebucket": _("Bộ đếm chống dò mã"),
    "access_sms": _("Tin nhắn đã gửi"),
    "alerts_feededition": _("Bản cũ của danh sách nơi có ca bệnh"),
    "alerts_placenotice": _("Tin về nơi có ca bệnh"),
    "checkin_privatecount": _("Số đếm lượt riêng tư"),
    "checkin_privateonce": _("Mã chống đếm hai lần"),
    "checkin_receipt": _("Biên nhận lượt quét"),
    "checkin_workitem": _("Việc về nơi quét mã"),
    "django_session": _("Phiên đăng nhập"),
    "entry_declaration": _("Tờ khai đi lại"),
    "places_codereport": _("Tin báo mã sai chỗ"),
    "places_placeinvite": _("Lời mời người phụ trách"),
    "places_placetransfer": _("Lời giao nơi quét mã"),
}


@dataclass(frozen=True)
class Night:
    """One night: what kinds of rows went, the most first, and how many in all."""

    day: date
    lines: list[tuple[str, int]]
    total: int


def nights(events: Iterable[AuditEvent]) -> list[Night]:
    """The erasures of these events by the day in Viet Nam, the newest first."""
    labels = {**_LABELS, **{holding.table: holding.label for holding in holdings.all_holdings()}}
    by_day: dict[date, Counter[str]] = {}
    for event in events:
        day = timezone.localtime(event.at).date()
        label = str(labels.get(event.detail["table"], event.detail["table"]))
        by_day.setdefault(day, Counter())[label] += int(event.detail["rows"])
    return [Night(day, count.most_common(), count.total()) for day, count in sorted(by_day.items(), reverse=True)]


@require(Permission.AUDIT_READ)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The last month. Numbers of the whole installation: no area and no person can be told from them."""
    since = timezone.now() - timedelta(days=NIGHTS)
    found = nights(AuditEvent.objects.filter(action=audit.REMOVED, at__gte=since))
    return render(request, "desk/retention.html", {"nights": found, "total": sum(night.total for night in found)})
