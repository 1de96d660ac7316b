"""The worklist about places: what looks wrong with a code or a place, who looks, how it ended. No person is in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.faces.desk.place_forms import WorkEndForm
from lachan.faces.desk.wordings import short
from lachan.ground.platform import wording
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require, visible
from lachan.register.places import actions as place_actions
from lachan.register.places import kinds
from lachan.register.places.models import CodeReport, Place, PlaceCode
from lachan.systems.checkin import signals, work
from lachan.systems.checkin.models import WorkItem

PAGE = 50
#: Heaviest first: what somebody saw, then what the numbers say is a copied code, then what is only odd.
ORDER = tuple(signals.SIGNALS)


@require(Permission.PLACE_READ)
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits in the officer's area, of one kind or all, and what has been ended."""
    account = reach.officer(request)
    areas = visible(account, Permission.PLACE_READ)
    state = request.GET.get("state", "open")
    kind = request.GET.get("kind", "")
    counted = dict(work.items(areas).order_by().values_list("kind").annotate(n=Count("pk")))
    found = work.items(areas, closed=state == "closed")
    if state == "mine":
        found = found.filter(owner=account)
    if kind in ORDER:
        found = found.filter(kind=kind)
    total = found.count()
    text = request.GET.get("page", "")
    pages = max(1, -(-total // PAGE))
    at = min(max(1, int(text)) if text.isdigit() and len(text) < 6 else 1, pages)
    first = (at - 1) * PAGE
    listed = list(found[first : first + PAGE])
    others = Place.objects.in_bulk({item.detail["other"] for item in listed if "other" in item.detail})
    labels = dict(WorkItem.Kind.choices)
    return render(
        request,
        "desk/places.html",
        {
            "heading": _headline(sum(counted.values())),
            "rows": [(item, finding(item, others), short(item.area)) for item in listed],
            "kinds": [(one, labels[one], counted.get(one, 0)) for one in ORDER],
            "kind": kind if kind in ORDER else "",
            "state": state if state in {"open", "mine", "closed"} else "open",
            "total": total,
            "first": first + 1,
            "last": first + len(listed),
            "earlier": at - 1,
            "later": at + 1 if at < pages else 0,
            "imports": can(account, Permission.PLACE_WRITE),
        },
    )


def _headline(total: int) -> str:
    if not total:
        return _("Không nơi nào cần xem lúc này")
    return ngettext("%(n)s việc về nơi quét mã", "%(n)s việc về nơi quét mã", total) % {"n": wording.viet_number(total)}


def _moment(detail: dict[str, Any], name: str) -> str:
    return wording.viet_moment(datetime.fromisoformat(detail[name])) if detail.get(name) else ""


def finding(item: WorkItem, others: dict[int, Place]) -> str:  # noqa: PLR0911  one sentence a kind
    """What was found, in one sentence with its numbers."""
    detail, number = item.detail, wording.viet_number
    match item.kind:
        case WorkItem.Kind.REPORT:
            said = str(dict(CodeReport.What.choices).get(detail["what"], detail["what"]))
            where = f" ({detail['part']})" if detail.get("part") else ""
            return _("%(what)s%(where)s, báo lúc %(at)s") % {
                "what": said,
                "where": where,
                "at": _moment(detail, "at"),
            }
        case WorkItem.Kind.FAR:
            return _("%(phones)s máy quét mã này khi ở cách đây %(km)s km trở lên") % {
                "phones": number(detail["phones"]),
                "km": number(round(detail["metres"] / 1000, 1)),
            }
        case WorkItem.Kind.TRAVEL:
            other = others.get(detail["other"])
            return _("%(people)s người quét ở đây và ở %(other)s, cách %(km)s km, trong %(minutes)s phút") % {
                "people": number(detail["people"]),
                "other": other.name if other else _("một nơi khác"),
                "km": number(detail["kilometres"]),
                "minutes": number(detail["minutes"]),
            }
        case WorkItem.Kind.BURST:
            return _("%(most)s lượt vào từ một máy, %(from)s tới %(to)s") % {
                "most": number(detail["most"]),
                "from": _moment(detail, "from"),
                "to": _moment(detail, "to"),
            }
        case WorkItem.Kind.HOURS:
            return _("%(n)s lượt vào ngoài giờ mở cửa, %(from)s tới %(to)s") % {
                "n": number(detail["arrivals"]),
                "from": _moment(detail, "from"),
                "to": _moment(detail, "to"),
            }
        case _:
            if detail.get("last"):
                return _("Lượt quét cuối %(last)s") % {"last": _moment(detail, "last")}
            return _("Đăng ký %(day)s, chưa có lượt nào") % {"day": _moment(detail, "registered")}


def method(kind: str) -> str:
    """How the signal is found, with the numbers in force, and what it can't know."""
    rule = signals.thresholds().get(kind, {})
    match kind:
        case WorkItem.Kind.REPORT:
            return _("Một người qua đường báo, không để lại tên. Cần tới xem tận nơi.")
        case WorkItem.Kind.FAR:
            return _(
                "Trong một ngày có từ %(phones)d máy cho biết vị trí, đều cách nơi này từ %(metres)d m. "
                "Vị trí nơi này ghi sai thì cũng ra tín hiệu này."
            ) % {"phones": rule["phones"], "metres": rule["metres"]}
        case WorkItem.Kind.TRAVEL:
            return _(
                "Hai lượt liền nhau của một người cách nhau từ %(kilometres)d km và nhanh hơn %(speed)d km/giờ. "
                "Thường là một trong hai mã bị chụp để quét từ xa; nơi bị nghi là nơi có mã ít chắc hơn."
            ) % {"kilometres": rule["kilometres"], "speed": rule["kilometres_an_hour"]}
        case WorkItem.Kind.BURST:
            return _(
                "Một máy ghi từ %(checkins)d lượt vào ở một nơi trong %(minutes)d phút, không kể máy của người gác "
                "cổng. Có thể là một đoàn đi chung một máy."
            ) % {"checkins": rule["checkins"], "minutes": rule["minutes"]}
        case WorkItem.Kind.HOURS:
            return _(
                "Trong một ngày có từ %(arrivals)d lượt vào sớm hay muộn hơn giờ mở cửa quá %(minutes)d phút, "
                "hoặc khi nơi này ghi là tạm nghỉ. Giờ ghi sai thì cũng ra tín hiệu này."
            ) % {"arrivals": rule["arrivals"], "minutes": rule["minutes"]}
        case _:
            return _(
                "Đăng ký đã hơn %(days)d ngày, đang mở, mà %(days)d ngày qua không có lượt nào, có tên hay riêng tư. "
                "Có lượt mới thì việc này tự hết."
            ) % {"days": rule["days"]}


def _item(request: HttpRequest, key: UUID) -> WorkItem:
    areas = visible(reach.officer(request), Permission.PLACE_READ)
    found = WorkItem.objects.filter(area__in=areas, key=key)
    item = found.select_related("place__area", "area__parent", "owner", "closed_by").first()
    if item is None:
        raise Http404
    return item


def _acts(account: Account, item: WorkItem) -> bool:
    return any(can(account, one, item.area_id) for one in (Permission.PLACE_WRITE, Permission.PLACE_INSPECT))


@require(Permission.PLACE_READ)
def item(request: HttpRequest, key: UUID) -> HttpResponse:
    """One item: what was found and how, whose it is, and ending it."""
    found, account = _item(request, key), reach.officer(request)
    acts = _acts(account, found)
    replaces = found.place is not None and can(account, Permission.PLACE_WRITE, found.area_id)
    form = WorkEndForm(request.POST or None, replaces=replaces)
    if request.method == "POST":
        if not acts:
            raise Http404
        if form.is_valid():
            return _end(request, found, form, account)
    others = Place.objects.in_bulk([found.detail["other"]] if "other" in found.detail else [])
    report = CodeReport.objects.filter(pk=found.detail.get("report")).first()
    return render(
        request,
        "desk/place_work.html",
        {
            "item": found,
            "private": found.place is not None and kinds.allows_private(found.place.kind),
            "finding": finding(found, others),
            "method": method(found.kind),
            "report": report,
            "acts": acts and found.closed_at is None,
            "own": found.owner_id == account.pk,
            "form": form,
        },
        status=422 if request.method == "POST" else 200,
    )


def _end(request: HttpRequest, found: WorkItem, form: WorkEndForm, account: Account) -> HttpResponse:
    data = form.cleaned_data
    try:
        work.end(item=found, outcome=data["outcome"], note=data["note"], by=account)
    except work.NotOpenError:
        messages.error(request, _("Việc này đã có người làm xong."))
        return redirect("desk:place_work", key=found.key)
    if data.get("replace") and found.place is not None:
        place_actions.replace_codes(place=found.place, because=PlaceCode.Reason.COPIED)
        messages.success(request, _("Đã đổi mã của %(place)s; bảng cũ thôi quét được.") % {"place": found.place.name})
    messages.success(request, _("Đã ghi là xong."))
    return redirect("desk:places")


@require(Permission.PLACE_READ)
@require_POST
def take(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer for the item, or give it back."""
    found, account = _item(request, key), reach.officer(request)
    if not _acts(account, found):
        raise Http404
    try:
        if "back" in request.POST:
            work.give_back(item=found)
            messages.success(request, _("Đã trả việc lại danh sách chung."))
        else:
            work.take(item=found, by=account)
            messages.success(request, _("Đã nhận việc này."))
    except work.NotOpenError:
        messages.error(request, _("Việc này đã có người làm xong."))
    return redirect("desk:place_work", key=key)
