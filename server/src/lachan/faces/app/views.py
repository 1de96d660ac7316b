"""Pages of the citizen's app. Each is of use as plain HTML; scripts make it live and keep it without a network."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from lachan.faces.app import addressing, arrival, health, inbox, offline, screens
from lachan.ground.platform.context import look
from lachan.register.access import sessions
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.people import queries as people_queries
from lachan.register.people import rights
from lachan.register.people.models import Person
from lachan.register.places import codes, kinds, rotation
from lachan.register.places import queries as places
from lachan.register.places.models import Place, PlaceCode
from lachan.systems.checkin.keeping import RETENTION, erased_on
from lachan.systems.checkin.models import Direction, Visit
from lachan.systems.checkin.receipt import short_code
from lachan.systems.checkin.statement import Outcome

RECENT = 4
HISTORY = 200


def _own_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the signed-in person: read only, and in no cache but the app's own, which signing out empties."""
    return require_safe(_of_this_build(citizen_required(view)))


def _of_this_build(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say in a header of which build the page is: a phone keeps it only together with the files of that build."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Lachan-Build"] = settings.BUILD
        return response

    return never_cache(told)


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _people(request: HttpRequest) -> list[Person]:
    """The signed-in person first, then whom they may act for."""
    return list(people_queries.acts_for(request.user))


def _page(request: HttpRequest, people: list[Person], **more: Any) -> dict[str, Any]:
    """What every page of the app knows, and `config`, the same for its scripts."""
    own = people[0] if people and people[0].account_id == request.user.pk else None
    you = addressing.word(request)
    language = _language()
    unread = inbox.unread(request.user)
    owner = str(own.key) if own else ""
    asked = health.question()
    version = f"{asked['number']}" if asked else ""
    known = [settings.BUILD, language, you, version, *look(request).values(), *(str(p.key) for p in people)]
    return {
        "own": own,
        "you": you,
        "people": people,
        "notice_count": unread,
        "config": {
            "owner": owner,
            # The facilities' forms on this phone are an account's, not a person's.
            "account": str(request.user.pk),
            "name": own.name if own else "",
            "you": you,
            "language": language,
            "wards": [{"key": str(p.key), "name": p.name} for p in people if p != own],
            "retention": RETENTION.days,
            "typical": {kind: rule.typical_stay for kind, rule in kinds.KINDS.items()},
            "private": list(kinds.PRIVATE_KINDS),
            "diseases": inbox.diseases(language),
            "pages": offline.pages(),
            "health": asked,
            "mark": hashlib.sha256("|".join(known).encode()).hexdigest()[:16],
        },
        **more,
    }


def _visits(people: list[Person], limit: int) -> list[Visit]:
    by_id = {person.pk: person for person in people}
    found = list(Visit.objects.filter(person_id__in=by_id).select_related("place").order_by("-t_in", "id")[:limit])
    for visit in found:
        visit.person = by_id[visit.person_id]
    return found


@_own_page
def today(request: HttpRequest) -> HttpResponse:
    """ "Hôm nay": the newest warning, where one is now, where one has been, and the main button."""
    people = _people(request)
    running = [(here, short_code(here.event_id), erased_on(here.since)) for here in arrival.running(people)]
    context = _page(
        request,
        people,
        running=running,
        visits=_visits(people, RECENT),
        warning=inbox.newest(request.user, _language(), addressing.word(request)),
        ask_address=not addressing.chosen(request) and _language() == "vi",
        address_words=addressing.WORDS.items(),
        now=timezone.now(),
        given_name=addressing.greeting_name(people[0].name) if people else "",
    )
    context["config"]["recent"] = [
        {
            "key": str(visit.id),
            "person": str(visit.person.key),
            "who": None if visit.person == context["own"] else visit.person.name,
            "place": {"name": visit.place.name, "key": str(visit.place.key)},
            "start": visit.t_in.isoformat(),
            "end": visit.t_out.isoformat(),
            "gate": visit.at_gate,
            "known": visit.ending in {Visit.Ending.SCANNED, Visit.Ending.NEXT_PLACE},
        }
        for visit in context["visits"]
    ]
    context["config"]["running"] = [
        {"person": str(here.person.key), "place": {"key": str(here.place.key)}, "at": here.since.isoformat()}
        for here, _short, _erased in running
    ]
    return render(request, "app/today.html", context)


