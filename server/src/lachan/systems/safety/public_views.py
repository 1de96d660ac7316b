"""What anybody may read of a facility, without an account and without a script. Never who signed."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_cookie

from lachan.ground.platform.text import fold
from lachan.ground.platform.wording import english
from lachan.register.places.models import Place
from lachan.systems.safety import planning, reading, refreshing, versions
from lachan.systems.safety.models import DayRoot, Entry, Facility, Status

FRESH_S = 15
ROOTS = 60
A_PAGE = 50


def _told(entry: Entry | None) -> dict[str, object] | None:
    if entry is None:
        return None
    answers = reading.answers_of(entry)
    return {
        "entry": entry,
        "band": reading.band_words(entry),
        "score": reading.score_words(entry),
        "state": reading.outcome_state(entry.outcome),
        "answers": answers,
        "failed": [answer for answer in answers if answer.state in {"unsafe", "late"}],
    }


@require_GET
@vary_on_cookie
@cache_control(public=True, max_age=FRESH_S)
def place(request: HttpRequest, key: UUID) -> HttpResponse:
    """One facility: its status, the kinds of evidence side by side, its history."""
    found = Place.objects.select_related("area__parent").filter(key=key, closed_at=None).first()
    facility = Facility.objects.filter(place=found).first() if found else None
    if found is None or facility is None:
        raise Http404
    evidence = reading.evidence_of(found)
    version = versions.in_force(facility.criteria, timezone.localdate())
    criteria = versions.criteria_of(version) if version else None
    days = reading.days_of(found)
    context = {
        "place": found,
        "status": evidence.status,
        "state": evidence.status.state if evidence.status else "none",
        "commitment": _told(evidence.commitment),
        "assessment": _told(evidence.assessment),
        "inspection": _told(evidence.inspection),
        "reply": evidence.reply,
        "changes": reading.changes_of(found),
        "days": [mark for _day, mark in days],
        "since": days[0][0] if days else None,
        "criteria": criteria,
        "title": reading.words(criteria) if criteria else "",
        "checked": (criteria.checked_en if english() else criteria.checked_vi) if criteria else "",
        "version": version,
    }
    return render(request, "safety/place.html", context)


@require_GET
@vary_on_cookie
@cache_control(public=True, max_age=FRESH_S)
def listing(request: HttpRequest) -> HttpResponse:
    """The facilities that have joined: found by name or commune, by status."""
    wanted = request.GET.get("q", "")[:100]
    statuses = Status.objects.exclude(state=refreshing.GONE).select_related("place__area__parent")
    for word in fold(wanted).split():
        statuses = statuses.filter(Q(place__folded__contains=word) | Q(place__area__folded__contains=word))
    counts = planning.counts(statuses)
    state = request.GET.get("state", "")
    shown = statuses.filter(state=state) if state in counts else statuses
    page = Paginator(shown.order_by("place__folded", "place"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "q": wanted,
        "state": state if state in counts else "",
        "counts": counts.items(),
        "page": page,
        "total": sum(counts.values()),
    }
    return render(request, "safety/places.html", context)


@require_GET
@vary_on_cookie
@cache_control(public=True, max_age=FRESH_S)
def roots(request: HttpRequest) -> HttpResponse:
    """The published roots, and how to keep them."""
    rows = [(row, bytes(row.root).hex()) for row in DayRoot.objects.order_by("-day")[:ROOTS]]
    return render(request, "safety/roots.html", {"rows": rows})
