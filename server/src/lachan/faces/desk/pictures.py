"""The outbreak as pictures, each with the table that says the same: the chain, the communes concerned."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lachan.faces import cartography
from lachan.faces.desk import reach
from lachan.faces.desk.wordings import short
from lachan.ground.platform import wording
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require
from lachan.register.areas.models import Area
from lachan.response.cases import queries
from lachan.response.cases.chain import rows
from lachan.response.cases.models import Case
from lachan.response.tracing.models import Contact


@require(Permission.CASE_READ)
@require_GET
def chain(request: HttpRequest, number: int) -> HttpResponse:
    """Who infected whom, by number and day: no person is read. Only the outbreak's office sees it."""
    outbreak = reach.own_outbreak(request, number, Permission.CASE_READ)
    cases = queries.chain_of(outbreak)
    # The picture escapes what it writes; its words are ours.
    picture = mark_safe(queries.chain_picture(outbreak)) if cases else ""  # noqa: S308  drawn by us, names escaped there
    keys = dict(Case.objects.filter(outbreak=outbreak).values_list("number", "key"))
    linked = sum(1 for case in cases if case.infector)
    return render(
        request,
        "desk/chain.html",
        {
            "outbreak": outbreak,
            "tab": "chain",
            "picture": picture,
            "rows": [(row, keys.get(row.number)) for row in rows(cases)],
            "total": len(cases),
            "linked": linked,
            "whole": True,
            "issues": can(reach.officer(request), Permission.NOTICE_ISSUE, outbreak.area_id),
        },
    )


@dataclass(frozen=True)
class Commune:
    """One line of the map's table."""

    area: Area
    province: str
    cases: int
    contacts: int
    waiting: int


@require(Permission.CONTACT_READ)
@require_GET
def area_map(request: HttpRequest, number: int) -> HttpResponse:
    """The communes where the cases and contacts in scope live."""
    account = reach.officer(request)
    outbreak = reach.outbreak(request, number)
    contacts = reach.contacts(account).filter(outbreak=outbreak, current=True)
    found = {
        row["person__area"]: row
        for row in contacts.exclude(status=Contact.Status.DISMISSED)
        .values("person__area")
        .annotate(n=Count("pk"), waiting=Count("pk", filter=Q(status=Contact.Status.FOUND)))
        .order_by()
    }
    live = reach.cases(account).filter(outbreak=outbreak).exclude(status=Case.Status.EXCLUDED)
    cases = dict(live.values_list("person__area").annotate(n=Count("pk")).order_by())
    areas = Area.objects.select_related("parent").in_bulk([pk for pk in {*found, *cases} if pk is not None])
    nothing = {"n": 0, "waiting": 0}
    communes = [
        Commune(
            area,
            area.parent.name if area.parent else "",
            cases.get(pk, 0),
            found.get(pk, nothing)["n"],
            found.get(pk, nothing)["waiting"],
        )
        for pk, area in areas.items()
    ]
    communes.sort(key=lambda c: (-c.cases, -c.contacts, c.area.name))
    marks = [
        cartography.Mark(
            area=c.area,
            name=short(c.area),
            value=c.contacts,
            loud=bool(c.cases),
            said=_("%(place)s: %(cases)s ca, %(contacts)s tiếp xúc")
            % {
                "place": c.area.name,
                "cases": wording.viet_number(c.cases),
                "contacts": wording.viet_number(c.contacts),
            },
        )
        for c in communes
    ]
    said = ngettext("%(n)d xã, phường có ca hoặc tiếp xúc", "%(n)d xã, phường có ca hoặc tiếp xúc", len(communes))
    return render(
        request,
        "desk/area_map.html",
        {
            "outbreak": outbreak,
            "tab": "map",
            "communes": communes,
            "sentence": said % {"n": len(communes)},
            "map": cartography.pictures(marks, _words(said % {"n": len(communes)})),
            "attribution": cartography.ATTRIBUTION,
            "today": timezone.localdate(),
            "whole": can(account, Permission.CASE_READ, outbreak.area_id),
            "issues": can(account, Permission.NOTICE_ISSUE, outbreak.area_id),
        },
    )


def _words(sentence: str) -> cartography.Words:
    described = _("Bản đồ Việt Nam với quần đảo Hoàng Sa và quần đảo Trường Sa. %(sentence)s") % {"sentence": sentence}
    return cartography.Words(
        sentence=sentence,
        described=described,
        country=_("Việt Nam"),
        sea=_("Biển Đông"),
        hoang_sa=_("Quần đảo Hoàng Sa"),
        truong_sa=_("Quần đảo Trường Sa"),
    )
