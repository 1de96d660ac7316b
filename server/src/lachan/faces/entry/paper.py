"""A form that came on paper, typed in by a quarantine officer: version, pages and checks are the traveller's."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from lachan.faces.entry import journey as journeys
from lachan.faces.entry.forms import StayForm
from lachan.faces.entry.journey import TRIP, Journey
from lachan.faces.entry.views import PersonPages, TripPages
from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.forms.actions import AnswersError
from lachan.register.forms.flow import State
from lachan.register.forms.pages import FormFlow
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import Result, today
from lachan.register.people.actions import WrongDetailError
from lachan.systems.entry import actions, landed, queries
from lachan.systems.entry.models import ActivationOrder, Gate, Passenger

_PAPER_DAY = "day_on_paper"


class Drawer:
    """Where a paper form waits in an officer's session, apart from what the officer declares as a traveller."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session

    def get(self, name: str, default: Any = None) -> Any:
        return self._session.get(f"paper_{name}", default)

    def __setitem__(self, name: str, value: Any) -> None:
        self._session[f"paper_{name}"] = value

    def pop(self, name: str, default: Any = None) -> Any:
        return self._session.pop(f"paper_{name}", default)


def _drawer(request: HttpRequest) -> SessionBase:
    return cast(SessionBase, Drawer(request.session))


def _paper_day(drawer: SessionBase) -> date:
    return date.fromisoformat(str(drawer.get(_PAPER_DAY)))


def _current(request: HttpRequest) -> Journey | None:
    return journeys.current(_drawer(request))


