"""The citizen's pages of requests about one's own data, of a copy that can be read, and of the proof of an erasure."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.people import erasing, holdings, queries, rights
from lachan.register.people.copy_words import column
from lachan.register.people.models import Person, RightsRequest


class AskForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Muốn gì với dữ liệu của mình?"),
        choices=[(value, capfirst(label)) for value, label in RightsRequest.Kind.choices],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một điều muốn")},
    )
    field = forms.ChoiceField(
        label=gettext_lazy("Chỗ cần sửa"),
        help_text=gettext_lazy("Chỉ khi muốn sửa chỗ sai"),
        choices=list(rights.FIELDS.items()),
        widget=forms.RadioSelect,
        required=False,
    )
    wish = forms.CharField(
        label=gettext_lazy("Đúng ra là, hoặc điều mong muốn"),
        help_text=gettext_lazy("Ví dụ Nguyễn Thị Hạnh, hoặc 4/7/1985"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account) or queries.person_of(request.user) is None:
        raise Http404
    return request.user


def _whom(account: Account, key: str) -> Person:
    people = queries.acts_for(account)
    try:
        found = people.filter(key=UUID(key)).first() if key else people.first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


@never_cache
@citizen_required
def requests(request: HttpRequest) -> HttpResponse:
    """What was asked, with its date; and asking."""
    account = _account(request)
    person = _whom(account, request.GET.get("person", ""))
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = rights.ask(person=person, kind=said["kind"], by=account, wish=said["wish"], field=said["field"])
        except rights.RightsError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Đã gửi. Số yêu cầu: %(number)s.") % {"number": made.number})
            return redirect("people:request", key=made.key)
    page = {
        "form": form,
        "person": person,
        "people": list(queries.acts_for(account)),
        "me": queries.person_of(account),
        "asked": rights.mine(account).filter(person=person),
        "hold": erasing.hold_of(person.pk),
        "days": rights.clocks()["done_days"],
    }
    return render(request, "people/requests.html", page, status=422 if request.method == "POST" else 200)


@require_safe
@never_cache
@citizen_required
def one_request(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the request stands, and its answer."""
    found = get_object_or_404(rights.mine(_account(request)).select_related("taken_by", "area", "person"), key=key)
    page = {"asked": found, "field": rights.FIELDS.get(found.field, ""), "today": timezone.localdate()}
    return render(request, "people/request.html", page)


@require_safe
@never_cache
def erased(request: HttpRequest, key: UUID) -> HttpResponse:
    """The receipt of an erasure, for whoever has its address: it says how many rows went, and nothing of whom."""
    found = get_object_or_404(RightsRequest, key=key, person=None, receipt__isnull=False)
    return render(request, "people/receipt.html", {"receipt": found.receipt, "number": found.number})


@require_safe
@never_cache
@citizen_required
def copy(request: HttpRequest) -> HttpResponse:
    """Everything that is held of one person, to be read on screen or printed."""
    person = _whom(_account(request), request.GET.get("person", ""))
    audit.record(action="people.data.export", subject=person.pk, obj=person)
    held: list[dict[str, Any]] = []
    for holding in reversed(holdings.all_holdings()):
        rows = [{k: v for k, v in row.items() if v not in {None, ""}} for row in _plain(holding.export(person.pk))]
        if rows:
            held.append({"what": str(holding.label), "rows": rows, "until": holding.last_day(person.pk)})
    return render(request, "people/copy.html", {"person": person, "held": held})


def _plain(rows: Any) -> list[dict[str, str]]:
    """Each column and value as a reader takes it."""
    return [{column(name): _word(value) for name, value in row.items()} for row in rows]


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if hasattr(value, "tzinfo") and value.tzinfo is not None:
        return timezone.localtime(value).strftime("%d/%m/%Y %H:%M")
    if hasattr(value, "strftime"):
        return str(value.strftime("%d/%m/%Y"))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_word(item)}" for name, item in value.items() if item not in (None, ""))
    if isinstance(value, list):
        return "; ".join(_word(item) for item in value)
    return "" if value is None else str(value)
