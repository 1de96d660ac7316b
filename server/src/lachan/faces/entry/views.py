"""The traveller's pages: plain HTML, no account, a declaration for the whole party."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from io import BytesIO
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.entry import journey as journeys
from lachan.faces.entry import zone
from lachan.faces.entry.forms import FindForm, StartForm, StayForm, ZoneForm
from lachan.faces.entry.journey import TRIP, Journey, SheetStore
from lachan.faces.entry.speaking import remember
from lachan.register.access import ratelimit
from lachan.register.access.views import ip_of, wait_words
from lachan.register.forms.actions import AnswersError
from lachan.register.forms.pages import FormFlow
from lachan.register.forms.validate import Result, today
from lachan.register.people.actions import WrongDetailError
from lachan.register.places import codes
from lachan.systems.entry import actions, mrz, queries
from lachan.systems.entry.models import Declaration

# A coach party declares from one telephone's network; a robot declares a thousand times.
SEND = ratelimit.Limit("entry.send.ip", 60, 3_600)
FIND_IP = ratelimit.Limit("entry.find.ip", 30, 900)
# Ten guesses a day against a declaration, however its code is spelled and from wherever.
FIND_CODE = ratelimit.Limit("entry.find.code", 10, 86_400)

View = Callable[..., HttpResponse]


def _language(request: HttpRequest) -> str:
    return getattr(request, "LANGUAGE_CODE", "") or "vi"


def _vietnamese(request: HttpRequest) -> bool:
    return _language(request).startswith("vi")


def with_journey(view: View) -> View:
    """Decorate a page that needs a declaration under way; without one, to the beginning."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        journey = journeys.current(request.session)
        if journey is None:
            return redirect("entry:start")
        return view(request, journey, *args, **kwargs)

    return found


@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Language, gate and day; or that nobody is asked to declare."""
    first = today()
    orders = list(queries.orders_between(first, first + timedelta(days=actions.DAYS_BEFORE)).prefetch_related("gates"))
    if not orders:
        return render(request, "entry/not_asked.html", status=HTTPStatus.OK)
    under_way = journeys.current(request.session)
    offered = [code for order in orders for code in order.languages]
    # Who reads a language that no order offers is better served by English than by Vietnamese.
    language = next((code for code in (_language(request), "en") if code in offered), "vi")
    initial: dict[str, Any] = {}
    if under_way is not None:
        initial = {
            "direction": under_way.order.direction,
            "gate": under_way.gate.pk,
            "day": under_way.day.isoformat(),
        }
    form = StartForm(request.POST or None, orders=orders, initial=initial)
    if request.method == "POST" and form.is_valid() and form.order is not None:
        data = form.cleaned_data
        journeys.begin(request.session, order=form.order, gate=data["gate"], day=data["day"], language=data["language"])
        return remember(request, redirect("entry:party"), data["language"])
    opened = journeys.opened(request.session)
    context = {"form": form, "orders": orders, "opened": opened, "under_way": under_way, "language": language}
    return render(request, "entry/start.html", context, status=422 if request.method == "POST" else 200)


@with_journey
def party(request: HttpRequest, journey: Journey) -> HttpResponse:
    """Who travels, and what is still to be written."""
    if request.method == "POST":
        verb, _sep, which = request.POST.get("go", "").partition("-")
        if verb == "drop" and which.isascii() and which.isdigit() and len(which) < 3:
            journey.drop(int(which))
        elif verb == "add":
            place = journey.add()
            journey.save()
            if place is not None:
                return redirect("entry:document", number=place)
        journey.save()
        return redirect("entry:party")
    people = []
    for number, key in enumerate(journey.people, 1):
        sheet = journey.sheet(key)
        people.append(
            {
                "number": number,
                "name": str(sheet.answers.get("name") or ""),
                "done": sheet.done,
                "begun": bool(sheet.state),
            }
        )
    trip = journey.sheet(TRIP)
    context = {
        "journey": journey,
        "gate": journey.gate.name if _vietnamese(request) else journey.gate.name_en,
        "people": people,
        "trip_done": trip.done and journey.area_id is not None,
        "trip_begun": bool(trip.state),
        "stay_open": trip.done and journey.area_id is None,
        "may_add": len(people) < actions.MOST_TRAVELLERS,
    }
    return render(request, "entry/party.html", context)


class _Sheet(FormFlow):
    """One form of the declaration, asked in the declaration's language."""

    base_template = "entry/sheet.html"
    send_label = gettext_lazy("Lưu phần này")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        journey = journeys.current(request.session)
        if journey is None:
            return redirect("entry:start")
        self.journey = journey
        return super().dispatch(request, *args, **kwargs)

    def form_language(self) -> str:
        return self.journey.language if self.journey.language in self.document.languages else "vi"

    def exit_url(self) -> str:
        return "/entry/party/"

    def _done(self, name: str, walk: Any) -> None:
        sheet = self.journey.sheet(name)
        sheet.state, sheet.done = walk.state.plain(), True
        self.journey.save()


