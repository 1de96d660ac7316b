"""The chain of transmission as a picture and as a table. Pure: no database, words are given.

Across: the day of onset. Down: a band per generation, the cases without any link in the last. Styled by classes alone
(static/cases/chain.css), since our pages allow no inline style.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import networkx as nx


@dataclass(frozen=True)
class ChainCase:
    """One case: its number, the day it is drawn at, who infected it (a number, or None), and a class for its status."""

    number: str
    day: date
    infector: str | None = None
    status: str = "confirmed"


@dataclass(frozen=True)
class ChainRow:
    """One line of the table that says what the picture shows. `generation` is None for a case without any link."""

    number: str
    day: date
    infector: str | None
    generation: int | None
    infected: int


@dataclass(frozen=True)
class Words:
    """What is written in the picture. `generation` takes {n}; `case` takes {number}, {day}, {infected}."""

    title: str
    generation: str
    unlinked: str
    case: str
    sentence: str


_LABELLED = 400  # more numbers than this cannot be read
_MARGIN, _BAND_GAP, _LEFT = 24.0, 22.0, 96.0


def graph_of(cases: Iterable[ChainCase]) -> "nx.DiGraph[str]":
    """infector → infectee. Raises ValueError for an infector that is not among the cases, or a circle."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    listed = list(cases)
    graph.add_nodes_from(case.number for case in listed)
    for case in listed:
        if case.infector is not None:
            if case.infector not in graph:
                raise ValueError(f"{case.number} names {case.infector}, which is not among the cases")
            graph.add_edge(case.infector, case.number)
    if not nx.is_directed_acyclic_graph(graph):
        raise ValueError("the infectors close a circle")
    return graph


def generations(graph: "nx.DiGraph[str]") -> dict[str, int]:
    """0 for a case whose infector is not known, else the infector's plus 1. Cases without any link are left out."""
    found: dict[str, int] = {}
    for number in nx.topological_sort(graph):
        above = next(iter(graph.predecessors(number)), None)
        if above is not None:
            found[number] = found[above] + 1
        elif graph.out_degree(number):
            found[number] = 0
    return found


def rows(cases: Sequence[ChainCase]) -> list[ChainRow]:
    """The table: by generation, then day. Raises as graph_of."""
    graph = graph_of(cases)
    level = generations(graph)
    made = [ChainRow(c.number, c.day, c.infector, level.get(c.number), int(graph.out_degree(c.number))) for c in cases]
    return sorted(made, key=lambda r: (r.generation is None, r.generation or 0, r.day, r.number))


@dataclass(frozen=True)
class _Spot:
    x: float
    y: float


@dataclass
class _Layout:
    spots: dict[str, _Spot]
    bands: list[tuple[int | None, float, float]]
    first: date
    days: int
    per_day: float
    radius: float

    @property
    def width(self) -> float:
        return _LEFT + self.days * self.per_day + 2 * _MARGIN

    @property
    def height(self) -> float:
        return self.bands[-1][2] + 2.5 * _MARGIN

    def x(self, day: date) -> float:
        return _LEFT + _MARGIN + (day - self.first).days * self.per_day


def _lay_out(cases: Sequence[ChainCase], level: dict[str, int]) -> _Layout:
    first, last = min(c.day for c in cases), max(c.day for c in cases)
    days = (last - first).days + 1
    few = len(cases) <= _LABELLED
    radius = 9.0 if few else 2.2
    # Few cases get room for the number inside each; many get as much as a screen and its scroll bar bear.
    per_day = max(1.5, min(22.0, 2400.0 / days))
    layout = _Layout({}, [], first, days, per_day, radius)
    across = 2 * radius + (2.0 if few else 1.2)
    down = 2 * radius + (3.0 if few else 1.0)
    top = _MARGIN
    by_band: dict[int | None, list[ChainCase]] = {}
    for case in cases:
        by_band.setdefault(level.get(case.number), []).append(case)
    for band in sorted(by_band, key=lambda b: (b is None, b or 0)):
        lanes: list[float] = []
        # Siblings lie beside each other: the eye follows one bundle of lines instead of many.
        members = sorted(by_band[band], key=lambda c: (c.day, _above(c, layout.spots), c.number))
        for case in members:
            x = layout.x(case.day)
            lane = next((n for n, taken in enumerate(lanes) if taken + across <= x), len(lanes))
            if lane == len(lanes):
                lanes.append(x)
            lanes[lane] = x
            layout.spots[case.number] = _Spot(x, top + radius + lane * down)
        bottom = top + len(lanes) * down
        layout.bands.append((band, top, bottom))
        top = bottom + _BAND_GAP
    return layout


