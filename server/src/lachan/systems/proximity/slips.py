"""Codes on paper: an A4 page of slips to cut apart, each with what to do.

A slip names the case's number, not the person: found in the street it tells nobody who is ill.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lachan.ground.platform.wording import viet_date
from lachan.register.places.poster import ICONS, fonts
from lachan.systems.proximity import codes
from lachan.systems.proximity.codes import Issued

SOURCE = Path(__file__).parent / "data" / "slips.typ"


def content(issued: Sequence[Issued], language: str) -> dict[str, Any]:
    """What the page says."""
    today = timezone.localdate()
    with translation.override(language):
        return {
            "language": language,
            "title": _("Mã Bluezone"),
            "leaf": ICONS["leaf"],
            "steps": [
                _("Mở Bluezone trên máy, chọn Gửi khóa, nhập mã này. Cần có mạng lúc gửi."),
                _("Máy cho thấy từng ngày sẽ gửi. Ngày nào không muốn gửi thì bỏ ra."),
                _("Giữ biên nhận: nhờ nó mà rút lại được lúc nào cũng được."),
            ],
            "warning": _("Dùng một lần. Không đưa cho ai khác, không chụp gửi ai."),
            "year": today.year,
            "month": today.month,
            "day": today.day,
            "slips": [
                {
                    "code": codes.spoken(each.text),
                    "about": each.code.case.number if each.code.case else _("tiếp xúc đã xác nhận"),
                    "until": _("Dùng đến %(at)s") % {"at": _moment(each)},
                }
                for each in issued
            ],
        }


def _moment(issued: Issued) -> str:
    until = timezone.localtime(issued.code.expires_at)
    return f"{until:%H:%M} {viet_date(until, 'long')}"


def render(issued: Sequence[Issued], language: str, *, picture: bool = False) -> bytes:
    """The slips as PDF, or the first page as PNG when `picture`."""
    made: bytes | list[bytes] = typst.compile(
        str(SOURCE),
        format="png" if picture else "pdf",
        ppi=144.0 if picture else None,
        font_paths=fonts(),
        sys_inputs={"slips": json.dumps(content(issued, language))},
    )
    return made if isinstance(made, bytes) else made[0]
