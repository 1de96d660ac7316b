"""What a place puts up: posters, cards, and the screen whose code changes every half minute."""

import io
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lachan.ground.platform import wording
from lachan.ground.platform.text import fold
from lachan.register.access.scope import citizen_required
from lachan.register.places import actions, codes, poster, queries, rotation
from lachan.register.places.models import PlaceCode
from lachan.register.places.views import POSTERS_A_FILE, account_of, place_of

# A card without a code can't be; a place with hundreds of tables prints them all at once.
_PRIVATE = {"Cache-Control": "private, no-store"}


def _pdf(of: str, made: bytes, what: str) -> HttpResponse:
    """The file carries codes, so it is for those at the place and for no cache."""
    name = slugify(fold(of)) or "place"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers=_PRIVATE | {"Content-Disposition": f'inline; filename="la-chan-{name}-{what}.pdf"'},
    )


def _too_long(request: HttpRequest, key: UUID) -> HttpResponse:
    messages.error(request, _("Tên miền đang dùng quá dài cho bảng mã. Mở trang này bằng tên miền ngắn của hệ thống."))
    return redirect("places:place", key=key)


@citizen_required
@require_GET
def poster_file(request: HttpRequest, key: UUID, size: str, language: str) -> HttpResponse:
    """The A4 poster, or the one for a door."""
    place = place_of(request, key)
    code = queries.code_in_force(place)
    if code is None:
        raise Http404
    try:
        made = poster.render(place, code, host=request.get_host(), language=language, on=wording.today(), size=size)
    except ValueError:
        return _too_long(request, key)
    return _pdf(place.name, made, f"{size}-{language}")


@citizen_required
@require_GET
def posters_file(request: HttpRequest, size: str, language: str, number: str) -> HttpResponse:
    """The posters of all places of an owner, a page each; the file of that number, where one would be too long."""
    first = (int(number) - 1) * POSTERS_A_FILE
    printed = queries.codes_to_print(account_of(request))[first : first + POSTERS_A_FILE] if first >= 0 else []
    if not printed:
        raise Http404
    try:
        made = poster.render_all(printed, host=request.get_host(), language=language, on=wording.today(), size=size)
    except ValueError:
        return _too_long(request, printed[0].place.key)
    return _pdf(_("%(n)d nơi") % {"n": len(printed)}, made, f"{size}-{language}-{number}")


@citizen_required
@require_GET
def cards_file(request: HttpRequest, key: UUID, language: str) -> HttpResponse:
    """A card for each gate, floor, table or coach."""
    place = place_of(request, key)
    order = {part.pk: at for at, part in enumerate(queries.parts_of(place))}
    found = PlaceCode.objects.filter(part__in=order, revoked_at=None).select_related("part")
    newest = {code.part_id: code for code in found.order_by("issued_at")}
    if not newest:
        raise Http404
    printed = sorted(newest.values(), key=lambda code: order[code.part_id or 0])
    try:
        made = poster.cards(place, printed, host=request.get_host(), language=language, on=wording.today())
    except ValueError:
        return _too_long(request, key)
    return _pdf(place.name, made, f"cards-{language}")


@citizen_required
@require_GET
def screen(request: HttpRequest, key: UUID) -> HttpResponse:
    """A page to leave open on a screen at the entrance. Without scripts it reloads itself."""
    place = place_of(request, key)
    try:
        rotation.payload(request.get_host(), "0" * codes.LENGTH, timezone.now())
    except ValueError:
        return _too_long(request, key)
    return render(request, "places/screen.html", {"place": place, "period": rotation.EPOCH_S})


@citizen_required
@require_GET
def screen_picture(request: HttpRequest, key: UUID) -> HttpResponse:
    """The QR of this half minute, with the seconds left in it."""
    place = place_of(request, key)
    now = timezone.now()
    code = actions.screen_code(place=place)
    try:
        text = rotation.payload(request.get_host(), code.code, now)
    except ValueError:
        raise Http404 from None
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    left = rotation.EPOCH_S - now.timestamp() % rotation.EPOCH_S
    return HttpResponse(
        out.getvalue(), content_type="image/svg+xml", headers=_PRIVATE | {"X-Seconds-Left": f"{left:.1f}"}
    )
