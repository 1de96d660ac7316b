"""The family's health day by day: declaring in under a minute, the diary, asking to be called, telling of others."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.faces import health_chart
from lachan.faces.app import daily_words, inbox, watched
from lachan.faces.app.daily_forms import AskForm, TellForm
from lachan.faces.app.views import _language, _of_this_build, _own_page, _page, _people
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.wording import viet_date
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.areas import queries as areas
from lachan.register.forms import queries as forms
from lachan.register.forms.document import CHECK_PAGE
from lachan.register.forms.flow import State, Walk
from lachan.register.forms.models import FormVersion
from lachan.register.forms.pages import FormFlow
from lachan.register.forms.render import language_for, summary
from lachan.register.forms.stores import DraftStore
from lachan.register.forms.validate import Result
from lachan.register.people import consents
from lachan.register.people import queries as people_queries
from lachan.register.people.models import Person
from lachan.systems.selfreport import actions, clock, purposes, queries, work
from lachan.systems.selfreport.risk import Level

DIARY_DAYS = 30
# What is measured anew each day is never taken over from yesterday.
MEASURED = ("temperature",)
# Somebody who tells of a neighbour does it a few times, not all day.
TELLS = ratelimit.Limit("selfreport-tell", burst=5, seconds=86_400.0)


def mine(request: HttpRequest, key: UUID) -> Person:
    """The person of that key, if the account acts for them; else 404."""
    person = people_queries.acts_for(request.user).select_related("area").filter(key=key).first()
    if person is None:
        raise Http404
    return person


def _page_of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return _of_this_build(citizen_required(view))


@_own_page
def home(request: HttpRequest) -> HttpResponse:
    """Everyone's state today, what to do now, and who is still to be asked."""
    people = _people(request)
    today = timezone.localdate()
    reports = queries.latest_on(people, today)
    before = queries.latest_on(people, today - timedelta(days=1))
    given = consents.in_force(people)
    rows = [daily_words.Today(p, reports.get(p.pk), (p.pk, purposes.DIARY) in given, p.pk in before) for p in people]
    own = people[0] if people else None
    diseases = list(inbox.hotlines())
    context = {
        "rows": rows,
        "heading": daily_words.headline(rows),
        "next": next((row for row in rows if row.report is None and row.allowed), None),
        "first_time": not any(row.allowed for row in rows),
        "watched": watched.plans_of(people),
        "urgent": [row.person for row in rows if row.report and row.report.level == Level.URGENT],
        "unwell": [row.person for row in rows if row.report and row.report.level == Level.CALL],
        "shared": any(row.report.shared for row in rows if row.report),
        "station": own.area.name if own and own.area else "",
        "hotline": diseases[0] if diseases else "",
        "asked": queries.told_by(people)[:5],
        "today": today,
    }
    return render(request, "app/daily.html", _page(request, people, **context))


@_page_of
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """Yesterday's answers, offered: the same again, or anew. Without any, straight to the questions."""
    person = mine(request, key)
    if not consents.given(person, purposes.DIARY):
        return redirect("/app/consents/?from=health")
    version = forms.in_force(actions.FORM)
    if version is None:
        raise Http404
    today = timezone.localdate()
    report = queries.before(person, today)
    if report is None or report.response.version_id != version.pk:
        return redirect("app:daily_form", key=key)
    document, language = version.content, language_for(version.content)
    other = person.account_id != request.user.pk
    kept = {code: value for code, value in report.response.answers.items() if code not in MEASURED}
    walk = Walk(document, State(answers=dict(kept)), today, other)
    if request.method == "POST":
        # Everything counts as seen, so the walk goes to the page that checks the answers; nothing is sent by this.
        state = State(kept, [*(page.code for page in walk.pages()), CHECK_PAGE], str(uuid7()))
        _store(request, person, version).save(state)
        return redirect("app:daily_form", key=key, page=CHECK_PAGE)
    rows = [row for row in summary(walk, language) if row.answer]
    context = {"person": person, "rows": rows, "other": other}
    return render(request, "app/daily_start.html", _page(request, _people(request), **context))


def _store(request: HttpRequest, person: Person, version: FormVersion) -> DraftStore:
    # A draft is of one day: what was begun yesterday is about yesterday.
    day = timezone.localdate().isoformat()
    return DraftStore(cast(Account, request.user), f"{actions.FORM}:{day}:{person.pk}", version, person)


