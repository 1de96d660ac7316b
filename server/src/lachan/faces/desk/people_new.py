"""Entering a person: whoever in the area may be the same is shown first, with the reasons; the officer decides."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.faces.desk import reach
from lachan.faces.desk.people import SEARCHES
from lachan.faces.desk.person_forms import PersonForm
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require
from lachan.register.people import actions, matching, queries
from lachan.register.people.models import MatchPair, Person
from lachan.register.people.near import Near, near
from lachan.register.people.similarity import LIKELY

_FIELDS = {"birth": "birth_date", "cccd": "citizen_id"}


@dataclass(frozen=True)
class Offered:
    """One record that may be the same person, as the page shows it."""

    person: Person
    about: str
    reasons: list[str]
    against: list[str]
    likely: bool


def offered(found: list[Near]) -> list[Offered]:
    today = timezone.localdate()
    return [
        Offered(
            person=one.person,
            about=about(one.person, today),
            reasons=matching.words(one.likeness.reasons),
            against=matching.words(one.likeness.against),
            likely=one.likeness.probability >= LIKELY,
        )
        for one in found
    ]


@require(Permission.PERSON_WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """A new record, once the officer has said that none of those shown is this person."""
    account = reach.officer(request)
    then = "case" if request.GET.get("next") == "case" and can(account, Permission.CASE_WRITE) else ""
    form = PersonForm(
        request.POST if request.method == "POST" else None, initial={"name": request.GET.get("name", "")[:120]}
    )
    context = {"form": form, "next": then, "found": [], "seen": ""}
    if request.method != "POST":
        return render(request, "desk/person_new.html", context)
    if form.is_valid() and (form.area is None or not can(account, Permission.PERSON_WRITE, form.area.pk)):
        form.add_error("commune", _("Nơi này ngoài địa bàn mình phụ trách. Cán bộ nơi đó ghi người này."))
    if not form.errors:
        if wait := ratelimit.take(SEARCHES, str(account.pk)):
            form.add_error(None, _("Đã tìm nhiều lần. Chờ %(seconds)d giây rồi tìm tiếp.") % {"seconds": wait})
            response = render(request, "desk/person_new.html", context, status=429)
            response["Retry-After"] = str(wait)
            return response
        found = near(form.facts(), among=queries.visible_people(account, Permission.PERSON_SEARCH))
        seen = " ".join(str(one.person.key) for one in found)
        if found and request.POST.get("seen") != seen:
            audit.record(action="people.near.list", subjects=[one.person.pk for one in found])
            return render(request, "desk/person_new.html", context | {"found": offered(found), "seen": seen})
        if person := _enter(form, found, account):
            messages.success(request, _("Đã ghi %(name)s vào sổ.") % {"name": person.name})
            if then:
                return redirect(f"{reverse('desk:case_new')}?person={person.key}")
            return redirect("desk:person", key=person.key)
    return render(request, "desk/person_new.html", context, status=422)


def _enter(form: PersonForm, found: list[Near], by: Account) -> Person | None:
    """The new record; what was shown and passed over is remembered as somebody else. None: the form says why."""
    try:
        with transaction.atomic():
            person = actions.register_person(**form.details())
            for one in found:
                matching.tell_apart(
                    one=person, other=one.person, by=by, likeness=one.likeness, source=MatchPair.Source.ENTRY
                )
    except actions.WrongDetailError as error:
        name = _FIELDS.get(error.field, error.field)
        form.add_error(name if name in form.fields else None, str(error))
        return None
    return person
