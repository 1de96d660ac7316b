"""Warning the contacts of an outbreak: direct notices to the confirmed, place notices for phones to match."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BooleanField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import ExpressionWrapper
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach, releases
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.ground.platform import wording
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.people.models import Guardianship
from lachan.register.places.models import Place
from lachan.register.profiles.queries import profile_in_force
from lachan.response.alerts import actions, place_notices, queries
from lachan.response.alerts import releases as release_actions
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice, PlaceNotice, Release
from lachan.response.alerts.place_notices import MIN_VISITORS, ProposedWindow
from lachan.response.alerts.words import fill
from lachan.response.cases.models import Outbreak
from lachan.response.tracing.models import Contact

PAGE = 50
# A notice takes a few queries; more than this would keep the officer waiting.
MAX_AT_ONCE = 500
_STATES = ("sent", "read", "tocall", "called", "withdrawn")


def ready(outbreak: Outbreak) -> QuerySet[Contact]:
    """Confirmed contacts without a notice in force or on its way, with `reads`: whether an account reads for them."""
    today = timezone.localdate()
    live = DirectNotice.objects.filter(contact=OuterRef("pk"), withdrawn_at=None)
    guardian = Guardianship.objects.filter(
        Q(until=None) | Q(until__gt=today), since__lte=today, ward=OuterRef("person"), guardian__account__isnull=False
    )
    reads = ExpressionWrapper(Q(person__account__isnull=False) | Exists(guardian), output_field=BooleanField())
    asked = Release.contacts.through.objects.filter(contact=OuterRef("pk"), release__state=Release.State.WAITING)
    waiting = Contact.objects.filter(
        ~Exists(live), ~Exists(asked), outbreak=outbreak, current=True, status=Contact.Status.CONFIRMED
    )
    return waiting.annotate(reads=reads)


def by_level(outbreak: Outbreak) -> list[dict[str, Any]]:
    """Per level: how many are ready, by account and by call, and whether the disease has no words for it."""
    profile = profile_in_force(outbreak.disease_id, timezone.localdate())
    counted = (
        ready(outbreak)
        .values("level")
        .annotate(n=Count("pk"), account=Count("pk", filter=Q(reads=True)))
        .order_by("level")
    )
    return [
        {
            "level": row["level"],
            "n": row["n"],
            "account": row["account"],
            "call": row["n"] - row["account"],
            "silent": profile.words(row["level"], "vi") is None,
        }
        for row in counted
    ]


@require(Permission.NOTICE_ISSUE)
@require_GET
def page(request: HttpRequest, number: int) -> HttpResponse:
    outbreak = reach.own_outbreak(request, number, Permission.NOTICE_ISSUE)
    levels = by_level(outbreak)
    state = request.GET.get("state", "")
    sent = _in_state(_sent(outbreak), state if state in _STATES else "")
    text = request.GET.get("page", "")
    at = max(1, int(text)) if text.isdigit() and len(text) < 6 else 1
    total = sent.count()
    pages = max(1, -(-total // PAGE))
    at = min(at, pages)
    first = (at - 1) * PAGE
    listed = list(sent[first : first + PAGE])
    example = _example(outbreak, request.GET.get("preview", ""))
    shown = [notice.person_id for notice in listed] + ([example["contact"].person_id] if example else [])
    if shown:
        audit.record(action="desk.notices.list", subjects=shown, obj=outbreak)
    today = timezone.localdate()
    context = {
        "outbreak": outbreak,
        "tab": "notices",
        "levels": levels,
        "ready": sum(row["n"] for row in levels if not row["silent"]),
        "example": example,
        "notices": [(notice, about(notice.person, today), *state_of(notice)) for notice in listed],
        "counts": counts(outbreak),
        "state": state,
        "total": total,
        "first": first + 1,
        "last": first + len(listed),
        "earlier": at - 1,
        "later": at + 1 if at < pages else 0,
        "proposed": place_notices.propose_windows(outbreak),
        "published": queries.place_notices_in_force().filter(outbreak=outbreak).prefetch_related("releases"),
        **releases.section(outbreak, reach.officer(request)),
        "minimum": MIN_VISITORS,
        "issues": True,
    }
    return render(request, "desk/notices.html", context)


def _sent(outbreak: Outbreak) -> QuerySet[DirectNotice]:
    found = DirectNotice.objects.filter(contact__outbreak=outbreak)
    return found.select_related("person__area", "contact").order_by("-issued_at", "-pk")


def _in_state(found: QuerySet[DirectNotice], state: str) -> QuerySet[DirectNotice]:
    account, call = DirectNotice.Channel.ACCOUNT, DirectNotice.Channel.CALL
    live = found.filter(withdrawn_at=None)
    chosen = {
        "sent": live.filter(channel=account, read_at=None),
        "read": live.filter(channel=account, read_at__isnull=False),
        "tocall": live.filter(channel=call, called_at=None),
        "called": live.filter(channel=call, called_at__isnull=False),
        "withdrawn": found.exclude(withdrawn_at=None),
    }
    return chosen.get(state, found)


def counts(outbreak: Outbreak) -> list[tuple[str, str, int]]:
    """(state, word, how many) of everything issued."""
    live, account = Q(withdrawn_at=None), Q(channel=DirectNotice.Channel.ACCOUNT)
    row = DirectNotice.objects.filter(contact__outbreak=outbreak).aggregate(
        sent=Count("pk", filter=live & account & Q(read_at=None)),
        read=Count("pk", filter=live & account & Q(read_at__isnull=False)),
        tocall=Count("pk", filter=live & ~account & Q(called_at=None)),
        called=Count("pk", filter=live & ~account & Q(called_at__isnull=False)),
        withdrawn=Count("pk", filter=~live),
    )
    words = {
        "sent": _("Chưa đọc"),
        "read": _("Đã đọc"),
        "tocall": _("Cần gọi"),
        "called": _("Đã gọi"),
        "withdrawn": _("Đã rút"),
    }
    return [(state, words[state], row[state]) for state in _STATES]


def state_of(notice: DirectNotice) -> tuple[str, str]:
    """The shape and the word of a notice."""
    if notice.withdrawn_at:
        return "paused", _("Đã rút %(when)s") % {"when": wording.viet_moment(notice.withdrawn_at)}
    if notice.channel == DirectNotice.Channel.CALL:
        if notice.called_at:
            return "safe", _("Đã gọi %(when)s") % {"when": wording.viet_moment(notice.called_at)}
        return "late", _("Cần gọi")
    if notice.read_at:
        return "safe", _("Đã đọc %(when)s") % {"when": wording.viet_moment(notice.read_at)}
    if notice.delivered_at:
        return "due", _("Tới máy %(when)s, chưa đọc") % {"when": wording.viet_moment(notice.delivered_at)}
    return "due", _("Chưa tới máy")


def _example(outbreak: Outbreak, level: str) -> dict[str, Any] | None:
    """The words as the first waiting contact of that level will see them (of the closest level, when none is named)."""
    waiting = ready(outbreak).select_related("person__area", "outbreak__area").prefetch_related("exposures__place")
    if level.isdigit() and len(level) == 1:
        waiting = waiting.filter(level=int(level))
    for contact in waiting.order_by("level", "-last_exposure_at", "pk")[:1]:
        words = actions.preview(contact)
        if words is None:
            return None
        language = "en" if (get_language() or "vi").startswith("en") else "vi"
        return {"contact": contact, "words": fill(words[language], "" if language == "vi" else "you")}
    return None


@require(Permission.NOTICE_ISSUE)
@require_POST
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """Warn the confirmed contacts of the ticked levels."""
    outbreak = reach.own_outbreak(request, number, Permission.NOTICE_ISSUE)
    levels = [int(level) for level in request.POST.getlist("level") if level in {"1", "2", "3", "4", "5", "6"}]
    if not levels:
        messages.warning(request, _("Chưa chọn bậc nào. Đánh dấu F1, F2 hoặc F3 rồi bấm lại."))
        return redirect("desk:notices", number=number)
    chosen = list(ready(outbreak).filter(level__in=levels).order_by("level", "pk")[: MAX_AT_ONCE + 1])
    report = release_actions.warn(outbreak=outbreak, contacts=chosen[:MAX_AT_ONCE], by=reach.officer(request))
    if isinstance(report, Release):
        messages.success(request, releases.asked(report))
        return redirect("desk:notices", number=number)
    said = ngettext("Đã gửi %(n)s tin báo", "Đã gửi %(n)s tin báo", len(report.issued)) % {
        "n": wording.viet_number(len(report.issued))
    }
    detail = _("%(account)s tới ứng dụng, %(call)s vào danh sách gọi.") % {
        "account": wording.viet_number(report.by_account),
        "call": wording.viet_number(report.by_call),
    }
    messages.success(request, f"{said}: {detail}")
    if report.late:
        messages.warning(request, _("%(n)d người đã hết thời gian theo dõi nên không gửi.") % {"n": len(report.late)})
    if report.unconfirmed:
        messages.warning(
            request, _("%(n)d người vừa bị bỏ hoặc không còn thấy nên không gửi.") % {"n": len(report.unconfirmed)}
        )
    if len(chosen) > MAX_AT_ONCE:
        messages.info(request, _("Mỗi lần gửi tối đa %(n)d tin. Bấm lần nữa để gửi tiếp.") % {"n": MAX_AT_ONCE})
    return redirect("desk:notices", number=number)


@require(Permission.NOTICE_ISSUE)
@require_POST
def withdraw(request: HttpRequest, number: int, key: UUID) -> HttpResponse:
    outbreak = reach.own_outbreak(request, number, Permission.NOTICE_ISSUE)
    notice = DirectNotice.objects.filter(contact__outbreak=outbreak, key=key).select_related("person").first()
    if notice is None:
        raise Http404
    actions.withdraw(notice=notice, by=reach.officer(request))
    messages.success(request, _("Đã rút tin. Người nhận thấy dòng “Tin này đã được rút”."))
    return redirect("desk:notices", number=number)


# ---------- place notices ----------


@require(Permission.NOTICE_ISSUE)
@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Ask a second officer to publish the ticked windows, all of them or none."""
    outbreak = reach.own_outbreak(request, number, Permission.NOTICE_ISSUE)
    asked = _windows(request.POST.getlist("window")[:200])
    if not asked:
        messages.warning(request, _("Chưa chọn nơi nào. Đánh dấu vào ô đầu dòng rồi bấm lại."))
        return redirect("desk:notices", number=number)
    try:
        release = release_actions.propose_places(outbreak=outbreak, windows=asked, by=reach.officer(request))
    except NoticeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, releases.asked(release) if release else _("Các khung giờ này đã có tin rồi."))
    return redirect("desk:notices", number=number)