class TripPages(_Sheet):
    """The journey and the stay, once for the party."""

    def store(self) -> SheetStore:
        return SheetStore(self.journey, TRIP, self.journey.order.trip_form)

    def finish(self, walk: Any, result: Result) -> HttpResponse:
        form = StayForm({"commune": result.values["stay_commune"]})
        self.journey.area_id = form.area.pk if form.is_valid() and form.area is not None else None
        self._done(TRIP, walk)
        return redirect("entry:party" if self.journey.area_id else "entry:stay")


class PersonPages(_Sheet):
    """One traveller's own answers."""

    def store(self) -> SheetStore:
        number = self.kwargs["number"]
        if not 1 <= number <= len(self.journey.people):
            raise Http404
        return SheetStore(self.journey, self.journey.people[number - 1], self.journey.order.form)

    def about(self) -> str:
        name = self.walk.state.answers.get("name")
        return (
            _("Về %(name)s") % {"name": name} if name else _("Người thứ %(number)d") % {"number": self.kwargs["number"]}
        )

    def finish(self, walk: Any, result: Result) -> HttpResponse:
        self._done(self.kept.name, walk)  # type: ignore[attr-defined]
        return redirect("entry:party")


trip: View = TripPages.as_view()  # type: ignore[assignment]
person: View = PersonPages.as_view()  # type: ignore[assignment]


@with_journey
def stay(request: HttpRequest, journey: Journey) -> HttpResponse:
    """Which commune is meant, where the name written fits several or none."""
    sheet = journey.sheet(TRIP)
    typed = str(sheet.answers.get("stay_commune") or "")
    form = StayForm(request.POST or ({"commune": typed} if typed else None))
    if request.method == "POST" and form.is_valid() and form.area is not None:
        journey.area_id = form.area.pk
        sheet.state = {**sheet.state, "answers": {**sheet.answers, "stay_commune": form.cleaned_data["commune"][:100]}}
        journey.save()
        return redirect("entry:party")
    return render(request, "entry/stay.html", {"form": form}, status=422 if request.method == "POST" else 200)


@with_journey
def document(request: HttpRequest, journey: Journey, number: int) -> HttpResponse:
    """The code lines of the passport, typed: they fill in the person's page. They may be left out."""
    if not 1 <= number <= len(journey.people):
        raise Http404
    form = ZoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reading = mrz.read(form.cleaned_data["zone"], today())
        if reading.valid:
            store = SheetStore(journey, journey.people[number - 1], journey.order.form)
            state = store.load()
            state.answers |= zone.answers(reading, journey.order.form.content)
            store.save(state)
            messages.success(request, _("Đã đọc đúng các dòng mã. Xem lại các ô bên dưới."))
            return redirect("entry:person", number=number)
        for problem in reading.problems[:4]:
            form.add_error("zone", zone.sentence(problem))
    return render(
        request,
        "entry/document.html",
        {"form": form, "number": number},
        status=422 if request.method == "POST" else 200,
    )


@with_journey
def send(request: HttpRequest, journey: Journey) -> HttpResponse:
    """What it is for, on which ground, what a false declaration means: read before sending."""
    if not journey.whole:
        return redirect("entry:party")
    problem = ""
    if request.method == "POST":
        if wait := ratelimit.take(SEND, ip_of(request)):
            said = _("Nhiều tờ khai từ mạng này. Gửi lại sau %(wait)s; câu trả lời vẫn còn.")
            problem = said % {"wait": wait_words(wait)}
        else:
            try:
                declaration = _sent(journey)
            except AnswersError:
                problem = _("Có câu trả lời đã quá ngày, hoặc chưa đủ. Mở từng phần, xem lại rồi gửi.")
            except (actions.EntryError, WrongDetailError) as error:
                problem = str(error)
            else:
                journeys.finish(request.session, declaration)
                return redirect("entry:code")
    names = [str(journey.sheet(key).answers.get("name") or "") for key in journey.people]
    erased = journey.day + timedelta(days=journey.order.retention_days)
    context = {"journey": journey, "names": names, "problem": problem, "erased": erased}
    return render(request, "entry/send.html", context, status=422 if problem else 200)


