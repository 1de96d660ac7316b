"""The border desk: find a declaration by its code or the passport, read it, decide, and see who has not come yet."""

import base64
from datetime import date, datetime
from http import HTTPStatus
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import entry_reading, reach
from lachan.faces.desk.entry_waiting import queue_address
from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require, visible
from lachan.register.forms.typed import day_typed
from lachan.register.forms.validate import today
from lachan.register.places import codes
from lachan.systems.entry import deciding, landed, mrz, quarantine, queries, rules, signed
from lachan.systems.entry.models import Decision, Declaration, GateTest, GateTestPaper, Traveller

_KINDS = dict(Decision.Kind.choices)


def _find(account: Account, typed: str) -> tuple[str, list[Declaration]]:
    """What was scanned or typed, as the declarations it leads to at the officer's gates; or why it leads nowhere."""
    mine = Declaration.objects.filter(gate__area__in=visible(account, Permission.ENTRY_DECIDE))
    if typed.startswith(signed.PREFIX):
        verdict = signed.read(typed, queries.signing_key().public_key(), timezone.now().timestamp())
        if verdict.state == "forged":
            return _("Mã này không phải do máy chủ ký. Hỏi mã ngắn hoặc hộ chiếu."), []
        typed = str(verdict.body[0])
    try:
        found = list(mine.filter(code=codes.parse(typed)))
    except codes.NotACodeError:
        found = []
    if not found:
        reading = mrz.read(typed, today())
        number = reading.values["number"] if reading.valid else typed
        by_document = queries.by_document(account, number) if number.strip() else Traveller.objects.none()
        found = list({one.declaration_id: one.declaration for one in by_document[:20]}.values())
    return ("" if found else _("Không có tờ khai nào ở cửa khẩu này với mã hoặc số giấy tờ đó.")), found


@never_cache
@require(Permission.ENTRY_DECIDE)
def desk(request: HttpRequest) -> HttpResponse:
    """Scan, or type; the page goes on verifying codes when the network is gone."""
    account = reach.officer(request)
    problem, typed = "", ""
    found: list[Declaration] = []
    if request.method == "POST":
        typed = request.POST.get("code", "").strip()[:2000]
        problem, found = _find(account, typed) if typed else (_("Ghi mã ngắn, hoặc số hộ chiếu."), [])
        if len(found) == 1:
            return redirect("desk:entry_declaration", key=found[0].key)
    point = queries.signing_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    spoken = entry_reading.language()
    words = {
        rule.code: rule.why[spoken]
        for order in queries.orders_between(today(), today())
        for rule in rules.reopen(order.rules)
    }
    context = {
        "owner": account.pk,
        "problem": problem,
        "found": found,
        "typed": "" if typed.startswith(signed.PREFIX) else typed,
        "gates": list(queries.gates_of(account)),
        "server_key": base64.b64encode(point).decode(),
        "words": words,
        "waiting": sum(one.left for one in landed.landings(account, today())),
    }
    response = render(request, "desk/entry.html", context, status=422 if problem else 200)
    response["Lachan-Build"] = settings.BUILD
    return response


def _one(account: Account, key: UUID) -> Declaration:
    mine = Declaration.objects.filter(gate__area__in=visible(account, Permission.ENTRY_DECIDE), key=key)
    found = mine.select_related(
        "gate", "trip", "area", "typed_by", "order__form", "order__trip_form", "trip_response"
    ).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require(Permission.ENTRY_DECIDE)
@require_GET
def declaration(request: HttpRequest, key: UUID) -> HttpResponse:
    """A party's declaration, each with answers, why the rules struck, and what was decided. The reading is recorded."""
    account = reach.officer(request)
    one = _one(account, key)
    people = list(queries.travellers_of(account).filter(declaration=one).order_by("number"))
    audit.record(
        action="entry.declaration.read",
        subjects=[traveller.person_id for traveller in people],
        obj=one,
        purpose="border",
    )
    given = one.trip_response.answers if one.trip_response else {}
    journey = [answer for _check, answer in entry_reading.answers(one.order.trip_form.content, given) if answer.said]
    return render(request, "desk/entry_declaration.html", _context(one, people, journey))