@_of_this_build
@citizen_required
def scan(request: HttpRequest) -> HttpResponse:
    """The camera, or the code typed by hand. The typed code leads to the page of its place."""
    context = _page(request, _people(request), typed="", fault="")
    if request.method == "POST":
        typed = request.POST.get("code", "")[:200]
        try:
            return redirect("app:arrive", code=codes.parse(typed))
        except codes.NotACodeError:
            context |= {"typed": typed, "fault": _code_fault(typed)}
            return render(request, "app/scan.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return render(request, "app/scan.html", context)


def _code_fault(typed: str) -> str:
    if not typed.strip():
        return _("Gõ 12 chữ và số in dưới hình vuông, ví dụ 7KD2-Q4MX-9RTB.")
    return _("Mã có 12 chữ và số in dưới hình vuông, ví dụ 7KD2-Q4MX-9RTB. Ô đang ghi “%(typed)s”.") % {
        "typed": typed[:40]
    }


def _why_not(code: str) -> tuple[int, str]:
    """Why a code leads to no open place: status and a sentence with what to do."""
    known = PlaceCode.objects.filter(code=code).select_related("place").first()
    if known is None:
        return HTTPStatus.NOT_FOUND, _("Không có nơi nào mang mã này. Xem lại mã, hoặc hỏi người phụ trách ở cửa.")
    if known.place.closed_at is not None:
        return HTTPStatus.GONE, _("%(place)s đã đóng trên Lá Chắn nên không ghi lượt vào được nữa.") % {
            "place": known.place.name
        }
    return HTTPStatus.GONE, _("Mã này đã được thay bằng mã mới. Tìm bảng mã mới ở cửa, hoặc hỏi người phụ trách.")


@never_cache
def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """A poster's link, opened by the phone's own camera: the place, and the button that writes the arrival down."""
    text, tag = rotation.split(code)
    try:
        parsed = codes.parse(text)
    except codes.NotACodeError:
        return render(
            request,
            "app/no_place.html",
            {"fault": _("Địa chỉ này thiếu hoặc sai một phần mã. Quét lại, hoặc gõ 12 chữ và số in dưới hình vuông.")},
            status=HTTPStatus.NOT_FOUND,
        )
    found = places.code_by_text(parsed)
    if found is None:
        status, fault = _why_not(parsed)
        return render(request, "app/no_place.html", {"fault": fault}, status=status)
    whole = f"{parsed}.{tag}" if found.rotating and tag else parsed
    if whole != code:
        return redirect("app:arrive", code=whole)
    screen = screens.seen(request, parsed, tag) if found.rotating else ""
    if screen is None:
        fault = _("Mã trên màn hình đổi mỗi nửa phút, mã này đã cũ. Quét lại ngay tại màn hình.")
        return render(request, "app/no_place.html", {"fault": fault}, status=HTTPStatus.GONE)
    if not sessions.resume(request):
        return render(request, "app/arrive_signed_out.html", {"place": found.place, "code": whole})
    return _arrive(request, place=found.place, code=parsed, screen=screen)


def _arrive(request: HttpRequest, *, place: Place, code: str, screen: str = "") -> HttpResponse:
    people = _people(request)
    inside = [here for here in arrival.running(people) if here.place.pk == place.pk]
    fault = ""
    if request.method == "POST":
        chosen = [person for person in people if str(person.key) in request.POST.getlist("person")]
        direction = Direction.OUT if request.POST.get("direction") == "out" else Direction.IN
        if chosen:
            outcomes = arrival.record(
                request,
                code=code,
                direction=direction,
                people=chosen,
                form_key=_form_key(request),
                rotating=bool(screen),
            )
            if outcomes <= {Outcome.NEW, Outcome.REPLAY, Outcome.OTHER_BODY}:
                if direction == Direction.IN and (asked := health.to_answer(chosen, place)):
                    return asked
                return _told(request, place, direction)
            fault = _("Chưa ghi được. Đăng nhập lại rồi thử lần nữa.")
        else:
            fault = _("Chọn ít nhất một người.")
    context = _page(
        request,
        people,
        place=place,
        code=code,
        screen=screen,
        form_key=uuid4(),
        inside=inside,
        fault=fault,
        erased=erased_on(timezone.now()),
    )
    context["config"]["arriving"] = {
        "code": code,
        "place": {"name": place.name, "key": str(place.key), "kind": place.kind, "area": place.area.name},
    }
    return render(request, "app/arrive.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else 200)


def _form_key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("form_key", ""))
    except ValueError:
        return uuid4()


def _told(request: HttpRequest, place: Place, direction: Direction) -> HttpResponseRedirect:
    words = _("Đã ghi lượt vào %(place)s.") if direction == Direction.IN else _("Đã ghi lượt rời %(place)s.")
    messages.success(request, words % {"place": place.name})
    return redirect("app:today")


@require_POST
@citizen_required
def leave(request: HttpRequest) -> HttpResponse:
    """ "Rời đi" without scripts: the departure of those who are at the place, with a code of it that is in force.

    The code itself is never shown: whoever holds only a revoked one must not learn the new one here.
    """
    people = _people(request)
    here = [h for h in arrival.running(people) if str(h.place.key) == request.POST.get("place", "")]
    if not here:
        return redirect("app:today")
    place = here[0].place
    code = places.code_in_force(place)
    if code is None:
        messages.warning(request, _("%(place)s không còn mã nào. Lượt này sẽ tự đóng.") % {"place": place.name})
        return redirect("app:today")
    arrival.record(
        request,
        code=code.code,
        direction=Direction.OUT,
        people=[h.person for h in here],
        form_key=_form_key(request),
    )
    return _told(request, place, Direction.OUT)


@_own_page
def visits(request: HttpRequest) -> HttpResponse:
    """Where one has been: what this phone keeps (scripts), and what the server keeps, with its erase date."""
    people = _people(request)
    found = _visits(people, HISTORY)
    told = health.told(found)
    rows = [(visit, erased_on(visit.t_out), told.get(visit.id)) for visit in found]
    return render(request, "app/visits.html", _page(request, people, rows=rows, retention=RETENTION))


@_own_page
def notices(request: HttpRequest) -> HttpResponse:
    """Direct notices from the server; place notices are matched and drawn by the phone."""
    letters = inbox.letters(request.user, _language(), addressing.word(request))
    answers = rights.told(request.user)
    return render(request, "app/notices.html", _page(request, _people(request), letters=letters, answers=answers))


@_own_page
def notice(request: HttpRequest, key: UUID) -> HttpResponse:
    """One direct notice. Opening it marks it read."""
    letter = inbox.open_letter(request.user, key, _language(), addressing.word(request))
    if letter is None:
        return render(request, "app/notice_gone.html", _page(request, _people(request)), status=HTTPStatus.NOT_FOUND)
    return render(request, "app/notice.html", _page(request, _people(request), letter=letter))


@require_POST
@citizen_required
def notice_done(request: HttpRequest, key: UUID) -> HttpResponse:
    """The reader has done what the notice asks: the home page stops warning of it."""
    if inbox.done(request.user, key):
        messages.success(request, _("Đã ghi: các việc trong tin này đã làm."))
    return redirect("app:notice", key=key)


@_own_page
def here(request: HttpRequest) -> HttpResponse:
    """The frame of a place notice: its content is known to the phone alone."""
    return render(request, "app/here.html", _page(request, _people(request)))


@_own_page
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, look, address, what the phone keeps, and signing out."""
    context = _page(
        request,
        _people(request),
        address_words=addressing.WORDS.items(),
        address=addressing.chosen(request),
    )
    return render(request, "app/settings.html", context)


@require_POST
@citizen_required
def address(request: HttpRequest) -> HttpResponse:
    """Remember how the person wishes to be called, and go back to where it was asked."""
    response = redirect("app:today" if request.POST.get("from") == "today" else "app:settings")
    addressing.remember(response, request.POST.get("address", ""), secure=bool(settings.SESSION_COOKIE_SECURE))
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of files to keep. Its text changes with the build: so a phone learns of one."""
    start = {
        "build": settings.BUILD,
        "assets": offline.assets(),
        "scan": offline.pages()[1],
        "offline": "/app/offline/",
    }
    text = f'import {{ start }} from "{settings.STATIC_URL}app/worker.js";\nstart({json.dumps(start, indent=1)});\n'
    return HttpResponse(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"},
    )


@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: name, icons and colours on a home screen."""
    response = JsonResponse(offline.manifest(), content_type="application/manifest+json")
    response["Vary"] = "Cookie, Accept-Language"
    return response


@require_safe
@_of_this_build
def offline_page(request: HttpRequest) -> HttpResponse:
    """Shown instead of a page that the phone has not kept. Holds nothing of anybody."""
    return render(request, "app/offline.html", {"signed_out": not isinstance(request.user, Account)})
