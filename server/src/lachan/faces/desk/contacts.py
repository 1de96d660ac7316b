"""The contacts of an outbreak: the table, one contact with its evidence, decisions and taking them back."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import contact_list, parts, reach
from lachan.faces.desk.contact_list import Filters
from lachan.faces.desk.forms import DismissForm
from lachan.faces.desk.wordings import CHIP, about, source_name, span
from lachan.ground import audit
from lachan.ground.audit import queries as trail
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require
from lachan.register.people import reading
from lachan.register.people.models import Identifier
from lachan.register.profiles.document import Profile
from lachan.register.profiles.queries import profile_in_force
from lachan.response.alerts.models import DirectNotice
from lachan.response.cases.models import Case, Outbreak
from lachan.response.tracing import actions, queries
from lachan.response.tracing.errors import DecisionConflict, TracingError
from lachan.response.tracing.models import Contact, Exposure

# At once, from the filter as a whole: so many are decided in a few seconds.
MAX_AT_ONCE = 500
_UNDO = "desk.undo"


def rules(outbreak: Outbreak) -> Profile:
    return profile_in_force(outbreak.disease_id, timezone.localdate())


def _whole(account: Account, outbreak: Outbreak) -> bool:
    return can(account, Permission.CONTACT_READ, outbreak.area_id)


@require(Permission.CONTACT_READ)
@require_GET
def table(request: HttpRequest, number: int) -> HttpResponse:
    """The table, filtered by the address."""
    account = reach.officer(request)
    outbreak = reach.outbreak(request, number)
    filters = Filters.read(request.GET)
    run = queries.last_run(outbreak)
    found = contact_list.base(account, outbreak, run, filters)
    facets = contact_list.facets(found, filters)
    pages = max(1, -(-facets.total // contact_list.PAGE))
    page = min(filters.page, pages)
    first = (page - 1) * contact_list.PAGE
    ranked = contact_list.ranked(contact_list.filtered(found, filters), filters.sort, timezone.localdate())
    whole = _whole(account, outbreak)
    rows = contact_list.rows(account, ranked[first : first + contact_list.PAGE], whole=whole, rule=rules(outbreak))
    if rows:
        audit.record(action="desk.contacts.list", subjects=[row.contact.person_id for row in rows], obj=outbreak)
    cases = list(Case.objects.filter(outbreak=outbreak).exclude(status=Case.Status.EXCLUDED).order_by("number"))
    return render(
        request,
        "desk/contacts.html",
        {
            "outbreak": outbreak,
            "tab": "contacts",
            "filters": filters,
            "facets": facets,
            "rows": rows,
            "run": run,
            "changes": _changes(run, filters),
            "cases": cases,
            "first": first + 1,
            "last": first + len(rows),
            "earlier": filters.address(page=page - 1) if page > 1 else "",
            "later": filters.address(page=page + 1) if page < pages else "",
            "sorts": {name: filters.address(sort=name) for name in contact_list.SORTS},
            "waiting": facets.per_status["found"],
            "close": facets.close_waiting,
            "decides": can(account, Permission.CONTACT_DECIDE, outbreak.area_id),
            "traces": can(account, Permission.TRACE_RUN, outbreak.area_id),
            "issues": can(account, Permission.NOTICE_ISSUE, outbreak.area_id),
            "bulk": _bulk(facets, filters) if len(rows) < facets.total else 0,
            "undo": _undo_offer(request, outbreak),
        },
    )


def _bulk(facets: contact_list.Facets, filters: Filters) -> int:
    """How many wait in the filter and may be confirmed at once; 0 when too many."""
    if filters.status not in {"", Contact.Status.FOUND}:
        return 0
    waiting = next(option.count for option in facets.statuses if option.value == Contact.Status.FOUND)
    return waiting if waiting <= MAX_AT_ONCE else 0


def _changes(run: Any, filters: Filters) -> list[contact_list.Option]:
    """What the last trace changed, each as a filter."""
    if run is None:
        return []
    words = {"new": _("mới"), "back": _("trở lại"), "moved": _("đổi bậc"), "gone": _("không còn thấy")}
    made = []
    for name, word in words.items():
        if count := run.found.get(name, 0):
            on = filters.change == name
            made.append(contact_list.Option(word, count, filters.address(change="" if on else name), on, name))
    return made


# ---------- one contact ----------


@dataclass(frozen=True)
class Event:
    """One line of the contact's time line. `hit`: a meeting; `until` its end."""

    at: datetime
    what: str
    detail: str = ""
    chip: str = ""
    chip_source: str = "place"
    weak: bool = False
    hit: bool = False
    link: str = ""


