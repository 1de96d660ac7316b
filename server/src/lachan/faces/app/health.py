"""The place's health question in the app: the form that phones carry with them, its answers, and the same as pages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lachan.ground.platform.api import ApiError, endpoint
from lachan.ground.platform.wording import viet_date
from lachan.register.access import tokens
from lachan.register.access.scope import citizen_required
from lachan.register.forms import queries as forms
from lachan.register.forms.actions import AnswersError, FormError
from lachan.register.forms.models import FormVersion
from lachan.register.forms.pages import FormFlow
from lachan.register.forms.render import problems_by_question
from lachan.register.forms.stores import DraftStore
from lachan.register.forms.validate import Result
from lachan.register.people import queries as people
from lachan.register.people.models import Person
from lachan.register.places.kinds import KINDS, asks_health
from lachan.register.places.models import Place
from lachan.systems.checkin import health
from lachan.systems.checkin.models import Direction, Event, Visit

#: The question is about the time before going in: after this it is left unanswered.
ANSWER_WITHIN = timedelta(hours=24)
JUST_NOW = timedelta(minutes=15)
Moment = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with its offset from UTC")]


def question() -> dict[str, Any] | None:
    """The form in force as a phone carries it; None when there is none, and then nobody is asked."""
    version = forms.in_force(health.FORM)
    if version is None:
        return None
    kinds = [kind for kind, rule in KINDS.items() if rule.asks_health]
    return {"number": version.number, "document": version.document, "kinds": kinds}


class CheckinAnswers(msgspec.Struct):
    """`checkin` is the key under which this device sent the arrival; `version` the number of the form shown."""

    checkin: UUID
    version: Annotated[int, msgspec.Meta(ge=1, le=32_767)]
    answers: dict[str, Any]
    answered_at: Moment


class KeptAnswers(msgspec.Struct):
    """Under which version the answers are kept, and the day they are erased."""

    version: int
    erased_on: str


@endpoint(
    "POST",
    "/api/v1/checkin-answers",
    summary="Answers to the health question of a place, given with an arrival. Send the arrival first.",
    body=CheckinAnswers,
    answer=KeptAnswers,
    statuses={
        401: "the device is not signed in",
        404: "this device has not sent that arrival, or it is erased",
        409: "other answers to it are kept already",
        422: "something in the answers must be mended, or nobody asks there",
    },
    auth="device",
)
def answers(request: HttpRequest, payload: CheckinAnswers) -> KeptAnswers:
    device = tokens.require_device(request)
    event = health.event_of(device.pk, payload.checkin)
    if event is None:
        message = _("Máy này chưa gửi lượt vào đó, hoặc lượt đó đã xóa.")
        raise ApiError(HTTPStatus.NOT_FOUND, "checkin_unknown", message, at="checkin")
    version = FormVersion.objects.filter(form_id=health.FORM, number=payload.version).first()
    if version is None:
        message = _("Tờ khai sức khỏe không có bản số %(number)s.") % {"number": payload.version}
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "version_unknown", message, at="version")
    try:
        kept = health.record_answers(
            event=event,
            version=version,
            answers=payload.answers,
            answered_at=payload.answered_at,
            by=device.account,
        )
    except health.NotAskedError:
        message = _("Nơi này không hỏi về sức khỏe khi vào.")
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "not_asked", message, at="checkin") from None
    except AnswersError as refused:
        code, message = next(iter(problems_by_question(refused.result.errors, (get_language() or "vi")[:2]).items()))
        where = f"answers.{code}" if code else "answers"
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "answers", message, at=where) from None
    except FormError as refused:
        raise ApiError(HTTPStatus.CONFLICT, "answers_kept", str(refused), at="answers") from None
    return KeptAnswers(version.number, kept.erase_at.isoformat())


@dataclass(frozen=True)
class Told:
    """What the history says of a stay's health question; `open` when it can still be answered."""

    answered: bool
    open: bool


def told(visits: list[Visit]) -> dict[UUID, Told]:
    """By stay, only where the place asks. A stay bears the id of the arrival that opened it."""
    asking = [visit for visit in visits if KINDS[visit.place.kind].asks_health]
    done = health.answered(visit.id for visit in asking)
    since = timezone.now() - ANSWER_WITHIN
    return {visit.id: Told(visit.id in done, visit.id not in done and visit.t_in > since) for visit in asking}


def to_answer(arrived: Iterable[Person], place: Place) -> HttpResponse | None:
    """Where somebody without scripts answers for the first of those who have just arrived, in the order in which they
    are given; None when nobody asks."""
    if not asks_health(place.kind) or forms.in_force(health.FORM) is None:
        return None
    turn = {person.pk: number for number, person in enumerate(arrived)}
    since = timezone.now() - JUST_NOW
    events = Event.objects.filter(person_id__in=turn, place=place, direction=Direction.IN, at__gt=since)
    done = health.answered(event.id for event in events)
    open_ones = sorted(
        (event for event in events if event.id not in done), key=lambda event: (event.at, turn[event.person_id])
    )
    return redirect("app:health", event=open_ones[0].id) if open_ones else None


@method_decorator(citizen_required, name="dispatch")  # type: ignore[arg-type]
class HealthPages(FormFlow):
    """The question as plain pages: without scripts, and for an arrival that was not answered at the door."""

    send_label = gettext_lazy("Gửi câu trả lời")

    def store(self) -> DraftStore:
        since = timezone.now() - ANSWER_WITHIN
        mine = people.acts_for(self.request.user).values("pk")
        found = Event.objects.filter(id=self.kwargs["event"], person_id__in=mine, at__gt=since)
        event = found.select_related("place", "person").first()
        version = forms.in_force(health.FORM)
        if event is None or version is None or not health.asked_at(event):
            raise Http404
        self.event = event
        self.for_another = event.person.account_id != self.request.user.pk
        person = event.person
        return DraftStore(self.request.user, f"{health.FORM}:{event.id}", version, person)  # type: ignore[arg-type]

    def exit_url(self) -> str:
        return "/app/visits/"

    def about(self) -> str:
        if not self.for_another:
            return str(self.event.place.name)
        return _("%(place)s. Về %(name)s.") % {"place": self.event.place.name, "name": self.event.person.name}

    def told(self) -> str:
        date = viet_date(health.erase_on(self.event))
        return _("Nơi này không đọc được câu trả lời. Máy chủ giữ lại cho y tế và xóa ngày %(date)s.") % {"date": date}

    def finish(self, walk: Any, result: Result) -> HttpResponse:
        try:
            health.record_answers(
                event=self.event,
                version=self.kept.version,
                answers=walk.state.answers,
                answered_at=timezone.now(),
                by=self.request.user,  # type: ignore[arg-type]
            )
        except FormError:
            messages.warning(self.request, _("Lượt vào này đã có câu trả lời rồi."))
        else:
            messages.success(self.request, _("Đã gửi câu trả lời."))
        # The others who came in by the same gesture, one after the other.
        return to_answer(people.acts_for(self.request.user), self.event.place) or redirect("app:visits")


pages: Callable[..., HttpResponse] = HealthPages.as_view()  # type: ignore[assignment]
