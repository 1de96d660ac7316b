"""poster.decode: the share of 120 spoiled camera pictures of a poster that the phone's own decoder reads.

The same fifteen spoilings of each of eight kinds, five strengths with three draws of chance, are done to our code
(60 characters, the longest that fits) and to one of 245 characters, as another country's posters carried, printed at
the same size. Pictures are as the phone's camera page hands them to its decoder: a 1280 x 720 camera, cut to 960.
"""

import base64
import functools
import http.server
import io
import random
import statistics
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter

from bench.figure import Figure, say
from bench.gate import WEB, _Static
from lachan.register.places import codes

WIDTH, HEIGHT = 960, 540
# How wide the printed code is in the picture, in pixels, where the spoiling is not its size.
SIDE = 260
QUIET = 4
STRENGTHS, DRAWS = 5, 3
LONG = 245
PAPER, INK, WALL = 225, 35, 140
PAGE = """async (pictures) => {
  const decoder = new Worker("/app/decoder.js", { type: "module" });
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const found = [];
  for (const picture of pictures) {
    const bitmap = await createImageBitmap(await (await fetch(picture)).blob());
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    context.drawImage(bitmap, 0, 0);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const began = performance.now();
    const answer = await new Promise((resolve) => {
      decoder.addEventListener("message", ({ data }) => resolve(data), { once: true });
      decoder.postMessage(image, [image.data.buffer]);
    });
    if (answer.error) throw new Error(answer.error);
    found.push([answer.text, performance.now() - began]);
  }
  decoder.terminate();
  return found;
}"""


@dataclass
class Scene:
    """How a camera sees the poster. Lengths in pixels of the picture, angles in degrees."""

    chance: random.Random
    side: float = SIDE
    # The far edge of a slanted code against its near edge, and how narrow it looks.
    taper: float = 1.0
    narrow: float = 1.0
    turn: float = 0.0
    spoil: Callable[[Image.Image], Image.Image] | None = None
    on_paper: Callable[[Image.Image], None] | None = None


def _levels(picture: Image.Image, change: Callable[[np.ndarray], np.ndarray]) -> Image.Image:
    return Image.fromarray(np.clip(change(np.asarray(picture, dtype=np.float32)), 0, 255).astype(np.uint8))


def _grain(chance: random.Random, amount: float) -> np.ndarray:
    return np.random.default_rng(chance.getrandbits(32)).normal(0, amount, (HEIGHT, WIDTH))


def perspective(scene: Scene, strength: int) -> None:
    """Seen from the side: at most a third as wide as high, the far edge half as long as the near one."""
    scene.narrow = (0.85, 0.7, 0.55, 0.45, 0.35)[strength]
    scene.taper = (0.92, 0.82, 0.72, 0.62, 0.52)[strength]
    scene.turn = scene.chance.uniform(-15, 15)


def blur(scene: Scene, strength: int) -> None:
    """Out of focus."""
    radius = (1.5, 2.25, 3.0, 3.75, 4.5)[strength] * scene.chance.uniform(0.9, 1.1)
    scene.spoil = lambda picture: picture.filter(ImageFilter.GaussianBlur(radius))


def glare(scene: Scene, strength: int) -> None:
    """A lamp mirrored in the sheet that covers the poster: white in the middle, thinning outwards."""
    reach = (15, 25, 35, 45, 55)[strength]
    x, y = (middle + scene.chance.uniform(-60, 60) for middle in (WIDTH / 2, HEIGHT / 2))
    across, down = np.meshgrid(np.arange(WIDTH) - x, np.arange(HEIGHT) - y)
    light = 420 * np.exp(-(across**2 + down**2) / (2 * reach**2))
    scene.spoil = lambda picture: _levels(picture, lambda pixels: pixels + light)


def low_light(scene: Scene, strength: int) -> None:
    """Hardly lit, from one side, with the grain of a camera at its limit."""
    light = (0.30, 0.20, 0.14, 0.10, 0.07)[strength]
    fall = np.linspace(1.5, 0.5, WIDTH) * light
    grain = _grain(scene.chance, 5)
    scene.spoil = lambda picture: _levels(picture, lambda pixels: pixels * fall + grain)


def noise(scene: Scene, strength: int) -> None:
    """Grain all over."""
    grain = _grain(scene.chance, (30, 45, 60, 75, 90)[strength])
    scene.spoil = lambda picture: _levels(picture, lambda pixels: pixels + grain)


def jpeg(scene: Scene, strength: int) -> None:
    """A screenshot sent on and on: small and pressed hard."""
    scene.side = 120
    quality = (30, 20, 12, 8, 5)[strength]

    def press(picture: Image.Image) -> Image.Image:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        return Image.open(out).convert("L")

    scene.spoil = press


def covered(scene: Scene, strength: int) -> None:
    """A finger or a torn piece over part of the code, anywhere on it."""
    part = (0.10, 0.14, 0.18, 0.22, 0.26)[strength]
    x, y, colour = scene.chance.random(), scene.chance.random(), scene.chance.choice((60, 170))

    def cover(paper: Image.Image) -> None:
        side = paper.width
        size = part * side
        left, top = x * (side - size), y * (side - size)
        ImageDraw.Draw(paper).ellipse((left, top, left + size, top + size), fill=colour)

    scene.on_paper = cover


