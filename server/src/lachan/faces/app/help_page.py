"""Ask the health station for a call, or tell it of symptoms, from a notice or without one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from lachan.faces.app.views import _language, _page, _people
from lachan.register.access.scope import citizen_required
from lachan.register.areas import queries as areas
from lachan.register.people.models import Person
from lachan.response.alerts import help as support
from lachan.response.alerts import queries
from lachan.response.alerts.models import DirectNotice, HelpRequest


@never_cache
@citizen_required
def ask(request: HttpRequest) -> HttpResponse:
    """Two buttons, and what became of what was asked. A POST asks for oneself, or for whom the notice is about."""
    people = _people(request)
    given = request.POST if request.method == "POST" else request.GET
    notice = _notice(request.user, given.get("notice", ""))
    person = notice.person if notice else (people[0] if people else None)
    if request.method == "POST" and person is not None:
        kind = given.get("kind", "")
        if kind in HelpRequest.Kind.values:
            support.ask(person=person, kind=HelpRequest.Kind(kind), notice=notice)
            messages.success(request, _("Đã gửi cho %(station)s.") % {"station": station(person)})
        else:
            messages.warning(request, _("Chọn “Gọi cho tôi” hoặc “Tôi có dấu hiệu bệnh”."))
        return redirect("app:help")
    asked = [(one, station(one.person)) for one in support.of_people(people)]
    more = {"asked": asked, "person": person, "notice": notice, "station": station(person) if person else ""}
    return render(request, "app/help.html", _page(request, people, **more))


def station(person: Person) -> str:
    """The health station that answers: of the commune where the person lives."""
    if person.area is None:
        return _("trạm y tế")
    name = (areas.responsible(person.area) or person.area).name
    if _language() == "vi":
        name = name[:1].lower() + name[1:]
    return _("Trạm Y tế %(commune)s") % {"commune": name}


def _notice(account: Any, key: str) -> DirectNotice | None:
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    return queries.inbox(account).filter(key=wanted, withdrawn_at=None).first()
