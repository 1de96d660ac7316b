"""How the places of the officer's area are used: where the code hangs for show, and where people scan it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lachan.faces.desk import reach
from lachan.ground.platform import wording
from lachan.register.access.roles import Permission
from lachan.register.access.scope import require, visible
from lachan.register.areas.models import Area
from lachan.register.places import sheets
from lachan.register.places.models import Place
from lachan.systems.checkin import statistics
from lachan.systems.checkin.statistics import DayUse, Use

# In units of the picture: about a pixel each in a phone's card.
WIDTH, ROW, BAR = 320, 42, 14


@dataclass(frozen=True)
class Line:
    """A line of a table or a bar: what it is of, and its numbers."""

    name: str
    registered: int
    used: int
    visits: int
    left_scanned: int
    unverified: int

    @property
    def share(self) -> int:
        """Of 100 places registered, how many had any scan."""
        return round(100 * self.used / self.registered) if self.registered else 0

    @property
    def out(self) -> int | None:
        """Of 100 stays, how many ended with a scan; None without stays."""
        return round(100 * self.left_scanned / self.visits) if self.visits else None


def _sum(name: str, uses: Iterable[Use]) -> Line:
    found = list(uses)
    numbers = ("registered", "used", "visits", "left_scanned", "unverified")
    return Line(name, *(sum(getattr(use, number) for use in found) for number in numbers))


def _tables(uses: list[Use]) -> tuple[list[Line], list[Line], Line]:
    """By kind, by commune (the quietest first: they are the work), and all together."""
    labels = dict(Place.Kind.choices)
    kinds = [
        _sum(str(labels[kind]).capitalize(), (use for use in uses if use.kind == kind))
        for kind in sorted({use.kind for use in uses})
    ]
    areas = Area.objects.in_bulk({use.area_id for use in uses})
    by_area: dict[int, list[Use]] = {}
    for use in uses:
        by_area.setdefault(use.area_id, []).append(use)
    communes = [_sum(areas[pk].name, found) for pk, found in by_area.items()]
    kinds.sort(key=lambda line: (line.share, -line.registered))
    communes.sort(key=lambda line: (line.share, -line.registered, line.name))
    return kinds, communes, _sum(_("Tất cả"), uses)


def bars(lines: list[Line], said: str) -> SafeString:
    """Horizontal bars from 0 to 100%: the share of places with any scan. Name and figures stand above each bar, so that
    they keep their size on a phone."""
    height = len(lines) * ROW + 22
    parts = [
        f'<svg class="chart narrow" role="img" viewBox="0 0 {WIDTH} {height}" aria-label="{escape(said)}">',
        *(
            f'<line class="grid" x1="{WIDTH * tick // 100}" x2="{WIDTH * tick // 100}" y1="0" y2="{height - 20}"/>'
            f'<text x="{WIDTH * tick // 100}" y="{height - 4}" text-anchor="{anchor}">{tick}%</text>'
            for tick, anchor in ((0, "start"), (25, "middle"), (50, "middle"), (75, "middle"), (100, "end"))
        ),
    ]
    for number, line in enumerate(lines):
        top = number * ROW
        words = _("%(share)s%%, %(used)s trên %(all)s nơi") % {
            "share": line.share,
            "used": wording.viet_number(line.used),
            "all": wording.viet_number(line.registered),
        }
        parts.append(
            f'<text x="0" y="{top + 15}" class="strong">{escape(line.name)}</text>'
            f'<text x="{WIDTH}" y="{top + 15}" text-anchor="end">{escape(words)}</text>'
            f'<rect class="ghost" x="0" y="{top + 21}" width="{WIDTH}" height="{BAR}"/>'
            f'<rect class="d1" x="0" y="{top + 21}" width="{WIDTH * line.share / 100:.1f}" height="{BAR}"/>'
        )
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308  what it says is escaped above


def columns(days: list[DayUse], said: str) -> SafeString:
    """Stays on each day, bars touching the axis at 0."""
    most = max((day.visits for day in days), default=0) or 1
    width, height, base = 420, 200, 160
    step = width / max(len(days), 1)
    parts = [f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" aria-label="{escape(said)}">']
    parts.append(f'<line class="axis" x1="0" x2="{width}" y1="{base}" y2="{base}"/>')
    for number, day in enumerate(days):
        tall = day.visits / most * (base - 30)
        left = number * step
        parts.append(
            f'<rect class="d1" x="{left + step * 0.14:.1f}" y="{base - tall:.1f}" width="{step * 0.72:.1f}" '
            f'height="{tall:.1f}"/><text class="strong" x="{left + step / 2:.1f}" y="{base - tall - 6:.1f}" '
            f'text-anchor="middle">{wording.viet_number(day.visits)}</text>'
            f'<text x="{left + step / 2:.1f}" y="{base + 20}" text-anchor="middle">{wording.viet_date(day.day)}</text>'
        )
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308  numbers and dates only; the label is escaped


@require(Permission.PLACE_READ)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    areas = visible(reach.officer(request), Permission.PLACE_READ)
    uses, days = statistics.use(areas), statistics.by_day(areas)
    kinds, communes, total = _tables(uses)
    since, until = statistics.window()
    said = _("%(share)s%% nơi đã đăng ký có lượt quét trong 7 ngày") % {"share": total.share}
    return render(
        request,
        "desk/place_statistics.html",
        {
            "heading": said if total.registered else _("Chưa có nơi nào đăng ký trong phạm vi này"),
            "kinds": kinds,
            "communes": communes,
            "total": total,
            "days": days,
            "bars": bars(kinds, said) if kinds else "",
            "columns": columns(days, _("Số lượt vào mỗi ngày")) if total.visits else "",
            "since": since.date(),
            "until": days[-1].day if days else until.date(),
        },
    )


@require(Permission.PLACE_READ)
@require_GET
def download(request: HttpRequest, form: str) -> HttpResponse:
    """The whole table, commune by kind, for the officer's own area."""
    uses = statistics.use(visible(reach.officer(request), Permission.PLACE_READ))
    areas = Area.objects.select_related("parent").in_bulk({use.area_id for use in uses})
    labels = dict(Place.Kind.choices)
    head = [
        _("Mã phường, xã"),
        _("Phường, xã"),
        _("Tỉnh, thành phố"),
        _("Loại nơi"),
        _("Đã đăng ký"),
        _("Có lượt quét"),
        _("Lượt"),
        _("Lượt có quét khi ra"),
        _("Lượt riêng tư (chưa kiểm chứng)"),
    ]
    rows: list[list[sheets.Cell]] = []
    for use in uses:
        area = areas[use.area_id]
        names = [area.code, area.name, area.parent.name if area.parent else "", str(labels[use.kind])]
        rows.append([*names, use.registered, use.used, use.visits, use.left_scanned, use.unverified])
    return sheets.answer(f"la-chan-noi-quet-ma-{wording.today().isoformat()}", form, head, rows)
