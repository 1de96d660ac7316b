"""The safety of facilities: who is late today, where self-report and inspection part, inspecting on a phone."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.wording import english, viet_number
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require, visible
from lachan.register.places.models import Place
from lachan.systems.safety import actions, pictures, planning, reading
from lachan.systems.safety.actions import Said, Signer
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.forms import full_form
from lachan.systems.safety.models import Entry, Photo, Status
from lachan.systems.safety.views import picture, sections

A_PAGE = 50
MAX_NOTE = 1000


def _officer(request: HttpRequest) -> Account:
    return cast(Account, request.user)


@require(Permission.PLACE_READ)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The facilities of the officer's area by status, the worst first."""
    account = _officer(request)
    statuses = planning.of_areas(visible(account, Permission.PLACE_READ))
    counts = planning.counts(statuses)
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in counts else next((state for state in ("late", "unsafe") if state in counts), "")
    if request.GET.get("state") == "all":
        chosen = ""
    shown = statuses.filter(state=chosen) if chosen else statuses
    page = Paginator(shown.order_by("changed_at", "place__folded"), A_PAGE).get_page(request.GET.get("page"))
    late = counts.get("late", 0)
    said = ngettext("%(n)s cơ sở đang trễ cam kết", "%(n)s cơ sở đang trễ cam kết", late)
    heading = said % {"n": viet_number(late)} if late else _("Không cơ sở nào đang trễ cam kết")
    inspects = can(account, Permission.PLACE_INSPECT)
    context = {
        "heading": heading if counts else _("Chưa có cơ sở nào tham gia trong phạm vi này"),
        "counts": counts.items(),
        "chosen": chosen,
        "total": sum(counts.values()),
        "page": page,
        "gaps": planning.gaps(statuses),
        "proposals": planning.to_inspect(statuses, timezone.localdate()) if inspects else [],
        "inspects": inspects,
    }
    return render(request, "safety/desk.html", context)


def _facility(request: HttpRequest, key: UUID, permission: Permission) -> Place:
    """The place of a facility in the officer's area; else 404."""
    areas = visible(_officer(request), permission)
    found = Status.objects.filter(place__key=key, place__area__in=areas, place__closed_at=None)
    status = found.select_related("place__area").first()
    if status is None:
        raise Http404
    return status.place


@require(Permission.PLACE_READ)
@require_GET
def facility(request: HttpRequest, key: UUID) -> HttpResponse:
    """One facility: every form with who signed it, signals, pictures."""
    place = _facility(request, key, Permission.PLACE_READ)
    rows = Entry.objects.filter(place=place).select_related("version").prefetch_related("photos")
    entries = [
        {
            "entry": entry,
            "band": reading.band_words(entry),
            "score": reading.score_words(entry),
            "state": reading.outcome_state(entry.outcome),
            "failed": [answer for answer in reading.answers_of(entry) if answer.state in {"unsafe", "late"}],
            "photos": [photo for photo in entry.photos.all() if photo.content is not None],
        }
        for entry in rows.order_by("-number")[:40]
    ]
    signers = [entry["entry"].person_id for entry in entries if entry["entry"].person_id]  # type: ignore[attr-defined]
    audit.record(action="safety.facility.read", obj=place, subjects=sorted(set(signers)) or [None])  # type: ignore[list-item]
    context = {
        "place": place,
        "status": Status.objects.get(place=place),
        "entries": entries,
        "signals": reading.signals_of(place),
        "days": [mark for _day, mark in reading.days_of(place)],
        "inspects": can(_officer(request), Permission.PLACE_INSPECT, place.area_id),
    }
    return render(request, "safety/desk_facility.html", context)


@require(Permission.PLACE_INSPECT)
def inspect(request: HttpRequest, key: UUID) -> HttpResponse:
    """The inspector's form: the same criteria as the facility's own, on a phone."""
    place = _facility(request, key, Permission.PLACE_INSPECT)
    found = actions.version_for(place)
    if found is None:
        raise Http404
    version, criteria = found
    account = _officer(request)
    note = request.POST.get("note", "").replace("\0", "")[:MAX_NOTE]
    initial = {"key": uuid7(), "criteria": version.code, "number": version.number}
    form = full_form(criteria, request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            known = Entry.objects.filter(place=place, key=form.cleaned_data["key"]).first()
            if known is None:
                photos: tuple[UUID, ...] = ()
                if sent := form.cleaned_data.get("photo"):
                    content = sent.read(pictures.MAX_BYTES + 1)
                    photos = (pictures.keep(place=place, key=uuid7(), content=content).key,)
                said = Said(
                    key=form.cleaned_data["key"],
                    kind=Entry.Kind.INSPECTION,
                    at=timezone.now(),
                    answers=form.answers(),
                    criteria=form.cleaned_data["criteria"],
                    number=form.cleaned_data["number"],
                    note=note,
                    photos=photos,
                )
                known = actions.submit(place=place, said=said, signer=Signer(account, account.name))[0]
        except RefusedError as error:
            form.add_error("photo" if error.field == "photo" else None, error.message)
        else:
            words = {"band": reading.band_words(known), "score": reading.score_words(known)}
            messages.success(request, _("Đã ghi kiểm tra: %(band)s (%(score)s). Cơ sở được trả lời.") % words)
            return redirect("safety:desk_facility", key=key)
    context: dict[str, Any] = {
        "place": place,
        "form": form,
        "note": note,
        "sections": sections(criteria, form),
        "criteria": criteria,
        "version": version,
        "title": reading.words(criteria),
        "checked": criteria.checked_en if english() else criteria.checked_vi,
    }
    return render(request, "safety/desk_inspect.html", context, status=422 if request.method == "POST" else 200)


@require(Permission.PLACE_READ)
@require_GET
def photo(request: HttpRequest, key: UUID, photo: UUID) -> HttpResponse:
    """A picture of a facility's forms, for officers of its area."""
    place = _facility(request, key, Permission.PLACE_READ)
    found = Photo.objects.filter(place=place, key=photo).exclude(content=None).first()
    if found is None or found.content is None:
        raise Http404
    audit.record(action="safety.photo.read", obj=place)
    return picture(found.content)
