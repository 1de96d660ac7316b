"""The calls to make to people whom no account reads for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.faces.desk.forms import CallForm
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.people import queries as people
from lachan.register.people import reading
from lachan.register.people.models import Identifier, Person
from lachan.response.alerts import actions
from lachan.response.alerts.errors import NoticeError
from lachan.response.alerts.models import DirectNotice
from lachan.response.alerts.words import fill


@require(Permission.CALL_LIST)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The calls stand in the list of today, among everything else."""
    return redirect(f"{reverse('desk:today')}?sort=tell")


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
        return redirect("desk:today")
    if request.method != "POST":
        audit.record(action="desk.call.read", subject=notice.person_id, obj=notice)
    return render(
        request, "desk/call.html", _page(notice, form, request), status=422 if request.method == "POST" else 200
    )


@require(Permission.CALL_LIST)
@require_POST
def show_phone(request: HttpRequest, key: UUID) -> HttpResponse:
    """The numbers that reach the person: their own, their guardians', those of the home. Each owner gets a row in the
    trail."""
    notice = reach.call(request, key)
    purpose = _("Gọi báo tin: %(name)s") % {"name": notice.contact.outbreak.name}
    notice = actions.take_call(notice=notice, by=reach.officer(request))
    numbers = numbers_for(notice.person, purpose, notice)
    return render(request, "desk/call.html", _page(notice, CallForm(), request) | {"numbers": numbers})


def numbers_for(person: Person, purpose: str, item: Model) -> list[tuple[str, str, str]]:
    """(number, whose it is, who that is to the person), of all to be reached. Each owner gets a row in the trail."""
    reading.open_record(person, purpose, item)
    numbers = []
    for one, who in reachable(person):
        owned = [i.value for i in one.identifiers.all() if i.kind == Identifier.Kind.PHONE]
        if owned and one.pk != person.pk:
            audit.record(action="people.record.read", subject=one.pk, obj=item, purpose=purpose)
        numbers += [(number, one.name, who) for number in owned]
    return numbers


def reachable(person: Person) -> list[tuple[Person, str]]:
    """The person, then who answers for them, then who lives with them; nobody twice."""
    found = [(person, "")]
    found += [(p, _("người giám hộ")) for p in people.guardians_of(person).prefetch_related("identifiers")]
    found += [(p, _("người cùng nhà")) for p in people.housemates_of(person).prefetch_related("identifiers")]
    once: dict[int, tuple[Person, str]] = {}
    for one, who in found:
        once.setdefault(one.pk, (one, who))
    return list(once.values())


def _page(notice: DirectNotice, form: CallForm, request: HttpRequest) -> dict[str, Any]:
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    words = notice.words.get(language) or {}
    return {
        "notice": notice,
        "person": notice.person,
        "about": about(notice.person, timezone.localdate()),
        "words": fill(words, "" if language == "vi" else "you"),
        "form": form,
        "other": notice.taken_by_id not in {None, reach.officer(request).pk},
        "numbers": None,
    }
