"""The pages of a place's owner: register it, print its poster, see how many came, say who helps. No script is
needed."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lachan.ground.platform import wording
from lachan.ground.platform.text import fold
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.places import actions, footfall, poster, queries
from lachan.register.places.forms import InviteForm, PlaceForm
from lachan.register.places.models import Place, PlaceInvite, PlaceStaff

OWNER = PlaceStaff.Role.OWNER
# A chain of shops registers its branches in a day; a prank doesn't register a city.
REGISTRATIONS = ratelimit.Limit("place-register", burst=20, seconds=86_400.0)
INVITATIONS = ratelimit.Limit("place-invite", burst=30, seconds=86_400.0)


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _place(request: HttpRequest, key: UUID, *roles: str) -> Place:
    """The place, if the account has one of the roles there (any, when none is named); else 404, which tells nothing."""
    place = queries.places_of(_account(request), *roles).select_related("area__parent").filter(key=key).first()
    if place is None:
        raise Http404
    return place


@citizen_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The places of the account; invitations to its number become duties here."""
    for staff in actions.accept_invites(account=_account(request)):
        messages.success(request, _("Đã nhận việc ở %(place)s") % {"place": staff.place.name})
    duties = (
        PlaceStaff.objects.filter(account=_account(request), until=None, place__closed_at=None)
        .select_related("place__area")
        .order_by("place__folded")
    )
    return render(request, "places/mine.html", {"duties": duties})


@citizen_required
def register(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST or None)
    if request.method != "POST":
        return render(request, "places/new.html", {"form": form})
    if form.is_valid() and form.area is not None:
        if wait := ratelimit.take(REGISTRATIONS, str(_account(request).pk)):
            text = _("Hôm nay đã đăng ký nhiều nơi. Thử lại sau %(minutes)s phút.") % {"minutes": -(-wait // 60)}
            form.add_error(None, text)
            return render(request, "places/new.html", {"form": form}, status=429)
        data = form.cleaned_data
        try:
            place = actions.register_place(
                account=_account(request),
                name=data["name"],
                kind=data["kind"],
                area=form.area,
                address=data["address"],
                opens=data["opens"],
                closes=data["closes"],
            )
        except actions.RefusedError as error:
            form.add_error({"area": "commune"}.get(error.field, error.field) or None, error.message)
        else:
            messages.success(request, _("Đã đăng ký. In bảng mã rồi dán ở lối vào, ngang tầm mắt."))
            return redirect("places:place", key=place.key)
    return render(request, "places/new.html", {"form": form}, status=422)


def _page(request: HttpRequest, place: Place, invite: InviteForm, status: int = 200) -> HttpResponse:
    owns = queries.places_of(_account(request), OWNER).filter(pk=place.pk).exists()
    today = wording.today()
    return render(
        request,
        "places/place.html",
        {
            "place": place,
            "owns": owns,
            "code": queries.code_in_force(place),
            "arrivals": footfall.arrivals_today(place),
            "today": today,
            "staff": queries.staff_of(place) if owns else [],
            "invites": queries.open_invites(place) if owns else [],
            "invite": invite,
        },
        status=status,
    )


@citizen_required
@require_GET
def place(request: HttpRequest, key: UUID) -> HttpResponse:
    return _page(request, _place(request, key), InviteForm())


@citizen_required
@require_GET
def poster_file(request: HttpRequest, key: UUID, language: str) -> HttpResponse:
    """The poster as PDF. The file carries the code, so it is for those at the place and for no cache."""
    place = _place(request, key)
    code = queries.code_in_force(place)
    if code is None:
        raise Http404
    try:
        made = poster.render(place, code, host=request.get_host(), language=language, on=wording.today())
    except ValueError:
        messages.error(
            request, _("Tên miền đang dùng quá dài cho bảng mã. Mở trang này bằng tên miền ngắn của hệ thống.")
        )
        return redirect("places:place", key=key)
    name = slugify(fold(place.name)) or "poster"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="la-chan-{name}-{language}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@citizen_required
@require_POST
def invite(request: HttpRequest, key: UUID) -> HttpResponse:
    place = _place(request, key, OWNER)
    form = InviteForm(request.POST)
    if form.is_valid():
        if ratelimit.take(INVITATIONS, str(_account(request).pk)):
            form.add_error(None, _("Hôm nay đã mời nhiều người. Thử lại ngày mai."))
            return _page(request, place, form, status=429)
        actions.invite_staff(place=place, phone=form.cleaned_data["phone"], role=form.cleaned_data["role"])
        messages.success(request, _("Đã mời. Người ấy đăng nhập bằng số này, mở “Nơi của tôi” là nhận việc."))
        return redirect("places:place", key=key)
    return _page(request, place, form, status=422)


@citizen_required
@require_POST
def withdraw_invite(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    place = _place(request, key, OWNER)
    actions.withdraw_invite(invite=get_object_or_404(PlaceInvite, pk=number, place=place))
    messages.success(request, _("Đã rút lời mời"))
    return redirect("places:place", key=key)


@citizen_required
@require_POST
def end_duty(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    place = _place(request, key, OWNER)
    staff = get_object_or_404(PlaceStaff, pk=number, place=place)
    try:
        actions.end_duty(staff=staff)
    except actions.RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Người ấy không còn việc ở đây"))
    return redirect("places:place", key=key)


@citizen_required
def replace_codes(request: HttpRequest, key: UUID) -> HttpResponse:
    """A new code in place of all old ones, after the owner has read what that means."""
    place = _place(request, key, OWNER)
    if request.method == "POST":
        actions.replace_codes(place=place)
        messages.success(request, _("Đã đổi mã. Các bảng cũ không quét được nữa: in và dán bảng mới."))
        return redirect("places:place", key=key)
    return render(request, "places/replace.html", {"place": place})