class PaperForm(forms.Form):
    """What is asked of the paper itself. After is_valid, `order` is the one it was filled in under."""

    gate = forms.ModelChoiceField(Gate.objects.none(), label=gettext_lazy("Cửa khẩu"), empty_label=None)
    direction = forms.ChoiceField(
        label=gettext_lazy("Chuyến đi"),
        choices=ActivationOrder.Direction.choices,
        widget=forms.RadioSelect,
        initial="entry",
    )
    day = forms.CharField(
        label=gettext_lazy("Ngày qua cửa khẩu"), max_length=20, widget=forms.DateInput(attrs={"type": "date"})
    )
    paper_on = forms.CharField(
        label=gettext_lazy("Ngày ghi trên giấy"), max_length=20, widget=forms.DateInput(attrs={"type": "date"})
    )
    order: ActivationOrder | None = None

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gate = self.fields["gate"]
        assert isinstance(gate, forms.ModelChoiceField)  # noqa: S101  declared above
        gate.queryset = queries.gates_of(account)

    def _day(self, name: str) -> date:
        typed = day_typed(self.cleaned_data[name])
        if typed is None:
            raise forms.ValidationError(_("Ghi ngày, tháng, năm, ví dụ 13/8/2026"))
        return date.fromisoformat(typed)

    def clean_day(self) -> date:
        return self._day("day")

    def clean_paper_on(self) -> date:
        day = self._day("paper_on")
        if day > today():
            raise forms.ValidationError(_("Ngày ghi trên giấy phải từ hôm nay trở về trước"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"gate", "day", "direction"} <= data.keys():
            self.order = queries.order_for(data["gate"], data["direction"], data["day"])
            if self.order is None:
                self.add_error("gate", _("Cửa khẩu này không yêu cầu khai vào ngày đó. Không cần khai gì."))
        return data


@never_cache
@require(Permission.ENTRY_DECIDE)
def start(request: HttpRequest) -> HttpResponse:
    """Which gate, day and date on the paper; somebody of a carrier's list brings name and document along."""
    account = cast(Account, request.user)
    passenger = _passenger(account, request.GET.get("passenger", ""))
    day = (passenger.trip.day if passenger else today()).isoformat()
    initial = {"day": day, "paper_on": min(day, today().isoformat())}
    if passenger:
        initial["gate"] = passenger.manifest.gate_id
    form = PaperForm(request.POST or None, account=account, initial=initial)
    if request.method == "POST" and form.is_valid() and form.order is not None:
        data, drawer = form.cleaned_data, _drawer(request)
        drawer.pop("entry")
        journey = journeys.begin(drawer, order=form.order, gate=data["gate"], day=data["day"], language="vi")
        drawer[_PAPER_DAY] = data["paper_on"].isoformat()
        if passenger:
            _bring_along(journey, passenger)
        return redirect("entry:paper")
    context = {"form": form, "passenger": passenger, "under_way": _current(request)}
    return render(request, "entry/paper_start.html", context, status=422 if request.method == "POST" else 200)


def _passenger(account: Account, typed: str) -> Passenger | None:
    try:
        key = UUID(typed)
    except ValueError:
        return None
    found = landed.passengers_of(account).select_related("trip", "manifest").filter(key=key).first()
    if found is not None:
        audit.record(action="entry.passenger.read", obj=found, purpose="border")
    return found


def _bring_along(journey: Journey, passenger: Passenger) -> None:
    """What the carrier's list knows, to be compared with the paper."""
    known = {
        "name": passenger.name,
        "document": passenger.document,
        "seat": passenger.seat,
        "birth_date": passenger.birth_date.isoformat() if passenger.birth_date else None,
        "birth_year": passenger.birth_year,
    }
    answers = {code: value for code, value in known.items() if value}
    journey.sheet(journey.people[0]).state = State(answers, [], journey.people[0]).plain()
    trip = {"conveyance": passenger.trip.conveyance, "vehicle_number": passenger.trip.number}
    journey.sheet(TRIP).state = State(trip, [], journey.key).plain()
    journey.save()


@never_cache
@require(Permission.ENTRY_DECIDE)
def paper(request: HttpRequest) -> HttpResponse:
    """The parts of the form, and the button that sends it once all are done."""
    journey = _current(request)
    if journey is None:
        return redirect("entry:paper_start")
    problem, known = "", None
    if request.method == "POST":
        go = request.POST.get("go", "")
        if go == "add":
            journey.add()
        elif go.startswith("drop-") and go[5:].isascii() and go[5:].isdigit() and len(go) < 8:
            journey.drop(int(go[5:]))
        elif go == "send" and journey.whole:
            try:
                return _sent(request, journey)
            except actions.DeclaredTwiceError as error:
                problem = str(error)
                mine = queries.gates_of(cast(Account, request.user))
                known = error.declaration if mine.filter(pk=error.declaration.gate_id).exists() else None
            except AnswersError:
                problem = _("Có câu trả lời đã quá ngày, hoặc chưa đủ. Mở từng phần, xem lại rồi gửi.")
            except (actions.EntryError, WrongDetailError) as error:
                problem = str(error)
        if not problem:
            journey.save()
            return redirect("entry:paper")
    sheets = [(number, journey.sheet(key)) for number, key in enumerate(journey.people, 1)]
    context = {
        "journey": journey,
        "people": [(number, str(sheet.answers.get("name") or ""), sheet) for number, sheet in sheets],
        "trip": journey.sheet(TRIP),
        "stay_open": journey.sheet(TRIP).done and journey.area_id is None,
        "may_add": len(sheets) < actions.MOST_TRAVELLERS,
        "paper_on": _paper_day(_drawer(request)),
        "problem": problem,
        "known": known,
    }
    return render(request, "entry/paper.html", context, status=422 if problem else 200)


def _sent(request: HttpRequest, journey: Journey) -> HttpResponse:
    area, drawer = journey.area, _drawer(request)
    if area is None:
        raise actions.EntryError(_("Chọn xã, phường nơi ở tại Việt Nam."))
    declaration = actions.declare(
        order=journey.order,
        gate=journey.gate,
        travel_day=journey.day,
        language=journey.language,
        area=area,
        party=journey.party(),
        key=journeys.key_of(journey),
        paper=actions.Paper(_paper_day(drawer), cast(Account, request.user)),
    )
    drawer.pop("entry")
    messages.success(request, _("Đã nhập tờ giấy."))
    return redirect("desk:entry_declaration", key=declaration.key)


class _Paper:
    """The traveller's own pages, in the officer's frame."""

    base_template = "entry/paper_sheet.html"
    journey: Journey

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        journey = _current(request)
        if journey is None:
            return redirect("entry:paper_start")
        self.journey = journey
        return FormFlow.dispatch(cast(FormFlow, self), request, *args, **kwargs)

    def exit_url(self) -> str:
        return "/desk/entry/paper/form/"


class _PaperTrip(_Paper, TripPages):
    def finish(self, walk: Any, result: Result) -> HttpResponse:
        super().finish(walk, result)
        return redirect("entry:paper" if self.journey.area_id else "entry:paper_stay")


class _PaperPerson(_Paper, PersonPages):
    def finish(self, walk: Any, result: Result) -> HttpResponse:
        super().finish(walk, result)
        return redirect("entry:paper")


trip = require(Permission.ENTRY_DECIDE)(_PaperTrip.as_view())  # type: ignore[arg-type]
person = require(Permission.ENTRY_DECIDE)(_PaperPerson.as_view())  # type: ignore[arg-type]


@never_cache
@require(Permission.ENTRY_DECIDE)
def stay(request: HttpRequest) -> HttpResponse:
    """Which commune is meant, where the paper's fits several or none."""
    journey = _current(request)
    if journey is None:
        return redirect("entry:paper_start")
    sheet = journey.sheet(TRIP)
    typed = str(sheet.answers.get("stay_commune") or "")
    form = StayForm(request.POST or ({"commune": typed} if typed else None))
    if request.method == "POST" and form.is_valid() and form.area is not None:
        journey.area_id = form.area.pk
        sheet.state = {**sheet.state, "answers": {**sheet.answers, "stay_commune": form.cleaned_data["commune"][:100]}}
        journey.save()
        return redirect("entry:paper")
    return render(request, "entry/paper_stay.html", {"form": form}, status=422 if request.method == "POST" else 200)