def far(scene: Scene, strength: int) -> None:
    """From across the street: the code is small in the picture."""
    scene.side = (150, 110, 85, 70, 58)[strength]
    scene.turn = scene.chance.uniform(-8, 8)


KINDS: dict[str, Callable[[Scene, int], None]] = {
    made.__name__: made for made in (perspective, blur, glare, low_light, noise, jpeg, covered, far)
}


def _corners(scene: Scene) -> list[tuple[float, float]]:
    """Where the paper's corners lie in the picture: top left, top right, bottom right, bottom left."""
    half = scene.side / 2
    wide, angle = half * scene.narrow, np.radians(scene.turn)
    flat = ((-wide, -half), (wide, -half * scene.taper), (wide, half * scene.taper), (-wide, half))
    x, y = (middle + scene.chance.uniform(-20, 20) for middle in (WIDTH / 2, HEIGHT / 2))
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in flat]


def _onto(corners: list[tuple[float, float]], side: int) -> list[float]:
    """The eight numbers of the perspective that takes the picture's points to the paper's."""
    paper = ((0, 0), (side, 0), (side, side), (0, side))
    rows, answers = [], []
    for (x, y), (u, v) in zip(corners, paper, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        answers += [u, v]
    return [float(number) for number in np.linalg.solve(np.array(rows), np.array(answers))]


def photograph(text: str, kind: str, strength: int, draw: int) -> Image.Image:
    """The picture of a code of that text. Kind, strength and draw settle everything but the code."""
    scene = Scene(random.Random(f"{kind} {strength} {draw}"))
    KINDS[kind](scene, strength)
    matrix = np.array(segno.make(text, error="m", boost_error=True).matrix)
    # Printed finely; the quiet zone belongs to the paper, so that `side` is the code's alone.
    fine = max(8, 960 // len(matrix))
    printed = np.where(np.kron(matrix, np.ones((fine, fine))) > 0, INK, PAPER).astype(np.uint8)
    paper = Image.fromarray(printed)
    if scene.on_paper:
        scene.on_paper(paper)
    margin = round(paper.width * 0.2)
    sheet = Image.new("L", (paper.width + 2 * margin,) * 2, PAPER)
    sheet.paste(paper, (margin, margin))
    scene.side *= sheet.width / paper.width
    corners = _corners(scene)
    # Drawn at twice the size and brought down, as a lens mixes what falls on one pixel.
    doubled = [(x * 2, y * 2) for x, y in corners]
    onto = _onto(doubled, sheet.width)
    big = (WIDTH * 2, HEIGHT * 2)
    seen = sheet.transform(big, Image.Transform.PERSPECTIVE, onto, Image.Resampling.BICUBIC)
    shape = Image.new("L", big, 0)
    ImageDraw.Draw(shape).polygon(doubled, fill=255)
    wall = Image.new("L", big, WALL)
    wall.paste(seen, (0, 0), shape)
    picture = wall.resize((WIDTH, HEIGHT), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(0.6))
    grain = _grain(scene.chance, 3)
    picture = _levels(picture, lambda pixels: pixels + grain)
    return scene.spoil(picture) if scene.spoil else picture


def _texts() -> dict[str, str]:
    code = "7KD2Q4MX9RTB"
    ours = codes.payload("a" * (codes.MAX_PAYLOAD - len(code) - 14) + ".vn", code)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    chance = random.Random(LONG)
    theirs = "https://e.example.org?v=1#"
    theirs += "".join(chance.choice(signs) for _ in range(LONG - len(theirs)))
    assert len(ours) == codes.MAX_PAYLOAD and len(theirs) == LONG
    return {"ours": ours, "245 characters": theirs}


def _address(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def run(scale: float) -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright

    draws = max(1, round(DRAWS * min(scale, 1)))
    texts = _texts()
    read: dict[str, dict[str, int]] = {name: dict.fromkeys(KINDS, 0) for name in texts}
    times: list[float] = []
    handler = functools.partial(_Static, directory=str(WEB))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as files, sync_playwright() as playwright:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{files.server_port}/face/icon.svg")
        for kind in KINDS:
            for name, text in texts.items():
                shot = [photograph(text, kind, n, draw) for n in range(STRENGTHS) for draw in range(draws)]
                found: list[Any] = page.evaluate(PAGE, [_address(picture) for picture in shot])
                wrong = [answer for answer, _ms in found if answer and answer != text]
                if wrong:
                    raise AssertionError(f"{kind}: read as something else: {wrong}")
                read[name][kind] = sum(answer == text for answer, _ms in found)
                # The first of each batch pays for compiling the decoder.
                times += [ms for _answer, ms in found[1:]]
            say(f"  {kind}: " + ", ".join(f"{name} {read[name][kind]}/{STRENGTHS * draws}" for name in texts))
        browser.close()
        files.shutdown()
    count = len(KINDS) * STRENGTHS * draws
    totals = {name: sum(kinds.values()) for name, kinds in read.items()}
    parts = ", ".join(f"{kind} {read['ours'][kind]}:{read['245 characters'][kind]}" for kind in KINDS)
    yield Figure(
        "poster.decode",
        totals["ours"] / count,
        "share",
        "higher",
        1,
        against="245 characters",
        against_value=totals["245 characters"] / count,
        note=f"{totals['ours']} against {totals['245 characters']} of {count} pictures, the phone's decoder; {parts}",
    )
    yield Figure(
        "poster.decode_ms", statistics.median(times), "ms", "lower", 1, note="median of a picture, read or not"
    )
