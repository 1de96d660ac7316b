"""Passports' code lines in camera pictures: read by the browser's own modules, and never misread as valid."""

import json
import random

import pytest
from bench.mrz import read as read_pictures
from django.conf import settings
from PIL import Image

from lachan.faces.app.tests.test_javascript import node

ZONES = settings.WEB / "tests" / "entry"


@pytest.fixture(scope="module")
def pictures() -> dict[str, dict[str, object]]:
    told: dict[str, dict[str, object]] = json.loads((ZONES / "zones.json").read_text(encoding="utf-8"))
    return told


def read(images: list[Image.Image]) -> list[str | None]:
    """What the reader makes of each grey picture."""
    node()
    return [text for text, _milliseconds in read_pictures(images)]


def test_what_can_be_read_is_and_nothing_is_misread(pictures: dict[str, dict[str, object]]) -> None:
    found = read([Image.open(ZONES / name).convert("L") for name in pictures])
    for (name, told), text in zip(pictures.items(), found, strict=True):
        assert text in ((told["text"],) if told["readable"] else (None, told["text"])), name


def test_pictures_without_code_lines_are_not_read() -> None:
    chance = random.Random(9303)
    blank = Image.new("L", (320, 240), 200)
    noise = Image.frombytes("L", (320, 240), bytes(chance.randrange(256) for _pixel in range(320 * 240)))
    stripes = Image.frombytes("L", (320, 240), bytes(255 * (x // 6 % 2) for _y in range(240) for x in range(320)))
    tiny = Image.new("L", (1, 1), 0)
    assert read([blank, noise, stripes, tiny]) == [None] * 4
