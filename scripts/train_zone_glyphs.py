"""Teaches the reader of passports' code lines the 37 signs of OCR-B, and writes web/static/entry/zone-glyphs.js.

    python scripts/train_zone_glyphs.py > web/static/entry/zone-glyphs.js

Needs Debian's fonts-ocr-b (public domain). Every example is drawn here, from seeds: a sign between two neighbours, at
the sizes, turns, lights and grains of a phone's camera. The net has one hidden layer; its weights take a byte each.
"""

import base64
import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = [Path("/usr/share/fonts/opentype/ocr-b") / name for name in ("OCRB.otf", "OCRB.otf", "OCRBS.otf")]
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
WIDTH, HEIGHT, HIDDEN = 16, 24, 112
EACH = 1200
BIG = 60


def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), round(BIG / ImageFont.truetype(str(path), 1000).getlength("A") * 1000))


def _strip(font: ImageFont.FreeTypeFont, signs: str) -> tuple[Image.Image, float, float]:
    """Three signs at their pitch, black on white; where the middle one's middle is, and how tall a capital."""
    _left, top, _right, bottom = font.getbbox("H")
    image = Image.new("L", (BIG * 5, BIG * 3), 255)
    draw = ImageDraw.Draw(image)
    for index, sign in enumerate(signs):
        draw.text((BIG + index * BIG, BIG - top), sign, font=font, fill=0)
    return image, BIG + (bottom - top) / 2, float(bottom - top)


def example(
    chance: random.Random, noise: np.random.Generator, fonts: list[ImageFont.FreeTypeFont], sign: str
) -> np.ndarray:
    """One sign as the reader cuts it out (zone-reader.js, patchOf)."""
    image, middle, tall = _strip(chance.choice(fonts), chance.choice(SIGNS) + sign + chance.choice(SIGNS))
    if chance.random() < 0.3:
        image = image.filter(chance.choice([ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)]))
    pitch = chance.uniform(11, 34)
    scale = BIG / pitch
    # The camera's pixels: how big, how turned, where they fall.
    turn, shear = np.radians(chance.gauss(0, 1.2)), chance.gauss(0, 0.04)
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    size = (int(pitch * 2.4), int(pitch * 2.4))
    cx, cy = size[0] / 2 + chance.uniform(-0.5, 0.5), size[1] / 2 + chance.uniform(-0.5, 0.5)
    a, b, d, e = cos, -sin + shear * scale, sin, cos
    x0, y0 = 2.5 * BIG - a * cx - b * cy, middle - d * cx - e * cy
    seen = image.filter(ImageFilter.BoxBlur(scale / 2.2)).transform(
        size, Image.Transform.AFFINE, (a, b, x0, d, e, y0), Image.Resampling.BILINEAR, fillcolor=255
    )
    if chance.random() < 0.6:
        seen = seen.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 0.115 * pitch)))
    data = np.asarray(seen, float) / 255
    if chance.random() < 0.3:
        step = chance.choice([(0, 1), (1, 0), (1, 1)])
        far = chance.randrange(1, max(2, int(pitch / 8)))
        data = (data + np.roll(data, (step[0] * far, step[1] * far), (0, 1))) / 2
    light, depth = chance.uniform(90, 250), chance.uniform(0.25, 0.9)
    ys, xs = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    data = light * (1 - depth * (1 - data)) * (1 + chance.gauss(0, 0.12) * xs + chance.gauss(0, 0.12) * ys)
    grain = chance.uniform(0, 0.16) * light * depth
    data = data + noise.normal(0, grain, data.shape)
    if chance.random() < 0.8:
        for _turn in range(2):
            data = (np.roll(data, 1, 1) + 2 * data + np.roll(data, -1, 1)) / 4
            data = (np.roll(data, 1, 0) + 2 * data + np.roll(data, -1, 0)) / 4
    # The reader's cut, a little off in place and size.
    wide = 1.1 * pitch * chance.gauss(1, 0.03)
    high = 1.3 * tall / scale * chance.gauss(1.02, 0.06)
    ox, oy = chance.gauss(0, 0.05) * pitch, chance.gauss(0, 0.05) * pitch
    xs = cx + ox + ((np.arange(WIDTH) + 0.5) / WIDTH - 0.5) * wide
    ys = cy + oy + ((np.arange(HEIGHT) + 0.5) / HEIGHT - 0.5) * high
    u = np.clip(np.floor(xs).astype(int), 0, size[0] - 2)
    v = np.clip(np.floor(ys).astype(int), 0, size[1] - 2)
    p, q = (xs - u)[None, :], (ys - v)[:, None]
    top = data[v][:, u] * (1 - p) + data[v][:, u + 1] * p
    patch = top * (1 - q) + (data[v + 1][:, u] * (1 - p) + data[v + 1][:, u + 1] * p) * q
    ordered = np.sort(patch, None)
    ink, paper = ordered[int(patch.size * 0.04)], ordered[int(patch.size * 0.85)]
    return np.clip((paper - patch) / max(paper - ink, 4.0), -0.2, 1.2).astype(np.float32).ravel()