@method_decorator(citizen_required, name="dispatch")  # type: ignore[arg-type]
class DailyPages(FormFlow):
    """The questions of the day, one a page."""

    send_label = gettext_lazy("Gửi khai báo hôm nay")

    def store(self) -> DraftStore:
        self.person = mine(self.request, self.kwargs["key"])
        version = forms.in_force(actions.FORM)
        if version is None or not consents.given(self.person, purposes.DIARY):
            raise Http404
        self.for_another = self.person.account_id != self.request.user.pk
        return _store(self.request, self.person, version)

    def exit_url(self) -> str:
        return "/app/health/"

    def about(self) -> str:
        return str(self.person.name)

    def told(self) -> str:
        erased = viet_date(timezone.localdate() + actions.KEEP)
        if consents.given(self.person, purposes.STATION):
            return _("Giữ trong nhật ký, xóa ngày %(date)s. Trạm y tế chỉ thấy khi có sốt hoặc dấu hiệu nặng.") % {
                "date": erased
            }
        return _("Giữ trong nhật ký, xóa ngày %(date)s. Trạm y tế không thấy.") % {"date": erased}

    def finish(self, walk: Any, result: Result) -> HttpResponse:
        actions.record_report(
            person=self.person,
            version=self.kept.version,
            answers=walk.state.answers,
            by=cast(Account, self.request.user),
            key=UUID(walk.state.key),
            for_another=self.for_another,
        )
        messages.success(self.request, _("Đã ghi sức khỏe hôm nay của %(name)s.") % {"name": self.person.name})
        return redirect("app:daily")


form: Callable[..., HttpResponse] = DailyPages.as_view()  # type: ignore[assignment]


@_own_page
def diary(request: HttpRequest, key: UUID) -> HttpResponse:
    """The last thirty days as a chart and as a table."""
    person = mine(request, key)
    days = queries.diary(person, DIARY_DAYS)
    language = _language()
    rows: list[tuple[date, daily_words.Today | None, str, str]] = []
    for day, report in reversed(days):
        if report is None:
            rows.append((day, None, "", ""))
            continue
        walk = Walk(report.response.version.content, State(dict(report.response.answers)), day, False)
        said = next((row.answer for row in summary(walk, language) if row.code == "symptoms"), "")
        row = daily_words.Today(person, report, True, False)
        rows.append((day, row, daily_words.degrees(report.temperature), said))
    chart = daily_words.chart([(day, r.temperature if r else None) for day, r in days])
    given = sum(1 for _day, report in days if report)
    context = {"person": person, "rows": rows, "chart": chart, "given": given, "days": DIARY_DAYS}
    context["fever"] = health_chart.fever_in_words()
    return render(request, "app/daily_diary.html", _page(request, _people(request), **context))


@_page_of
def ask(request: HttpRequest) -> HttpResponse:
    """ "Gọi cho tôi": the health station of the person's commune calls back."""
    people = list(people_queries.acts_for(request.user).select_related("area"))
    chosen = request.GET.get("person", "")
    form = AskForm(request.POST or None, people=people, initial={"person": chosen})
    if request.method == "POST" and form.is_valid():
        person = next(p for p in people if str(p.key) == form.cleaned_data["person"])
        if person.area is None:
            form.add_error("person", _("Chưa biết người này ở đâu. Ghi nơi ở trong mục Gia đình rồi xin gọi."))
        else:
            work.ask_call(person=person, teller=people[0], area=person.area, note=form.cleaned_data["note"])
            said = _("Đã xin. %(station)s sẽ gọi về %(name)s.")
            messages.success(request, said % {"station": person.area.name, "name": person.name})
            return redirect("app:daily")
    status = 422 if request.method == "POST" else 200
    context = _page(request, people, form=form)
    return render(request, "app/daily_ask.html", context, status=status)


@_page_of
def tell(request: HttpRequest) -> HttpResponse:
    """ "Phản ánh": a suspected case or an arrival nobody knows of, and how the earlier ones ended."""
    people = list(people_queries.acts_for(request.user).select_related("area"))
    own = people[0] if people else None
    first = {"commune": areas.path(own.area) if own and own.area else ""}
    form = TellForm(request.POST or None, initial=first)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and form.area is not None and own is not None:
            if ratelimit.take(TELLS, str(request.user.pk)):
                form.add_error(None, _("Hôm nay đã gửi năm phản ánh. Việc gấp thì gọi trạm y tế."))
                status = 429
            else:
                data = form.cleaned_data
                work.tell(teller=own, area=form.area, what=data["what"], note=data["note"])
                messages.success(request, _("Đã gửi phản ánh tới %(area)s.") % {"area": form.area.name})
                return redirect("app:daily_tell")
    told = [item for item in queries.told_by(people) if item.kind == item.Kind.TIP]
    context = _page(
        request,
        people,
        form=form,
        told=told,
        kept=work.KEEP.days,
        hours=round(clock.within("tip").total_seconds() / 3600),
    )
    return render(request, "app/daily_tell.html", context, status=status)
