"""The owner's pages about people: invite and withdraw, hand the place over, and answering what one was asked."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.places import queries, staffing
from lachan.register.places.errors import RefusedError
from lachan.register.places.forms import InviteForm, PhoneForm
from lachan.register.places.models import PlaceInvite, PlaceStaff, PlaceTransfer
from lachan.register.places.views import OWNER, account_of, page, place_of

# Each one sends a message: enough for a large market in a day, too few to pester a town.
INVITATIONS = ratelimit.Limit("place-invite", burst=30, seconds=86_400.0)


def _address(request: HttpRequest) -> str:
    """What the links in messages begin with."""
    return request.build_absolute_uri(reverse("places:answer", args=["x"])).removesuffix("x/")


@citizen_required
@require_POST
def invite(request: HttpRequest, key: UUID) -> HttpResponse:
    place = place_of(request, key, OWNER)
    form = InviteForm(request.POST)
    if form.is_valid():
        if ratelimit.take(INVITATIONS, str(account_of(request).pk)):
            form.add_error(None, _("Hôm nay đã mời nhiều người. Thử lại ngày mai."))
            return page(request, place, invite=form, status=429)
        phone, role = form.cleaned_data["phone"], form.cleaned_data["role"]
        staffing.invite_staff(place=place, phone=phone, role=role, address=_address(request))
        messages.success(
            request, _("Đã nhắn tin mời. Người ấy mở đường dẫn trong tin, hoặc mục “Nơi của tôi”, để nhận.")
        )
        return redirect("places:place", key=key)
    return page(request, place, invite=form, status=422)


@citizen_required
@require_POST
def withdraw_invite(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    place = place_of(request, key, OWNER)
    staffing.withdraw_invite(invite=get_object_or_404(PlaceInvite, pk=number, place=place))
    messages.success(request, _("Đã rút lời mời"))
    return redirect("places:place", key=key)


@citizen_required
@require_POST
def end_duty(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    place = place_of(request, key, OWNER)
    staff = get_object_or_404(PlaceStaff, pk=number, place=place)
    try:
        staffing.end_duty(staff=staff)
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Người ấy không còn việc ở đây"))
    return redirect("places:place", key=key)


@citizen_required
@require_POST
def offer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Offer the place to another number, or take the offer back."""
    place = place_of(request, key, OWNER)
    if "withdraw" in request.POST:
        staffing.withdraw_offer(place=place)
        messages.success(request, _("Đã rút lời giao. Nơi này vẫn của chủ cũ."))
        return redirect("places:place", key=key)
    form = PhoneForm(request.POST, prefix="offer")
    if form.is_valid():
        if ratelimit.take(INVITATIONS, str(account_of(request).pk)):
            form.add_error(None, _("Hôm nay đã mời nhiều người. Thử lại ngày mai."))
            return page(request, place, offer=form, status=429)
        giver = account_of(request)
        staffing.offer_place(place=place, giver=giver, phone=form.cleaned_data["phone"], address=_address(request))
        messages.success(request, _("Đã nhắn tin. Nơi này chỉ đổi chủ khi người ấy nhận."))
        return redirect("places:place", key=key)
    return page(request, place, offer=form, status=422)


def _asked(account: Account, token: str) -> PlaceInvite | PlaceTransfer:
    """What was asked of this account's number by the message with that token; else 404, which tells nothing."""
    kept = staffing.token_hash(token)
    for rows in (queries.invites_for(account), queries.offers_for(account)):
        found: PlaceInvite | PlaceTransfer | None = rows.filter(token_hash=kept).first()
        if found is not None:
            return found
    raise Http404


@citizen_required
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the message: what is asked, yes or no. For the invited number only."""
    try:
        asked = _asked(account_of(request), token)
    except Http404:
        return render(request, "places/answered.html", {}, status=404)
    if request.method == "POST":
        return _answered(request, asked)
    handed = isinstance(asked, PlaceTransfer)
    return render(request, "places/answer.html", {"asked": asked, "handed": handed, "place": asked.place})


@citizen_required
@require_POST
def answer_invite(request: HttpRequest, number: int) -> HttpResponse:
    return _answered(request, get_object_or_404(queries.invites_for(account_of(request)), pk=number))


@citizen_required
@require_POST
def accept_all(request: HttpRequest) -> HttpResponse:
    """Take up every duty on the page that was read: a chain's owner is invited to hundreds of places by one list."""
    account = account_of(request)
    seen = [
        int(text) for text in request.POST.getlist("invite") if text.isascii() and text.isdigit() and len(text) < 19
    ]
    asked = list(queries.invites_for(account).filter(pk__in=seen))
    taken = sum(staffing.accept_invite(invite=invite, account=account) is not None for invite in asked)
    if taken:
        said = ngettext("Đã nhận việc ở %(n)d nơi", "Đã nhận việc ở %(n)d nơi", taken) % {"n": taken}
        messages.success(request, said)
    else:
        messages.error(request, _("Lời mời không còn hiệu lực. Nhờ chủ cơ sở mời lại."))
    return redirect("places:mine")


@citizen_required
@require_POST
def answer_offer(request: HttpRequest, number: int) -> HttpResponse:
    return _answered(request, get_object_or_404(queries.offers_for(account_of(request)), pk=number))


def _answered(request: HttpRequest, asked: PlaceInvite | PlaceTransfer) -> HttpResponse:
    account, said = account_of(request), {"place": asked.place.name}
    if "yes" in request.POST:
        if isinstance(asked, PlaceTransfer):
            done = staffing.accept_place(offer=asked, account=account)
        else:
            done = staffing.accept_invite(invite=asked, account=account) is not None
        if not done:
            messages.error(request, _("Lời mời không còn hiệu lực. Nhờ chủ cơ sở mời lại."))
            return redirect("places:mine")
        messages.success(request, _("Đã nhận việc ở %(place)s") % said)
        return redirect("places:place", key=asked.place.key)
    if isinstance(asked, PlaceTransfer):
        staffing.decline_place(offer=asked, account=account)
    else:
        staffing.decline_invite(invite=asked, account=account)
    messages.success(request, _("Đã từ chối %(place)s") % said)
    return redirect("places:mine")