def _above(case: ChainCase, spots: dict[str, _Spot]) -> tuple[float, float]:
    spot = spots.get(case.infector) if case.infector else None
    return (spot.x, spot.y) if spot else (0.0, 0.0)


def draw(cases: Sequence[ChainCase], words: Words, *, standalone: bool = False) -> str:
    """The picture as SVG. `standalone` adds what a file opened by itself needs to be legible (not for our pages).

    Raises ValueError without cases, and as graph_of.
    """
    if not cases:
        raise ValueError("no cases to draw")
    graph = graph_of(cases)
    layout = _lay_out(cases, generations(graph))
    spots, few = layout.spots, len(cases) <= _LABELLED
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chain" role="img" viewBox="0 0 {layout.width:.0f} '
        f'{layout.height:.0f}" width="{layout.width:.0f}" height="{layout.height:.0f}" '
        'aria-labelledby="chain-title chain-desc">',
        f'<title id="chain-title">{escape(words.title)}</title><desc id="chain-desc">{escape(words.sentence)}</desc>',
        _STANDALONE if standalone else "",
        *_bands(layout, words),
        *_axis(layout),
        '<g class="chain-links">',
        *(_link(spots[a], spots[b], layout.radius) for a, b in graph.edges),
        '</g><g class="chain-cases">',
    ]
    for case in cases:
        spot, infected = spots[case.number], int(graph.out_degree(case.number))
        said = words.case.format(number=case.number, day=_day(case.day), infected=infected)
        source = " chain-source" if infected >= 5 else ""
        parts.append(
            f'<g class="chain-case chain-{escape(case.status)}{source}"><title>{escape(said)}</title>'
            f'<circle cx="{spot.x:.1f}" cy="{spot.y:.1f}" r="{layout.radius:.1f}"/>'
        )
        if few:
            short = case.number.rpartition("-")[2].lstrip("0") or case.number
            parts.append(f'<text x="{spot.x:.1f}" y="{spot.y + 3.2:.1f}">{escape(short)}</text>')
        parts.append("</g>")
    parts.append("</g></svg>")
    return "".join(parts)


def _bands(layout: _Layout, words: Words) -> list[str]:
    made = []
    for number, (band, top, bottom) in enumerate(layout.bands):
        label = words.unlinked if band is None else words.generation.format(n=band)
        made.append(
            f'<g class="chain-band{" chain-odd" if number % 2 else ""}"><rect x="0" y="{top - _BAND_GAP / 2:.1f}" '
            f'width="{layout.width:.0f}" height="{bottom - top + _BAND_GAP:.1f}"/>'
            f'<text x="8" y="{top + 11:.1f}">{escape(label)}</text></g>'
        )
    return made


def _axis(layout: _Layout) -> list[str]:
    step = next(s for s in (1, 2, 7, 14, 28, 56, 112, 365, 3650) if s * layout.per_day >= 60 or s == 3650)
    y = layout.bands[-1][2] + _BAND_GAP / 2
    made = ['<g class="chain-axis">']
    for offset in range(0, layout.days, step):
        day = layout.first + timedelta(days=offset)
        x = layout.x(day)
        made.append(f'<line x1="{x:.1f}" y1="{_MARGIN / 2:.1f}" x2="{x:.1f}" y2="{y:.1f}"/>')
        made.append(f'<text x="{x:.1f}" y="{y + 16:.1f}">{_day(day)}</text>')
    return [*made, "</g>"]


def _link(a: _Spot, b: _Spot, radius: float) -> str:
    start, end = a.y + radius, b.y - radius
    bend = (end - start) / 2
    bends = f"C{a.x:.1f} {start + bend:.1f} {b.x:.1f} {end - bend:.1f} {b.x:.1f} {end:.1f}"
    return f'<path d="M{a.x:.1f} {start:.1f}{bends}"/>'


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


# A file has no page around it to colour it: grey by opacity only, so that it prints.
_STANDALONE = (
    "<style>.chain{font:11px sans-serif;background:Canvas;color:CanvasText}.chain text{fill:currentColor}"
    ".chain-band rect{fill:currentColor;opacity:.03}.chain-odd rect{opacity:.07}"
    ".chain-axis line{stroke:currentColor;opacity:.12}.chain-axis text{text-anchor:middle}"
    ".chain-links path{fill:none;stroke:currentColor;opacity:.3}.chain-case circle{fill:currentColor;stroke:Canvas}"
    ".chain .chain-case text{fill:Canvas;font-size:9px;text-anchor:middle}.chain-source circle{stroke:currentColor;"
    "stroke-width:3}</style>"
)
