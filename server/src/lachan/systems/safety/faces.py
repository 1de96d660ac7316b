"""Making faces in a picture unrecognisable. A detector misses some, so pages ask for pictures without people.

The detector is an extra (`pip install lachan[pictures]`), as it is larger than all the rest of this room together: a
server without it takes no pictures.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

#: Cascades that come with OpenCV: faces from the front, by two trainings, and from the side.
_CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
#: Few neighbours: a tap taken for a face costs a patch of a picture, a face taken for a tap costs somebody's privacy.
NEIGHBOURS = 3
SMALLEST = 24
#: Looked at in this size: enough for a face that anybody would recognise, and a quarter of the work.
LOOKED_AT = 800
#: The patch is left with this many squares a side, of one colour each.
SQUARES = 4
MARGIN = 0.25

Box = tuple[int, int, int, int]


def available() -> bool:
    """Whether the detector is installed."""
    return find_spec("cv2") is not None


@cache
def _detectors() -> tuple[Any, ...]:
    import cv2

    folder = Path(cv2.__file__).parent / "data"
    found = tuple(cv2.CascadeClassifier(str(folder / name)) for name in _CASCADES)
    if any(detector.empty() for detector in found):
        raise RuntimeError(f"OpenCV came without its face cascades in {folder}")
    return found


def find(picture: Image.Image) -> list[Box]:
    """Where faces may be: left, top, width, height in pixels."""
    import cv2
    import numpy as np

    scale = min(1.0, LOOKED_AT / max(picture.size))
    small = picture.convert("L").resize([max(1, round(side * scale)) for side in picture.size])
    grey = cv2.equalizeHist(np.asarray(small))
    boxes: list[Box] = []
    width = grey.shape[1]
    for detector in _detectors():
        for flipped in (False, True):
            seen = np.ascontiguousarray(grey[:, ::-1]) if flipped else grey
            for x, y, w, h in detector.detectMultiScale(seen, 1.1, NEIGHBOURS, minSize=(SMALLEST, SMALLEST)):
                left = width - x - w if flipped else x
                boxes.append((round(left / scale), round(y / scale), round(w / scale), round(h / scale)))
    return boxes


def obscured(picture: Image.Image) -> Image.Image:
    """A copy in which every face found, with a margin, is a few coloured squares."""
    copy = picture.copy()
    for x, y, w, h in find(picture):
        wide, high = round(w * MARGIN), round(h * MARGIN)
        box = (max(0, x - wide), max(0, y - high), min(copy.width, x + w + wide), min(copy.height, y + h + high))
        patch = copy.crop(box)
        coarse = patch.resize((SQUARES, SQUARES), Image.Resampling.BOX)
        copy.paste(coarse.resize(patch.size, Image.Resampling.NEAREST), box)
    return copy