@require(Permission.CONTACT_READ)
@require_GET
def contact(request: HttpRequest, number: int, key: UUID) -> HttpResponse:
    """The contact's own page; with htmx, the panel beside the table."""
    found = reach.contact(request, key)
    if found.outbreak_id != number:
        return redirect("desk:contact", number=found.outbreak_id, key=key)
    audit.record(action="desk.contact.read", subject=found.person_id, obj=found)
    template = "desk/contact_panel.html" if request.headers.get("HX-Request") else "desk/contact.html"
    return render(request, template, _panel(request, found))


def _panel(request: HttpRequest, found: Contact) -> dict[str, Any]:
    account = reach.officer(request)
    outbreak = found.outbreak
    whole = _whole(account, outbreak)
    exposures = list(found.exposures.select_related("place", "via", "index_case").order_by("-start", "pk"))
    notice = DirectNotice.objects.filter(contact=found).order_by("-issued_at").first()
    live = notice if notice is not None and notice.withdrawn_at is None else None
    phones = [i.value for i in found.person.identifiers.all() if i.kind == Identifier.Kind.PHONE]
    onward = Exposure.objects.filter(contact__outbreak=outbreak, contact__current=True, via=found.person)
    state, word = contact_list.state_of(found, live)
    vias = {e.via.pk: e.via.name for e in exposures if e.via is not None}
    names = vias if whole else reach.names_visible(account, vias)
    rule = rules(outbreak)
    return {
        "contact": found,
        "outbreak": outbreak,
        "person": found.person,
        "about": about(found.person, timezone.localdate()),
        "phones": phones,
        "days": _days(exposures, names, outbreak, rule),
        "decisions": _decisions(found),
        "notice": notice,
        "state": state,
        "state_word": word,
        "onward": onward.values("contact").distinct().count(),
        "seen": contact_list.seen(found),
        "decides": can(account, Permission.CONTACT_DECIDE, outbreak.area_id),
        "rule": rule,
    }


def _days(
    exposures: list[Exposure], names: dict[int, str], outbreak: Outbreak, rule: Profile
) -> list[tuple[datetime, list[Event]]]:
    """The meetings by day, newest first."""
    contacts = dict(
        Contact.objects.filter(outbreak=outbreak, person__in=[e.via_id for e in exposures if e.via_id]).values_list(
            "person_id", "key"
        )
    )
    days: dict[Any, list[Event]] = {}
    met_at = parts.together(exposures, rule.near_parts)
    for e in exposures:
        meeting = _meeting(e, names, contacts, outbreak, rule.minimum_minutes)
        if there := met_at.get(e.pk):
            meeting = replace(meeting, detail=f"{meeting.detail}, {there.long}")
        days.setdefault(timezone.localdate(e.start), []).append(meeting)
    return [(events[0].at, events) for _day, events in days.items()]


