"""Sets of criteria: read, drafted as a document, tried on last month, published with a date."""

from datetime import timedelta
from typing import cast

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lachan.ground.platform.wording import english
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can, require
from lachan.systems.safety import reading, trial, versions
from lachan.systems.safety.criteria import CriteriaError, parse_toml
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.models import CriteriaVersion

State = CriteriaVersion.State


class DraftForm(forms.Form):
    """The whole set as one text."""

    text = forms.CharField(
        label=gettext_lazy("Bộ tiêu chí, dạng TOML"),
        help_text=gettext_lazy("Sửa câu chữ, điểm, ngưỡng, việc trong ngày. Số bản do máy ghi."),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 24, "class": "criteria-text", "spellcheck": "false"}),
    )


class PublishForm(forms.Form):
    """From which day the draft holds."""

    valid_from = forms.DateField(
        label=gettext_lazy("Có hiệu lực từ ngày"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@require(Permission.PLACE_READ)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every version of every set."""
    rows = [(version, versions.criteria_of(version)) for version in versions.listing()]
    told = [(version, reading.words(criteria), criteria) for version, criteria in rows]
    writes = can(cast(Account, request.user), Permission.FORM_PUBLISH)
    return render(request, "safety/desk_criteria.html", {"rows": told, "writes": writes})


@require(Permission.PLACE_READ)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version: its items and rule; for whoever keeps the rules, what a draft would change, and publishing it."""
    found = get_object_or_404(CriteriaVersion, pk=number)
    account = cast(Account, request.user)
    writes = can(account, Permission.FORM_PUBLISH)
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = PublishForm(request.POST or None, initial={"valid_from": tomorrow})
    if request.method == "POST" and writes:
        if "discard" in request.POST:
            try:
                versions.discard(version=found)
            except RefusedError as error:
                messages.error(request, error.message)
            return redirect("safety:criteria")
        if form.is_valid():
            try:
                versions.publish(version=found, valid_from=form.cleaned_data["valid_from"], by=account)
            except RefusedError as error:
                form.add_error("valid_from", error.message)
            else:
                messages.success(request, _("Đã ban hành. Kết quả đã có giữ theo bản cũ."))
                return redirect("safety:version", number=found.pk)
    criteria = versions.criteria_of(found)
    drafted = found.state == State.DRAFT
    context = {
        "version": found,
        "criteria": criteria,
        "title": reading.words(criteria),
        "checked": criteria.checked_en if english() else criteria.checked_vi,
        "items": [(item, reading.words(item)) for item in criteria.items],
        "bands": [(band, reading.words(band), reading.outcome_state(band.outcome)) for band in criteria.rule.bands],
        "tasks": [reading.words(task) for task in criteria.daily.tasks],
        "family": criteria.rule.__struct_config__.tag,
        "writes": writes,
        "drafted": drafted,
        "trial": trial.try_on(found) if drafted and writes else None,
        "days": trial.DAYS,
        "form": form,
    }
    return render(request, "safety/desk_version.html", context, status=422 if request.method == "POST" else 200)


@require(Permission.FORM_PUBLISH)
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """The next version of a set, written from this one."""
    found = get_object_or_404(CriteriaVersion, pk=number)
    # The empty values are left out, which TOML has no word for.
    text = msgspec.toml.encode(msgspec.to_builtins(versions.criteria_of(found))).decode()
    form = DraftForm(request.POST or None, initial={"text": text})
    if request.method == "POST" and form.is_valid():
        try:
            criteria = parse_toml(form.cleaned_data["text"])
            if criteria.code != found.code:
                raise CriteriaError(_("code: giữ mã “%(code)s” của bộ này") % {"code": found.code})
        except CriteriaError as error:
            form.add_error("text", _("Chưa dùng được: %(why)s") % {"why": error})
        else:
            made = versions.draft(criteria=criteria, by=cast(Account, request.user))
            messages.success(request, _("Đã giữ bản nháp. Xem nó đổi gì trên số liệu tháng qua rồi ban hành."))
            return redirect("safety:version", number=made.pk)
    context = {"version": found, "form": form, "title": reading.words(versions.criteria_of(found))}
    return render(request, "safety/desk_draft.html", context, status=422 if request.method == "POST" else 200)