def learn(x: np.ndarray, y: np.ndarray, turns: int) -> list[np.ndarray]:
    """Weights of the net, by Adam over shuffled batches, with a little decay so that a weight fits a byte."""
    draw = np.random.default_rng(9303)
    shapes = [(WIDTH * HEIGHT, HIDDEN), (HIDDEN,), (HIDDEN, len(SIGNS)), (len(SIGNS),)]
    net = [
        draw.normal(0, np.sqrt(2 / s[0]), s).astype(np.float32) if len(s) == 2 else np.zeros(s, np.float32)
        for s in shapes
    ]
    first, second = [np.zeros_like(p) for p in net], [np.zeros_like(p) for p in net]
    step = 0
    for turn in range(turns):
        order = draw.permutation(len(x))
        rate = 2e-3 * (1 - turn / turns) + 2e-5
        wrong = 0
        for start in range(0, len(x), 128):
            pick = order[start : start + 128]
            into, right = x[pick], y[pick]
            hidden = np.maximum(into @ net[0] + net[1], 0)
            out = hidden @ net[2] + net[3]
            out = np.exp(out - out.max(1, keepdims=True))
            out /= out.sum(1, keepdims=True)
            wrong += int((out.argmax(1) != right).sum())
            out[np.arange(len(right)), right] -= 1
            out /= len(right)
            back = (out @ net[2].T) * (hidden > 0)
            slopes = [into.T @ back, back.sum(0), hidden.T @ out, out.sum(0)]
            step += 1
            for i, slope in enumerate(slopes):
                first[i] = 0.9 * first[i] + 0.1 * slope
                second[i] = 0.999 * second[i] + 0.001 * slope**2
                move = (first[i] / (1 - 0.9**step)) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)
                net[i] -= rate * (move + (0.01 * net[i] if net[i].ndim == 2 else 0))
        sys.stderr.write(f"turn {turn + 1}: {wrong / len(x):.2%} wrong\n")
    return net


def main() -> None:
    """Draw, learn, and write the module to standard output."""
    # S311: examples to learn from, no secret.
    chance, noise = random.Random(9303), np.random.default_rng(9303)  # noqa: S311
    fonts = [_font(path) for path in FONTS]
    pairs = [(example(chance, noise, fonts, sign), place) for _turn in range(EACH) for place, sign in enumerate(SIGNS)]
    net = learn(np.array([p for p, _l in pairs]), np.array([label for _p, label in pairs]), 24)
    scales = [float(np.abs(part).max() / 127) for part in net]
    raw = b"".join(np.round(part / scale).astype(np.int8).tobytes() for part, scale in zip(net, scales, strict=True))
    sys.stdout.write(
        "/** The signs of OCR-B, learnt. Written by scripts/train_zone_glyphs.py; teach it there. */\n"
        f'export const SIGNS = "{SIGNS}";\n'
        f"export const WIDTH = {WIDTH};\nexport const HEIGHT = {HEIGHT};\nexport const HIDDEN = {HIDDEN};\n"
        f"export const SCALES = {scales};\n"
        f'export const GLYPHS = "{base64.b64encode(raw).decode()}";\n'
    )


if __name__ == "__main__":
    main()
