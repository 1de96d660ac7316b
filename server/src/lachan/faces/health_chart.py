"""The temperature chart of a diary or a monitoring plan, drawn by the server. The page writes the table beside it."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lachan.ground.platform import wording
from lachan.response.care import rules

# Drawn for a phone of 360 px: 13 px letters stay 13 px.
WIDTH, HEIGHT = 328, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 12, 26
LEAST, MOST = 35.0, 41.0
LABELS = 3
# Named lines of the scale, °C.
SCALE = (36.0, 37.0, 38.0, 39.0, 40.0)


def fever() -> float:
    """From how many °C a reading is drawn, and counted, as a fever."""
    return rules.rules().fever


def fever_in_words() -> str:
    """ "38,0 °C"."""
    return f"{wording.viet_number(fever(), 1)} °C"


def _y(temperature: float) -> float:
    share = (min(max(temperature, LEAST), MOST) - LEAST) / (MOST - LEAST)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _grid(words: Sequence[tuple[float, str]]) -> SafeString:
    rows = (
        (
            "axis" if value == fever() else "grid",
            mark_safe(' stroke-dasharray="4 3"') if value == fever() else "",
            LEFT,
            WIDTH - RIGHT,
            _y(value),
            LEFT - 5,
            _y(value) + 4,
            text,
        )
        for value, text in words
    )
    return format_html_join(
        "",
        '<line class="{0}"{1} x1="{2}" x2="{3}" y1="{4}" y2="{4}"/><text x="{5}" y="{6}" text-anchor="end">{7}</text>',
        rows,
    )


def _mark(x: float, y: float, high: bool) -> SafeString:
    # Fever is a triangle: the shape says it before the colour does.
    if high:
        return format_html('<path class="d5" d="M{} {}l6 10h-12z"/>', x, round(y - 7, 1))
    return format_html('<circle class="d1" cx="{}" cy="{}" r="3.5"/>', x, y)


def temperatures(points: Sequence[tuple[str, float | None]], *, sentence: str) -> SafeString:
    """A line over the points (label, °C), broken where there is none. `sentence` says what is drawn."""
    axis = [
        (value, f"{wording.viet_number(value)}".removesuffix(".0").removesuffix(",0"))
        for value in sorted({*SCALE, fever()})
    ]
    count = max(len(points) - 1, 1)
    xs = [round(LEFT + 6 + n * (WIDTH - LEFT - RIGHT - 12) / count, 1) for n in range(len(points))]
    runs: list[list[str]] = [[]]
    marks: list[SafeString] = []
    for x, (_label, value) in zip(xs, points, strict=True):
        if value is None:
            runs.append([])
            continue
        runs[-1].append(f"{x},{_y(value)}")
        marks.append(_mark(x, _y(value), value >= fever()))
    lines = format_html_join(
        "", '<polyline class="l1" stroke-width="2" points="{}"/>', ((" ".join(run),) for run in runs if len(run) > 1)
    )
    step = max(1, (len(points) - 1) // (LABELS - 1))
    shown = list(range(0, len(points), step))[:LABELS]
    anchors = {0: "start", len(points) - 1: "end"}
    labels = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((xs[n], HEIGHT - 8, anchors.get(n, "middle"), points[n][0]) for n in shown),
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        sentence,
        _grid(axis),
        lines,
        format_html_join("", "{}", ((mark,) for mark in marks)),
        labels,
    )