def _meeting(e: Exposure, names: dict[int, str], contacts: dict[int, UUID], outbreak: Outbreak, minimum: int) -> Event:
    where = e.place.name if e.place is not None else source_name(e.source)
    if e.level == 1:
        met = _("Ở gần ca %(number)s") % {"number": e.index_case.number}
        link = reverse("desk:case", args=[e.index_case.key])
    else:
        name = names.get(e.via_id or 0)
        met = _("Ở gần %(name)s") % {"name": name} if name else _("Ở gần một người sống ở nơi khác")
        link = ""
        if name and e.via_id is not None and e.via_id in contacts:
            link = reverse("desk:contact", args=[outbreak.pk, contacts[e.via_id]])
    home = e.source == "household"
    chip = source_name(e.source) if home else span(e.minutes_certain, e.minutes_possible)
    return Event(
        at=e.start,
        what=met,
        detail="" if home else where,
        chip=chip,
        chip_source=CHIP.get(e.source, "place"),
        weak=not home and e.minutes_certain < minimum,
        hit=True,
        link=link,
    )


def _decisions(found: Contact) -> list[Event]:
    """Who decided what on this contact, from the trail, newest first."""
    words = {
        "tracing.contact.confirm": _("Đã xác nhận"),
        "tracing.contact.dismiss": _("Bỏ khỏi danh sách"),
        "tracing.contact.undo": _("Rút lại quyết định"),
    }
    events = list(
        trail.about(found.person_id).filter(
            action__in=list(words), object_kind="tracing.contact", object_id=str(found.pk)
        )[:10]
    )
    who = dict(Account.objects.filter(pk__in=[e.actor_id for e in events if e.actor_id]).values_list("pk", "name"))
    made = [Event(e.at, words[e.action], who.get(e.actor_id, "") if e.actor_id else "") for e in events]
    if made and found.reason:
        made[0] = Event(
            made[0].at, made[0].what, f"{made[0].detail}: {found.reason}" if made[0].detail else found.reason
        )
    return made


@require(Permission.CONTACT_READ)
@require_POST
def show_phone(request: HttpRequest, number: int, key: UUID) -> HttpResponse:
    """The whole phone number, with a row in the trail."""
    found = reach.contact(request, key)
    record = reading.open_record(
        found.person, _("Gọi người tiếp xúc trong ổ dịch %(name)s") % {"name": found.outbreak.name}, found
    )
    context = _panel(request, found) | {"shown": record.phones}
    template = "desk/contact_panel.html" if request.headers.get("HX-Request") else "desk/contact.html"
    return render(request, template, context)


# ---------- decisions ----------


