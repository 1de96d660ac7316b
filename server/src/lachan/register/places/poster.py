"""What a place prints, as PDF in Vietnamese or English: the A4 poster and the one for a glass door, both with the QR at
the size the rules ask (15 cm), and sheets of cards for its gates and tables."""

import io
import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import fontpkg_be_vietnam_pro
import segno
import typst
from django.utils import translation
from django.utils.translation import gettext as _

from lachan.register.places import codes
from lachan.register.places.models import Place, PlaceCode

QR_MM, CARD_QR_MM = 150, 48
QUIET_MODULES = 4
# 29 modules: with fewer, the quiet zone of four large modules would not fit on the page.
LEAST_VERSION = 3
NAME_SIZES = ((34, 25), (52, 19), (80, 14))
LONG_NAME = 110

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
_STROKE = 'fill="none" stroke="#17503f" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"'
# The drawings of the house's sprite that a poster needs; typst reads SVG files, not symbols of one.
ICONS = {
    "leaf": (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 32"><path d="M14 31C6.5 27 1.8 20.6 1.8 12.8c0-4.7 '
        "2.7-7.6 6.7-7.6 2.3 0 4.3.9 5.5 2.6 1.2-1.7 3.2-2.6 5.5-2.6 4 0 6.7 2.9 6.7 7.6C26.2 20.6 21.5 27 14 "
        '31z" fill="#17503f"/><path d="M14 9.5V27M14 15.2 7.6 11M14 15.2 20.4 11M14 21.2l-6.2-4.4M14 21.2l6.2-4.4" '
        'fill="none" stroke="#f2b01e" stroke-width="1.7" stroke-linecap="round"/><path d="M14 8c0-2.8.6-5 2.2-6.8" '
        'fill="none" stroke="#17503f" stroke-width="2.4" stroke-linecap="round"/></svg>'
    ),
    "scan": (
        f'{_SVG}<path {_STROKE} d="M4 8.5V4h4.5M15.5 4H20v4.5M20 '
        '15.5V20h-4.5M8.5 20H4v-4.5M8 8h3v3H8zM13.5 8H16v2.5M8 13.5V16h2.5M13.5 13.5H16V16h-2.5z"/></svg>'
    ),
    "type": (
        f'{_SVG}<path {_STROKE} d="M3.5 6.5h17v11h-17zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8"/></svg>'
    ),
    "leave": (f'{_SVG}<path {_STROKE} d="M13 4H5v16h8M10 12h10M16.5 8.5 20 12l-3.5 3.5"/></svg>'),
}


@cache
def fonts() -> typst.Fonts:
    """Be Vietnam Pro and nothing else, so that a poster looks the same whatever machine made it."""
    folder = files(fontpkg_be_vietnam_pro) / "files"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def qr_svg(payload: str) -> tuple[str, int]:
    """The QR as SVG without its quiet zone, and how many modules wide it is."""
    symbol = segno.make(payload, error="m", version=None, boost_error=True, micro=False)
    if int(symbol.version) < LEAST_VERSION:
        symbol = segno.make(payload, error="m", version=LEAST_VERSION, boost_error=True)
    out = io.BytesIO()
    symbol.save(out, kind="svg", border=0, dark="#000000", xmldecl=False, unit=None, omitsize=True)
    return out.getvalue().decode(), int(symbol.symbol_size(border=0)[0])


def _name_size(name: str) -> int:
    """Points: a long name takes smaller letters before it takes a second line."""
    return next((size for length, size in NAME_SIZES if len(name) <= length), NAME_SIZES[-1][1])


