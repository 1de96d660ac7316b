"""Finding a person within the officer's area, and opening the record for a stated purpose."""

import re
import time
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.faces.desk.forms import PurposeForm
from lachan.faces.desk.wordings import about, age
from lachan.ground import audit
from lachan.ground.platform.text import fold
from lachan.register.access import phones, ratelimit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require
from lachan.register.people import merging, queries, reading
from lachan.register.people.models import Identifier, Person
from lachan.register.people.near import facts_of, near

# An officer on the phone looks up a few people a minute; a list of a city is not made by hand.
SEARCHES = ratelimit.Limit("desk-person-search", burst=30, seconds=60.0)
MAX_FOUND = 20
MIN_LETTERS = 2
# A purpose holds for the working day in which it was stated.
PURPOSE_S = 8 * 3600
_PURPOSES = "desk.purposes"
_NUMBERISH = re.compile(r"[\d\s.+\-()]{6,}")
_PAPER = re.compile(r"(?=.*\d)[A-Za-z0-9\s.\-]{6,20}")


@dataclass(frozen=True)
class Found:
    """One line of the list; the phone is masked by the template."""

    person: Person
    about: str
    phone: str


@require(Permission.PERSON_SEARCH)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """By phone, identity number or name. What was typed stays nowhere; the trail keeps the ids of who was shown."""
    account = reach.officer(request)
    typed = request.GET.get("q", "").strip()[:80]
    context = {
        "q": typed,
        "found": [],
        "more": False,
        "hint": "",
        "asked": bool(typed),
        "next": request.GET.get("next", ""),
    }
    context["records"] = can(account, Permission.CASE_WRITE)
    context["writes"] = can(account, Permission.PERSON_WRITE)
    if not typed:
        return render(request, "desk/people.html", context)
    if len(fold(typed)) < MIN_LETTERS:
        context["hint"] = _("Ghi ít nhất hai chữ của tên, hoặc cả số điện thoại.")
        return render(request, "desk/people.html", context, status=422)
    if wait := ratelimit.take(SEARCHES, str(account.pk)):
        context["hint"] = _("Đã tìm nhiều lần. Chờ %(seconds)d giây rồi tìm tiếp.") % {"seconds": wait}
        response = render(request, "desk/people.html", context, status=429)
        response["Retry-After"] = str(wait)
        return response
    matches = matching(account, typed).select_related("area").prefetch_related("identifiers")
    listed = list(matches.distinct()[: MAX_FOUND + 1])
    context["more"] = len(listed) > MAX_FOUND
    today = timezone.localdate()
    context["found"] = [Found(p, about(p, today), _phone(p)) for p in listed[:MAX_FOUND]]
    audit.record(action="desk.people.search", subjects=[p.pk for p in listed[:MAX_FOUND]] or [None])  # type: ignore[list-item]
    return render(request, "desk/people.html", context)


def _phone(person: Person) -> str:
    return next((i.value for i in person.identifiers.all() if i.kind == Identifier.Kind.PHONE), "")


def matching(account: Account, typed: str) -> QuerySet[Person]:
    """The people of the officer's area whom the text may mean."""
    people = queries.visible_people(account, Permission.PERSON_SEARCH)
    digits = "".join(c for c in typed if c.isdigit())
    if _NUMBERISH.fullmatch(typed):
        if len(digits) == 12 and not typed.lstrip().startswith("+"):
            return people.filter(pk__in=queries.find_by_identifier(Identifier.Kind.CITIZEN_ID, digits))
        try:
            return people.filter(pk__in=queries.find_by_identifier(Identifier.Kind.PHONE, typed))
        except phones.NotAPhoneError:
            return people.none()
    if _PAPER.fullmatch(typed):
        hashes = [
            (kind, queries.identifier_hash(kind, typed))
            for kind in (Identifier.Kind.PASSPORT, Identifier.Kind.INSURANCE)
        ]
        return people.filter(
            identifiers__kind__in=[k for k, _h in hashes], identifiers__value_hash__in=[h for _k, h in hashes]
        )
    return people.filter(folded__contains=fold(typed)).order_by("folded", "pk")


@require(Permission.PERSON_READ)
def person(request: HttpRequest, key: UUID) -> HttpResponse:
    """The record, opened for a purpose that is asked once a working day and written into the trail each time."""
    stays = merging.became(key)
    if stays is not None:
        # An old link to a record that was merged. Whether it may be seen is asked of the one it leads to.
        return redirect("desk:person", key=stays.key)
    found = reach.person(request, key)
    form = PurposeForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            kept = request.session.get(_PURPOSES, {})
            request.session[_PURPOSES] = kept | {str(key): [form.cleaned_data["said"], time.time()]}
            return redirect("desk:person", key=key)
        return render(request, "desk/purpose.html", {"person": found, "form": form}, status=422)
    said, at = request.session.get(_PURPOSES, {}).get(str(key), ("", 0.0))
    if not said or time.time() - at > PURPOSE_S:
        return render(request, "desk/purpose.html", {"person": found, "form": form})
    account = reach.officer(request)
    today = timezone.localdate()
    record = reading.open_record(found, said)
    writes = can(account, Permission.PERSON_WRITE, found.area_id) if found.area_id else False
    alike = (
        near(
            facts_of([found])[found.pk],
            among=queries.visible_people(account, Permission.PERSON_WRITE),
            apart_from=found,
            most=3,
        )
        if writes
        else []
    )
    if alike:
        audit.record(action="people.near.list", subjects=[one.person.pk for one in alike])
    kinds = dict(Identifier.Kind.choices)
    return render(
        request,
        "desk/person.html",
        {
            "person": found,
            "record": record,
            "age": age(found, today),
            "numbers": [(kinds[kind], value) for kind, value in record.identifiers],
            "housemates": [(p, about(p, today)) for p in record.housemates],
            "purpose": said,
            "alike": [(one.person, about(one.person, today)) for one in alike],
            "cases": reach.cases(account).filter(person=found).select_related("outbreak")
            if can(account, Permission.CASE_READ)
            else [],
            "contacts": reach.contacts(account).filter(person=found, current=True).select_related("outbreak")
            if can(account, Permission.CONTACT_READ)
            else [],
            "records": can(account, Permission.CASE_WRITE, found.area_id) if found.area_id else False,
        },
    )
