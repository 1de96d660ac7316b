"""Seeded pictures of travel documents as a phone's camera sees them: sloping, blurred, glaring, noisy, in low light.

The code lines are set in OCR-B (Debian's fonts-ocr-b, public domain), the rest of the page in DejaVu. Nobody's document
is among them: names, numbers and days are drawn at random, the check digits are reckoned.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from lachan.systems.entry.mrz import check_digit

OCRB = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
PLAIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
# As a phone's camera gives a frame.
WIDTH, HEIGHT = 1280, 720
SHAPES = {"TD1": (3, 30), "TD2": (2, 36), "TD3": (2, 44), "MRVA": (2, 44), "MRVB": (2, 36)}
_SURNAMES = [
    "NGUYEN",
    "TRAN",
    "SMITH",
    "O<CONNOR",
    "KIM",
    "MULLER",
    "GARCIA<LOPEZ",
    "IVANOVA",
    "SATO",
    "WANG",
    "ERIKSSON",
    "BALOGUN",
    "PHOMMACHANH",
    "ZIQBWX",
]
_GIVEN = [
    "VAN<AN",
    "THI<HANH",
    "JOHN",
    "MARIA<LUISA",
    "MIN<JUN",
    "OLGA",
    "YUKI",
    "XIU<YING",
    "ANNA<MARIA",
    "FEMI",
    "SOMCHAI",
    "QUYNH<NHU",
    "HUGO",
]
_NATIONS = [
    "VNM",
    "KOR",
    "JPN",
    "CHN",
    "LAO",
    "KHM",
    "RUS",
    "FRA",
    "ESP",
    "ITA",
    "THA",
    "GBR",
    "USA",
    "AUS",
    "D<<",
    "IDN",
    "MYS",
]
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Picture:
    """`text` is what its lines say, `trouble` what was done to it."""

    image: Image.Image
    text: str
    shape: str
    trouble: str


def lines(chance: random.Random, shape: str) -> list[str]:
    """Lines of that size with every check digit right."""
    count, width = SHAPES[shape]
    number = "".join(chance.choice(_SIGNS) for _place in range(9 if chance.random() < 0.8 else 8)).ljust(9, "<")
    born = (date(1940, 1, 1) + timedelta(days=chance.randrange(28_000))).strftime("%y%m%d")
    ends = (date(2027, 1, 1) + timedelta(days=chance.randrange(3_000))).strftime("%y%m%d")
    nation, sex = chance.choice(_NATIONS), chance.choice("FMF<M")
    name = f"{chance.choice(_SURNAMES)}<<{chance.choice(_GIVEN)}"
    numbers = number + check_digit(number)
    births, expiries = born + check_digit(born), ends + check_digit(ends)
    if count == 3:
        first = f"I<{nation}{numbers}".ljust(30, "<")
        second = f"{births}{sex}{expiries}{nation}".ljust(29, "<")
        second += check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
        return [first, second, name.ljust(30, "<")[:30]]
    kind = {"TD2": "I<", "TD3": "P<"}.get(shape, "V<")
    top = f"{kind}{nation}{name}".ljust(width, "<")[:width]
    bottom = f"{numbers}{nation}{births}{sex}{expiries}"
    if shape == "TD3":
        bottom = bottom.ljust(42, "<") + ("<" if chance.random() < 0.5 else "0")
        bottom += check_digit(bottom[0:10] + bottom[13:20] + bottom[21:43])
    elif shape == "TD2":
        bottom = bottom.ljust(35, "<")
        bottom += check_digit(bottom[0:10] + bottom[13:20] + bottom[21:35])
    return [top, bottom.ljust(width, "<")]


def page(chance: random.Random, rows: list[str]) -> Image.Image:
    """The document's page, flat: writing, a photograph's place, a guilloche, the code lines at its foot."""
    pitch = 24
    size = (round((len(rows[0]) + 4) * pitch), 660)
    ground = tuple(chance.randrange(205, 246) for _channel in range(3))
    sheet = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(sheet)
    for wave in range(0, size[1], chance.randrange(9, 22)):
        points = [(x, wave + 9 * np.sin(x / 60 + wave)) for x in range(0, size[0] + 30, 30)]
        draw.line(points, fill=tuple(max(0, c - chance.randrange(8, 26)) for c in ground), width=1)
    draw.rectangle((40, 90, 290, 400), fill=tuple(chance.randrange(70, 190) for _channel in range(3)))
    words = ImageFont.truetype(str(PLAIN), 22)
    for row in range(8):
        text = " ".join(chance.choice(_SURNAMES + _GIVEN).title() for _word in range(chance.randrange(1, 5)))
        draw.text((330, 90 + row * 40), text, font=words, fill=(40, 40, 50))
    font = ImageFont.truetype(str(OCRB), 1)
    # The font's advance is the pitch: 2.54 mm, where a line is 6.35 mm from the next (Doc 9303-3).
    font = ImageFont.truetype(str(OCRB), round(pitch / ImageFont.truetype(str(OCRB), 1000).getlength("A") * 1000))
    foot = size[1] - 40 - round(len(rows) * pitch * 2.5)
    draw.rectangle((0, foot - 24, size[0], size[1]), fill=tuple(min(255, c + 8) for c in ground))
    ink = tuple(chance.randrange(10, 60) for _channel in range(3))
    for index, row in enumerate(rows):
        for place, sign in enumerate(row):
            if sign != " ":
                draw.text((2 * pitch + place * pitch, foot + round(index * pitch * 2.5)), sign, font=font, fill=ink)
    return sheet


def _seen(chance: random.Random, sheet: Image.Image, slope: float) -> Image.Image:
    """The page in the camera's frame: perspective, a turn, the table behind it."""
    width, height = sheet.size
    scale = WIDTH * chance.uniform(0.6, 0.97) / width
    half = np.array([width * scale / 2, height * scale / 2])
    turn = np.radians(chance.uniform(-4, 4) * slope)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    corners = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners += np.array([[chance.uniform(-1, 1), chance.uniform(-1, 1)] for _corner in range(4)]) * 26 * slope
    # The holder frames the code lines, so the foot of the page is what must be in the picture.
    corners += [WIDTH / 2, HEIGHT - half[1] - chance.uniform(20, 90)]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    table = Image.new("RGB", (WIDTH, HEIGHT), tuple(chance.randrange(30, 170) for _channel in range(3)))
    mask = Image.new("L", sheet.size, 255)
    how = tuple(np.linalg.solve(np.array(rows), np.array(right)))
    shape = (WIDTH, HEIGHT)
    table.paste(
        sheet.transform(shape, Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC),
        mask=mask.transform(shape, Image.Transform.PERSPECTIVE, how),
    )
    return table


