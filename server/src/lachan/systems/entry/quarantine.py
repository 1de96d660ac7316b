"""Quarantine at a place: the order on paper, who watches over it, and what becomes of both when the order changes."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import typst
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lachan.ground.platform.text import fold
from lachan.ground.platform.wording import viet_date
from lachan.register.access.models import Account
from lachan.register.areas import queries as areas
from lachan.register.forms.validate import today
from lachan.register.places import codes
from lachan.register.places.models import Place
from lachan.register.places.poster import fonts, qr_svg
from lachan.register.places.queries import place_by_code
from lachan.response.care import actions as care
from lachan.response.care.models import Plan
from lachan.systems.entry.models import Decision, Gate, Traveller

SOURCE = Path(__file__).parent / "data" / "order.typ"
_SHOWN = 4


class SeveralPlacesError(ValueError):
    """More than one place of the register has that name; the message names them."""


def place_named(text: str, gate: Gate) -> Place | None:
    """The place of the register meant by a poster's code or by a name, in the gate's province; None for none.

    Raises SeveralPlacesError where the name fits more than one: it is never guessed.
    """
    if by_code := place_by_code(text):
        return by_code
    name, _comma, where = text.partition(",")
    found = Place.objects.filter(area__in=areas.within(gate.area_id), closed_at=None, folded=fold(name))
    if where.strip():
        found = found.filter(Q(area__folded__contains=fold(where)))
    several = list(found.select_related("area").order_by("pk")[: _SHOWN + 1])
    if len(several) > 1:
        names = "; ".join(f"{place.name}, {place.area.name}" for place in several[:_SHOWN])
        said = _("Sổ nơi có nhiều nơi tên này: %(names)s. Ghi thêm phường, xã, hoặc mã 12 ký tự của nơi.")
        raise SeveralPlacesError(said % {"names": names})
    return several[0] if several else None


def standing(traveller: Traveller) -> Decision | None:
    """The decision that stands: the last by the desk's clock."""
    return traveller.decisions.order_by("-at", "-pk").select_related("plan").first()


def follow(decision: Decision, by: Account) -> None:
    """Let the monitoring follow a decision just kept: a plan that this traveller's orders began ends with the order, a
    new one begins.

    A decision that came late and does not stand changes nothing. Raises care.CareError. Inside a transaction.
    """
    traveller = decision.traveller
    if standing(traveller) != decision:
        return
    running = Plan.objects.filter(
        pk__in=traveller.decisions.exclude(pk=decision.pk).values("plan"),
        reason=Plan.Reason.QUARANTINE,
        status=Plan.Status.OPEN,
    )
    for plan in running:
        if not _began(plan, traveller):
            continue
        over = plan.ends_on <= today()
        care.end_plan(plan=plan, ending=Plan.Ending.WELL if over else Plan.Ending.RELEASED, by=by)
    if decision.kind != Decision.Kind.QUARANTINE or decision.starts_on is None or decision.ends_on is None:
        return
    declaration = traveller.declaration
    disease = declaration.order.disease
    # Whoever is watched already (as a contact, say) goes on being watched by that plan; it outlives this order.
    known = Plan.objects.filter(person_id=traveller.person_id, disease=disease, status=Plan.Status.OPEN).first()
    decision.plan = known or care.open_plan(
        person=traveller.person,
        reason=Plan.Reason.QUARANTINE,
        disease=disease,
        starts_on=decision.starts_on,
        ends_on=decision.ends_on,
        by=by,
        area=decision.registered.area if decision.registered else declaration.area,
    )
    decision.save(update_fields=["plan"])


def _began(plan: Plan, traveller: Traveller) -> bool:
    """Whether an order on this traveller began the plan; later orders, on others too, are only linked to it."""
    first = Decision.objects.filter(plan=plan).order_by("pk").first()
    return first is not None and first.traveller_id == traveller.pk


def address(host: str, code: str) -> str:
    """Where an order's QR leads, whoever scans it."""
    return f"https://{host}/q/{code}/"


def order_content(decision: Decision, host: str, language: str) -> dict[str, Any]:
    """What the printed order says. Raises ValueError for a decision that is no quarantine order."""
    if decision.kind != Decision.Kind.QUARANTINE or decision.code is None:
        raise ValueError("not a quarantine order")
    traveller = decision.traveller
    answers, person, place = traveller.response.answers, traveller.person, decision.registered
    where = decision.place
    if place is not None:
        where = ", ".join(filter(None, (place.name, place.address, areas.path(place.area))))
    svg, _modules = qr_svg(address(host, decision.code))
    born = person.birth_date.strftime("%d/%m/%Y") if person.birth_date else str(person.birth_year or "")
    with translation.override(language):
        gate = traveller.declaration.gate
        return {
            "language": language,
            "office": gate.name_en if language == "en" else gate.name,
            "title": _("Quyết định cách ly y tế"),
            "number": decision.order_number,
            "rows": [
                [_("Họ và tên"), person.name],
                [_("Ngày sinh"), born],
                [_("Số giấy tờ"), str(answers.get("document", ""))],
                [_("Bệnh"), str(traveller.declaration.order.disease)],
                [_("Từ ngày"), viet_date(decision.starts_on, "long") if decision.starts_on else ""],
                [_("Đến hết ngày"), viet_date(decision.ends_on, "long") if decision.ends_on else ""],
                [_("Nơi cách ly"), where],
                [_("Căn cứ pháp lý"), decision.legal_basis],
                [_("Ngày ra quyết định"), viet_date(timezone.localtime(decision.at), "long")],
            ],
            "signatory": decision.signatory,
            "sign": _("Ký, ghi rõ họ tên"),
            "qr": svg,
            "qr_alt": _("Mã QR kiểm tra quyết định"),
            "code": codes.grouped(decision.code),
            "check": _("Quét mã để biết quyết định này có thật và còn hiệu lực không."),
        }


def order_file(decision: Decision, *, host: str, language: str, picture: bool = False) -> bytes:
    """The order as PDF, or as PNG when `picture`. Raises as order_content."""
    made: bytes | list[bytes] = typst.compile(
        str(SOURCE),
        format="png" if picture else "pdf",
        ppi=144.0 if picture else None,
        font_paths=fonts(),
        sys_inputs={"order": json.dumps(order_content(decision, host, language))},
    )
    return made if isinstance(made, bytes) else made[0]


@dataclass(frozen=True)
class Verified:
    """What anybody is told who holds the printed order: never a name in full, a place or a disease."""

    number: str
    gate: Gate
    initials: str
    starts_on: date
    ends_on: date
    state: Literal["holds", "ahead", "over", "changed", "released"]


def verify(code: str) -> Verified | None:
    """The order of that code, None where there is none."""
    found = Decision.objects.filter(code=code, kind=Decision.Kind.QUARANTINE)
    decision = found.select_related("traveller__person", "traveller__declaration__gate").first()
    if decision is None or decision.starts_on is None or decision.ends_on is None:
        return None
    last, on = standing(decision.traveller), today()
    state: Literal["holds", "ahead", "over", "changed", "released"] = "holds"
    if last is not None and last != decision:
        state = "changed" if last.kind == Decision.Kind.QUARANTINE else "released"
    elif on > decision.ends_on:
        state = "over"
    elif on < decision.starts_on:
        state = "ahead"
    initials = " ".join(f"{word[0]}." for word in decision.traveller.person.name.split())
    gate = decision.traveller.declaration.gate
    return Verified(decision.order_number, gate, initials, decision.starts_on, decision.ends_on, state)
