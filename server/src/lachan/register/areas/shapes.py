"""The map of the country for a drawing by the server: provinces, both archipelagos, and where a point on earth falls.

Outlines come from the npm package `@svg-maps/vietnam` 2.0.0 (CC BY 4.0; ATTRIBUTION goes under every map), which draws
the 63 provinces of before July 2025 in Mercator's projection. The transform below is ours: fitted so that as many as
possible of the commune points of June 2025 fall inside their own province (99.0 %; the rest lie on a coast or a border,
or have a wrong point in the list). The package draws Hoàng Sa some 130 km too far south-east; here it lies right.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from lachan.register.areas import outline
from lachan.register.areas.models import Area, AreaLink, Level
from lachan.register.areas.sources import facts
from lachan.register.areas.spelling import bare_key

ATTRIBUTION = "Bản đồ: @svg-maps/vietnam (Stephen Truong), CC BY 4.0"
# Units of the drawing: all of the country with both archipelagos and their waters.
WIDTH, HEIGHT = 832.0, 910.0
VIEW_BOX = f"0 0 {WIDTH:g} {HEIGHT:g}"
# x = SCALE_X·longitude + SHIFT_X; y = SCALE_Y·Mercator(latitude) + SHIFT_Y (degrees → units).
SCALE_X, SHIFT_X = 52.0496, -5316.794
SCALE_Y, SHIFT_Y = -51.6912, 1244.369
# Where the sea is named, and the only name at sea besides the archipelagos.
SEA_NAME, SEA_POINT = "Biển Đông", (13.6, 112.6)
# Half a pixel on a screen that shows the drawing 1,600 units high.
TOLERANCE = 0.25
_FILE = ("node_modules", "@svg-maps", "vietnam", "vietnam.svg")
_LOCATION = re.compile(r'<path\s+id="(\w+)"\s+aria-label="[^"]*"\s+d="([^"]+)"')
_NAMES = {"baria": "ba ria vung tau", "hcm": "ho chi minh", "tthue": "thua thien hue"}
_ARCHIPELAGOS = {"hoangsa": "hoang_sa", "truongsa": "truong_sa"}


class ShapesMissingError(RuntimeError):
    """The drawing is not installed; the message names the command that mends it."""


@dataclass(frozen=True, slots=True)
class ProvincePath:
    """The outline of one province of before July 2025 and the province in force that it belongs to.

    `path` is the `d` of an SVG path in VIEW_BOX, `centre` a point for a label (of the largest part).
    """

    old_code: str
    old_name: str
    area_id: int
    code: str
    name: str
    path: str
    centre: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Island:
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Archipelago:
    """Hoàng Sa or Trường Sa: its outline, its larger islands, its label, and a box for a small map of its own.

    `view_box` is the viewBox of that small map; coordinates are the same as on the large one, so the same path serves.
    """

    key: str
    name: str
    area_code: str
    province: str
    path: str
    label: tuple[float, float]
    view_box: str
    islands: tuple[Island, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit's point on the drawing."""

    area_id: int
    name: str
    x: float
    y: float


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees (WGS 84) → units of the drawing, one decimal."""
    mercator = math.degrees(math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)))
    return round(SCALE_X * longitude + SHIFT_X, 1), round(SCALE_Y * mercator + SHIFT_Y, 1)


def unproject(x: float, y: float) -> tuple[float, float]:
    """Units of the drawing → latitude, longitude in degrees."""
    mercator = math.radians((y - SHIFT_Y) / SCALE_Y)
    return math.degrees(2 * math.atan(math.exp(mercator)) - math.pi / 2), (x - SHIFT_X) / SCALE_X


def province_paths() -> list[ProvincePath]:
    """The 63 outlines, by the code of the old province. Empty before the areas are loaded.

    Raises ShapesMissingError where the drawing is not installed.
    """
    links = AreaLink.objects.filter(old__level=Level.PROVINCE).select_related("old", "new")
    found = {bare_key(link.old.name).replace(" ", ""): link for link in links}
    if not found:
        return []
    paths = []
    for key, (path, centre) in _drawing().items():
        if key in _ARCHIPELAGOS:
            continue
        link = found[_NAMES.get(key, key).replace(" ", "")]
        paths.append(
            ProvincePath(link.old.code, link.old.name, link.new_id, link.new.code, link.new.name, path, centre)
        )
    return sorted(paths, key=lambda p: p.old_code)


def archipelagos() -> tuple[Archipelago, Archipelago]:
    """Hoàng Sa and Trường Sa, which belong on every map of the country, labelled.

    Raises ShapesMissingError where the drawing is not installed.
    """
    drawing = _drawing()
    first, second = (_archipelago(fact, drawing[key][0]) for key, fact in _ARCHIPELAGOS.items())
    return first, second


def _archipelago(key: str, path: str) -> Archipelago:
    said = facts()["archipelagos"][key]
    left, top, right, bottom = _box(said["box"])
    return Archipelago(
        key=key,
        name=said["name"],
        area_code=said["area"],
        province=said["province"],
        path=path,
        label=project(*said["label"]),
        view_box=f"{left:g} {top:g} {right - left:.1f} {bottom - top:.1f}",
        islands=tuple(Island(name, *project(*point)) for name, point in said["islands"].items()),
    )


def dots(areas: Iterable[Area]) -> list[Dot]:
    """Where the units lie on the drawing. A unit without a known point has no dot."""
    return [
        Dot(area.pk, area.name, *project(area.latitude, area.longitude))
        for area in areas
        if area.latitude is not None and area.longitude is not None
    ]


def _box(corners: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """South, west, north, east in degrees → left, top, right, bottom in units."""
    south, west, north, east = corners
    left, bottom = project(south, west)
    right, top = project(north, east)
    return left, top, right, bottom


def drawing_file() -> Path:
    """The installed drawing. Raises ShapesMissingError."""
    path = Path(settings.WEB).joinpath(*_FILE)
    if not path.exists():
        raise ShapesMissingError(
            "The outlines of the provinces are not installed: run `npm ci --ignore-scripts` in web/."
        )
    return path


def rings() -> dict[str, list[outline.Ring]]:
    """The outlines in full detail by the key of the drawing, the archipelagos where they belong."""
    found = {key: outline.read(path) for key, path in _LOCATION.findall(drawing_file().read_text(encoding="utf-8"))}
    for key, fact in _ARCHIPELAGOS.items():
        found[key] = outline.moved(found[key], _box(facts()["archipelagos"][fact]["extent"]))
    return found


@cache
def _drawing() -> dict[str, tuple[str, tuple[float, float]]]:
    written = {}
    for key, outlines in rings().items():
        x, y = outline.centre(outlines)
        # Islets are smaller than the tolerance, so they keep every point.
        tolerance = 0.0 if key in _ARCHIPELAGOS else TOLERANCE
        written[key] = (outline.write(outlines, tolerance), (round(x, 1), round(y, 1)))
    return written
