"""The certificate at the end of a plan, as a PDF."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lachan.ground.platform.wording import viet_date
from lachan.register.areas import queries as areas
from lachan.register.places.poster import fonts
from lachan.response.care.models import Plan

SOURCE = Path(__file__).parent / "data" / "certificate.typ"


def content(plan: Plan, language: str) -> dict[str, Any]:
    """What it says. Raises ValueError for a plan that was not completed."""
    if plan.status != Plan.Status.DONE or plan.ended_at is None:
        raise ValueError("the plan is not completed")
    reported = plan.slots.exclude(reported_at=None).count()
    with translation.override(language):
        return {
            "language": language,
            "station": areas.path(plan.area),
            "title": _("Giấy xác nhận hết theo dõi sức khỏe"),
            "says": _(
                "Người có tên dưới đây đã được theo dõi sức khỏe đủ ngày và không có dấu hiệu bệnh khi kết thúc."
            ),
            "rows": [
                [_("Họ và tên"), plan.person.name],
                [_("Năm sinh"), str(plan.person.birth_year or _("chưa hỏi"))],
                [_("Bệnh"), plan.disease.name_en if language == "en" else plan.disease.name],
                [_("Theo dõi"), f"{viet_date(plan.starts_on, 'long')}–{viet_date(plan.ends_on, 'long')}"],
                [_("Số lần đã đo"), str(reported)],
                [_("Kết thúc"), viet_date(timezone.localtime(plan.ended_at), "long")],
            ],
            "foot": _("Số %(code)s. Không ghi ca bệnh là ai. Dữ liệu theo dõi được xóa ngày %(date)s.")
            % {"code": plan.key.hex[-8:].upper(), "date": viet_date(plan.erase_at, "long")},
        }


def render(plan: Plan, language: str, *, picture: bool = False) -> bytes:
    """The certificate as PDF, or as PNG when `picture`. Raises ValueError for a plan that was not completed."""
    given = content(plan, language)
    made: bytes | list[bytes] = typst.compile(
        str(SOURCE),
        format="png" if picture else "pdf",
        ppi=144.0 if picture else None,
        font_paths=fonts(),
        sys_inputs={"certificate": json.dumps(given)},
    )
    return made if isinstance(made, bytes) else made[0]
