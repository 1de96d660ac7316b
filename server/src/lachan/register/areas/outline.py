"""SVG outlines as rings of points: read, moved, simplified, written short. Pure geometry in units of the drawing."""

import math
import re

Point = tuple[float, float]
Ring = list[Point]

_TOKEN = re.compile(r"[a-zA-Z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_NUMBERS = {"M": 2, "L": 2, "C": 6}


def read(path: str) -> list[Ring]:
    """The rings of a path made of moves, lines, curves (their ends stand for them) and closes.

    Raises ValueError for any other command.
    """
    tokens = _TOKEN.findall(path)
    rings: list[Ring] = []
    ring: Ring = []
    here: Point = (0.0, 0.0)
    command, place = "", 0
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        if command in "zZ":
            if ring:
                here = ring[0]
                rings.append(ring)
            ring = []
            continue
        count = _NUMBERS.get(command.upper())
        if count is None:
            raise ValueError(f"An outline has the command {command!r}, which is not known here.")
        numbers = [float(token) for token in tokens[place : place + count]]
        place += count
        # Of a curve only its end matters: islets are a few units wide and curves far shorter.
        x, y = numbers[-2:]
        here = (here[0] + x, here[1] + y) if command.islower() else (x, y)
        if command in "mM":
            if ring:
                rings.append(ring)
            ring = []
            # Further pairs after a move are lines.
            command = "l" if command == "m" else "L"
        ring.append(here)
    return [*rings, ring] if ring else rings


def moved(rings: list[Ring], target: tuple[float, float, float, float]) -> list[Ring]:
    """The rings stretched so that they fill the box (left, top, right, bottom)."""
    left, top, right, bottom = bounds(rings)
    scale_x = (target[2] - target[0]) / (right - left)
    scale_y = (target[3] - target[1]) / (bottom - top)
    return [[(target[0] + (x - left) * scale_x, target[1] + (y - top) * scale_y) for x, y in ring] for ring in rings]


def bounds(rings: list[Ring]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def contains(rings: list[Ring], point: Point) -> bool:
    """Whether the point lies inside (even-odd rule)."""
    x, y = point
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def centre(rings: list[Ring]) -> Point:
    """The centroid of the largest ring."""
    best, best_size = (0.0, 0.0), -1.0
    for ring in rings:
        twice, cx, cy = 0.0, 0.0, 0.0
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            cross = x1 * y2 - x2 * y1
            twice += cross
            cx += (x1 + x2) * cross
            cy += (y1 + y2) * cross
        if abs(twice) > best_size and twice:
            best, best_size = (cx / (3 * twice), cy / (3 * twice)), abs(twice)
    return best


def simplified(ring: Ring, tolerance: float) -> Ring:
    """Douglas-Peucker: no dropped point lies farther than `tolerance` from the line that replaces it."""
    if len(ring) < 4:
        return ring
    keep = {0, len(ring) - 1}
    # A ring's two ends are one point: its farthest point gives the first real line.
    stack = [(0, len(ring) - 1)]
    while stack:
        start, end = stack.pop()
        worst, index = 0.0, -1
        for i in range(start + 1, end):
            distance = _distance(ring[i], ring[start], ring[end])
            if distance > worst:
                worst, index = distance, i
        if worst > tolerance:
            keep.add(index)
            stack += [(start, index), (index, end)]
    return [ring[i] for i in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if not length:
        return math.hypot(point[0] - start[0], point[1] - start[1])
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length**2
    along = max(0.0, min(1.0, along))
    return math.hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)


def write(rings: list[Ring], tolerance: float = 0.0) -> str:
    """A path with one decimal, each ring simplified by `tolerance`, each point relative to the one before."""
    parts = []
    for ring in rings:
        tenths = [(round(x * 10), round(y * 10)) for x, y in simplified(ring, tolerance)]
        x, y = tenths[0]
        steps = []
        for nx, ny in tenths[1:]:
            if (nx, ny) != (x, y):
                steps.append(f"{_tenth(nx - x)} {_tenth(ny - y)}")
                x, y = nx, ny
        parts.append(f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}l{' '.join(steps) or '.1 0'}z")
    return "".join(parts)


def _tenth(value: int) -> str:
    return f"{value / 10:g}"
