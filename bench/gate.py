"""gate.answer, gate.decode, gate.write: a code before the gate's camera until the answer stands on the screen.

A real browser runs the page's own modules: the decoder on frames as the camera gives them (960 x 720), the judgement
of the code, the sealing and the writing into IndexedDB. Half of the codes are passes, half chip cards.
"""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import segno
from cryptography.hazmat.primitives.asymmetric import ec

from bench.figure import Figure, say
from lachan.systems.checkin import passes
from lachan.systems.checkin.tests.sealing import base64url, phone_key, point, show

CODES = 60
# The camera looks ten times a second, so a code waits this long at most before it is looked at (app/camera.js).
FRAME_MS = 100
WEB = Path(__file__).parents[1] / "web"
PAGE = """async ([codes, pass_key, sealing_key]) => {
  const [{ judge }, { write }, { bytes }, { readCard, mask }] = await Promise.all(
    ["/gate/judging.js", "/gate/visits.js", "/app/pass-maker.js", "/gate/cards.js"].map((name) => import(name)));
  const keys = { pass: bytes(pass_key), sealing: bytes(sealing_key), certificates: new Map() };
  const duty = { owner: "1", place: "00000000-0000-7000-8000-000000000000", shift: "now" };
  const decoder = new Worker("/app/decoder.js", { type: "module" });
  const canvas = new OffscreenCanvas(960, 720);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const frame = (matrix, turn) => {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#8c8c8c";
    context.fillRect(0, 0, 960, 720);
    context.translate(480, 360);
    context.rotate(turn);
    const scale = Math.floor(560 / (matrix.length + 8));
    const half = (matrix.length / 2) * scale;
    context.fillStyle = "#f4f4f4";
    context.fillRect(-half - 4 * scale, -half - 4 * scale, (matrix.length + 8) * scale, (matrix.length + 8) * scale);
    context.fillStyle = "#181818";
    matrix.forEach((row, y) => row.forEach((dark, x) => {
      if (dark) context.fillRect(x * scale - half, y * scale - half, scale, scale);
    }));
    return context.getImageData(0, 0, 960, 720);
  };
  const decode = (image) => new Promise((resolve) => {
    decoder.addEventListener("message", ({ data }) => resolve(data.text), { once: true });
    decoder.postMessage(image, [image.data.buffer]);
  });
  const times = [];
  for (const [index, { matrix, now }] of codes.entries()) {
    const image = frame(matrix, ((index % 9) - 4) * 0.06);
    const began = performance.now();
    const text = await decode(image);
    const read = performance.now();
    const found = await judge(text, keys, now, duty.place);
    if (found.kind !== "pass" && found.kind !== "card") {
      times.push(null);
      continue;
    }
    const holder = found.kind === "pass" ? { text } : { content: found.card, point: keys.sealing };
    const who = found.kind === "pass" ? "" : mask(readCard(text).name);
    await write({ duty, direction: "in", who, holder });
    times.push([read - began, performance.now() - read]);
  }
  return times;
}"""


class _Static(http.server.SimpleHTTPRequestHandler):
    """Our own files, and the npm folders under the prefixes that the product serves them by."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].lstrip("/")
        for prefix, folder in json.loads((WEB / "served.json").read_text()).items():
            if name.startswith(f"{prefix}/"):
                return str(WEB / folder / name.removeprefix(f"{prefix}/"))
        return str(WEB / "static" / name)

    def log_message(self, *_words: Any) -> None:
        pass


def _codes(count: int, server: ec.EllipticCurvePrivateKey) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    made = []
    for n in range(count):
        if n % 2:
            text = f"0010901{n:05d}|012345678|Nguyễn Văn An|01011990|Nam|Số {n}, Phường Hải Châu|15042021"
        else:
            key, public = phone_key()
            certificate = passes.certify(server, n.to_bytes(16, "big"), public, now + timedelta(days=1))
            text = show(certificate, key, now)
        matrix = [[int(dark) for dark in row] for row in segno.make(text, error="m", encoding="utf-8").matrix]
        made.append({"matrix": matrix, "now": now.timestamp() * 1000})
    return made


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def run(scale: float) -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright

    server = ec.generate_private_key(ec.SECP256R1())
    public = base64url(point(server))
    codes = _codes(max(10, int(CODES * scale)), server)
    handler = functools.partial(_Static, directory=str(WEB))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as files, sync_playwright() as playwright:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        # A plain file of the server, so that the modules have an origin that may keep things.
        page.goto(f"http://127.0.0.1:{files.server_port}/face/icon.svg")
        # The first code pays for compiling the decoder, once for the life of the page.
        times = page.evaluate(PAGE, [[codes[0], *codes], public, public])[1:]
        browser.close()
        files.shutdown()
    read = [pair for pair in times if pair]
    say(f"  {len(read)} of {len(codes)} codes read")
    note = f"p95 of {len(read)} of {len(codes)} codes read; with the {FRAME_MS} ms that a frame may wait"
    yield Figure("gate.answer", _p95([sum(pair) for pair in read]) + FRAME_MS, "ms", "lower", 1, note=note)
    yield Figure("gate.decode", _p95([pair[0] for pair in read]), "ms", "lower", 1, note="p95, one frame")
    note = "p95: judge, seal, write to IndexedDB"
    yield Figure("gate.write", _p95([pair[1] for pair in read]), "ms", "lower", 1, note=note)