def _sent(journey: Journey) -> Declaration:
    area = journey.area
    if area is None:
        raise actions.EntryError(_("Chọn xã, phường nơi ở tại Việt Nam."))
    if journey.revises is not None:
        try:
            return actions.correct(
                declaration=Declaration.objects.get(pk=journey.revises),
                area=area,
                party=journey.party(),
                revision=journey.revision,
            )
        except Declaration.DoesNotExist:
            raise actions.EntryError(_("Tờ khai này đã xóa khỏi máy chủ, không sửa được. Khai lại từ đầu.")) from None
    return actions.declare(
        order=journey.order,
        gate=journey.gate,
        travel_day=journey.day,
        language=journey.language,
        area=area,
        party=journey.party(),
        key=journeys.key_of(journey),
    )


def _qr(text: str) -> SafeString:
    out = BytesIO()
    made = segno.make(text, error="m", micro=False)
    made.save(out, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False, svgns=False, nl=False)
    # S308: nothing in it is anybody's text. The library draws the squares as one path of numbers; a name is inside them
    # as black and white, and `text` itself is signed.PREFIX and base45.
    return mark_safe(out.getvalue().decode())  # noqa: S308


@never_cache
@require_GET
def code(request: HttpRequest) -> HttpResponse:
    """The signed code and the short one, for the party that sent it."""
    declaration = journeys.opened(request.session)
    if declaration is None:
        return redirect("entry:find")
    travellers = list(declaration.travellers.select_related("person").order_by("number"))
    hits = {hit for one in travellers for hit in one.hits}
    context = {
        "declaration": declaration,
        "gate": declaration.gate.name if _vietnamese(request) else declaration.gate.name_en,
        "travellers": travellers,
        "qr": _qr(queries.qr_text(declaration)),
        "short": codes.grouped(declaration.code),
        "why": queries.why(declaration.order, sorted(hits), _language(request)),
        "seen": declaration.travellers.filter(decisions__isnull=False).exists(),
        "vehicle": "" if declaration.trip.conveyance == "foot" else declaration.trip.number,
    }
    return render(request, "entry/code.html", context)


def _short(typed: str) -> str | None:
    try:
        return codes.parse(typed)
    except codes.NotACodeError:
        return None


@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Open a declaration again with its short code and a birth, without an account."""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        short = _short(form.cleaned_data["code"])
        # One bucket a declaration: a code is taken in many spellings.
        wait = ratelimit.take(FIND_IP, ip_of(request)) or (ratelimit.take(FIND_CODE, short) if short else 0)
        found = actions.open_again(code=short, born=form.cleaned_data["born"]) if short and not wait else None
        if found is not None:
            journeys.open_with(request.session, found)
            return redirect("entry:code")
        if wait:
            form.add_error("code", _("Thử nhiều lần quá. Thử lại sau %(wait)s.") % {"wait": wait_words(wait)})
        else:
            form.add_error("code", _("Không có tờ khai nào với mã và ngày sinh này. Xem lại cả hai."))
    return render(request, "entry/find.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """The way out on a shared computer: nothing of the declaration stays in this browser, the language alone does."""
    request.session.flush()
    messages.success(request, _("Đã đóng. Trình duyệt này không còn giữ tờ khai."))
    return remember(request, redirect("entry:start"), _language(request))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Begin a correction of the declaration that is open."""
    declaration = journeys.opened(request.session)
    if declaration is None:
        return redirect("entry:find")
    if declaration.travellers.filter(decisions__isnull=False).exists():
        messages.warning(request, _("Kiểm dịch viên đã xem tờ khai này. Cần sửa thì nói với kiểm dịch viên tại quầy."))
        return redirect("entry:code")
    journeys.reopen(request.session, declaration)
    return redirect("entry:party")
