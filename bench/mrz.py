"""mrz.read, mrz.misread, mrz.time: passports' code lines in camera pictures, read by the browser's own modules.

Sixty seeded pictures (_mrz_pictures.py) in nine kinds of trouble, 1280 x 720, as a phone's camera gives them. Needs
Node and Debian's fonts-ocr-b. The share read counts what is read to the letter; misread is what passes as valid and is
not what the lines say, and must be none.
"""

import json
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import _mrz_pictures as pictures
from bench.figure import Figure, say

# Behind a decision (reading in our own few kilobytes instead of a general engine of megabytes); run by name.
ON_REQUEST = True
COUNT = 60
YEAR = 2026
READER = Path(__file__).parents[1] / "web" / "static" / "entry" / "zone-reader.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const { readPicture } = await import(process.argv[1]);
const [folder, year] = [process.argv[2], Number(process.argv[3])];
for (const { name, width, height } of JSON.parse(readFileSync(`${folder}/pictures.json`, "utf8"))) {
  const data = new Uint8Array(readFileSync(`${folder}/${name}`));
  const began = performance.now();
  const found = readPicture({ data, width, height }, year);
  console.log(JSON.stringify([found ? found.text : null, performance.now() - began]));
}
"""


def read(found: Sequence[Any], year: int = YEAR) -> list[tuple[str | None, float]]:
    """What the reader makes of the pictures (grey PIL images), and in how many milliseconds each."""
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("node is not installed")
    with tempfile.TemporaryDirectory() as folder:
        told = []
        for index, image in enumerate(found):
            (Path(folder) / f"{index}.grey").write_bytes(image.tobytes())
            told.append({"name": f"{index}.grey", "width": image.width, "height": image.height})
        (Path(folder) / "pictures.json").write_text(json.dumps(told))
        command = [node, "--input-type=module", "-e", SCRIPT, READER.as_uri(), folder, str(year)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [(text, float(ms)) for text, ms in map(json.loads, answer.stdout.splitlines())]


def run(scale: float) -> Iterator[Figure]:
    count = max(9, round(COUNT * scale))
    every = [pictures.picture(seed) for seed in range(count)]
    found = read([one.image.convert("L") for one in every])
    right = [one for one, (text, _ms) in zip(every, found, strict=True) if text == one.text]
    wrong = [one for one, (text, _ms) in zip(every, found, strict=True) if text not in (None, one.text)]
    shown = Counter(one.trouble for one in every)
    for trouble, number in shown.items():
        say(f"  {trouble}: {sum(one.trouble == trouble for one in right)} of {number}")
    times = sorted(ms for _text, ms in found)
    said = f"{len(right)} of {count}; {pictures.WIDTH} x {pictures.HEIGHT}, nine kinds of trouble"
    yield Figure("mrz.read", len(right) / count, "share", "higher", count, note=said)
    yield Figure("mrz.misread", len(wrong), "pictures", "lower", count)
    yield Figure(
        "mrz.time", times[len(times) // 2], "ms", "lower", count, note=f"p90 {times[int(len(times) * 0.9)]:.0f}"
    )
