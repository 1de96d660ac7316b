"""Who landed and has not been seen: the conveyances of a day, the people of one, and somebody who has not declared."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lachan.faces.desk import entry_reading, reach
from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import today
from lachan.systems.entry import actions, landed, manifests

PAGE = 100


def queue_address(day: str, vehicle: str) -> str:
    """The queue of a day and a conveyance, as an address."""
    return f"{reverse('desk:entry_waiting')}?{urlencode({'day': day, 'vehicle': vehicle})}"


def _page(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


@never_cache
@require(Permission.ENTRY_DECIDE)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The trips of the day, and the people of the chosen one, or of all, who have not been seen."""
    account = reach.officer(request)
    typed = day_typed(request.GET.get("day", "").strip())
    day = date.fromisoformat(typed) if typed else today()
    trips = landed.landings(account, day)
    known = {one.trip.number for one in trips}
    chosen = request.GET.get("vehicle", "")
    chosen = chosen if chosen in known else ""
    start = _page(request.GET.get("page", "")) * PAGE
    undeclared = list(landed.undeclared(account, day, chosen)[start : start + PAGE + 1])
    declared = list(landed.not_seen(account, day, chosen)[start : start + PAGE + 1])
    more = max(len(undeclared), len(declared)) > PAGE
    undeclared, declared = undeclared[:PAGE], declared[:PAGE]
    if undeclared or declared:
        audit.record(
            action="entry.queue.read",
            subjects=[row.person_id for row in declared],
            purpose="border",
            detail={"passengers": [row.pk for row in undeclared]},
        )
    left = [one for one in trips if not chosen or one.trip.number == chosen]
    context = {
        "day": day,
        "trips": trips,
        "chosen": chosen,
        "left": sum(one.undeclared + one.probable for one in left),
        "undeclared": [(row, landed.REASONS.get(row.reason, "")) for row in undeclared],
        "declared": [(row, entry_reading.STATES[row.verdict], uuid7()) for row in declared],
        "next": start // PAGE + 1 if more else 0,
        "before": start // PAGE - 1 if start else None,
    }
    return render(request, "desk/entry_waiting.html", context)


@never_cache
@require(Permission.ENTRY_DECIDE)
def passenger(request: HttpRequest, key: UUID) -> HttpResponse:
    """Somebody of a carrier's list, beside the declaration that may be theirs; the officer says. Recorded."""
    account = reach.officer(request)
    rows = landed.passengers_of(account).filter(key=key)
    found = rows.select_related("trip", "manifest__gate", "traveller__person", "traveller__declaration", "decided_by")
    one = found.first()
    if one is None:
        raise Http404
    if request.method == "POST":
        try:
            manifests.say(passenger=one, verdict=request.POST.get("say", ""), by=account)
        except actions.EntryError as error:
            messages.error(request, str(error))
        return redirect("desk:entry_passenger", key=key)
    subject = one.traveller.person_id if one.traveller else None
    audit.record(action="entry.passenger.read", subject=subject, obj=one, purpose="border")
    # An officer sees a declaration of the own gates alone.
    mine = one.traveller and one.traveller.declaration.gate.area_id in entry_reading.areas_of(account)
    context = {
        "one": one,
        "reason": landed.REASONS.get(one.reason, ""),
        "traveller": one.traveller if mine else None,
        "document": str(one.traveller.response.answers.get("document", "")) if one.traveller and mine else "",
        "queue": queue_address(one.trip.day.isoformat(), one.trip.number),
    }
    return render(request, "desk/entry_passenger.html", context)