@require(Permission.CONTACT_DECIDE)
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm or dismiss the contacts that were ticked (or all that the filter leaves), all of them or none."""
    outbreak = reach.own_outbreak(request, number, Permission.CONTACT_DECIDE)
    back = _back(request, outbreak)
    chosen = _chosen(request, outbreak)
    if not chosen:
        messages.warning(request, _("Chưa chọn ai. Đánh dấu vào ô đầu dòng rồi bấm lại."))
        return redirect(back)
    if request.POST.get("decision") == "dismiss":
        return _dismiss(request, outbreak, chosen, back)
    account = reach.officer(request)
    try:
        actions.confirm_all(contacts=chosen, by=account)
    except DecisionConflict as error:
        messages.error(request, str(error))
        return redirect(back)
    _keep_undo(request, outbreak, chosen)
    said = ngettext("Đã xác nhận %(n)d người tiếp xúc", "Đã xác nhận %(n)d người tiếp xúc", len(chosen))
    request.session[_UNDO]["said"] = said % {"n": len(chosen)}
    return redirect(back)


def _dismiss(request: HttpRequest, outbreak: Outbreak, chosen: list[Contact], back: str) -> HttpResponse:
    """A dismissal needs a reason: without one, a page asks for it."""
    asked = "reason" in request.POST or "other" in request.POST
    form = DismissForm(request.POST if asked else None)
    if asked and form.is_valid():
        try:
            with transaction.atomic():
                for one in chosen:
                    actions.dismiss(contact=one, reason=form.cleaned_data["said"], by=reach.officer(request))
        except DecisionConflict as error:
            messages.error(request, str(error))
            return redirect(back)
        except TracingError as error:
            form.add_error("other", str(error))
        else:
            _keep_undo(request, outbreak, chosen)
            said = ngettext("Đã bỏ %(n)d người khỏi danh sách", "Đã bỏ %(n)d người khỏi danh sách", len(chosen))
            request.session[_UNDO]["said"] = said % {"n": len(chosen)}
            return redirect(back)
    levels = Counter(one.level for one in chosen)
    context = {
        "outbreak": outbreak,
        "form": form,
        "chosen": chosen[:20],
        "picks": [contact_list.seen(one) for one in chosen],
        "count": len(chosen),
        "levels": sorted(levels.items()),
        "back": back,
        "filters": request.POST.get("filters", ""),
    }
    return render(request, "desk/dismiss.html", context, status=422 if asked else 200)


def _chosen(request: HttpRequest, outbreak: Outbreak) -> list[Contact]:
    """The contacts of the form as the officer saw them."""
    account = reach.officer(request)
    if request.POST.get("all") == "yes":
        filters = Filters.read(QueryDict(request.POST.get("filters", "").lstrip("?")))
        found = contact_list.base(account, outbreak, queries.last_run(outbreak), filters)
        waiting = contact_list.filtered(found, filters).filter(status=Contact.Status.FOUND)
        return list(waiting.select_related("person__area").order_by("pk")[:MAX_AT_ONCE])
    picks = {text.partition("|")[0]: text for text in request.POST.getlist("pick")[:MAX_AT_ONCE]}
    keys = [key for key in map(_uuid, picks) if key is not None]
    found = reach.own_contacts(account).filter(outbreak=outbreak, key__in=keys)
    return [contact_list.as_seen(c, picks[str(c.key)]) for c in found.select_related("person__area").order_by("pk")]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(request: HttpRequest, outbreak: Outbreak) -> str:
    """Where the officer was: the table with its filters, or the contact's page."""
    key = _uuid(request.POST.get("contact", ""))
    if key is not None:
        return reverse("desk:contact", args=[outbreak.pk, key])
    query = Filters.read(QueryDict(request.POST.get("filters", "").lstrip("?")))
    return reverse("desk:contacts", args=[outbreak.pk]) + query.address(page=query.page).removesuffix("?")


def _keep_undo(request: HttpRequest, outbreak: Outbreak, decided: list[Contact]) -> None:
    picks = [contact_list.seen(one) for one in decided]
    request.session[_UNDO] = {"outbreak": outbreak.pk, "picks": picks, "fresh": True, "said": ""}


def _undo_offer(request: HttpRequest, outbreak: Outbreak) -> str:
    """What can be taken back right now, in words; offered once, on the first page after the decision."""
    kept = request.session.get(_UNDO)
    if not kept or not kept["fresh"] or kept["outbreak"] != outbreak.pk:
        return ""
    request.session[_UNDO] = kept | {"fresh": False}
    return str(kept["said"])


@require(Permission.CONTACT_DECIDE)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take back a decision: that of the contact named, else the last one of this session."""
    outbreak = reach.own_outbreak(request, number, Permission.CONTACT_DECIDE)
    back = _back(request, outbreak)
    kept = request.session.pop(_UNDO, None)
    listed = request.POST.getlist("pick")[:1] or (kept["picks"] if kept and kept["outbreak"] == outbreak.pk else [])
    picks = {text.partition("|")[0]: text for text in listed}
    keys = [key for key in map(_uuid, picks) if key is not None]
    found = reach.own_contacts(reach.officer(request)).filter(outbreak=outbreak, key__in=keys).order_by("pk")
    contacts = [contact_list.as_seen(c, picks[str(c.key)]) for c in found]
    if not contacts:
        messages.warning(request, _("Không còn gì để hoàn tác. Mở từng người để đổi quyết định."))
        return redirect(back)
    try:
        with transaction.atomic():
            for one in contacts:
                if one.status != Contact.Status.FOUND:
                    actions.undo(contact=one, by=reach.officer(request))
    except DecisionConflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã hoàn tác. Người tiếp xúc trở lại danh sách chờ xem."))
    return redirect(back)
