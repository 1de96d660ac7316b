"""The calls to make to people whom no account reads for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import help_requests, reach
from lachan.faces.desk.forms import CallForm
from lachan.faces.desk.wordings import about, short
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require, visible
from lachan.register.people import queries as people
from lachan.register.people import reading
from lachan.register.people.models import Identifier, Person
from lachan.response.alerts import actions, queries
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice
from lachan.response.alerts.words import fill

PAGE = 50


@require(Permission.CALL_LIST)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Who waits for a call, longest first; the tried ones after those nobody has called yet."""
    areas = visible(reach.officer(request), Permission.CALL_LIST)
    waiting = queries.call_list(areas)
    total = waiting.count()
    untried = waiting.filter(call_outcome="").count()
    text = request.GET.get("page", "")
    pages = max(1, -(-total // PAGE))
    at = min(max(1, int(text)) if text.isdigit() and len(text) < 6 else 1, pages)
    first = (at - 1) * PAGE
    tried = ExpressionWrapper(~Q(call_outcome=""), output_field=BooleanField())
    ordered = waiting.annotate(tried=tried).order_by("tried", "contact__level", "issued_at", "pk")
    listed = list(ordered[first : first + PAGE])
    today = timezone.localdate()
    done = (
        DirectNotice.objects.filter(channel=DirectNotice.Channel.CALL, called_at__date=today, person__area__in=areas)
        .filter(withdrawn_at=None)
        .count()
    )
    asked = help_requests.waiting(reach.officer(request))
    shown = [notice.person_id for notice in listed] + [one.person_id for one, _about, _late in asked]
    if shown:
        audit.record(action="desk.calls.list", subjects=shown)
    return render(
        request,
        "desk/calls.html",
        {
            "rows": [(notice, about(notice.person, today), short(notice.person.area)) for notice in listed],
            "asked": asked,
            "total": total + len(asked),
            "untried": untried,
            "done": done,
            "first": first + 1,
            "last": first + len(listed),
            "earlier": at - 1,
            "later": at + 1 if at < pages else 0,
        },
    )


@require(Permission.CALL_LIST)
def call(request: HttpRequest, key: UUID) -> HttpResponse:
    """One call: whom, what to say, how it went."""
    notice = reach.call(request, key)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reached = form.cleaned_data["outcome"] == "reached"
        try:
            actions.record_call(notice=notice, reached=reached, outcome=form.said(), by=reach.officer(request))
        except NoticeError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Đã ghi cuộc gọi cho %(name)s.") % {"name": notice.person.name})
        return redirect("desk:calls")
    if request.method != "POST":
        audit.record(action="desk.call.read", subject=notice.person_id, obj=notice)
    return render(request, "desk/call.html", _page(notice, form), status=422 if request.method == "POST" else 200)


@require(Permission.CALL_LIST)
@require_POST
def show_phone(request: HttpRequest, key: UUID) -> HttpResponse:
    """The numbers that reach the person: their own, their guardians', those of the home. Each owner gets a row in the
    trail."""
    notice = reach.call(request, key)
    purpose = _("Gọi báo tin: %(name)s") % {"name": notice.contact.outbreak.name}
    reading.open_record(notice.person, purpose, notice)
    numbers = []
    for person, who in reachable(notice.person):
        owned = [i.value for i in person.identifiers.all() if i.kind == Identifier.Kind.PHONE]
        if owned and person.pk != notice.person_id:
            audit.record(action="people.record.read", subject=person.pk, obj=notice, purpose=purpose)
        numbers += [(number, person.name, who) for number in owned]
    return render(request, "desk/call.html", _page(notice, CallForm()) | {"numbers": numbers, "asked": True})


def reachable(person: Person) -> list[tuple[Person, str]]:
    """The person, then who answers for them, then who lives with them; nobody twice."""
    found = [(person, "")]
    found += [(p, _("người giám hộ")) for p in people.guardians_of(person).prefetch_related("identifiers")]
    found += [(p, _("người cùng nhà")) for p in people.housemates_of(person).prefetch_related("identifiers")]
    once: dict[int, tuple[Person, str]] = {}
    for one, who in found:
        once.setdefault(one.pk, (one, who))
    return list(once.values())


def _page(notice: DirectNotice, form: CallForm) -> dict[str, Any]:
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    words = notice.words.get(language) or {}
    return {
        "notice": notice,
        "person": notice.person,
        "about": about(notice.person, timezone.localdate()),
        "words": fill(words, "" if language == "vi" else "you"),
        "form": form,
        "numbers": None,
        "asked": False,
    }
