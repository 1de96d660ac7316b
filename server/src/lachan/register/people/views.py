"""The citizen's pages about the family and about what is held of them."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lachan.ground import audit
from lachan.register.access import sessions, tokens
from lachan.register.access.models import Account, Device
from lachan.register.access.scope import citizen_required
from lachan.register.areas import queries as areas
from lachan.register.people import actions, erasing, holdings, queries, rights, trail
from lachan.register.people.forms import EraseForm, HomeForm, RelativeForm
from lachan.register.people.models import Guardianship, HouseholdMember, Person


def _me(request: HttpRequest) -> tuple[Account, Person]:
    """The signed-in account and its person. 404 for an account whose person is gone."""
    account = request.user
    person = queries.person_of(account)
    if not isinstance(account, Account) or person is None:
        raise Http404
    return account, person


def _one_of_mine(account: Account, key: str | None, own: Person) -> Person:
    """The person of the key if the account acts for it, its own without a key. 404 for anybody else."""
    if not key:
        return own
    try:
        return get_object_or_404(queries.acts_for(account), key=UUID(key))
    except ValueError as error:
        raise Http404 from error


@require_safe
@never_cache
@citizen_required
def family(request: HttpRequest) -> HttpResponse:
    """Who one acts for, who lives in the same home, who acts for oneself."""
    _account, me = _me(request)
    wards = list(queries.wards_of(me))
    membership = me.memberships.filter(until=None).select_related("household__area").first()
    at_home = list(queries.housemates_of(me))
    page = {
        "me": me,
        "wards": wards,
        "at_home_ids": {person.pk for person in at_home},
        "housemates": [person for person in at_home if person not in wards],
        "guardians": list(queries.guardians_of(me)),
        "membership": membership,
        "commune": areas.path(me.area) if me.area else "",
        "this_year": timezone.localdate().year,
    }
    return render(request, "people/family.html", page)


@never_cache
@citizen_required
def add_relative(request: HttpRequest) -> HttpResponse:
    _account, me = _me(request)
    form = RelativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        household = _home_of(me) if given["together"] == "yes" else None
        relative = actions.register_person(
            name=given["name"],
            area=me.area if household else None,
            address=me.address if household else "",
            phone=given["phone"] or None,
            birth_year=given["birth_year"],
            sex=given["sex"],
            household=household,
        )
        actions.appoint_guardian(guardian=me, ward=relative, kind=given["kind"])
        messages.success(request, _("Đã thêm %(name)s.") % {"name": relative.name})
        return redirect("people:family")
    return render(request, "people/relative.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _home_of(me: Person) -> Any:
    """One's household, made now if there is none yet."""
    present = me.memberships.filter(until=None).select_related("household").first()
    if present is not None:
        return present.household
    if me.area is None:
        raise Http404
    household = actions.create_household(area=me.area, address=me.address)
    actions.add_to_household(person=me, household=household)
    return household


@never_cache
@citizen_required
def home(request: HttpRequest) -> HttpResponse:
    """Where one lives. Whom one acts for in the same home moves along."""
    _account, me = _me(request)
    first = {"address": me.address, "commune": areas.path(me.area) if me.area else "", "since": timezone.localdate()}
    form = HomeForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and form.area is not None:
        try:
            _move(me, form)
        except actions.WrongDetailError as error:
            form.add_error("since", str(error))
        else:
            messages.success(request, _("Đã ghi nơi ở mới."))
            return redirect("people:family")
    return render(request, "people/home.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _move(me: Person, form: HomeForm) -> None:
    given = form.cleaned_data
    at_home = {person.pk for person in queries.housemates_of(me)}
    movers = [me, *(ward for ward in queries.wards_of(me) if ward.pk in at_home)]
    present = HouseholdMember.objects.filter(person=me, until=None).select_related("household").first()
    same = (
        present is not None
        and present.household.area_id == form.area.pk  # type: ignore[union-attr]
        and present.household.address == given["address"].strip()
    )
    if not same and form.area is not None:
        household = actions.create_household(area=form.area, address=given["address"])
        for person in movers:
            actions.add_to_household(person=person, household=household, since=given["since"])
    for person in movers:
        actions.correct_person(person=person, area=form.area, address=given["address"])


@require_POST
@citizen_required
def end_guardianship(request: HttpRequest, key: UUID) -> HttpResponse:
    """Stop acting for a ward of one's own; anybody else's is a 404."""
    _account, me = _me(request)
    guardianship = get_object_or_404(Guardianship, guardian=me, ward__key=key, until=None)
    actions.end_guardianship(guardianship=guardianship)
    messages.success(request, _("Đã thôi khai hộ cho %(name)s.") % {"name": guardianship.ward.name})
    return redirect("people:family")


@require_safe
@never_cache
@citizen_required
def my_data(request: HttpRequest) -> HttpResponse:
    """Who looked at the record, what is held, until when, on which devices one is signed in."""
    account, me = _me(request)
    person = _one_of_mine(account, request.GET.get("person"), me)
    before = request.GET.get("before", "")
    own = request.GET.get("own") == "1"
    lines, older = trail.entries(
        person, account, own=own, before=int(before) if before.isascii() and before.isdigit() else None
    )
    held = [(h.label, len(list(h.export(person.pk))), h.last_day(person.pk)) for h in reversed(holdings.all_holdings())]
    page = {
        "person": person,
        "people": list(queries.acts_for(account)),
        "me": me,
        "lines": lines,
        "older": older,
        "own": own,
        "held": [line for line in held if line[1]],
        "hold": erasing.hold_of(person.pk),
        "devices": account.devices.filter(revoked_at=None, expires_at__gt=timezone.now()).order_by("-pk"),
        "this_device": request.session.get(sessions.DEVICE_KEY),
    }
    return render(request, "people/my_data.html", page)


@require_POST
@citizen_required
def download(request: HttpRequest) -> HttpResponse:
    """Everything that is held of one person, as a JSON file."""
    account, me = _me(request)
    person = _one_of_mine(account, request.POST.get("person"), me)
    audit.record(action="people.data.export", subject=person.pk, obj=person)
    body = json.dumps(erasing.export_person(person), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="la-chan-{timezone.localdate().isoformat()}.json"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@citizen_required
def end_device(request: HttpRequest, number: int) -> HttpResponse:
    """Sign out another of one's own devices (a lost phone)."""
    account, _person = _me(request)
    device = get_object_or_404(Device, pk=number, account=account)
    tokens.revoke_device(device=device)
    messages.success(request, _("Máy đó đã bị đăng xuất."))
    return redirect("people:my_data")


@never_cache
@citizen_required
def erase(request: HttpRequest) -> HttpResponse:
    """Erase oneself: what it means, then one box. What the law keeps is said with its date instead."""
    _account, me = _me(request)
    hold = erasing.hold_of(me.pk)
    form = EraseForm(request.POST or None)
    wards = list(queries.wards_of(me))
    if request.method == "POST" and hold is None and form.is_valid():
        number = me.pk
        proof = rights.receipt(erasing.erase_person(person=me, reason="asked by the person"))
        audit.record(action="people.rights.erased", subject=number, detail={"sha256": proof["sha256"]})
        sessions.leave(request)
        response = render(request, "people/erased.html", {"receipt": proof})
        response.delete_cookie(tokens.COOKIE, samesite="Lax")
        return response
    page = {"form": form, "hold": hold, "wards": wards}
    return render(request, "people/erase.html", page, status=422 if request.method == "POST" else 200)
