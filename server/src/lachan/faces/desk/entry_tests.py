"""Tests at the border desk: write one down, add its result, open its paper."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require, visible
from lachan.register.forms.validate import VIETNAM
from lachan.systems.entry import papers, testing
from lachan.systems.entry.deciding import DecisionError
from lachan.systems.entry.models import Declaration, GateTest

_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg"}


def _moment(typed: str) -> datetime | None:
    """What a field of date and time sends, in Viet Nam's time."""
    try:
        at = parse_datetime(typed)
    except ValueError:
        return None
    return timezone.make_aware(at, VIETNAM) if at is not None and timezone.is_naive(at) else at


def _paper(request: HttpRequest) -> bytes | None:
    sent: Any = request.FILES.get("paper")
    # One byte more than is taken says that it is too large, without reading the rest.
    return sent.read(papers.MAX_BYTES + 1) if sent else None


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0


@require(Permission.ENTRY_DECIDE)
@require_POST
def record(request: HttpRequest, key: UUID) -> HttpResponse:
    """A test of one of the party."""
    account, post = reach.officer(request), request.POST
    mine = Declaration.objects.filter(gate__area__in=visible(account, Permission.ENTRY_DECIDE), key=key)
    found = mine.first()
    if found is None:
        raise Http404
    try:
        testing.record(
            declaration=found,
            number=_whole(post.get("number", "")),
            revision=_whole(post.get("revision", "")),
            kind=post.get("kind", ""),
            sampled_at=_moment(post.get("sampled_at", "")),
            result=post.get("result", ""),
            by=account,
            paper=_paper(request),
        )
    except DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã ghi xét nghiệm."))
    return redirect("desk:entry_declaration", key=key)


def _test(request: HttpRequest, key: UUID) -> GateTest:
    mine = visible(reach.officer(request), Permission.ENTRY_DECIDE)
    found = GateTest.objects.filter(traveller__declaration__gate__area__in=mine, key=key)
    test = found.select_related("traveller__declaration").first()
    if test is None:
        raise Http404
    return test


@require(Permission.ENTRY_DECIDE)
@require_POST
def result(request: HttpRequest, key: UUID) -> HttpResponse:
    """The result that was awaited."""
    test = _test(request, key)
    try:
        testing.add_result(test=test, result=request.POST.get("result", ""), paper=_paper(request))
    except DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã ghi kết quả xét nghiệm."))
    return redirect("desk:entry_declaration", key=test.traveller.declaration.key)


@never_cache
@require(Permission.ENTRY_DECIDE)
@require_GET
def paper(request: HttpRequest, key: UUID) -> HttpResponse:
    """The paper of a test, as a download: nothing of it is opened inside the product."""
    opened = testing.open_paper(test=_test(request, key))
    if opened is None:
        raise Http404
    kind, content = opened
    headers = {
        "Content-Disposition": f'attachment; filename="xet-nghiem.{kind}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, status=HTTPStatus.OK, content_type=_TYPES[kind], headers=headers)