def _windows(picks: list[str]) -> list[ProposedWindow]:
    read: list[tuple[int, datetime, datetime]] = []
    for pick in picks:
        place, start, end = [*pick.split("|"), "", ""][:3]
        try:
            read.append((int(place), datetime.fromisoformat(start), datetime.fromisoformat(end)))
        except (ValueError, OverflowError):
            continue
    places = Place.objects.in_bulk([place for place, _start, _end in read if 0 < place < 2**63])
    return [
        ProposedWindow(places[p], start, end, 0)
        for p, start, end in read
        if p in places and start.tzinfo is not None and end.tzinfo is not None
    ]


@require(Permission.NOTICE_ISSUE)
@require_POST
def withdraw_window(request: HttpRequest, number: int, window: int) -> HttpResponse:
    outbreak = reach.own_outbreak(request, number, Permission.NOTICE_ISSUE)
    notice = PlaceNotice.objects.filter(outbreak=outbreak, pk=window).select_related("place").first()
    if notice is None:
        raise Http404
    place_notices.withdraw_place_notice(notice=notice, by=reach.officer(request))
    messages.success(
        request, _("Đã rút khung giờ ở %(place)s. Điện thoại bỏ tin này ở lần tải sau.") % {"place": notice.place.name}
    )
    return redirect("desk:notices", number=number)
