"""Records that may be double: the list, two side by side, the decision, and undoing it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.faces.desk.wordings import about
from lachan.ground import audit
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require
from lachan.register.people import holdings, matching, merging, reading
from lachan.register.people.models import Identifier, MatchPair, Merge, Person
from lachan.register.people.near import facts_of
from lachan.register.people.similarity import LIKELY, OFFERED, Likeness, compare

PAGE = 50
NEWEST = 20


class DecideForm(forms.Form):
    """One human being, and which record stays; or two."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Hai hồ sơ này là"),
        choices=[("merge", gettext_lazy("Một người: gộp lại")), ("different", gettext_lazy("Hai người khác nhau"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn một người hay hai người")},
    )
    keep = forms.ChoiceField(label=gettext_lazy("Hồ sơ giữ lại"), widget=forms.RadioSelect, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Dựa vào đâu?"),
        help_text=gettext_lazy("Ví dụ: đã gọi hỏi, cùng số căn cước"),
        max_length=300,
        error_messages={"required": gettext_lazy("Ghi dựa vào đâu, ví dụ “đã gọi hỏi”")},
    )

    def __init__(self, people: list[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep = self.fields["keep"]
        assert isinstance(keep, forms.ChoiceField)  # noqa: S101  declared above
        names = [_("Hồ sơ thứ nhất"), _("Hồ sơ thứ hai")]
        with_account = [_("Hồ sơ thứ nhất, có tài khoản"), _("Hồ sơ thứ hai, có tài khoản")]
        keep.choices = [
            (str(person.key), with_account[at] if person.account_id else names[at]) for at, person in enumerate(people)
        ]


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Vì sao tách lại?"),
        max_length=300,
        error_messages={"required": gettext_lazy("Ghi vì sao, ví dụ “hai anh em cùng tên”")},
    )


@dataclass(frozen=True)
class Line:
    """One line of two records side by side; `mark`: same, other, missing (in one), "" for what tells nothing."""

    label: str
    values: tuple[str, str]
    mark: str


@require(Permission.PERSON_WRITE)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The pairs that wait in the officer's area, the likeliest first, and the newest merges."""
    account, today = reach.officer(request), timezone.localdate()
    found = matching.waiting(account)
    pairs = list(found[:PAGE])
    merges = list(merging.merges_for(account)[:NEWEST])
    shown = {person for pair in pairs for person in (pair.left_id, pair.right_id)} | {one.kept_id for one in merges}
    if shown:
        audit.record(action="people.match.list", subjects=sorted(shown))
    rows = [
        {
            "pair": pair,
            "people": [(person, about(person, today)) for person in (pair.left, pair.right)],
            "reasons": matching.words(pair.reasons),
            "likely": pair.probability >= LIKELY,
        }
        for pair in pairs
    ]
    return render(
        request, "desk/doubles.html", {"rows": rows, "total": found.count(), "merges": merges, "today": today}
    )


@require(Permission.PERSON_WRITE)
def pair(request: HttpRequest, key: UUID, other: UUID) -> HttpResponse:
    """Two records side by side, and the officer's word on them. Any two others are not: a record has its own door."""
    account = reach.officer(request)
    if key == other:
        raise Http404
    people = [reach.person(request, each, Permission.PERSON_WRITE) for each in (key, other)]
    facts = facts_of(people)
    likeness = compare(facts[people[0].pk], facts[people[1].pk])
    said = MatchPair.objects.filter(left__in=people, right__in=people).select_related("decided_by").first()
    if said is None and likeness.probability < OFFERED:
        raise Http404
    form = DecideForm(people, request.POST or None, initial={"keep": str(_longer(people).key)})
    if request.method == "POST" and form.is_valid():
        try:
            return _decide(request, form, people, likeness)
        except merging.MergeError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "people": [(person, about(person, timezone.localdate())) for person in people],
        "lines": _lines(people),
        "kept": _kept(people),
        "reasons": matching.words(likeness.reasons),
        "against": matching.words(likeness.against),
        "likely": likeness.probability >= LIKELY,
        "said": said if said is not None and said.state == MatchPair.State.DIFFERENT else None,
        "days": merging.UNDO_FOR.days,
        "officer": account,
    }
    return render(request, "desk/double.html", context, status=422 if request.method == "POST" else 200)


def _decide(request: HttpRequest, form: DecideForm, people: list[Person], likeness: Likeness) -> HttpResponse:
    account, said = reach.officer(request), form.cleaned_data
    if said["decision"] == "different":
        matching.tell_apart(
            one=people[0],
            other=people[1],
            by=account,
            likeness=likeness,
            source=MatchPair.Source.BATCH,
            note=said["reason"],
        )
        messages.success(request, _("Đã ghi: hai người khác nhau. Cặp này không được hỏi lại."))
        return redirect("desk:doubles")
    keep = people[1] if said["keep"] == str(people[1].key) else people[0]
    drop = people[0] if keep is people[1] else people[1]
    done = merging.merge(keep=keep, drop=drop, reason=said["reason"], by=account)
    messages.success(request, _("Đã gộp hai hồ sơ của %(name)s.") % {"name": keep.name})
    return redirect("desk:merge", key=done.key)


def _longer(people: list[Person]) -> Person:
    """The record to keep, unless the officer says otherwise: the one with an account, else the older."""
    return min(people, key=lambda person: (person.account_id is None, person.created_at, person.pk))


def _lines(people: list[Person]) -> list[Line]:
    purpose = _("So hai hồ sơ có thể trùng")
    records = [reading.open_record(person, purpose) for person in people]
    kinds = dict(Identifier.Kind.choices)
    numbers = [
        {
            kind: [value for k, value in [*(("phone", p) for p in r.phones), *r.identifiers] if k == kind]
            for kind in kinds
        }
        for r in records
    ]
    rows = [
        (_("Họ và tên"), [p.name for p in people]),
        (_("Ngày sinh"), [_born(p) for p in people]),
        (_("Giới tính"), [str(p.get_sex_display()) if p.sex else "" for p in people]),
        (_("Nơi ở"), [str(p.area) if p.area is None else p.area.name for p in people]),
        (_("Số nhà, đường"), [p.address for p in people]),
        *((str(capfirst(kinds[kind])), [", ".join(n[kind]) for n in numbers]) for kind in kinds),
        (_("Cùng nhà"), [", ".join(p.name for p in r.housemates) for r in records]),
        (_("Vào sổ ngày"), [timezone.localdate(p.created_at).strftime("%d/%m/%Y") for p in people]),
    ]
    return [
        Line(str(label), (values[0], values[1]), _mark(str(label), values)) for label, values in rows if any(values)
    ]


def _mark(label: str, values: list[str]) -> str:
    if label in {_("Vào sổ ngày"), _("Cùng nhà")}:
        return ""
    if not all(values):
        return "missing"
    # A year alone does not contradict a day of that year.
    one, other = (value[-4:] if label == _("Ngày sinh") and min(map(len, values)) == 4 else value for value in values)
    return "same" if one == other else "other"


def _born(person: Person) -> str:
    if person.birth_date is not None:
        return person.birth_date.strftime("%d/%m/%Y")
    return str(person.birth_year) if person.birth_year else ""


def _kept(people: list[Person]) -> list[tuple[str, int, int]]:
    """What the rooms hold of each: (what, how many of the first, of the second)."""
    found = []
    for holding in reversed(holdings.all_holdings()):
        if holding.model in {Person, MatchPair, Merge} or holding.room == "audit":
            continue
        counts = [len(list(holding.export(person.pk))) for person in people]
        if any(counts):
            found.append((str(holding.label), counts[0], counts[1]))
    return found


@require(Permission.PERSON_WRITE)
def merge(request: HttpRequest, key: UUID) -> HttpResponse:
    """One merge: who decided it, on what ground, how much it moved; and the way back."""
    account = reach.officer(request)
    done = get_object_or_404(merging.merges_for(account), key=key)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            restored, rows = merging.undo(merge=done, reason=form.cleaned_data["reason"], by=account)
        except merging.MergeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Đã tách lại. %(rows)d mục về hồ sơ của %(name)s.") % {"rows": rows, "name": restored.name}
            )
            return redirect(reverse("desk:double", args=[done.kept.key, restored.key]))
    audit.record(action="people.match.list", subject=done.kept_id, obj=done)
    context = {"merge": done, "person": done.kept, "form": form}
    return render(request, "desk/merge.html", context, status=422 if request.method == "POST" else 200)