def _context(one: Declaration, people: list[Traveller], journey: list[entry_reading.Answer]) -> dict[str, object]:
    past: dict[int, list[Decision]] = {}
    decisions = Decision.objects.filter(traveller__in=people).order_by("-at", "-pk")
    for decision in decisions.select_related("by", "plan__area", "registered__area"):
        past.setdefault(decision.traveller_id, []).append(decision)
    tests: dict[int, list[GateTest]] = {}
    for test in GateTest.objects.filter(traveller__in=people).order_by("sampled_at", "pk"):
        tests.setdefault(test.traveller_id, []).append(test)
    papers = set(GateTestPaper.objects.filter(test__traveller__in=people).values_list("test_id", flat=True))
    return {
        "one": one,
        "short": codes.grouped(one.code),
        "people": [
            (entry_reading.shown(person), past.get(person.pk, [None])[0], uuid7(), tests.get(person.pk, []))
            for person in people
        ],
        "past": {pk: rows[1:] for pk, rows in past.items()},
        "papers": papers,
        "test_kinds": GateTest.Kind.choices,
        "test_results": GateTest.Result.choices,
        "now": timezone.localtime(),
        "journey": journey,
        "basis": one.order.legal_basis,
        "today": today(),
    }


@never_cache
@require(Permission.ENTRY_DECIDE)
@require_GET
def order_file(request: HttpRequest, key: UUID, language: str) -> HttpResponse:
    """A quarantine order to print and sign. The reading is recorded."""
    mine = visible(reach.officer(request), Permission.ENTRY_DECIDE)
    orders = Decision.objects.filter(traveller__declaration__gate__area__in=mine, kind="quarantine", key=key)
    order = orders.select_related("traveller__person", "traveller__response", "registered__area").first()
    if order is None or order.code is None or language not in ("vi", "en"):
        raise Http404
    audit.record(action="entry.order.print", subject=order.traveller.person_id, obj=order, purpose="border")
    made = quarantine.order_file(order, host=request.get_host(), language=language)
    headers = {"Content-Disposition": 'inline; filename="quyet-dinh-cach-ly.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@require(Permission.ENTRY_DECIDE)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """A decision of this page, or one that waited in a desk without a network (which asks for JSON)."""
    account, post = reach.officer(request), request.POST
    as_json = request.headers.get("Accept") == "application/json"
    mine = Declaration.objects.filter(gate__area__in=visible(account, Permission.ENTRY_DECIDE))
    found, number = mine.filter(code=post.get("code", "")).first(), _whole(post.get("number", ""))
    if found is None or number is None:
        raise Http404
    # A page kept in a phone that another officer has signed in at since.
    if post.get("owner", str(account.pk)) != str(account.pk):
        raise PermissionDenied
    try:
        decision = deciding.decide(
            declaration=found,
            number=number,
            revision=_revision(post.get("revision", "")),
            kind=post.get("kind", ""),
            at=_moment(post.get("at", "")),
            by=account,
            key=_key(post.get("key", "")),
            quarantine=_quarantine(request),
        )
    except deciding.DecisionError as error:
        if as_json:
            return JsonResponse({"field": error.field, "message": str(error)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.error(request, str(error))
    else:
        if as_json:
            return JsonResponse({"kind": decision.kind})
        facts = {"name": decision.traveller.person.name, "decision": _KINDS[decision.kind]}
        messages.success(request, _("%(name)s: %(decision)s") % facts)
        if "queue" in post:
            return redirect(queue_address(found.travel_day.isoformat(), post["queue"]))
    return redirect("desk:entry_declaration", key=found.key)


def _whole(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None


def _moment(typed: str) -> datetime:
    try:
        at = parse_datetime(typed)
    except ValueError:
        at = None
    return at if at is not None and timezone.is_aware(at) else timezone.now()


def _revision(typed: str) -> int:
    revision = _whole(typed)
    if revision is None:
        raise deciding.DecisionError("revision", _("Mở lại trang tờ khai rồi quyết định."))
    return revision


def _key(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise deciding.DecisionError("key", _("Mở lại trang tờ khai rồi quyết định.")) from None


def _quarantine(request: HttpRequest) -> deciding.QuarantineOrder:
    post = request.POST

    def day(name: str) -> date | None:
        typed = day_typed(post.get(name, "").strip())
        return date.fromisoformat(typed) if typed else None

    return deciding.QuarantineOrder(
        post.get("order_number", ""),
        post.get("legal_basis", ""),
        day("starts_on"),
        day("ends_on"),
        post.get("place", ""),
        post.get("signatory", ""),
    )
