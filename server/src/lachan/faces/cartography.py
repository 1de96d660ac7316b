"""The server-drawn map of the faces: the country with both archipelagos, and a closer map of the units marked on it.

Styled by classes (static/map/map.css); sizes are SVG attributes, since our pages allow no inline style.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lachan.register.areas import shapes
from lachan.register.areas.models import Area

ATTRIBUTION = shapes.ATTRIBUTION
# Units of the drawing: the closer map never shows less than this across, and this much around the outermost mark.
LEAST_ACROSS, AROUND = 22.0, 0.18
# The closer map's height as a share of its width.
TALL = 0.72


@dataclass(frozen=True)
class Mark:
    """A unit to be drawn: its label, how large (`value`), what its tooltip says; `loud` marks stand out by shape."""

    area: Area
    name: str
    value: int
    said: str
    loud: bool = False


@dataclass(frozen=True)
class Words:
    """What the maps say, in the language of the page: each face has its own catalogue.

    `sentence` says what the maps show; `described` is the country's description with it.
    """

    sentence: str
    described: str
    country: str
    sea: str
    hoang_sa: str
    truong_sa: str


@dataclass(frozen=True)
class Pictures:
    """`country` always; `near` when at least one mark has a known point. `missing` names the command that mends it."""

    country: SafeString | str
    near: SafeString | str
    missing: str = ""


@dataclass(frozen=True)
class _Spot:
    mark: Mark
    x: float
    y: float


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    across: float
    down: float

    @property
    def text(self) -> str:
        return f"{self.left:.2f} {self.top:.2f} {self.across:.2f} {self.down:.2f}"


def pictures(marks: Sequence[Mark], words: Words, *, letters: float = 2.2) -> Pictures:
    """Both maps of the marks. Where the outlines are not installed, why.

    `letters`: the height of the closer map's letters in hundredths of its width, larger where it is shown small.
    """
    try:
        outlines = shapes.province_paths()
        archipelagos = shapes.archipelagos()
    except shapes.ShapesMissingError as error:
        return Pictures("", "", str(error))
    points = {dot.area_id: (dot.x, dot.y) for dot in shapes.dots(mark.area for mark in marks)}
    spots = [_Spot(mark, *points[mark.area.pk]) for mark in marks if mark.area.pk in points]
    box = _around(spots) if spots else None
    held = {mark.area.parent_id for mark in marks}
    land = _land(outlines, held)
    country = _country(land, archipelagos, spots, box, words)
    return Pictures(country, _near(land, spots, box, words.sentence, letters) if box else "")


def _land(outlines: Sequence[shapes.ProvincePath], held: set[int | None]) -> SafeString:
    rows = (("land held" if one.area_id in held else "land", one.path) for one in outlines)
    return format_html_join("", '<path class="{}" d="{}"/>', rows)


def _around(spots: Sequence[_Spot]) -> _Box:
    xs, ys = [s.x for s in spots], [s.y for s in spots]
    across = max(max(xs) - min(xs), (max(ys) - min(ys)) / TALL, LEAST_ACROSS / (1 + 2 * AROUND)) * (1 + 2 * AROUND)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return _Box(middle_x - across / 2, middle_y - across * TALL / 2, across, across * TALL)


def _country(
    land: SafeString,
    archipelagos: Sequence[shapes.Archipelago],
    spots: Sequence[_Spot],
    box: _Box | None,
    words: Words,
) -> SafeString:
    islands = format_html_join(
        "",
        '<path class="isle" d="{}"/>{}<text class="isle-name" x="{}" y="{}" font-size="25">{}</text>',
        (
            (
                a.path,
                format_html_join(
                    "", '<circle class="islet" cx="{}" cy="{}" r="2.6"/>', ((i.x, i.y) for i in a.islands)
                ),
                a.label[0],
                a.label[1],
                getattr(words, a.key),
            )
            for a in archipelagos
        ),
    )
    sea_x, sea_y = shapes.project(*shapes.SEA_POINT)
    return format_html(
        '<svg class="vn" viewBox="{}" role="img" aria-label="{}"><title>{}</title>{}{}'
        '<text class="sea" x="{}" y="{}" font-size="27">{}</text>{}{}</svg>',
        shapes.VIEW_BOX,
        words.described,
        words.country,
        land,
        islands,
        sea_x,
        sea_y,
        words.sea,
        format_html_join("", '<circle class="{}" cx="{}" cy="{}" r="6"/>', ((_kind(s), s.x, s.y) for s in spots)),
        _frame(box),
    )


def _frame(box: _Box | None) -> SafeString:
    if box is None:
        return mark_safe("")
    side = max(box.across, 34.0)
    middle_x, middle_y = box.left + box.across / 2, box.top + box.down / 2
    return format_html(
        '<rect class="frame" x="{}" y="{}" width="{}" height="{}"/>',
        round(middle_x - side / 2, 1),
        round(middle_y - side * TALL / 2, 1),
        round(side, 1),
        round(side * TALL, 1),
    )


def _kind(spot: _Spot) -> str:
    return "mark loud" if spot.mark.loud else "mark"


def _near(land: SafeString, spots: Sequence[_Spot], box: _Box, sentence: str, letters: float) -> SafeString:
    most = max(1, *(s.mark.value for s in spots))
    unit = box.across / 100
    sized = [(s, (1.2 + 2.6 * math.sqrt(s.mark.value / most)) * unit) for s in spots]
    sized.sort(key=lambda pair: -pair[1])
    circles = format_html_join(
        "",
        '<g class="{}"><title>{}</title><circle cx="{}" cy="{}" r="{}"/></g>',
        ((_kind(s), s.mark.said, s.x, s.y, f"{r:.3f}") for s, r in sized),
    )
    labels = format_html_join(
        "",
        '<text class="mark-name" x="{}" y="{}" font-size="{}" text-anchor="{}">{}</text>',
        (
            (f"{x:.3f}", f"{y:.3f}", f"{letters * unit:.3f}", anchor, name)
            for x, y, anchor, name in _labels(sized, unit, box, letters)
        ),
    )
    return format_html(
        '<svg class="near" viewBox="{}" role="img" aria-label="{}">{}{}{}</svg>',
        box.text,
        sentence,
        land,
        circles,
        labels,
    )


def _labels(
    sized: Sequence[tuple[_Spot, float]], unit: float, box: _Box, letters: float
) -> list[tuple[float, float, str, str]]:
    """Where each name goes: right, left, above or below its mark; one that fits nowhere is left to the table."""
    taken: list[tuple[float, float, float, float]] = [(s.x - r, s.y - r, s.x + r, s.y + r) for s, r in sized]
    placed = []
    for spot, radius in sized:
        long, high = len(spot.mark.name) * 0.57 * letters * unit, 1.2 * letters * unit
        gap = radius + 0.6 * unit
        around = (
            ("start", spot.x + gap, spot.y),
            ("end", spot.x - gap - long, spot.y),
            ("middle", spot.x - long / 2, spot.y - gap - high / 2),
            ("middle", spot.x - long / 2, spot.y + gap + high / 2),
        )
        mine = (spot.x - radius, spot.y - radius, spot.x + radius, spot.y + radius)
        for anchor, left, level in around:
            area = (left, level - high / 2, left + long, level + high / 2)
            inside = area[0] > box.left and area[2] < box.left + box.across
            if inside and not any(_cross(area, other) for other in taken if other != mine):
                taken.append(area)
                x = {"start": left, "end": left + long}.get(anchor, spot.x)
                placed.append((x, level + 0.36 * letters * unit, anchor, spot.mark.name))
                break
    return placed


def _cross(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
