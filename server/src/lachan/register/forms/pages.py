"""`FormFlow`: the pages of any form, for any room. Plain HTML, a question or a group a page, saved at every step."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View

from lachan.ground.platform.wording import things_to_mend
from lachan.register.forms.document import CHECK_PAGE, Calculation, Group, Repeat
from lachan.register.forms.flow import State, Walk
from lachan.register.forms.render import blocks, entries, entry_title, language_for, problems_by_question, summary
from lachan.register.forms.stores import Store
from lachan.register.forms.typed import Entry, Screen, place, questions_on, take
from lachan.register.forms.validate import Result, today
from lachan.register.forms.wording import unreviewed


@method_decorator(never_cache, name="dispatch")
class FormFlow(View):
    """A room subclasses it, gives it two routes (with and without `<slug:page>`) and says what to do with the answers.

    Must be given: `store()`, `finish()`. May be given: the rest. The two routes share one name; `page` is the only
    keyword the flow itself reads, the others are the room's.
    """

    base_template: ClassVar[str] = "base_citizen.html"
    # The last button: what is sent, to whom ("Gửi cho trạm y tế").
    send_label: ClassVar[str | Promise] = gettext_lazy("Gửi tờ khai")
    for_another: bool = False

    def store(self) -> Store:
        """Where this form's answers wait."""
        raise NotImplementedError

    def finish(self, walk: Walk, result: Result) -> HttpResponse:
        """Keep the answers (record_response with key=walk.state.key) and say so. The draft is cleared after it."""
        raise NotImplementedError

    def exit_url(self) -> str:
        """Where one goes back to from the first page, and after "Lưu, làm sau"."""
        return "/app/"

    def told(self) -> str:
        """Who sees the answers and when they are erased, shown before sending."""
        return ""

    def form_language(self) -> str:
        """The language the questions are asked in; any of the form's, also one the pages do not speak."""
        return language_for(self.document)

    def about(self) -> str:
        """Whom or what the form is about, shown above every question."""
        return ""

    # ---- the walk ----

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.page_code: str | None = kwargs.get("page")

    def _open(self) -> None:
        # Not in setup(): the room's decorators (sign-in, permission) must run first.
        self.kept = self.store()
        self.document = self.kept.version.content
        self.walk = Walk(self.document, self.kept.load(), today(), self.for_another)
        self.language = self.form_language()

    def url(self, page: str) -> str:
        match = self.request.resolver_match
        assert match is not None  # noqa: S101  a view is only reached through a route
        return reverse(match.view_name, kwargs={**self.kwargs, "page": page})

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self._open()
        if self.page_code == CHECK_PAGE:
            return self._check()
        page = self.walk.page(self.page_code) if self.page_code else None
        if page is None:
            return redirect(self.url(self.walk.first_open()))
        # A page come back to shows what is still to be mended there.
        errors = self._errors(page) if page.code in self.walk.state.seen else {}
        return self._page(page, errors)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self._open()
        go = request.POST.get("go", "next")
        if self.page_code == CHECK_PAGE:
            return self._send()
        page = self.walk.page(self.page_code) if self.page_code else None
        if page is None:
            return redirect(self.url(self.walk.first_open()))
        if isinstance(page, Repeat):
            response = self._list(page, go)
            self.kept.save(self.walk.state)
            return response
        on_screen = set(request.POST.getlist("on_screen"))
        typed: dict[str, Any] = take(questions_on(page), request.POST.getlist)
        if go == "skip":
            typed = dict.fromkeys(typed)
        more = self.walk.save(page, typed, on_screen)
        response = self._step(page, go, more=more)
        self.kept.save(self.walk.state)
        return response

    def _list(self, page: Repeat, go: str) -> HttpResponse:
        verb, _sep, index = go.partition("-")
        if verb == "add":
            added = self.walk.add(page)
            return redirect(self.url(added or page.code))
        if verb == "drop":
            # Only a number this page could have drawn.
            if index.isascii() and index.isdigit() and len(index) <= len(str(page.most)):
                self.walk.drop(page, int(index))
            return redirect(self.url(page.code))
        return self._step(page, go, more=False)

    def _step(self, page: Screen, go: str, *, more: bool) -> HttpResponse:
        if go == "later":
            messages.success(self.request, _("Đã lưu. Mở lại lúc nào cũng được."))
            return HttpResponseRedirect(self.exit_url())
        if go == "back":
            before = self.walk.before(page.code)
            return redirect(self.url(before) if before else self.exit_url())
        if more:
            return redirect(self.url(page.code))
        self.walk.leave(page)
        errors = self._errors(page)
        if errors:
            return self._page(page, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(self.url(self.walk.after(page.code)))

    def _errors(self, page: Screen) -> dict[str, str]:
        """What must be mended on that page, under the questions' codes (the group's own for a list of entries)."""
        every = problems_by_question(self.walk.result().errors, self.language)
        there = {place(page, q.code): q.code for q in questions_on(page)} or {page.code: page.code}
        return {there[where]: message for where, message in every.items() if where in there}

    # ---- the pages ----

    def _page(self, page: Screen, errors: dict[str, str], status: int = HTTPStatus.OK) -> HttpResponse:
        number, total = self.walk.position(page.code)
        shown = blocks(self.walk, page, self.language, errors)
        # A lone question is its own heading.
        heading = page if isinstance(page, Group | Calculation | Repeat) else None
        label = self.document.words(heading.label, self.language) if heading else ""
        if isinstance(page, Entry):
            label = entry_title(self.document, page, self.language)
        context = {
            "page_label": label,
            "page_hint": self.document.words(heading.hint, self.language) if heading else "",
            "title": label or shown[0].label,
            "questions": shown,
            "errors": [(f"q_{code}", message) for code, message in errors.items()],
            "number": number,
            "total": total,
            "first": number == 1,
            "alone": not label,
        }
        if isinstance(page, Repeat):
            rows = entries(self.walk, page, self.language)
            context |= {
                "rows": [(row, self.url(row.page)) for row in rows],
                "may_add": len(rows) < page.most,
                "may_drop": len(rows) > page.least,
                "entry": self.document.words(page.entry, self.language),
                "list_id": f"q_{page.code}",
            }
            return self._render("forms/entries.html", context, status)
        return self._render("forms/page.html", context, status)

    def _check(self, status: int = HTTPStatus.OK) -> HttpResponse:
        if CHECK_PAGE not in self.walk.state.seen:
            self.walk.state.seen.append(CHECK_PAGE)
            self.kept.save(self.walk.state)
        rows = summary(self.walk, self.language)
        errors = [(self.url(row.page), row.error) for row in rows if row.error] if status != HTTPStatus.OK else []
        before = self.walk.before(CHECK_PAGE)
        context = {
            "rows": [(row, self.url(row.page)) for row in rows],
            "errors": errors,
            "send_label": self.send_label,
            "told": self.told(),
            "key": self.walk.state.key,
            "back_url": self.url(before) if before else self.exit_url(),
        }
        return self._render("forms/check.html", context, status)

    def _send(self) -> HttpResponse:
        if self.request.POST.get("key", self.walk.state.key) != self.walk.state.key:
            # Pressed twice, or again from an old tab: what the page showed is sent already, and its draft is gone.
            messages.success(self.request, _("Tờ khai này đã gửi rồi."))
            return HttpResponseRedirect(self.exit_url())
        self.walk.settle()
        result = self.walk.result()
        if not result.ok:
            return self._check(HTTPStatus.UNPROCESSABLE_ENTITY)
        response = self.finish(self.walk, result)
        self.kept.clear()
        return response

    def _render(self, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        errors = context["errors"]
        common = {
            "base_template": self.base_template,
            "form_title": self.document.words(self.document.title, self.language),
            "about": self.about(),
            "exit_url": self.exit_url(),
            "errors_heading": things_to_mend(len(errors)) if errors else "",
            "form_language": self.language,
            "machine_translated": self.language in self.document.machine_translated or unreviewed(self.language),
        }
        return render(self.request, template, {**common, **context}, status=status)


__all__ = ["FormFlow", "State", "Walk"]