def content(place: Place, code: PlaceCode, *, host: str, language: str, on: date) -> dict[str, Any]:
    """What the poster says."""
    other = "en" if language == "vi" else "vi"
    with translation.override(other):
        say_other = _("Quét khi vào, quét khi ra")
    svg, modules = qr_svg(codes.payload(host, code.code))
    area = place.area
    name = place.name if len(place.name) <= LONG_NAME else place.name[: LONG_NAME - 1] + "…"
    with translation.override(language):
        return {
            "other_language": other,
            "title": _("Bảng mã %(place)s") % {"place": place.name},
            "kind": str(Place.Kind(place.kind).label).capitalize(),
            "area": f"{area.name}, {area.parent.name}" if area.parent else area.name,
            "say": _("Quét khi vào, quét khi ra"),
            "say_other": say_other,
            "why": _("Để được báo sớm nếu nơi này có ca bệnh"),
            "name": name,
            "part": code.part.name if code.part else "",
            "cut": _("Cắt theo nét đứt, dán mặt mã ra ngoài"),
            "name_size": _name_size(name),
            "code": codes.grouped(code.code),
            "qr": svg,
            "qr_alt": _("Mã QR của %(place)s") % {"place": place.name},
            "quiet": round(QR_MM / modules * QUIET_MODULES, 2),
            "steps": [
                {
                    "icon": "scan",
                    "title": _("Có máy ảnh"),
                    "text": _("Mở Lá Chắn hoặc máy ảnh, đưa vào mã."),
                },
                {
                    "icon": "type",
                    "title": _("Máy ảnh hỏng"),
                    "text": _("Mở Lá Chắn, gõ 12 ký tự ghi dưới hình."),
                },
                {
                    "icon": "leave",
                    "title": _("Khi ra về"),
                    "text": _("Quét lần nữa, để giờ ở đây được ghi đúng."),
                },
            ],
            "warning": _("Quét xong phải hiện đúng tên nơi này. Nếu không, đừng nhập gì và báo cho phường, xã."),
            "printed": _("In %(date)s") % {"date": f"{on.day}/{on.month}/{on.year}"},
        }


def render(
    place: Place,
    code: PlaceCode,
    *,
    host: str,
    language: str,
    on: date,
    size: str = "a4",
    picture: bool = False,
) -> bytes:
    """The poster as PDF, or as PNG at 144 dpi when `picture`. `host` is the address in the QR, with its port if any.

    `size` is "a4", or "door": less to read, to be cut out and put behind glass. Raises ValueError for a host that does
    not fit a QR (codes.payload).
    """
    return _render([content(place, code, host=host, language=language, on=on)], language, on, size, picture=picture)


def render_all(printed: Sequence[PlaceCode], *, host: str, language: str, on: date, size: str = "a4") -> bytes:
    """The posters of several places in one PDF, a page each, in that order. ValueError for no code, or as in render().

    The codes come with their place, its area and the area's parent.
    """
    if not printed:
        raise ValueError("no code to print")
    pages = [content(code.place, code, host=host, language=language, on=on) for code in printed]
    return _render(pages, language, on, size, picture=False)


def _render(pages: list[dict[str, Any]], language: str, on: date, size: str, *, picture: bool) -> bytes:
    with translation.override(language):
        title = pages[0]["title"] if len(pages) == 1 else _("Bảng mã của %(n)d nơi") % {"n": len(pages)}
    given = {"title": title, "brand": "Lá Chắn", "language": language, "icons": ICONS, "posters": pages}
    given |= {"year": on.year, "month": on.month, "day": on.day}
    return _compile("poster.typ" if size == "a4" else "door.typ", "posters", given, picture)


def cards(
    place: Place, codes_of_parts: Sequence[PlaceCode], *, host: str, language: str, on: date, picture: bool = False
) -> bytes:
    """Cards to cut out, eight on an A4 page, one for each code of a part. Raises ValueError like render()."""
    with translation.override(language):
        given = {
            "language": language,
            "title": _("Thẻ mã %(place)s") % {"place": place.name},
            "place": place.name,
            "say": _("Quét khi vào, quét khi ra"),
            "printed": _("In %(date)s") % {"date": f"{on.day}/{on.month}/{on.year}"},
            "icons": {"leaf": ICONS["leaf"]},
            "year": on.year,
            "month": on.month,
            "day": on.day,
            "cards": [_card(code, host) for code in codes_of_parts],
        }
    return _compile("cards.typ", "cards", given, picture)


def _card(code: PlaceCode, host: str) -> dict[str, Any]:
    svg, modules = qr_svg(codes.payload(host, code.code))
    name = code.part.name if code.part else ""
    return {
        "name": name,
        "code": codes.grouped(code.code),
        "qr": svg,
        "quiet": round(CARD_QR_MM / modules * QUIET_MODULES, 2),
        "qr_alt": _("Mã QR của %(place)s") % {"place": name},
    }


def _compile(source: str, name: str, given: dict[str, Any], picture: bool) -> bytes:
    made: bytes | list[bytes] = typst.compile(
        str(Path(__file__).parent / "data" / source),
        format="png" if picture else "pdf",
        ppi=144.0 if picture else None,
        font_paths=fonts(),
        sys_inputs={name: json.dumps(given)},
    )
    return made if isinstance(made, bytes) else made[0]
