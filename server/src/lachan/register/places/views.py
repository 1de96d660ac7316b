"""The pages of a place's owner: register it, print its poster, see how many came, say who helps. No script is
needed."""

from datetime import time
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lachan.ground.platform import wording
from lachan.ground.platform.text import fold
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.places import actions, footfall, kinds, queries, sheets
from lachan.register.places.errors import RefusedError
from lachan.register.places.forms import (
    WEEKDAYS,
    DetailsForm,
    InviteForm,
    PartsForm,
    PauseForm,
    PhoneForm,
    PlaceForm,
    ReplaceForm,
)
from lachan.register.places.models import Part, Place, PlaceStaff

OWNER = PlaceStaff.Role.OWNER
# A chain of shops registers its branches in a day; a prank doesn't register a city.
REGISTRATIONS = ratelimit.Limit("place-register", burst=20, seconds=86_400.0)
# From this share of the capacity on, the page says that it is getting full.
CROWDED = 0.9
# More pages take a printer, and the machine that draws them, too long at a time.
POSTERS_A_FILE = 100


def account_of(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def place_of(request: HttpRequest, key: UUID, *roles: str) -> Place:
    """The place, if the account has one of the roles there (any, when none is named); else 404, which tells nothing."""
    place = queries.places_of(account_of(request), *roles).select_related("area__parent").filter(key=key).first()
    if place is None:
        raise Http404
    return place


@citizen_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The places of the account, and what its number has been asked and not yet answered."""
    account = account_of(request)
    duties = (
        PlaceStaff.objects.filter(account=account, until=None, place__closed_at=None)
        .select_related("place__area")
        .order_by("place__folded")
    )
    asked = {"invites": queries.invites_for(account), "offers": queries.offers_for(account)}
    owned = queries.owned(account).count()
    files = list(range(1, -(-owned // POSTERS_A_FILE) + 1)) if owned > 1 else []
    return render(request, "places/mine.html", {"duties": duties, "owned": owned, "files": files} | asked)


@citizen_required
def register(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None)
    if request.method != "POST":
        return render(request, "places/new.html", {"form": form})
    if form.is_valid() and form.area is not None:
        if wait := ratelimit.take(REGISTRATIONS, str(account_of(request).pk)):
            text = _("Hôm nay đã đăng ký nhiều nơi. Thử lại sau %(minutes)s phút.") % {"minutes": -(-wait // 60)}
            form.add_error(None, text)
            return render(request, "places/new.html", {"form": form}, status=429)
        data = form.cleaned_data
        try:
            place = actions.register_place(
                account=account_of(request),
                name=data["name"],
                kind=data["kind"],
                area=form.area,
                address=data["address"],
                opens=data["opens"],
                closes=data["closes"],
            )
        except RefusedError as error:
            form.add_error({"area": "commune"}.get(error.field, error.field) or None, error.message)
        else:
            messages.success(request, _("Đã đăng ký. In bảng mã rồi dán ở lối vào, ngang tầm mắt."))
            return redirect("places:place", key=place.key)
    return render(request, "places/new.html", {"form": form}, status=422)


def page(
    request: HttpRequest,
    place: Place,
    *,
    invite: InviteForm | None = None,
    offer: PhoneForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a place, with the forms as they were answered."""
    owns = queries.places_of(account_of(request), OWNER).filter(pk=place.pk).exists()
    inside = footfall.inside_now(place)
    return render(
        request,
        "places/place.html",
        {
            "place": place,
            "owns": owns,
            "code": queries.code_in_force(place),
            "parts": queries.parts_of(place).count(),
            "arrivals": footfall.arrivals_today(place),
            "inside": inside,
            "crowded": place.capacity is not None and inside >= place.capacity * CROWDED,
            "hours": hours_in_words(place),
            "private": kinds.allows_private(place.kind),
            "today": wording.today(),
            "now": timezone.now(),
            "staff": queries.staff_of(place) if owns else [],
            "invites": queries.open_invites(place) if owns else [],
            "open_offer": queries.open_offer(place) if owns else None,
            "invite": invite or InviteForm(),
            "offer": offer or PhoneForm(prefix="offer"),
        },
        status=status,
    )


def hours_in_words(place: Place) -> list[tuple[str, str]]:
    """One line for every day alike, else one for each run of like days."""
    if place.week is None:
        return [("", wording.viet_range(place.opens, place.closes) if place.opens else _("Mở suốt ngày đêm"))]
    lines: list[tuple[list[int], str]] = []
    for number, day in enumerate(place.week):
        said = wording.viet_range(*(time.fromisoformat(clock) for clock in day)) if day else _("đóng cửa")
        if lines and lines[-1][1] == said:
            lines[-1][0].append(number)
        else:
            lines.append(([number], said))
    return [
        (str(WEEKDAYS[days[0]]) if len(days) == 1 else f"{WEEKDAYS[days[0]]}–{WEEKDAYS[days[-1]]}", said)
        for days, said in lines
    ]


@citizen_required
@require_GET
def place(request: HttpRequest, key: UUID) -> HttpResponse:
    return page(request, place_of(request, key))


@citizen_required
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """Correct the name, the hours of each weekday, the capacity, the usual stay."""
    place = place_of(request, key, OWNER)
    form = DetailsForm(request.POST) if request.method == "POST" else DetailsForm.of(place)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.correct_place(
                place=place,
                name=data["name"],
                address=data["address"],
                opens=data["opens"],
                closes=data["closes"],
                week=form.week,
                capacity=data["capacity"],
                typical_minutes=data["typical_minutes"],
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Đã lưu"))
            return redirect("places:place", key=key)
    status = 422 if request.method == "POST" else 200
    return render(request, "places/edit.html", {"place": place, "form": form}, status=status)


@citizen_required
def pause(request: HttpRequest, key: UUID) -> HttpResponse:
    """Close for the season, say until when; or open again."""
    place = place_of(request, key, OWNER)
    if request.method == "POST" and "open" in request.POST:
        actions.reopen_place(place=place)
        messages.success(request, _("Nơi này đã mở lại"))
        return redirect("places:place", key=key)
    form = PauseForm(request.POST or None, initial={"reopens_on": place.reopens_on})
    if request.method == "POST" and form.is_valid():
        try:
            actions.pause_place(place=place, reopens_on=form.cleaned_data["reopens_on"])
        except RefusedError as error:
            form.add_error("reopens_on", error.message)
        else:
            messages.success(request, _("Đã ghi là tạm nghỉ. Ai vẫn quét thì lượt ấy vẫn được giữ."))
            return redirect("places:place", key=key)
    return render(
        request, "places/pause.html", {"place": place, "form": form}, status=422 if request.method == "POST" else 200
    )


@citizen_required
def parts(request: HttpRequest, key: UUID) -> HttpResponse:
    """The gates and sub-areas, each with its own code; owners add and remove them."""
    place = place_of(request, key)
    owns = queries.places_of(account_of(request), OWNER).filter(pk=place.pk).exists()
    form = PartsForm(request.POST or None)
    if request.method == "POST":
        if not owns:
            raise Http404
        if form.is_valid():
            try:
                made = actions.add_parts(place=place, kind=form.cleaned_data["kind"], names=form.cleaned_data["names"])
            except RefusedError as error:
                form.add_error("names", error.message)
            else:
                said = ngettext("Đã thêm %(n)s chỗ, mỗi chỗ một mã.", "Đã thêm %(n)s chỗ, mỗi chỗ một mã.", len(made))
                messages.success(request, said % {"n": wording.viet_number(len(made))})
                return redirect("places:parts", key=key)
    context = {"place": place, "owns": owns, "form": form, "parts": queries.parts_of(place)}
    return render(request, "places/parts.html", context, status=422 if request.method == "POST" else 200)


@citizen_required
@require_POST
def remove_part(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    place = place_of(request, key, OWNER)
    actions.remove_part(part=get_object_or_404(Part, pk=number, place=place))
    messages.success(request, _("Đã bỏ. Mã dán ở đó không quét được nữa."))
    return redirect("places:parts", key=key)


@citizen_required
def replace_codes(request: HttpRequest, key: UUID, number: int | None = None) -> HttpResponse:
    """A new code in place of the old ones (of one part, when named), after the owner has read what that means."""
    place = place_of(request, key, OWNER)
    part = get_object_or_404(Part, pk=number, place=place, removed_at=None) if number is not None else None
    form = ReplaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.replace_codes(place=place, part=part, because=form.cleaned_data["because"])
        messages.success(request, _("Đã đổi mã. Các bảng cũ không quét được nữa: in và dán bảng mới."))
        return redirect("places:parts" if part else "places:place", key=key)
    return render(
        request,
        "places/replace.html",
        {"place": place, "part": part, "form": form},
        status=422 if request.method == "POST" else 200,
    )


@citizen_required
@require_GET
def numbers(request: HttpRequest, key: UUID) -> HttpResponse:
    """How many people came on each of the last seven days. Never who."""
    place = place_of(request, key, OWNER)
    days = footfall.by_day(place)
    most = max((day.people for day in days), default=0)
    return render(request, "places/numbers.html", {"place": place, "days": days, "most": most})


@citizen_required
@require_GET
def numbers_file(request: HttpRequest, key: UUID, form: str) -> HttpResponse:
    """The same numbers as a spreadsheet."""
    place = place_of(request, key, OWNER)
    head = [_("Nơi"), _("Ngày"), _("Số người đến")]
    rows: list[list[sheets.Cell]] = [[place.name, day.day.isoformat(), day.people] for day in footfall.by_day(place)]
    return sheets.answer(f"la-chan-{slugify(fold(place.name)) or 'place'}", form, head, rows)