TROUBLES = ("clear", "sloping", "blurred", "shaken", "glaring", "noisy", "dark", "uneven", "all")


def picture(seed: int, shape: str | None = None, trouble: str | None = None) -> Picture:
    """The picture of that seed; the same on every machine with the same fonts."""
    chance = random.Random(seed)
    shape = shape or chance.choice(list(SHAPES))
    trouble = trouble or TROUBLES[seed % len(TROUBLES)]
    rows = lines(chance, shape)
    image = _seen(chance, page(chance, rows), {"clear": 0.3, "sloping": 2.5}.get(trouble, 1.0))
    every = trouble == "all"
    if trouble == "blurred" or every:
        image = image.filter(ImageFilter.GaussianBlur(chance.uniform(1.2, 3.6) * (0.5 if every else 1)))
    data = np.asarray(image, float)
    if trouble == "shaken":
        # The hand moves while the shutter is open.
        length, turn = chance.randrange(4, 13), chance.uniform(0, 3.15)
        path = [(round(np.sin(turn) * step), round(np.cos(turn) * step)) for step in range(length)]
        data = np.mean([np.roll(data, at, (0, 1)) for at in path], axis=0)
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH]
    if trouble in ("glaring", "all"):
        x, y = chance.uniform(0.1, 0.9) * WIDTH, HEIGHT * chance.uniform(0.6, 0.95)
        wide, high = chance.uniform(60, 170), chance.uniform(30, 90)
        spot = np.exp(-(((xs - x) / wide) ** 2) - ((ys - y) / high) ** 2) * chance.uniform(90, 280)
        data = np.minimum(255, data + spot[..., None])
    if trouble in ("uneven", "all"):
        angle = chance.uniform(0, 6.3)
        side = (np.cos(angle) * (xs / WIDTH - 0.5) + np.sin(angle) * (ys / HEIGHT - 0.5)) * chance.uniform(0.5, 1.1)
        data *= np.clip(0.75 + side, 0.2, 1.2)[..., None]
    dim = chance.uniform(0.09, 0.3) if trouble == "dark" else 1.0
    noise = {"dark": 5.0, "noisy": chance.uniform(20, 60), "all": 10.0}.get(trouble, 3.0)
    drawn = np.random.default_rng(seed).normal(0, noise, data.shape)
    image = Image.fromarray(np.clip(data * dim + drawn, 0, 255).astype(np.uint8))
    return Picture(ImageEnhance.Color(image).enhance(0.9), "\n".join(rows), shape, trouble)
