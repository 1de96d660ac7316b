"""What the quarantine officer decides about a traveller: at once, or hours later from a desk that was offline."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.places import codes
from lachan.response.care.actions import CareError
from lachan.systems.entry.models import Decision, Declaration
from lachan.systems.entry.quarantine import SeveralPlacesError, follow, place_named, standing

LONGEST_QUARANTINE = timedelta(days=60)


class DecisionError(ValueError):
    """A decision that cannot be kept; `field` names what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class QuarantineOrder:
    """What a quarantine order must say (Law 114/2025/QH15): number, ground, dates, place, who signs it."""

    order_number: str = ""
    legal_basis: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    place: str = ""
    signatory: str = ""


@transaction.atomic
def decide(
    *,
    declaration: Declaration,
    number: int,
    revision: int,
    kind: str,
    at: datetime,
    by: Account,
    key: UUID,
    quarantine: QuarantineOrder | None = None,
) -> Decision:
    """Keep a decision on the traveller of that number.

    The same key again gives the one stored; a later decision takes its place beside it. `revision` is the one the
    officer read: under another the number may be another person's. `at` by the desk's clock is kept between the
    declaration and now. Raises DecisionError.
    """
    # The same lock as a correction takes: it either comes first and is seen here, or finds this decision.
    locked = Declaration.objects.select_for_update().filter(pk=declaration.pk).first()
    if locked is None or locked.revision != revision:
        raise DecisionError("revision", _("Tờ khai đã sửa sau khi quét, xem lại rồi quyết định."))
    traveller = locked.travellers.filter(number=number).first()
    if traveller is None:
        raise DecisionError("number", _("Tờ khai không có người thứ %(number)d.") % {"number": number})
    known = Decision.objects.filter(key=key).first()
    if known is not None:
        if (known.traveller_id, known.kind, known.by_id) != (traveller.pk, kind, by.pk):
            raise DecisionError("key", _("Mã gửi này đã dùng cho quyết định khác."))
        return known
    if kind not in Decision.Kind.values:
        raise DecisionError("kind", _("Chọn một quyết định."))
    details: dict[str, Any] = {}
    if kind == Decision.Kind.QUARANTINE:
        details = _whole(quarantine or QuarantineOrder())
        try:
            details["registered"] = place_named(details["place"], locked.gate)
        except SeveralPlacesError as error:
            raise DecisionError("place", str(error)) from None
        details["code"] = codes.new()
    elif kind == Decision.Kind.RELEASE:
        last = standing(traveller)
        if last is None or last.kind != Decision.Kind.QUARANTINE:
            raise DecisionError("kind", _("Người này không có quyết định cách ly đang dùng."))
    decision = Decision.objects.create(
        key=key,
        traveller=traveller,
        kind=kind,
        at=min(max(at, locked.submitted_at), timezone.now()),
        by=by,
        **details,
    )
    audit.record(
        action="entry.traveller.decide",
        subject=traveller.person_id,
        obj=decision,
        detail={"traveller": traveller.pk, "kind": kind},
    )
    try:
        follow(decision, by)
    except CareError as error:
        raise DecisionError("ends_on", str(error)) from None
    return decision


def _whole(order: QuarantineOrder) -> dict[str, Any]:
    words = {
        "order_number": _("Ghi số quyết định cách ly, ví dụ 15/QĐ-KDYT."),
        "legal_basis": _("Ghi căn cứ pháp lý của quyết định."),
        "place": _("Ghi nơi cách ly."),
        "signatory": _("Ghi họ tên, chức vụ người ký."),
    }
    kept: dict[str, Any] = {}
    for field, message in words.items():
        kept[field] = str(getattr(order, field)).strip()
        if not kept[field]:
            raise DecisionError(field, message)
        if len(kept[field]) > 300:
            raise DecisionError(field, _("Ghi tối đa 300 chữ cái."))
    if order.starts_on is None:
        raise DecisionError("starts_on", _("Ghi ngày bắt đầu cách ly."))
    if order.ends_on is None or not order.starts_on <= order.ends_on <= order.starts_on + LONGEST_QUARANTINE:
        raise DecisionError("ends_on", _("Ngày kết thúc phải từ ngày bắt đầu, và không quá 60 ngày sau đó."))
    return kept | {"starts_on": order.starts_on, "ends_on": order.ends_on}
